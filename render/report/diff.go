package report

import (
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

var diffSchema = register[Diff]("diff/v1")

// Diff is the answer of chaintrace diff.
type Diff struct {
	Schema string   `json:"schema" jsonschema:"diff/v1"`
	A      DiffSide `json:"a" jsonschema:"the side compared with"`
	B      DiffSide `json:"b" jsonschema:"the side that is compared"`

	Structure    []DiffChange  `json:"structure" jsonschema:"what differs in servers, hooks, checks, routes, API groups and mux signals"`
	Groups       []DiffGroup   `json:"groups" jsonschema:"the differences of structure that are one to a reader: the same on several servers, or routes below one path; each difference is in one group"`
	Consequences int           `json:"consequences" jsonschema:"how many differences more follow from those in structure: inherited copies, checks and paths of hooks, what is on a server that came or went"`
	Unknown      []DiffUnknown `json:"unknown" jsonschema:"how much of the structure is not compared, as no trace of a side tells of it"`
	Unchanged    []DiffCount   `json:"unchanged" jsonschema:"how much of the structure is the same on both sides"`
	Errors       []DiffChange  `json:"errors" jsonschema:"what differs in what went wrong"`
	Timing       []DiffTiming  `json:"timing" jsonschema:"times that differ, the greatest difference first"`
	Compared     int           `json:"compared" jsonschema:"how many times were compared"`
	Tested       int           `json:"tested" jsonschema:"how many differences, of any part, could have come out by chance; the p are corrected for those with enough starts; 0 for one start a side"`
	Enough       int           `json:"enough" jsonschema:"how many starts a side can tell a single time of so many from chance; 0 for one start a side"`
}

// DiffSide is one side.
type DiffSide struct {
	Inputs    []string `json:"inputs" jsonschema:"what was read"`
	Runs      int      `json:"runs" jsonschema:"how many starts"`
	Simulated bool     `json:"simulated" jsonschema:"whether times of any of them are those of a simulated clock"`
	Service   string   `json:"service" jsonschema:"service.name of the first start's process"`
	Version   string   `json:"version" jsonschema:"its service.version"`
}

// DiffChange is a difference that is not one in time.
type DiffChange struct {
	Op     string      `json:"op" jsonschema:"added (only in b), removed (only in a), moved (to another server) or changed"`
	Kind   string      `json:"kind" jsonschema:"server, post-start hook, pre-shutdown hook, disabled hook, check, skipped check, lost check, route, API group or mux signal; of errors: outcome, hook, masked check or problem (of the trace)"`
	Server string      `json:"server" jsonschema:"the server that it is on, in a if it is not in b"`
	Was    string      `json:"was" jsonschema:"of what was moved: the server in a; else empty"`
	Name   string      `json:"name" jsonschema:"its name; empty for a server and an outcome"`
	Fields []DiffField `json:"fields" jsonschema:"what changed in it"`
	RunsA  int         `json:"runs_a" jsonschema:"in how many starts of a it is"`
	RunsB  int         `json:"runs_b" jsonschema:"in how many starts of b it is"`
	KnownA int         `json:"known_a" jsonschema:"of how many starts of a that is known; the others died before, or their traces do not tell"`
	KnownB int         `json:"known_b" jsonschema:"of how many starts of b that is known"`

	P         float64 `json:"p" jsonschema:"of what only some starts of a side have: p of Fisher's exact test; else 0, as there is nothing to test"`
	Adjusted  float64 `json:"p_adjusted" jsonschema:"p, corrected for how much was tested (Benjamini and Hochberg)"`
	Undecided bool    `json:"undecided" jsonschema:"whether that is too great to tell the difference from chance"`
}

// DiffGroup is differences of the structure that are one to a reader.
type DiffGroup struct {
	Op      string   `json:"op" jsonschema:"that of its differences"`
	Kind    string   `json:"kind" jsonschema:"that of its differences"`
	Name    string   `json:"name" jsonschema:"that of its differences; of several routes the path that all are at or below"`
	Servers []string `json:"servers" jsonschema:"the servers that all its differences are on"`
	Members []int    `json:"members" jsonschema:"which differences they are: their places in structure, from 0"`

	routes []string // the names of several routes
}

// DiffUnknown is how much is not compared.
type DiffUnknown struct {
	Side  string `json:"side" jsonschema:"a or b: the one that does not tell"`
	Kind  string `json:"kind" jsonschema:"the kind of thing, as in structure"`
	Died  bool   `json:"died" jsonschema:"whether its starts died before they came to that; else its traces do not tell of such things"`
	Count int    `json:"count" jsonschema:"how many of them the other side has"`
}

// DiffCount is how much is the same.
type DiffCount struct {
	Server string `json:"server" jsonschema:"the server"`
	Kind   string `json:"kind" jsonschema:"the kind of thing, as in structure"`
	Count  int    `json:"count" jsonschema:"how many of them both sides have alike"`
}

// DiffField is a property that changed.
type DiffField struct {
	Name string `json:"name" jsonschema:"what changed"`
	From string `json:"from" jsonschema:"in a"`
	To   string `json:"to" jsonschema:"in b"`
}

// DiffTiming is a time that differs.
type DiffTiming struct {
	Kind     string  `json:"kind" jsonschema:"milestone (from the start), stage, phase or hook"`
	Server   string  `json:"server" jsonschema:"the server of the phase or hook; else empty"`
	Was      string  `json:"was" jsonschema:"of a hook that moved: its server in a; else empty"`
	Name     string  `json:"name" jsonschema:"its name"`
	FromNS   int64   `json:"from_ns" jsonschema:"nanoseconds in a; of several starts the median"`
	FromLo   int64   `json:"from_low_ns" jsonschema:"lower end of the median's 95 % confidence interval"`
	FromHi   int64   `json:"from_high_ns" jsonschema:"upper end of the median's 95 % confidence interval"`
	ToNS     int64   `json:"to_ns" jsonschema:"nanoseconds in b; of several starts the median"`
	ToLo     int64   `json:"to_low_ns" jsonschema:"lower end of the median's 95 % confidence interval"`
	ToHi     int64   `json:"to_high_ns" jsonschema:"upper end of the median's 95 % confidence interval"`
	RunsA    int     `json:"runs_a" jsonschema:"how many starts of a have it"`
	RunsB    int     `json:"runs_b" jsonschema:"how many starts of b have it"`
	P        float64 `json:"p" jsonschema:"p of a Mann-Whitney U test; 1 where too few starts have it for that"`
	Adjusted float64 `json:"p_adjusted" jsonschema:"p, corrected for how much was tested (Benjamini and Hochberg)"`
	Verdict  string  `json:"verdict" jsonschema:"slower, faster, or undecided where it may be chance: there are too few starts, p_adjusted is too great, or a median lies within the other side's interval"`
}

// NewDiff answers what was found to have changed from the starts of a to those of
// b. The names of the inputs are for people.
func NewDiff(a, b []*startup.Startup, inputsA, inputsB []string, found *diff.Diff) *Diff {
	out := &Diff{
		Schema: diffSchema, A: newDiffSide(a, inputsA), B: newDiffSide(b, inputsB),
		Structure: newDiffChanges(found.Structure), Consequences: found.Consequences, Errors: newDiffChanges(found.Errors),
		Groups: []DiffGroup{}, Unchanged: []DiffCount{}, Timing: []DiffTiming{}, Unknown: []DiffUnknown{}, Compared: found.Compared, Tested: found.Tested, Enough: found.Enough,
	}
	for _, g := range found.Groups() {
		out.Groups = append(out.Groups, DiffGroup{string(g.Op), g.Kind, g.Name, g.Servers, g.Members, g.Routes})
	}
	for _, u := range found.Unknown {
		out.Unknown = append(out.Unknown, DiffUnknown{u.Side, u.Kind, u.Died, u.N})
	}
	for _, c := range found.Unchanged {
		out.Unchanged = append(out.Unchanged, DiffCount{c.Server, c.Kind, c.N})
	}
	for _, t := range found.Timing {
		out.Timing = append(out.Timing, DiffTiming{
			Kind: t.Kind, Server: t.Server, Was: t.Was, Name: t.Name,
			FromNS: int64(t.From), FromLo: int64(t.FromLow), FromHi: int64(t.FromHigh),
			ToNS: int64(t.To), ToLo: int64(t.ToLow), ToHi: int64(t.ToHigh),
			RunsA: t.NA, RunsB: t.NB, P: t.P, Adjusted: t.Adjusted, Verdict: string(t.Verdict),
		})
	}
	return out
}

func newDiffSide(starts []*startup.Startup, inputs []string) DiffSide {
	side := DiffSide{Inputs: inputs, Runs: len(starts), Service: starts[0].Service, Version: starts[0].Version}
	for _, s := range starts {
		side.Simulated = side.Simulated || s.Simulated()
	}
	return side
}

func newDiffChanges(changes []diff.Change) []DiffChange {
	out := make([]DiffChange, len(changes))
	for i, c := range changes {
		out[i] = DiffChange{string(c.Op), c.Kind, c.Server, c.Was, c.Name, []DiffField{}, c.InA, c.InB, c.OfA, c.OfB, c.P, c.Adjusted, c.Undecided}
		for _, f := range c.Fields {
			out[i].Fields = append(out[i].Fields, DiffField(f))
		}
	}
	return out
}
