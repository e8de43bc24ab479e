package verify_test

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/verify"
)

// cut returns a trace as its recorder would have left it if it had died then.
func cut(t *trace.Trace, at int64) *trace.Trace {
	out := &trace.Trace{}
	for _, s := range t.Spans {
		if s.Start > at {
			continue
		}
		if s.End > at {
			s.End = 0
		}
		s.Events = slices.DeleteFunc(slices.Clone(s.Events), func(e trace.Event) bool { return e.Time > at })
		out.Spans = append(out.Spans, s)
	}
	return out
}

// TestACutTraceLosesNothing: of a trace that ends somewhere in the middle, nothing
// is said to be lost or unreachable that the whole trace does not say so of.
func TestACutTraceLosesNothing(t *testing.T) {
	file, err := os.Open("../../../testdata/golden/kube-apiserver-1.37.trace.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	whole, err := trace.Read(file, trace.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var moments []int64
	for _, s := range whole.Spans {
		moments = append(moments, s.Start, s.End)
	}
	slices.Sort(moments)
	moments = slices.Compact(moments)
	known := map[string]bool{}
	for i := len(moments) - 1; i >= 0; i -= 5 { // the whole trace first
		s, err := startup.FromTrace(cut(whole, moments[i]))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range verify.Find(s, verify.Options{}) {
			if !slices.Contains([]string{"CT104", "CT206", "CT302"}, f.Rule.Code) {
				continue
			}
			what := fmt.Sprintf("%s on %s of %s x%d", f.Rule.Code, f.Server, f.Name, f.Count)
			if i == len(moments)-1 {
				known[what] = true
			} else if !known[what] {
				t.Fatalf("cut at moment %d of %d: %s: %s", i, len(moments), what, f.Message)
			}
		}
	}
	if len(known) != 2 {
		t.Errorf("of the whole trace it says %v", known)
	}
}
