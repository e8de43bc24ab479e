package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// WriteText writes the answer in a line, and below it the way, one row a hop.
func (a *Which) WriteText(w io.Writer, style Style) error {
	var b strings.Builder
	method := a.Method
	if method != "" {
		method = render.Printable(method, 20) + " "
	}
	ink := map[string]Ink{"answered": InkGood, "not-found": InkBad, "unavailable": InkBad, "undecided": InkWarn}[a.Result]
	input := render.Printable(a.input, 120)
	text, how := verdict(a.Result, a.Server, a.Status, a.Branches), "by the routes in "+input+", which records no methods"
	switch {
	case a.By == "handlers":
		how = "asked the handlers of " + input
	case len(a.Hops) == 0:
		text, how = "not known", input+" has no routes, so it does not tell who answers"
	}
	fmt.Fprintf(&b, "%s%s: %s\n", method, style.Paint(InkStrong, render.Printable(a.Path, 200)), style.Paint(ink, text))
	fmt.Fprintf(&b, "%s\n\n", style.Paint(InkMuted, how))
	if err := writeWay(&b, style, a.WhichWay); err != nil {
		return err
	}
	if err := a.writeEarly(&b, style); err != nil {
		return err
	}
	if err := a.writeUnused(&b, style); err != nil {
		return err
	}
	for _, n := range a.Notes {
		fmt.Fprintln(&b, style.Paint(InkMuted, "note: "+render.Printable(n, 200)))
	}
	a.writeProblems(&b, style)
	_, err := io.WriteString(w, b.String())
	return err
}

// verdict says how a way ends.
func verdict(result, server string, status *int, branches []WhichBranch) string {
	code := ""
	if status != nil {
		code = strconv.Itoa(*status)
	}
	behind := func(s string) string {
		if code == "" {
			return s
		}
		return s + " (" + code + ")"
	}
	name := render.Printable(server, 60)
	switch {
	case result == string(startup.WayAnswered):
		return behind(name + " answers")
	case result == string(startup.WayNotFound) && server == "":
		return behind("no server has it")
	case result == string(startup.WayNotFound):
		return behind(name + " has no such path")
	case result == string(startup.WayUnavailable) && server == "":
		return behind("not known yet")
	case result == string(startup.WayUnavailable):
		return behind("the server behind the APIService is not available")
	}
	if len(branches) == 0 {
		return "another server answers, if it is available (else 503)"
	}
	return "it depends"
}

// hopText says what happens at a hop.
func hopText(h WhichHop) string {
	path := render.Printable(h.Path, 120)
	switch startup.HopKind(h.Kind) {
	case startup.HopWebService:
		return "web service " + path
	case startup.HopExact:
		return "mux, exact path " + path
	case startup.HopPrefix:
		return "mux, prefix " + path
	case startup.HopNotFound:
		return "nothing matches: on to its delegate"
	case startup.HopProxy:
		return "proxy: the APIService is the chain's own: on to its delegate"
	case startup.HopRemote:
		return "proxy: the APIService is another server's"
	case startup.HopUnavailable:
		return "proxy: the APIService is another server's, which is not there"
	case startup.HopCRD:
		return "custom resource handler: " + path
	case startup.HopEnd:
		return "end of the chain"
	}
	return render.Printable(h.Kind, 20) + " " + path
}

// writeWay writes a row for each hop, further in with each, and then the
// branches.
func writeWay(w io.Writer, style Style, way WhichWay) error {
	t := &Table{Columns: make([]Column, 4)}
	addHops(t, 0, way.Hops)
	if err := t.Write(w, style); err != nil {
		return err
	}
	for _, branch := range way.Branches {
		when := render.Printable(strings.Join(branch.When, ", and "), 200)
		fmt.Fprintf(w, "%s%s %s\n", indent(len(way.Hops)), style.Paint(InkWarn, "if "+when+":"), verdict(branch.Result, branch.Server, branch.Status, nil))
		t := &Table{Columns: make([]Column, 4)}
		addHops(t, len(way.Hops)+1, branch.Hops)
		if err := t.Write(w, style); err != nil {
			return err
		}
	}
	return nil
}

func addHops(t *Table, depth int, hops []WhichHop) {
	for i, h := range hops {
		name := render.Printable(h.Server, 60)
		if h.Kind == string(startup.HopEnd) {
			name = "(end)"
		}
		source := Cell{render.Printable(h.Source, 120), InkMuted}
		installer := Cell{render.Printable(h.Installer, 80), InkMuted}
		if i > 0 && h.Installer == hops[i-1].Installer && h.Source == hops[i-1].Source {
			installer, source = Cell{}, Cell{} // the proxy's row is about the route of the row above
		}
		text := hopText(h)
		if i+1 < len(hops) && strings.HasPrefix(h.Path, "/openapi/") && h.Kind == string(startup.HopPrefix) {
			text += ": gets the document from the server that owns it"
		}
		t.Row(Cell{indent(depth+i) + name, InkNone}, Cell{text, InkNone}, installer, source)
	}
}

func indent(depth int) string { return strings.Repeat("  ", depth) }

// writeEarly tells of the time before every path is known.
func (a *Which) writeEarly(w io.Writer, style Style) error {
	if a.Early == nil {
		return nil
	}
	complete := startup.MuxComplete + at(a.MuxCompleteNS)
	heading := "At first, until " + complete + ":"
	if a.Early.sameHops(a.WhichWay) {
		text := "the end of the chain answers 503 with Retry-After, not 404; the way is the same"
		if !a.Early.endsEarly() { // as a check that does not pass yet
			heading, text = "At first:", verdict(a.Early.Result, a.Early.Server, a.Early.Status, a.Early.Branches)+", by the same way"
		}
		_, err := fmt.Fprintf(w, "\n%s %s\n", style.Paint(InkStrong, heading), text)
		return err
	}
	until := "until the aggregator has a route for it" + at(a.RouteAtNS)
	text := verdict(a.Early.Result, a.Early.Server, a.Early.Status, a.Early.Branches)
	if a.Early.endsEarly() {
		until += ", or " + complete
		text += ", with Retry-After"
	}
	fmt.Fprintf(w, "\n%s %s\n", style.Paint(InkStrong, "At first, "+until+":"), text)
	return writeWay(w, style, *a.Early)
}

// at writes a moment where it is known.
func at(ns *int64) string {
	if ns == nil {
		return ""
	}
	return ", @" + duration(*ns)
}

// endsEarly reports whether a way, or one of its branches, ends at the end of the
// chain before every path is known.
func (way WhichWay) endsEarly() bool {
	early := func(result, server string) bool { return result == string(startup.WayUnavailable) && server == "" }
	return early(way.Result, way.Server) ||
		slices.ContainsFunc(way.Branches, func(b WhichBranch) bool { return early(b.Result, b.Server) })
}

// writeUnused lists the routes that match and are not used.
func (a *Which) writeUnused(w io.Writer, style Style) error {
	if len(a.Unused) == 0 {
		return nil
	}
	fmt.Fprintf(w, "\n%s\n", style.Paint(InkStrong, "These match too, and are not used:"))
	t := &Table{Columns: make([]Column, 5)}
	for _, u := range a.Unused {
		t.Row(
			Cell{render.Printable(u.Server, 60), InkNone}, Cell{hopText(WhichHop{Kind: u.Match, Path: u.Path}), InkNone},
			Cell{render.Printable(u.Why, 120), InkNone},
			Cell{render.Printable(u.Installer, 80), InkMuted}, Cell{render.Printable(u.Source, 120), InkMuted},
		)
	}
	return t.Write(w, style)
}
