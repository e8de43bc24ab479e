package startup_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// A job that starts a server twice has both starts in its trace, and spans of
// its own: the latest start is read as if it were alone.
func TestLatestOfSeveralStarts(t *testing.T) {
	alone := chainOfTwo()
	want := alone.read(t)

	job := newBuilder()
	first := chainOfTwo()
	for i := range first.Spans {
		s := first.Spans[i]
		s.SpanID[0], s.Start, s.End = 1, s.Start-3e11, s.End-3e11
		if !s.ParentID.IsZero() {
			s.ParentID[0] = 1
		}
		job.Spans = append(job.Spans, s)
	}
	root := job.add(trace.SpanID{}, "job", -400_000, 0)
	job.add(root, "step", -1000, 200_000)
	for i := range job.Spans {
		if job.Spans[i].Name == attr.SpanStartup {
			job.Spans[i].ParentID = root
		}
	}
	for i := range alone.Spans {
		s := alone.Spans[i]
		if s.Name == attr.SpanStartup {
			s.ParentID = root
		}
		job.Spans = append(job.Spans, s)
	}
	got := job.read(t)
	if len(got.Problems) != 1 || got.Problems[0] != "the trace holds 2 starts; this is the latest" {
		t.Errorf("problems: %q", got.Problems)
	}
	got.Problems = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("alone and among others (-want +got):\n%s", diff)
	}
}

// Spans of others in the trace are nobody's business, whatever is wrong with
// them; parts of the start whose ancestors are missing are still read.
func TestSpansOfOthers(t *testing.T) {
	b := chainOfTwo()
	want := b.read(t)
	b.add(trace.SpanID{}, "job", -5000, 0)
	b.add(trace.SpanID{7}, "step", -4000, -4500)
	if diff := cmp.Diff(want, b.read(t)); diff != "" {
		t.Errorf("with the spans of others (-want +got):\n%s", diff)
	}
	b.add(trace.SpanID{8}, attr.SpanListenerServe, 55, 56)
	s := b.read(t)
	if len(s.Phases) != len(want.Phases)+1 || !strings.Contains(strings.Join(s.Problems, " "), "1 span has a parent that is not in the trace") {
		t.Errorf("phases %v, problems %q", s.Phases, s.Problems)
	}
}

// Without a single start time the years since 1970 are no part of the start.
func TestNoStartTimeAtAll(t *testing.T) {
	b := chainOfTwo()
	for i := range b.Spans {
		b.Spans[i].Start = 0
	}
	s := b.read(t)
	if s.End > 200*ms || s.Ready == nil || s.Ready.At > 200*ms {
		t.Errorf("it ends after %v, ready %+v", s.End, s.Ready)
	}
}
