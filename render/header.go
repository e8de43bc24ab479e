package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

const (
	titleTrack = 900 // points of the time line below the title
	minSegment = 3   // points of a phase that took any time at all
	charPoints = 6.2 // average width of a character of small text, with margin
)

// title builds what stands above every picture: which process, what is shown,
// when the chain was ready, and where the time went.
func title(s *startup.Startup, what string) *Table {
	t := &Table{}
	t.Add(Cell{Text: joinNonEmpty(" ", clip(orElse(s.Service, "server chain"), maxLabel), clip(s.Version, 24)) + ": " + what, Font: FontTitle})
	t.Add(Cell{Text: readyText(s), Font: FontBold, Role: readyRole(s)})
	if from := originText(s); from != "" {
		role := RoleMuted
		if s.Simulated() {
			role = RoleSimulated
		}
		t.Add(Cell{Text: from, Font: FontSmall, Role: role})
	}
	if problems := problemsText(s); problems != "" {
		t.Add(Cell{Text: problems, Font: FontSmall, Role: RoleProblem})
	}
	if bar := phaseBar(s); bar != nil {
		t.Add(Cell{Bar: bar})
	}
	return t
}

// readyText says in words how the start ended.
func readyText(s *startup.Startup) string {
	mark := ""
	if s.Simulated() {
		mark = " (simulated time)"
	}
	switch {
	case s.Failure != nil:
		begin, what := "Never ready: ", name(s.Failure.What())
		if s.Ready != nil {
			begin = "Ready after " + duration(s.Ready.At) + ", then "
		}
		if s.Failure.Hook != "" {
			what = "hook " + what
		}
		return begin + what + " failed after " + duration(s.Failure.At) + mark + " and ended the process: " + clip(s.Failure.Err, 90)
	case s.Outcome() == startup.OutcomeNotShown:
		return "No readiness is shown within the " + duration(s.End) + mark + " of this trace"
	case s.Ready == nil:
		return "Not ready within the " + duration(s.End) + mark + " of this trace" + unfinishedText(s)
	case s.Ready.How == "observed" && s.Source == attr.SourceInstrumented:
		return "Ready after " + duration(s.Ready.At) + mark + ", as seen inside the server"
	case s.Ready.How == "observed":
		return "Ready after " + duration(s.Ready.At) + mark + ", as seen from outside"
	}
	return "Ready after " + duration(s.Ready.At) + mark
}

func unfinishedText(s *startup.Startup) string {
	var open []string
	for _, r := range s.Runs {
		if r.End < r.Start || r.Outcome == attr.OutcomeHung {
			open = append(open, clip(r.Name, 40))
		}
	}
	if len(open) == 0 {
		return ""
	}
	const most = 3
	if len(open) > most {
		return ": " + strings.Join(open[:most], ", ") + " and " + count(len(open)-most, "other hook") + " had not ended"
	}
	return ": " + strings.Join(open, ", ") + " had not ended"
}

func readyRole(s *startup.Startup) Role {
	switch {
	case s.Outcome() == startup.OutcomeNotShown:
		return RoleProblem // nobody asked: it may have been ready
	case s.Ready == nil:
		return RoleFailed
	}
	return RoleTitle
}

// originText says where the trace comes from.
func originText(s *startup.Startup) string {
	var parts []string
	switch s.Source {
	case "model":
		parts = append(parts, "chaintrace's model")
	case "instrumented":
		parts = append(parts, "recorded in the real server")
	case "observed":
		parts = append(parts, "observed through the health endpoints")
	}
	if s.Preset != "" {
		parts = append(parts, "preset "+clip(s.Preset, 48))
	}
	if s.Storage != "" {
		parts = append(parts, clip(s.Storage, 16)+" storage")
	}
	if s.Simulated() {
		parts = append(parts, "all times are simulated from recorded durations")
	}
	return strings.Join(parts, "  ·  ")
}

// problemsText names the first problems of a trace, so that nobody takes what a
// broken trace shows for the whole truth.
func problemsText(s *startup.Startup) string {
	const most = 2
	first, tail := s.Problems, ""
	if len(first) > most {
		first = first[:most]
		tail = fmt.Sprintf("; and %d more: see the summary", len(s.Problems)-most)
	}
	if len(first) == 0 {
		return ""
	}
	const head = "This trace has problems: "
	width := float64(titleTrack) / charPoints // in characters
	return head + clip(strings.Join(first, "; "), int(width)-len(head)-len(tail)) + tail
}

// phaseBar draws the phases of the start to scale, one after the other. Phases that lie
// within one already drawn are left out, and so is what came when the start was over.
func phaseBar(s *startup.Startup) *Bar {
	total := s.Over()
	if total <= 0 || len(s.Phases) == 0 {
		return nil
	}
	bar := &Bar{Track: titleTrack, Height: 17}
	at := func(d time.Duration) int { return int(float64(titleTrack) * float64(d) / float64(total)) }
	pos := 0
	roles := []Role{RolePhaseA, RolePhaseB}
	for _, p := range s.Phases {
		end := p.End
		if end < p.Start || end > total {
			end = total
		}
		if at(end)-at(p.Start) < minSegment || at(end) <= pos {
			continue
		}
		if gap := at(p.Start) - pos; gap > 0 {
			bar.Segments = append(bar.Segments, Segment{Length: gap})
			pos += gap
		}
		length := at(end) - pos
		role := roles[0]
		roles[0], roles[1] = roles[1], roles[0]
		bar.Segments = append(bar.Segments, Segment{Length: length, Role: role, Text: phaseText(p, end-p.Start, length)})
		pos += length
	}
	return bar
}

// phaseText returns as much of a phase's name and duration as fits.
func phaseText(p startup.Phase, took time.Duration, length int) string {
	full := clip(p.Name, 40) + "  " + duration(took)
	for _, text := range []string{full, clip(p.Name, 40), duration(took)} {
		if float64(len(text))*charPoints < float64(length) {
			return text
		}
	}
	return ""
}

// legendEntry is one sample with its meaning.
type legendEntry struct {
	role Role
	text string
}

// legend builds the key below the picture g, which must be whole but for that: samples
// in one row, of those roles that are in it, and remarks below. A remark may be empty.
func legend(g *Graph, entries []legendEntry, remarks ...string) *Table {
	t, samples := &Table{}, &Table{}
	var cells []Cell
	for _, e := range present(g, entries) {
		cells = append(cells, Cell{Text: e.text, Font: FontSmall, Role: e.role, Badge: true, Align: AlignCenter})
		cells = append(cells, Cell{Text: " ", Font: FontSmall})
	}
	if len(cells) > 0 {
		samples.Add(cells...)
		t.Add(Cell{Table: samples}) // in a table of their own, or the remarks would stretch them
	}
	for _, r := range remarks {
		if r != "" {
			t.Add(Cell{Text: r, Font: FontSmall, Role: RoleMuted})
		}
	}
	return t
}

// present returns those entries whose role is in the picture.
func present(g *Graph, entries []legendEntry) []legendEntry {
	used := rolesIn(g)
	used[RoleSimulated] = true // it marks what the title says
	return slices.DeleteFunc(slices.Clone(entries), func(e legendEntry) bool { return !used[e.role] })
}

// rolesIn returns the roles of all that g draws between its title and its legend.
func rolesIn(g *Graph) (used [roleCount]bool) {
	for i := range g.Clusters {
		used[g.Clusters[i].Role] = true
		addRoles(&used, g.Clusters[i].Label)
	}
	for i := range g.Nodes {
		used[g.Nodes[i].Role] = true
		addRoles(&used, &g.Nodes[i].Label)
	}
	for i := range g.Edges {
		used[g.Edges[i].Role] = true
	}
	return used
}

func addRoles(used *[roleCount]bool, t *Table) {
	if t == nil {
		return
	}
	for _, r := range t.Rows {
		used[r.Role] = true
		for _, c := range r.Cells {
			used[c.Role] = true
			addRoles(used, c.Table)
			if c.Bar == nil {
				continue
			}
			for _, s := range c.Bar.Segments {
				used[s.Role] = true
			}
		}
	}
}

func joinNonEmpty(sep string, parts ...string) string {
	var some []string
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, sep)
}

// wrap packs words into lines of at most n characters, joined by sep. A word
// that is longer stands alone.
func wrap(words []string, sep string, n int) []string {
	var lines []string
	line := ""
	for i, w := range words {
		if i < len(words)-1 {
			w += sep
		}
		if line != "" && TextWidth(line)+1+TextWidth(w) > n {
			lines = append(lines, line)
			line = ""
		}
		line = joinNonEmpty(" ", line, w)
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
