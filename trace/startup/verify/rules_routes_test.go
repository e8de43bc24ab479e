package verify_test

import (
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

var routeAndReadyCases = map[string][]ruleCase{
	"CT301": {
		{"twice", func(m *model) {
			m.outer.Routes = append(m.outer.Routes, startup.Route{Path: "/outer", Match: attr.MatchExact, Replaces: true, Source: "d.go:5", At: 12 * ms})
		}, []string{"CT301 outer route /outer x2"}, "/outer is registered 2 times on outer"},
		{"exact and prefix", func(m *model) {
			m.outer.Routes = append(m.outer.Routes, startup.Route{Path: "/outer", Match: attr.MatchPrefix, At: 12 * ms})
		}, nil, ""},
	},
	"CT302": {
		{"covered", func(m *model) {
			m.inner.Routes = append(m.inner.Routes, startup.Route{Path: "/outer", Match: attr.MatchExact, At: 3 * ms})
		}, []string{"CT302 inner server inner"}, "1 of the 2 routes of inner are never asked by their path, as outer answers further out: /outer"},
		{"below a prefix", func(m *model) {
			m.inner.Routes = append(m.inner.Routes, startup.Route{Path: "/outer/x", Match: attr.MatchExact})
			m.outer.Routes = append(m.outer.Routes, startup.Route{Path: "/outer/", Match: attr.MatchPrefix})
		}, []string{"CT302 inner server inner"}, "as outer answers further out: /outer/x"},
		{"behind a web service", func(m *model) {
			m.inner.Routes = append(m.inner.Routes, startup.Route{Path: "/own", Match: attr.MatchExact}, startup.Route{Path: "/own", Match: attr.MatchWebService})
		}, []string{"CT302 inner server inner"}, "as web services of its own answer first: /own"},
		{"before all is there", func(m *model) {
			m.inner.Routes = append(m.inner.Routes, startup.Route{Path: "/outer", Match: attr.MatchExact, At: 3 * ms})
			m.outer.Prepare.End, m.Runs, m.Ready = -1, nil, nil
		}, nil, ""},
		{"fetched by the aggregator", func(m *model) {
			m.inner.Routes = append(m.inner.Routes, startup.Route{Path: "/openapi/v2", Match: attr.MatchExact, Installer: "routes.OpenAPI.InstallV2"})
			m.outer.Routes = append(m.outer.Routes, startup.Route{Path: "/openapi/v2", Match: attr.MatchExact, Installer: "aggregator.register"})
		}, nil, ""},
		{"OpenAPI without an aggregator", func(m *model) {
			r := startup.Route{Path: "/openapi/v2", Match: attr.MatchExact, Installer: "routes.OpenAPI.InstallV2"}
			m.inner.Routes, m.outer.Routes = append(m.inner.Routes, r), append(m.outer.Routes, r)
		}, []string{"CT302 inner server inner"}, ""},
	},
	"CT303": {
		{"after", func(m *model) { m.outer.Routes[0].At = 51 * ms },
			[]string{"CT303 outer server outer"}, "1 path was installed on outer after MuxAndDiscoveryComplete @50ms, the last 1ms later: /outer"},
		{"at that moment", func(m *model) { m.outer.Routes[0].At = 50 * ms }, nil, ""},
	},
	"CT304": {
		{"a group with a signal to wait for", func(m *model) {
			m.outer.Signals = []startup.MuxSignal{{Name: "Synced"}}
			m.inner.Routes = []startup.Route{
				{Path: "/apis/apps", Match: attr.MatchWebService}, {Path: "/apis/apps/v1", Match: attr.MatchWebService},
				{Path: "/apis", Match: attr.MatchWebService}, {Path: "/version", Match: attr.MatchWebService},
			}
		}, []string{"CT304 inner server inner"}, "unknown versions below 1 group path of inner are 404 at once"},
		{"a group without", func(m *model) {
			m.inner.Routes = []startup.Route{{Path: "/apis/apps", Match: attr.MatchWebService}}
		}, nil, ""},
	},
	"CT305": {
		{"without reset", func(m *model) {
			m.outer.Routes = append(m.outer.Routes, startup.Route{Path: "/metrics", Match: attr.MatchExact, Installer: "routes.DefaultMetrics.Install"})
		}, []string{"CT305 outer route /metrics"}, "a DELETE is answered with the metrics and resets nothing"},
		{"with reset", func(m *model) {
			m.outer.Routes = append(m.outer.Routes, startup.Route{Path: "/metrics", Match: attr.MatchExact, Installer: "routes.MetricsWithReset.Install"})
		}, nil, ""},
	},
	"CT306": {
		{"without cmdline", func(m *model) {
			m.outer.Routes = append(m.outer.Routes, startup.Route{Path: "/debug/pprof/", Match: attr.MatchPrefix})
		}, []string{"CT306 outer route /debug/pprof/"}, "links to /debug/pprof/cmdline, which is not installed"},
		{"with it", func(m *model) {
			m.outer.Routes = append(m.outer.Routes, startup.Route{Path: "/debug/pprof/", Match: attr.MatchPrefix}, startup.Route{Path: "/debug/pprof/cmdline", Match: attr.MatchExact})
		}, nil, ""},
	},
	"CT401": {
		{"a hook hangs", func(m *model) {
			m.Ready, m.outerRun.End, m.outerRun.Outcome, m.outerRun.BlockedOn = nil, -1, attr.OutcomeHung, "cache:things"
		}, []string{"CT401 outer server outer"}, "not ready within the 100ms of this trace; held back by hook outer-hook (in cache:things)"},
		{"a check", func(m *model) {
			m.Ready, m.Passed = nil, []startup.Passed{{Check: "poststarthook/outer-hook", At: 60 * ms}}
		}, []string{"CT401 outer server outer"}, "never seen to pass: poststarthook/inner-hook"},
		{"two checks of one name", func(m *model) {
			m.Ready, m.Passed = nil, []startup.Passed{{Check: "poststarthook/inner-hook", At: 40 * ms}, {Check: "poststarthook/outer-hook", At: 60 * ms}}
		}, []string{"CT401 outer server outer"}, "was seen to pass, but never all at once"},
		{"no hook ran", func(m *model) {
			m.Ready, m.Runs, m.CutOff = nil, nil, true
		}, []string{"CT401 outer server outer"}, "it shows no post-start hook that ran"},
		{"a hook without a run", func(m *model) {
			m.Ready, m.Runs, m.outer.PostStart[1].Run = nil, m.Runs[:1], nil
		}, []string{"CT401 outer server outer"}, "not ready within the 100ms of this trace; held back by hook outer-hook (without a run in the trace)"},
		{"a hook without a run, that was seen to pass", func(m *model) {
			m.Ready, m.Runs, m.outer.PostStart[1].Run = nil, m.Runs[:1], nil
			m.Passed = []startup.Passed{{Check: "poststarthook/outer-hook", At: 60 * ms}}
		}, []string{"CT401 outer server outer"}, "never seen to pass: poststarthook/inner-hook"},
		{"all hooks done, and nobody asked", func(m *model) {
			m.Ready, m.Phases = nil, []startup.Phase{{Name: attr.SpanHooksRun, Interval: at(30, 60)}}
		}, nil, ""},
		{"a phase failed", func(m *model) {
			m.Ready, m.Failure = nil, &startup.Failure{Phase: attr.SpanListenerServe, Server: "outer", Err: "address in use", At: 60 * ms}
		}, []string{"CT401 outer server outer"}, "listener.serve outer failed after 60ms and ended the start: address in use"},
	},
	"CT402": {
		{"not fired", func(m *model) {
			m.Signals, m.outer.Signals = nil, []startup.MuxSignal{{Name: "Synced"}}
		}, []string{"CT402 outer signal MuxAndDiscoveryComplete"}, "the signal that it waits for was not closed (Synced)"},
		{"not fired so far", func(m *model) {
			m.Ready, m.Signals, m.outer.Signals = nil, nil, []startup.MuxSignal{{Name: "Synced"}}
		}, []string{"CT402 outer signal MuxAndDiscoveryComplete"}, "was not fired within the 100ms of this trace, and unknown paths are at 503 until it is: the signal"},
		{"its hook is disabled", func(m *model) {
			m.Signals, m.outer.Signals = nil, []startup.MuxSignal{{Name: "Synced"}}
			m.outer.Disabled = []*startup.Hook{{Name: "closer", Kind: attr.KindPostStart}}
		}, []string{"CT402 outer signal MuxAndDiscoveryComplete"}, "unknown paths stay at 503: the signal that it waits for was not closed (Synced); disabled, and so closing none: closer"},
		{"nothing to wait for", func(m *model) { m.Signals = nil }, nil, ""},
		{"the process died", func(m *model) {
			m.Signals, m.outer.Signals = nil, []startup.MuxSignal{{Name: "Synced"}}
			m.Ready, m.Failure = nil, &startup.Failure{Hook: "other", At: 60 * ms}
		}, nil, ""},
	},
	"CT403": {
		{"has not", func(m *model) { m.outer.Signals = []startup.MuxSignal{{Name: "CRDInformerHasNotSynced"}} },
			[]string{"CT403 outer signal CRDInformerHasNotSynced"}, "which is when the opposite of its name is so"},
		{"taken over", func(m *model) {
			m.outer.Signals = []startup.MuxSignal{{Name: "CRDInformerHasNotSynced", Inherited: true}}
		}, nil, ""},
		{"a word with not in it", func(m *model) { m.outer.Signals = []startup.MuxSignal{{Name: "NotificationsNotable"}} }, nil, ""},
	},
}
