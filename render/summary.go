package render

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/chaintrace/chaintrace/trace/startup"
)

// slowest is how many hooks the summary names.
const slowest = 3

// WriteSummary writes a start in a few aligned lines of plain text: how it
// ended, what each server has, and where the time went.
func WriteSummary(w io.Writer, s *startup.Startup) error {
	var b strings.Builder
	fmt.Fprintln(&b, joinNonEmpty(" ", clip(orElse(s.Service, "server chain"), maxLabel), clip(s.Version, 24))+": "+lowerFirst(readyText(s)))
	if from := originText(s); from != "" {
		fmt.Fprintln(&b, strings.ReplaceAll(from, "  ·  ", ", "))
	}
	writeServers(&b, s)
	writeSkips(&b, s)
	writeSlowest(&b, s)
	for _, p := range s.Problems {
		fmt.Fprintf(&b, "note: %s\n", clip(p, 200))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the summary: %w", err)
	}
	return nil
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// writeServers writes a table of the servers, outermost first, with a column for
// all that the trace tells of.
func writeServers(b *strings.Builder, s *startup.Startup) {
	if len(s.Servers) == 0 {
		return
	}
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	columns := serverColumns(s)
	fmt.Fprint(t, "SERVER")
	for _, c := range columns {
		fmt.Fprint(t, "\t"+c.head)
	}
	for _, sv := range s.OutermostFirst() {
		fmt.Fprint(t, "\n"+name(sv.Name))
		for _, c := range columns {
			fmt.Fprintf(t, "\t%d", c.count(sv))
		}
	}
	fmt.Fprintln(t)
	_ = t.Flush() // a strings.Builder takes everything
}

// serverColumn is what there is of a kind on a server.
type serverColumn struct {
	head  string
	count func(*startup.Server) int
}

// serverColumns returns what is counted: not what the trace tells nothing of.
func serverColumns(s *startup.Startup) []serverColumn {
	var columns []serverColumn
	add := func(head string, count func(*startup.Server) int) {
		columns = append(columns, serverColumn{head, count})
	}
	untold := s.NotToldOfServers()
	if !slices.Contains(untold, startup.SubjectHooks) {
		add("HOOKS", func(sv *startup.Server) int { return len(sv.PostStart) })
		add("MERGED", func(sv *startup.Server) int { return len(inheritedHooks(sv.PostStart)) })
	}
	if !slices.Contains(untold, startup.SubjectChecks) {
		add("CHECKS", presentChecks)
		add("MERGED", func(sv *startup.Server) int { return len(sv.ChecksIn(startup.CheckInherited)) })
		add("SKIPPED", func(sv *startup.Server) int {
			return len(sv.ChecksIn(startup.CheckSkipped)) + len(sv.ChecksIn(startup.CheckMasked))
		})
	}
	paths := !slices.Contains(untold, startup.SubjectRoutes)
	if paths {
		add("PATHS", func(sv *startup.Server) int { return len(sv.Routes) })
	}
	if paths || slices.ContainsFunc(s.Servers, func(sv *startup.Server) bool { return len(sv.Groups) > 0 }) {
		add("GROUPS", func(sv *startup.Server) int { return len(sv.Groups) })
	}
	return columns
}

// writeSkips names the checks that were passed by.
func writeSkips(b *strings.Builder, s *startup.Startup) {
	for _, sv := range s.OutermostFirst() {
		for _, state := range []startup.CheckState{startup.CheckSkipped, startup.CheckMasked, startup.CheckLost} {
			var names []string
			for _, c := range sv.ChecksIn(state) {
				names = append(names, clip(c.Name, 40))
			}
			if len(names) == 0 {
				continue
			}
			what := map[startup.CheckState]string{
				startup.CheckSkipped: "skips", startup.CheckMasked: "hides, though they fail,", startup.CheckLost: "never learns of",
			}[state]
			fmt.Fprintf(b, "%s %s %s of %s: %s\n", name(sv.Name), what, count(len(names), "check"), name(sv.Delegate), strings.Join(names, ", "))
		}
	}
}

// writeSlowest names the hooks that took longest and those in trouble.
func writeSlowest(b *strings.Builder, s *startup.Startup) {
	runs := slices.Clone(s.Runs)
	slices.SortStableFunc(runs, func(a, c *startup.HookRun) int { return cmp.Compare(s.Elapsed(c), s.Elapsed(a)) })
	var slow []string
	for _, r := range runs {
		if len(slow) < slowest && !r.InTrouble() {
			slow = append(slow, name(r.Name)+" "+duration(s.Elapsed(r)))
		}
	}
	if len(slow) > 0 {
		fmt.Fprintf(b, "slowest hooks: %s\n", strings.Join(slow, ", "))
	}
	const most = 12
	shown := 0
	for _, r := range s.Runs {
		if !r.InTrouble() {
			continue
		}
		if shown++; shown > most {
			continue
		}
		fmt.Fprintf(b, "hook %s %s after %s%s\n", name(r.Name), outcomeWord(r), duration(s.Elapsed(r)), troubleReason(r))
	}
	if shown > most {
		fmt.Fprintf(b, "and %d more hooks\n", shown-most)
	}
}

func troubleReason(r *startup.HookRun) string {
	switch {
	case r.BecauseOf != "":
		return ", waiting for " + name(r.BecauseOf)
	case r.Outcome == "failed":
		return ": " + clip(r.Err, 160)
	case r.BlockedOn != "":
		return ", in " + clip(r.BlockedOn, 80)
	}
	return ""
}
