package preset_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// steps writes a way as the measured table does.
func steps(w startup.Way) string {
	var out []string
	for _, h := range w.Hops {
		step := shortNames[h.Server] + " " + string(h.Kind)
		switch h.Kind {
		case startup.HopEnd:
			step = "end"
		case startup.HopRemote: // whether that server is there is not in a trace
			step = shortNames[h.Server] + " " + string(chain.HopUnavailable)
		case startup.HopProxy:
		default:
			if h.Path != "" {
				step += " " + h.Path
			}
		}
		out = append(out, step)
	}
	return strings.Join(out, " > ")
}

// agree asks the handlers for a path and looks for it by the routes of the trace,
// which must lead the same way to the same server.
func (s started) agree(t *testing.T, r *startup.Router, path string) {
	t.Helper()
	answer, asked := s.way(http.MethodGet, path, "")
	found := r.Way(path)
	var ways []string
	for _, way := range found.Ways() {
		if ways = append(ways, steps(way)); steps(way) != asked {
			continue
		}
		switch {
		case way.Status != 0 && way.Status != answer.Code:
			t.Errorf("%s: the handlers answer %d, the routes %d", path, answer.Code, way.Status)
		case (way.End == startup.WayNotFound) != (answer.Code == http.StatusNotFound) && !way.MayLack(path):
			t.Errorf("%s: the handlers answer %d, by the routes it is %s", path, answer.Code, way.End)
		}
		last := asked[strings.LastIndex(" > "+asked, " > "):]
		if !strings.HasPrefix(last+" ", shortNames[way.By]+" ") && way.End != startup.WayUndecided {
			t.Errorf("%s: by the routes %q answers, really %s", path, way.By, last)
		}
		return
	}
	t.Errorf("%s: the handlers go\n%s\nand by the routes it is\n%s", path, asked, strings.Join(ways, "\nor "))
}

// TestRoutesOfTheTraceLeadTheSameWay holds the ways that are found by a trace's
// routes against those that requests really take: for the measured requests, and
// for all paths that any server of any preset has, and those beside them.
func TestRoutesOfTheTraceLeadTheSameWay(t *testing.T) {
	plain := start(t, "kube-apiserver-1.37")
	extras := startDescription(t, withExtras(t), chain.Options{})
	if len(samples()) != 33 {
		t.Errorf("there are %d samples, want the 33 of the measured table", len(samples()))
	}
	for _, c := range samples() {
		s := plain
		if c.extras {
			s = extras
		}
		s.agree(t, s.startup.Router(), c.path)
	}
	for name, s := range map[string]started{
		"1.37": plain, "extras": extras,
		"hung":       startDescription(t, withExtras(t), chain.Options{WhatIf: chain.WhatIf{Hang: map[string]bool{"crd-informer-synced": true}}}),
		"warm":       start(t, "kube-apiserver-1.37", "storage=warm", "profiling=false"),
		"1.23":       start(t, "kube-apiserver-1.23"),
		"aggregated": start(t, "aggregated-apiserver"),
	} {
		t.Run(name, func(t *testing.T) {
			r := s.startup.Router()
			for _, path := range allPaths(s.startup) {
				s.agree(t, r, path)
			}
		})
	}
}

// TestRoutesOfTheTraceLeadTheSameWayAtFirst is the same for chains that have only
// just begun to serve.
func TestRoutesOfTheTraceLeadTheSameWayAtFirst(t *testing.T) {
	whole := startDescription(t, withExtras(t), chain.Options{})
	early := startDescription(t, withExtras(t), chain.Options{ReadyTimeout: time.Nanosecond})
	if mux := early.startup.Mux(); early.Ready || !mux.Waits || mux.Fired != nil {
		t.Fatalf("ready %v, signals %+v: the run did not end early", early.Ready, mux)
	}
	r := whole.startup.EarlyRouter()
	for _, path := range allPaths(whole.startup) {
		early.agree(t, r, path)
	}
}

// allPaths returns every path that any server has, and paths beside and below,
// but those that take the time that they are asked for.
func allPaths(s *startup.Startup) []string {
	paths := []string{"/nosuch", "/apis/nosuch", "/apis/nosuch/v1", "/apis/nosuch/v1/things/x", "/api/v9", "/openapi/v3/apis/nosuch/v1"}
	for _, c := range samples() {
		paths = append(paths, c.path)
	}
	seen := map[string]bool{}
	for _, sv := range s.Servers {
		for _, r := range sv.Routes {
			if seen[r.Path] || strings.HasPrefix(r.Path, "/debug/pprof/") {
				continue
			}
			seen[r.Path] = true
			base := strings.TrimSuffix(r.Path, "/")
			paths = append(paths, r.Path, base+"/", base+"/x", base+"/x/y/z")
		}
	}
	return paths
}
