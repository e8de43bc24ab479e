package follow_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/follow"
)

func text(key, value string) trace.Attr { return trace.Attr{Key: key, Value: trace.String(value)} }

// told writes changes in words.
func told(changes []follow.Change) string {
	var out []string
	for _, c := range changes {
		at := fmt.Sprint(c.At, " ")
		switch {
		case c.Stage != nil:
			out = append(out, at+strings.TrimSpace(c.Stage.Name+" "+c.Stage.Server))
		case c.Hook != nil:
			out = append(out, at+fmt.Sprint(c.Hook.Name, " ", c.Hook.State))
		case c.Ready:
			out = append(out, at+"ready")
		case c.Again:
			out = append(out, at+"again")
		}
	}
	return strings.Join(out, ", ")
}

func TestStart(t *testing.T) {
	var s follow.Start
	hook := func(name string) trace.Attr { return text(attr.HookName, name) }
	failed := span(7, attr.SpanHookRun, 40, 55, hook("x"), text(attr.HookOutcome, attr.OutcomeFailed), text(attr.HookError, "no luck"))
	rejected := span(9, attr.SpanHookRegister, 23, 23, hook("twice"))
	rejected.Status.Code = trace.StatusError
	for _, c := range []struct {
		span trace.Span
		want string
	}{
		{span(1, attr.SpanStartup, 10, 0), ""},
		{span(2, attr.SpanConfigBuild, 11, 12), "11 config.build"},
		{span(12, attr.SpanServerNew, 13, 0, text(attr.ServerName, "alone")), "13 server.new alone"},
		{span(12, attr.SpanServerNew, 13, 14, text(attr.ServerName, "alone")), ""},
		{span(3, attr.SpanServerCreate, 20, 0, text(attr.ServerName, "a")), "20 server.create a"},
		{span(13, attr.SpanServerNew, 20, 0, text(attr.ServerName, "a")), ""},
		{span(4, attr.SpanHookRegister, 21, 21, hook("x"), text(attr.ServerName, "a")), "21 x 0"},
		{span(4, attr.SpanHookRegister, 21, 21, hook("stop"), text(attr.HookKind, attr.KindPreShutdown)), ""},
		{span(4, attr.SpanHookRegister, 21, 21, hook("off"), trace.Attr{Key: attr.HookDisabled, Value: trace.Bool(true)}), ""},
		{rejected, ""},
		{span(5, attr.SpanHookMerge, 22, 22, hook("x")), ""},
		{span(5, attr.SpanHookMerge, 22, 22, hook("y"), text(attr.HookOrigin, "b")), "22 y 0"},
		{span(3, attr.SpanServerCreate, 20, 30, text(attr.ServerName, "a")), ""},
		{span(6, attr.SpanHooksRun, 40, 0), "40 hooks.run"},
		{span(7, attr.SpanHookRun, 40, 0, hook("x")), "40 x 1"},
		{span(8, attr.SpanHookRun, 41, 50, hook("y")), "50 y 2"},
		{failed, "55 x 3"},
		{failed, ""},
		{span(9, attr.SpanHookRun, 42, 0, hook("z")), "42 z 1"}, // nobody saw it registered
		{span(10, attr.SpanReady, 40, 0), ""},
		{span(10, attr.SpanReady, 40, 60), "60 ready"},
		{span(11, "request", 70, 71), ""},
	} {
		if got := told(s.Add([]trace.Span{withResource(c.span)})); got != c.want {
			t.Errorf("%s: changes %q, want %q", c.span.Name, got, c.want)
		}
	}
	if s.Service != "kas" || s.Version != "v1" || s.Begin != 10 || s.Ready != 60 || s.Finished || s.Ended() != 2 {
		t.Errorf("the start is %+v", s)
	}
	want := []*follow.Hook{
		{Name: "x", Origin: "a", State: follow.HookFailed, Begin: 40, End: 55, Err: "no luck"},
		{Name: "y", Origin: "b", State: follow.HookDone, Begin: 41, End: 50},
		{Name: "z", State: follow.HookRunning, Begin: 42},
	}
	if diff := cmp.Diff(want, s.Hooks); diff != "" {
		t.Error(diff)
	}
	if s.Failed() != s.Hooks[0] {
		t.Errorf("%v is said to have failed", s.Failed())
	}
	s.Add([]trace.Span{withResource(span(9, attr.SpanHookRun, 42, 45, hook("z"), text(attr.HookOutcome, attr.OutcomeFailed)))})
	if s.Failed() != s.Hooks[2] {
		t.Errorf("%v is said to have failed first", s.Failed())
	}

	// The same start ends; then another one begins.
	s.Add([]trace.Span{withResource(span(1, attr.SpanStartup, 10, 60))})
	if !s.Finished || len(s.Hooks) != 3 {
		t.Errorf("when it has ended the start is %+v", s)
	}
	if got := told(s.Add([]trace.Span{withResource(span(20, attr.SpanStartup, 100, 0))})); got != "100 again" {
		t.Errorf("another start changes %q", got)
	}
	if s.Begin != 100 || s.Ready != 0 || len(s.Hooks) != 0 || s.Failed() != nil {
		t.Errorf("another start is %+v", s)
	}
}

func withResource(s trace.Span) trace.Span {
	s.Resource = &trace.Resource{Attrs: []trace.Attr{text(attr.ServiceName, "kas"), text(attr.ServiceVersion, "v1")}}
	return s
}

// A trace that begins in the middle counts from its first span.
func TestStartWithoutRoot(t *testing.T) {
	var s follow.Start
	s.Add([]trace.Span{withResource(span(3, attr.SpanServerCreate, 20, 0)), withResource(span(4, attr.SpanHooksRun, 30, 0))})
	if s.Begin != 20 || s.Stage.Name != attr.SpanHooksRun {
		t.Errorf("the start is %+v", s)
	}
}

// TestTwoStartsAtOnce: of processes that write to one file at the same time, the one
// that began last is followed, whatever the others write, whether their traces are two
// or, as children of one span, the same.
func TestTwoStartsAtOnce(t *testing.T) {
	for name, other := range map[string]trace.TraceID{"two traces": {2}, "one trace": {1}} {
		t.Run(name, func(t *testing.T) {
			of := func(parent byte, id trace.TraceID, s trace.Span) trace.Span {
				s.ParentID, s.TraceID = trace.SpanID{parent}, id
				return s
			}
			first, second := trace.TraceID{1}, other
			hook := text(attr.HookName, "x")
			var s follow.Start
			got := told(s.Add([]trace.Span{
				of(0, first, span(1, attr.SpanStartup, 10, 0)),
				of(1, first, span(2, attr.SpanHooksRun, 11, 0)),
				of(2, first, span(3, attr.SpanHookRun, 12, 0, hook)),
				of(0, second, span(11, attr.SpanStartup, 20, 0)),
				of(11, second, span(12, attr.SpanHooksRun, 21, 0)),
				of(12, second, span(13, attr.SpanHookRun, 22, 0, hook)),
				of(2, first, span(3, attr.SpanHookRun, 12, 30, hook)),
				of(1, first, span(4, attr.SpanReady, 12, 31)),
				of(0, first, span(1, attr.SpanStartup, 10, 32)),
			}))
			if want := "11 hooks.run, 12 x 1, 20 again, 21 hooks.run, 22 x 1"; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if s.Ready != 0 || s.Finished || s.Begin != 20 || s.Ended() != 0 {
				t.Errorf("the first is taken for the second: %+v", s)
			}
			got = told(s.Add([]trace.Span{of(11, second, span(14, attr.SpanReady, 22, 40)), of(0, second, span(11, attr.SpanStartup, 20, 41))}))
			if got != "40 ready" || !s.Finished {
				t.Errorf("%s, finished: %v", got, s.Finished)
			}
		})
	}
}
