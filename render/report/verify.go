package report

import (
	"time"

	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/verify"
)

var verifySchema = register[Verify]("verify/v1")

// Verify is the answer of chaintrace verify.
type Verify struct {
	Schema string `json:"schema" jsonschema:"verify/v1"`
	Start

	Findings []VerifyFinding `json:"findings" jsonschema:"the findings, the suppressed ones among them; the worst first and those of one severity by code"`
	Counts   VerifyCounts    `json:"counts" jsonschema:"how many findings there are of each kind"`
	NotTold  []string        `json:"not_told" jsonschema:"hooks, checks, routes or readiness: of what the trace tells nothing at all, so that nothing could be found"`
	Unused   []string        `json:"unused_suppressions" jsonschema:"suppressions that match no finding, as CODE on SERVER of NAME (line N)"`
	Expired  []string        `json:"expired_suppressions" jsonschema:"suppressions that hold no longer, as CODE on SERVER of NAME (line N)"`
}

// VerifyFinding is a problem of a start.
type VerifyFinding struct {
	Code       string             `json:"code" jsonschema:"the rule's code; see chaintrace explain"`
	Rule       string             `json:"rule" jsonschema:"the rule's name"`
	Severity   string             `json:"severity" jsonschema:"error, warning or note"`
	Server     string             `json:"server" jsonschema:"the server that it is on; empty when that is unknown"`
	Kind       string             `json:"kind" jsonschema:"what name is: check, hook, route, signal or server"`
	Name       string             `json:"name" jsonschema:"of the check, hook, route (its path) or signal; of the server where it is about that or sums up several things of it"`
	Names      []string           `json:"names" jsonschema:"of the things that it sums up, without those that are accepted; empty where it is about one"`
	Count      int                `json:"count" jsonschema:"how many things it stands for, or of one how many times it is there"`
	Accepted   int                `json:"accepted" jsonschema:"how many more things suppressions accept"`
	Source     string             `json:"source" jsonschema:"source place where the thing was registered; empty when the trace does not know"`
	Message    string             `json:"message" jsonschema:"what was found"`
	Suppressed *VerifySuppression `json:"suppressed" jsonschema:"the suppression that accepts it; null when none does"`

	detail string // tells findings about one thing apart
}

// VerifySuppression is why a finding is accepted.
type VerifySuppression struct {
	Reason  string `json:"reason" jsonschema:"as the file of suppressions gives it"`
	Expires string `json:"expires" jsonschema:"last day on which it holds, as YYYY-MM-DD; empty for ever"`
	Line    int    `json:"line" jsonschema:"where it stands in the file"`
}

// VerifyCounts counts findings. Suppressed ones are in that count alone.
type VerifyCounts struct {
	Errors     int `json:"errors" jsonschema:"findings that are wrong now"`
	Warnings   int `json:"warnings" jsonschema:"findings that will hurt when something else goes wrong"`
	Notes      int `json:"notes" jsonschema:"findings that are surprising, and good to know"`
	Suppressed int `json:"suppressed" jsonschema:"findings that a suppression accepts"`
}

// Total returns the number of findings that are not suppressed.
func (c VerifyCounts) Total() int { return c.Errors + c.Warnings + c.Notes }

// AtLeast returns how many of the findings that are not suppressed are as bad as
// this, or worse.
func (c VerifyCounts) AtLeast(s verify.Severity) int {
	n := c.Errors
	if s <= verify.Warning {
		n += c.Warnings
	}
	if s <= verify.Note {
		n += c.Notes
	}
	return n
}

// NewVerify tells of the findings of a start, as suppressions have left them.
func NewVerify(s *startup.Startup, suppressed *verify.Suppressed) *Verify {
	a := &Verify{
		Schema: verifySchema, Start: newStart(s), Findings: []VerifyFinding{}, NotTold: append([]string{}, s.NotTold()...),
		Unused: suppressionNames(suppressed.Unused), Expired: suppressionNames(suppressed.Expired),
	}
	for i, f := range suppressed.Findings {
		finding := VerifyFinding{
			Code: f.Rule.Code, Rule: f.Rule.Name, Severity: f.Rule.Severity.String(),
			Server: f.Server, Kind: f.Kind, Name: f.Name, Names: append([]string{}, f.Names...), Count: f.Count, Accepted: suppressed.Accepted[i],
			Source: f.Source, Message: f.Message, detail: f.Detail,
		}
		by := suppressed.By[i]
		switch {
		case by != nil:
			finding.Suppressed = &VerifySuppression{Reason: by.Reason, Line: by.Line}
			if !by.Expires.IsZero() {
				finding.Suppressed.Expires = by.Expires.Format(time.DateOnly)
			}
			a.Counts.Suppressed++
		case f.Rule.Severity == verify.Error:
			a.Counts.Errors++
		case f.Rule.Severity == verify.Warning:
			a.Counts.Warnings++
		default:
			a.Counts.Notes++
		}
		a.Findings = append(a.Findings, finding)
	}
	return a
}
