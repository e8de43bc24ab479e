// Package label names spans for tools that show a span by one line of text.
package label

import (
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// most is how many characters of a name are shown.
const most = 200

// Of returns the name of a span with what it is about behind it, as in
// "check.add ping". A run of a hook is called as the hook.
func Of(s *trace.Span) string {
	about := subject(s)
	switch {
	case about == "":
		return Name(s.Name)
	case s.Name == attr.SpanHookRun:
		return Name(about)
	}
	return Name(s.Name + " " + about)
}

// Name returns a name out of a trace as it can be shown.
func Name(s string) string {
	if s == "" {
		return "(no name)"
	}
	return render.Printable(s, most)
}

// subject returns what a span of chaintrace's vocabulary is about, or "".
func subject(s *trace.Span) string {
	return s.Attr(subjectKey(s.Name)).Str()
}

// subjectKey returns the attribute that tells what spans, or events, of this name
// are about; "" where they are about nothing in particular.
func subjectKey(name string) string {
	if name == attr.SpanHooksRun {
		return "" // the hooks of all servers run in it
	}
	kind, _, _ := strings.Cut(name, ".")
	switch kind {
	case "hook":
		return attr.HookName
	case "check":
		return attr.CheckName
	case "route":
		return attr.RoutePath
	case "signal", "lifecycle":
		return attr.SignalName
	case "apigroup":
		return attr.APIGroupName
	case "server", "listener", "hooks", "checks", "api":
		return attr.ServerName
	}
	return ""
}
