package verify_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/verify"
)

// ruleCase makes a healthy chain ill, or nearly so, and says what is to be found.
type ruleCase struct {
	name    string
	change  func(m *model)
	want    []string // as brief writes them
	message string   // of the first finding, in part
}

// ruleCases are, for each rule by code, cases in which it fires and in which it
// just does not.
func ruleCases() map[string][]ruleCase {
	all := maps.Clone(hookAndCheckCases)
	maps.Copy(all, routeAndReadyCases)
	return all
}

var hookAndCheckCases = map[string][]ruleCase{
	"CT101": {
		{"hidden and failing", func(m *model) {
			m.inner.Checks = append(m.inner.Checks, everywhere("db", startup.CheckOwn))
			m.outer.Checks = append(m.outer.Checks, everywhere("db", startup.CheckOwn), &startup.Check{Name: "db", Origin: "inner", State: startup.CheckMasked, SkippedBy: "outer"})
		}, []string{"CT101 outer check db"}, "check db of inner fails, but the configured check of that name on outer hides it"},
		{"hidden and passing", func(m *model) {
			m.inner.Checks = append(m.inner.Checks, everywhere("db", startup.CheckOwn))
			m.outer.Checks = append(m.outer.Checks, everywhere("db", startup.CheckOwn), &startup.Check{Name: "db", Origin: "inner", State: startup.CheckSkipped, SkippedBy: "outer"})
		}, nil, ""},
		{"not offered and failing", func(m *model) {
			m.inner.Checks = append(m.inner.Checks, &startup.Check{Name: "db", Origin: "inner", Endpoints: []string{attr.Readyz}})
			m.outer.Checks = append(m.outer.Checks, &startup.Check{Name: "db", Origin: "outer", Endpoints: []string{attr.Readyz}},
				&startup.Check{Name: "db", Origin: "inner", State: startup.CheckMasked, NotOffered: true, Endpoints: []string{attr.Readyz}, SkippedBy: "outer"})
		}, []string{"CT101 outer check db"}, "check db of inner fails, but another check of that name on outer hides it"},
		{"never ready", func(m *model) {
			m.inner.Checks = append(m.inner.Checks, everywhere("db", startup.CheckOwn))
			m.outer.Checks = append(m.outer.Checks, everywhere("db", startup.CheckOwn), &startup.Check{Name: "db", Origin: "inner", State: startup.CheckMasked, SkippedBy: "outer"})
			m.Ready = nil
		}, []string{"CT101 outer check db"}, "check db of inner was failing when the trace ended, but"},
	},
	"CT102": {
		{"inherited and own", func(m *model) {
			m.inner.Checks = append(m.inner.Checks, everywhere("db", startup.CheckOwn))
			m.outer.Checks = append(m.outer.Checks, everywhere("db", startup.CheckInherited), everywhere("db", startup.CheckOwn))
		}, []string{"CT102 outer check db x2"}, "check db is there 2 times, in /healthz, /livez and /readyz"},
		{"of one name in different endpoints", func(m *model) {
			m.outer.Checks = append(m.outer.Checks,
				&startup.Check{Name: "db", Origin: "outer", Endpoints: []string{attr.Livez}},
				&startup.Check{Name: "db", Origin: "outer", Endpoints: []string{attr.Readyz}})
		}, nil, ""},
	},
	"CT103": {
		{"no check", func(m *model) { m.outer.Checks = m.outer.Checks[:1] },
			[]string{"CT103 outer hook outer-hook"}, "hook outer-hook has no check in /healthz, /livez and /readyz of outer"},
		{"a check in some endpoints", func(m *model) { m.outer.Checks[1].Endpoints = []string{attr.Healthz, attr.Livez} },
			[]string{"CT103 outer hook outer-hook"}, "no check in /readyz of outer"},
		{"a trace without checks", func(m *model) { m.inner.Checks, m.outer.Checks = nil, nil }, nil, ""},
		{"a server that is not done", func(m *model) { m.outer.New.End, m.outer.Checks = -1, m.outer.Checks[:1] }, nil, ""},
	},
	"CT104": {
		{"readyz only", func(m *model) {
			c := &startup.Check{Name: "db", Origin: "inner", Endpoints: []string{attr.Readyz}}
			lost := *c
			lost.State = startup.CheckLost
			m.inner.Checks, m.outer.Checks = append(m.inner.Checks, c), append(m.outer.Checks, &lost)
		}, []string{"CT104 outer check db"}, "check db of inner is in /readyz there, and in no endpoint of outer"},
		{"readyz only, with a namesake", func(m *model) {
			m.inner.Checks = append(m.inner.Checks, &startup.Check{Name: "db", Origin: "inner", Endpoints: []string{attr.Readyz}})
			m.outer.Checks = append(m.outer.Checks, &startup.Check{Name: "db", Origin: "outer", Endpoints: []string{attr.Readyz}})
		}, nil, ""},
		{"readyz only, with a namesake elsewhere", func(m *model) {
			m.inner.Checks = append(m.inner.Checks, &startup.Check{Name: "db", Origin: "inner", Endpoints: []string{attr.Livez, attr.Readyz}})
			m.outer.Checks = append(m.outer.Checks, &startup.Check{Name: "db", Origin: "outer", Endpoints: []string{attr.Livez}})
		}, []string{"CT104 outer check db"}, "check db of inner is in /livez and /readyz there, and not passed on: outer has another of that name, but not in /readyz"},
		{"before the outer server is prepared", func(m *model) {
			m.inner.Checks = append(m.inner.Checks, &startup.Check{Name: "db", Origin: "inner", Endpoints: []string{attr.Readyz}})
			m.outer.Prepare.End, m.Runs, m.Ready = -1, nil, nil
		}, nil, ""},
		{"of a hook, which another rule tells of", func(m *model) { m.outer.Checks = m.outer.Checks[1:] }, nil, ""},
	},
	"CT105": {
		{"healthz only", func(m *model) {
			m.inner.Checks = append(m.inner.Checks, &startup.Check{Name: "db", Origin: "inner", Endpoints: []string{attr.Healthz}})
			m.outer.Checks = append(m.outer.Checks, everywhere("db", startup.CheckInherited))
		}, []string{"CT105 outer check db"}, "check db of inner is in /livez and /readyz of outer too"},
		{"everywhere", func(m *model) {
			m.inner.Checks = append(m.inner.Checks, everywhere("db", startup.CheckOwn))
			m.outer.Checks = append(m.outer.Checks, everywhere("db", startup.CheckInherited))
		}, nil, ""},
	},
	"CT106": {
		{"grace on the delegate", func(m *model) { m.inner.Checks[0].Delay = time.Minute },
			[]string{"CT106 outer server outer"}, "1 inherited check is in /livez of outer without the grace period of 1m0s"},
		{"grace on both", func(m *model) { m.inner.Checks[0].Delay, m.outer.Checks[0].Delay = time.Minute, time.Minute }, nil, ""},
		{"grace on the outer server alone", func(m *model) { m.outer.Checks[1].Delay = time.Minute }, nil, ""},
	},
	"CT107": {
		{"passed before", func(m *model) {
			m.innerRun.Name, m.outer.PostStart[0].Name, m.inner.PostStart[0].Name = informers, informers, informers
			m.inner.Checks[0].Name, m.outer.Checks[0].Name = "poststarthook/"+informers, "poststarthook/"+informers
			m.Passed = []startup.Passed{{Check: "informer-sync", At: 29 * ms}}
		}, []string{"CT107 outer check informer-sync"}, "passed @29ms, before " + informers + " began @30ms"},
		{"passed after", func(m *model) {
			m.innerRun.Name, m.outer.PostStart[0].Name, m.inner.PostStart[0].Name = informers, informers, informers
			m.inner.Checks[0].Name, m.outer.Checks[0].Name = "poststarthook/"+informers, "poststarthook/"+informers
			m.Passed = []startup.Passed{{Check: "informer-sync", At: 30 * ms}}
		}, nil, ""},
		{"no such hook", func(m *model) { m.Passed = []startup.Passed{{Check: "informer-sync", At: 1 * ms}} }, nil, ""},
	},
	"CT201": {
		{"a cache", func(m *model) { m.outerRun.Deadline = 0 },
			[]string{"CT201 outer hook outer-hook"}, "waits for cache:things, without a deadline; it took 30ms here"},
		{"a cache that never comes", func(m *model) { m.outerRun.Deadline, m.outerRun.End = 0, -1 },
			[]string{"CT201 outer hook outer-hook"}, "it had not ended after 70ms"},
		{"loopback", func(m *model) { m.outerRun.Deadline, m.outerRun.WaitsFor = 0, []string{"loopback:list"} },
			[]string{"CT201 outer hook outer-hook"}, "waits for loopback:list"},
		{"hooks, timers and work alone", func(m *model) {
			m.outerRun.Deadline, m.outerRun.WaitsFor = 0, []string{"hook:inner-hook", "timer:1s", "work:add things"}
		}, nil, ""},
		{"a hook that runs", func(m *model) { m.outerRun.Deadline, m.outerRun.Behavior = 0, attr.BehaviorRuns }, nil, ""},
	},
	"CT202": {
		{"at 80%", func(m *model) { m.outerRun.Interval = at(30, 830) },
			[]string{"CT202 outer hook outer-hook"}, "took 800ms of its 1s (80%)"},
		{"below", func(m *model) { m.outerRun.Interval = at(30, 829) }, nil, ""},
		{"beyond a limit that does not hold", func(m *model) {
			m.outerRun.Interval, m.outerRun.DeadlineHit, m.outerRun.AtDeadline = at(30, 1430), true, attr.DeadlineIgnored
		}, []string{"CT202 outer hook outer-hook"}, "hook outer-hook took 1.4s, 400ms beyond its limit of 1s"},
		{"beyond it and not ended", func(m *model) {
			m.outerRun.Interval, m.outerRun.AtDeadline, m.End = startup.Interval{Start: 30 * ms, End: -1}, attr.DeadlineIgnored, 1430*ms
		}, []string{"CT202 outer hook outer-hook"}, "hook outer-hook had not ended after 1.4s, 400ms beyond its limit of 1s"},
		{"passed at it, which CT204 tells", func(m *model) {
			m.outerRun.Interval, m.outerRun.DeadlineHit, m.outerRun.AtDeadline = at(30, 1030), true, attr.DeadlinePasses
		}, nil, ""},
		{"failed at it, which CT208 tells", func(m *model) {
			m.outerRun.Interval, m.outerRun.DeadlineHit, m.outerRun.Outcome = at(30, 1030), true, attr.OutcomeFailed
		}, nil, ""},
	},
	"CT203": {
		{"ignored", func(m *model) { m.outerRun.AtDeadline = attr.DeadlineIgnored },
			[]string{"CT203 outer hook outer-hook"}, "looks at its limit of 1s between attempts only"},
		{"ignored, of a hook that failed", func(m *model) { m.outerRun.AtDeadline, m.outerRun.Outcome = attr.DeadlineIgnored, attr.OutcomeFailed },
			[]string{"CT203 outer hook outer-hook"}, "is not cut off; it failed after 30ms"},
	},
	"CT204": {
		{"hit", func(m *model) {
			m.outerRun.AtDeadline, m.outerRun.DeadlineHit = attr.DeadlinePasses, true
			m.outerRun.Steps = []startup.Step{{What: "cache:things", Interval: at(30, 60)}}
		}, []string{"CT204 outer hook outer-hook"}, "ran into its limit of 1s and passed all the same; it was in cache:things"},
		{"not hit", func(m *model) { m.outerRun.AtDeadline = attr.DeadlinePasses }, nil, ""},
	},
	"CT205": {
		{"itself", func(m *model) { m.outerRun.WaitsFor, m.outerRun.End = []string{"hook:outer-hook"}, -1 },
			[]string{"CT205 outer hook outer-hook"}, "hook outer-hook waits for hook outer-hook, which is itself"},
		{"a circle", func(m *model) {
			m.innerRun.WaitsFor, m.innerRun.End, m.innerRun.Outcome = []string{"hook:outer-hook"}, -1, attr.OutcomeHung
			m.outerRun.End, m.outerRun.Outcome = -1, attr.OutcomeHung
		}, []string{"CT205 inner hook inner-hook x2"}, "in a circle: inner-hook, which waits for outer-hook, which waits for inner-hook"},
		{"a circle that a limit broke", func(m *model) {
			m.innerRun.WaitsFor = []string{"hook:outer-hook"}
			m.outerRun.DeadlineHit, m.outerRun.AtDeadline = true, attr.DeadlinePasses
		}, []string{"CT205 inner hook inner-hook x2"}, "which waits for inner-hook; they got through as outer-hook ran into its limit"},
		{"a chain", func(m *model) { m.innerRun.End, m.outerRun.End = -1, -1 }, nil, ""},
		{"nobody's", func(m *model) { m.outerRun.WaitsFor, m.outerRun.End = []string{"hook:nobody"}, -1 },
			[]string{"CT205 outer hook outer-hook"}, "hook nobody, which no server has"},
		{"one that is not started", func(m *model) {
			m.outerRun.WaitsFor, m.outerRun.End = []string{"hook:inner-hook"}, -1
			m.Runs, m.inner.PostStart[0].Run, m.outer.PostStart[0].Run = m.Runs[1:], nil, nil
		}, []string{"CT205 outer hook outer-hook"}, "which was not started in this trace"},
		{"a pre-shutdown hook", func(m *model) {
			m.outerRun.WaitsFor, m.outerRun.End = []string{"hook:stop"}, -1
			m.outer.PreShutdown = []*startup.Hook{{Name: "stop", Kind: attr.KindPreShutdown}}
		}, []string{"CT205 outer hook outer-hook"}, "which is a pre-shutdown hook: it runs when the server stops"},
		{"a disabled hook", func(m *model) {
			m.outerRun.WaitsFor, m.outerRun.End = []string{"hook:off"}, -1
			m.outer.Disabled = []*startup.Hook{{Name: "off", Kind: attr.KindPostStart}}
		}, []string{"CT205 outer hook outer-hook"}, "which is disabled on outer"},
		{"a hook that ended all the same", func(m *model) { m.outerRun.WaitsFor = []string{"hook:nobody"} }, nil, ""},
	},
	"CT206": {
		{"not taken over", func(m *model) {
			m.inner.PostStart = append(m.inner.PostStart, &startup.Hook{Name: "late", Kind: attr.KindPostStart, Origin: "inner", RegisteredAt: "late.go:3"})
			m.inner.Checks = append(m.inner.Checks, &startup.Check{Name: "poststarthook/late", Origin: "inner", Endpoints: startup.Endpoints()})
		}, []string{"CT206 outer hook late"}, "post-start hook late is registered on inner, but outer has not taken it over: it never runs, and poststarthook/late on inner stays red"},
		{"the outer server is not done", func(m *model) {
			m.inner.PostStart = append(m.inner.PostStart, &startup.Hook{Name: "late", Kind: attr.KindPostStart, Origin: "inner"})
			m.outer.New.End = -1
		}, nil, ""},
	},
	"CT207": {
		{"merged", func(m *model) {
			m.outer.Disabled = []*startup.Hook{{Name: "inner-hook", Kind: attr.KindPostStart, Origin: "outer"}}
		}, []string{"CT207 outer hook inner-hook"}, "hook inner-hook is disabled on outer, but the one of inner was taken over and runs"},
		{"disabled and gone", func(m *model) {
			m.outer.Disabled = []*startup.Hook{{Name: "off", Kind: attr.KindPostStart, Origin: "outer"}}
		}, nil, ""},
	},
	"CT208": {
		{"failed", func(m *model) {
			m.outerRun.Outcome, m.outerRun.Err = attr.OutcomeFailed, "no luck"
			m.innerRun.BecauseOf = "outer-hook"
			m.Ready, m.Failure = nil, &startup.Failure{Hook: "outer-hook", At: 60 * ms}
		}, []string{"CT208 outer hook outer-hook"}, "returned an error after 30ms, which ends the process: no luck (1 hook was waiting for it)"},
	},
	"CT209": {
		{"told to stop", func(m *model) {
			m.outerRun.Outcome, m.outerRun.Err = attr.OutcomeFailed, "waiting: context canceled"
			m.Signals = append(m.Signals, startup.Signal{Name: "ShutdownInitiated", At: 55 * ms})
			m.Ready, m.Failure = nil, &startup.Failure{Hook: "outer-hook", At: 60 * ms}
		}, []string{"CT209 outer hook outer-hook"}, "was stopped 30ms into its run, while the chain was starting, after the shutdown that began @55ms"},
	},
	"CT210": {
		{"a name that is taken", func(m *model) {
			m.outer.Rejected = []startup.RejectedHook{{Hook: &startup.Hook{Name: "nil", Kind: attr.KindPostStart, RegisteredAt: "c.go:3"}, Err: "the name is taken"}}
		}, []string{"CT210 outer hook nil"}, "hook nil was not registered on outer: the name is taken"},
	},
	"CT211": {
		{"on the same server", func(m *model) {
			m.outer.PreShutdown = []*startup.Hook{{Name: "outer-hook", Kind: attr.KindPreShutdown, RegisteredAt: "b.go:4"}}
		}, []string{"CT211 outer hook outer-hook"}, "outer-hook is a post-start hook and a pre-shutdown hook"},
		{"another name", func(m *model) {
			m.outer.PreShutdown = []*startup.Hook{{Name: "stop", Kind: attr.KindPreShutdown}}
		}, nil, ""},
	},
	"CT212": {
		{"the producer without the consumer", func(m *model) { m.rename("max-in-flight-filter", "priority-and-fairness-config-producer") },
			[]string{"CT212 outer hook priority-and-fairness-config-producer"}, "ran for 30ms though there is no priority-and-fairness-config-consumer"},
		{"both", func(m *model) {
			m.rename("priority-and-fairness-config-consumer", "priority-and-fairness-config-producer")
		}, nil, ""},
	},
}

const informers = "generic-apiserver-start-informers"

// rename gives the two hooks other names.
func (m *model) rename(inner, outer string) {
	m.innerRun.Name, m.outerRun.Name = inner, outer
	m.outerRun.WaitsFor = []string{"work:x"}
	m.inner.PostStart[0].Name, m.outer.PostStart[0].Name, m.outer.PostStart[1].Name = inner, inner, outer
	m.inner.Checks[0].Name, m.outer.Checks[0].Name, m.outer.Checks[1].Name = "poststarthook/"+inner, "poststarthook/"+inner, "poststarthook/"+outer
}

func TestRules(t *testing.T) {
	for code, cases := range ruleCases() {
		for _, c := range cases {
			t.Run(code+" "+c.name, func(t *testing.T) {
				m := newModel()
				c.change(m)
				found := verify.Find(m.Startup, verify.Options{})
				var got []string
				var first verify.Finding
				for _, f := range found {
					if f.Rule.Code == code {
						if len(got) == 0 {
							first = f
						}
						got = append(got, brief(f))
					}
				}
				if !slices.Equal(got, c.want) {
					t.Fatalf("found %q, want %q; all: %q", got, c.want, find(m.Startup))
				}
				if !strings.Contains(first.Message, c.message) {
					t.Errorf("it says %q, want %q in it", first.Message, c.message)
				}
			})
		}
	}
}

// TestEveryRuleHasACase holds the cases against the rules, both ways.
func TestEveryRuleHasACase(t *testing.T) {
	known := map[string]bool{}
	for _, r := range verify.Rules() {
		known[r.Code] = true
		fires := slices.ContainsFunc(ruleCases()[r.Code], func(c ruleCase) bool { return len(c.want) > 0 })
		if !fires {
			t.Errorf("no case shows %s %s", r.Code, r.Name)
		}
	}
	for code := range ruleCases() {
		if !known[code] {
			t.Errorf("there is no rule %s", code)
		}
	}
}

// TestCatalogue holds the rules to their form: they are a stable interface.
func TestCatalogue(t *testing.T) {
	codes, names := map[string]bool{}, map[string]bool{}
	for _, r := range verify.Rules() {
		if codes[r.Code] || names[r.Name] {
			t.Errorf("%s %s is there twice", r.Code, r.Name)
		}
		codes[r.Code], names[r.Name] = true, true
		if len(r.Code) != 5 || !strings.HasPrefix(r.Code, "CT") || r.Name != strings.ToLower(r.Name) || strings.Contains(r.Name, " ") {
			t.Errorf("%q %q: want CT and three digits, and a name in kebab-case", r.Code, r.Name)
		}
		if r.Severity.String() == "unknown" || r.Summary == "" || len(r.Why) < 80 || r.Remedy == "" || strings.HasSuffix(r.Summary, ".") {
			t.Errorf("%s lacks a severity or an explanation, or its summary is no phrase", r.Code)
		}
		for _, key := range []string{r.Code, r.Name, strings.ToLower(r.Code)} {
			if found, err := verify.Lookup(key); err != nil || found != r {
				t.Errorf("Lookup(%q) = %v, %v", key, found, err)
			}
		}
	}
	if _, err := verify.Lookup("CT999"); err == nil {
		t.Error("Lookup finds a rule that is not there")
	}
}

// TestOrder: the worst first, and then by code.
func TestOrder(t *testing.T) {
	m := newModel()
	m.outer.Signals = []startup.MuxSignal{{Name: "HasNotSynced"}} // note
	m.outerRun.AtDeadline = attr.DeadlineIgnored                  // warning
	m.inner.Checks[0].Delay = time.Minute                         // warning
	m.outer.Checks = m.outer.Checks[:1]                           // error
	got := find(m.Startup)
	want := []string{"CT103 outer hook outer-hook", "CT106 outer server outer", "CT203 outer hook outer-hook", "CT403 outer signal HasNotSynced"}
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

func TestNear(t *testing.T) {
	m := newModel()
	m.outerRun.Interval = at(30, 530)
	if got := find(m.Startup); len(got) > 0 {
		t.Errorf("at half its deadline by default: %q", got)
	}
	if got := verify.Find(m.Startup, verify.Options{Near: 0.5}); len(got) != 1 || got[0].Rule.Code != "CT202" || got[0].Source != "b.go:2" {
		t.Errorf("at half its deadline, which counts as near: %v", got)
	}
}
