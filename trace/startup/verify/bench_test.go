package verify_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/verify"
)

// large is a chain of three out of about so many spans, with something to find
// at every turn: of ten, three are hooks on their way outwards, four are checks,
// and three are routes.
func large(spans int) *startup.Startup {
	s := &startup.Startup{End: time.Hour}
	var below *startup.Server
	for i := range 3 {
		sv := &startup.Server{Name: fmt.Sprintf("server-%d", i), New: at(10*i, 10*i+5), Prepare: at(50+i, 51+i)}
		if below != nil {
			sv.Delegate = below.Name
			for _, h := range below.PostStart {
				inherited := *h
				inherited.Inherited = true
				sv.PostStart = append(sv.PostStart, &inherited)
			}
			for _, c := range below.Checks {
				inherited := *c
				inherited.State, inherited.Delay = startup.CheckInherited, 0
				sv.Checks = append(sv.Checks, &inherited)
			}
		}
		n := spans / 30
		for j := range n {
			name := fmt.Sprintf("hook-%d-%d", i, j)
			run := &startup.HookRun{
				Name: name, Origin: sv.Name, Interval: startup.Interval{Start: time.Second, End: -1}, Behavior: attr.BehaviorWaits, Outcome: attr.OutcomeHung,
				WaitsFor: []string{"cache:x", fmt.Sprintf("hook:hook-%d-%d", i, (j+1)%n), "hook:nobody"},
			}
			s.Runs = append(s.Runs, run)
			sv.PostStart = append(sv.PostStart, &startup.Hook{Name: name, Kind: attr.KindPostStart, Origin: sv.Name, Run: run})
			sv.Checks = append(sv.Checks, &startup.Check{Name: "poststarthook/" + name, Origin: sv.Name, Endpoints: startup.Endpoints(), Delay: time.Minute})
			for range 2 {
				sv.Checks = append(sv.Checks, &startup.Check{Name: fmt.Sprintf("check-%d", j), Origin: sv.Name, Endpoints: []string{attr.Healthz}})
			}
			for k := range 3 {
				sv.Routes = append(sv.Routes, startup.Route{Path: fmt.Sprintf("/apis/group-%d-%d", j, k), Match: attr.MatchWebService, At: time.Minute})
			}
		}
		s.Servers = append(s.Servers, sv)
		below = sv
	}
	s.Signals = []startup.Signal{{Name: "MuxAndDiscoveryComplete", At: time.Second}}
	return s
}

func BenchmarkVerify(b *testing.B) {
	for _, spans := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("spans=%d", spans), func(b *testing.B) {
			s := large(spans)
			for b.Loop() {
				verify.Find(s, verify.Options{})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(spans), "ns/span")
		})
	}
}

// TestFindIsTheSameTwice, on a start in which there is much to find.
func TestFindIsTheSameTwice(t *testing.T) {
	same := func(a, b verify.Finding) bool {
		return brief(a) == brief(b) && a.Source == b.Source && a.Message == b.Message && slices.Equal(a.Names, b.Names)
	}
	s := large(3_000)
	found := verify.Find(s, verify.Options{})
	if len(found) < 500 {
		t.Fatalf("only %d findings", len(found))
	}
	if !slices.EqualFunc(found, verify.Find(s, verify.Options{}), same) {
		t.Error("a second look finds something else")
	}
}
