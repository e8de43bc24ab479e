package describe_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/clock"
	"github.com/chaintrace/chaintrace/chain/preset"
	"github.com/chaintrace/chaintrace/describe"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup"
	"github.com/chaintrace/chaintrace/trace/startup/diff"
)

// run runs a description and returns its trace.
func run(t *testing.T, d *chain.Description, settings ...string) *trace.Trace {
	t.Helper()
	parsed, err := chain.ParseSettings(d, settings)
	if err != nil {
		t.Fatal(err)
	}
	providers := trace.NewProviders(trace.ProvidersConfig{IDs: trace.SequentialIDs()})
	o, err := chain.Options{
		Description: d, Settings: parsed, TracerProviders: providers.Provider,
		Clock: clock.NewSimulated(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)),
	}.Complete()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chain.Run(context.Background(), o); err != nil {
		t.Logf("the start: %v", err) // its trace is there in any case
	}
	return providers.Trace()
}

func read(t *testing.T, tr *trace.Trace) *startup.Startup {
	t.Helper()
	s, err := startup.FromTrace(tr)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func load(t *testing.T, name string) *chain.Description {
	t.Helper()
	d, err := preset.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// roundTrip describes a trace, writes and reads that, runs it, and compares.
func roundTrip(t *testing.T, tr *trace.Trace, o describe.Options) (*describe.Result, *startup.Startup) {
	t.Helper()
	r, err := describe.FromTrace(tr, o)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := preset.Write(&text, r.Description, preset.WriteOptions{Comments: r.Comments}); err != nil {
		t.Fatal(err)
	}
	again, err := preset.Read(strings.NewReader(text.String()), "again.yaml")
	if err != nil {
		t.Fatalf("%v\n%s", err, &text)
	}
	if d := cmp.Diff(r.Description, again, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("written and read it differs: %s", d)
	}
	was, is := read(t, tr), read(t, run(t, again))
	d := diff.Compare([]*startup.Startup{was}, []*startup.Startup{is}, diff.DefaultOptions())
	for _, c := range d.Structure {
		t.Errorf("%s %s %s %s: %v", c.Op, c.Kind, c.Server, c.Name, c.Fields)
	}
	return r, is
}

func TestModelsTraceIsDescribedAsItIs(t *testing.T) {
	for _, name := range preset.Names() {
		for _, c := range []struct {
			name     string
			settings []string
		}{
			{"defaults", nil},
			{"warm", []string{"storage=warm"}},
			{"switched off", []string{"profiling=false", "enable-metrics=false", "enable-index=false", "enable-discovery=false"}},
			{"max in flight", []string{"enable-priority-and-fairness=false", "livez-grace-period=10s"}},
			{"disabled", []string{"disabled-post-start-hooks=start-apiserver-admission-initializer"}},
		} {
			t.Run(name+" "+c.name, func(t *testing.T) {
				d := load(t, name)
				tr := run(t, d, c.settings...)
				for like, o := range map[string]describe.Options{"itself": {Like: d}, "nothing": {}} {
					t.Run(like, func(t *testing.T) {
						was := read(t, tr)
						_, is := roundTrip(t, tr, o)
						if was.Ready == nil || is.Ready == nil || (is.Ready.At-was.Ready.At).Abs() > 100*time.Millisecond {
							t.Errorf("ready %+v, it was %+v", is.Ready, was.Ready)
						}
					})
				}
			})
		}
	}
}

// TestOtherSettingsAreDescribed: what is there only under the settings of a trace
// is there without them in its description.
func TestOtherSettingsAreDescribed(t *testing.T) {
	d := load(t, preset.Default)
	for _, settings := range []string{
		"authorization-mode=AlwaysAllow",
		"runtime-config=api/all=true",
		"peer-ca-file=x proxy-client-cert-file=y encryption-provider-config=z enable-logs-handler=true",
		"CoordinatedLeaderElection=true StorageVersionAPI=true runtime-config=api/alpha,api/beta",
		"UnknownVersionInteroperabilityProxy=false ComponentFlagz=false APIServerIdentity=false",
		"disabled-post-start-hooks=bootstrap-controller,generic-apiserver-start-informers",
	} {
		t.Run(settings, func(t *testing.T) {
			tr := run(t, d, strings.Fields(settings)...)
			roundTrip(t, tr, describe.Options{Like: d})
			roundTrip(t, tr, describe.Options{})
		})
	}
}

// TestTornTracesAreDescribed: whatever is missing, there is a description that can
// be run, or an error.
func TestTornTracesAreDescribed(t *testing.T) {
	d := load(t, preset.Default)
	whole := run(t, d)
	describeTorn := func(what string, spans []trace.Span) {
		for _, like := range []*chain.Description{nil, d} {
			r, err := describe.FromTrace(&trace.Trace{Spans: spans}, describe.Options{Like: like})
			if err != nil {
				t.Logf("%s: %v", what, err)
				continue
			}
			if _, err := (chain.Options{Description: r.Description}).Complete(); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	for n := 2; n < 12; n++ {
		describeTorn(fmt.Sprintf("the first of %d parts", n), whole.Spans[:len(whole.Spans)/n])
		describeTorn(fmt.Sprintf("the last of %d parts", n), whole.Spans[len(whole.Spans)-len(whole.Spans)/n:])
		var torn []trace.Span
		for i, s := range whole.Spans {
			if i%n != 0 {
				torn = append(torn, s)
			}
		}
		describeTorn(fmt.Sprintf("without each %d. span", n), torn)
	}
}

// TestUnrelatedDescriptionGivesOnlyWhatItKnows: one of another chain says what its
// hooks do, and brings nothing of its own.
func TestUnrelatedDescriptionGivesOnlyWhatItKnows(t *testing.T) {
	tr := run(t, load(t, "sample-apiserver-1.37"))
	r, err := describe.FromTrace(tr, describe.Options{Like: load(t, preset.Default)})
	if err != nil {
		t.Fatal(err)
	}
	d := r.Description
	if len(d.Options) > 0 || len(d.Generic.DisabledHooks) > 0 || len(d.Generic.Checks) != 5 || len(d.Generic.PreconfiguredHooks) != 1 {
		t.Errorf("options %v, disabled hooks %v, %d checks, %d preconfigured hooks; want none, none, 5 and 1",
			d.Options, d.Generic.DisabledHooks, len(d.Generic.Checks), len(d.Generic.PreconfiguredHooks))
	}
}

func TestNearest(t *testing.T) {
	var all []*chain.Description
	for _, name := range preset.Names() {
		all = append(all, load(t, name))
	}
	for _, c := range []struct{ preset, version, want string }{
		{"kube-apiserver-1.23", "", "kube-apiserver-1.23"},
		{"kube-apiserver-1.37", "v1.34.3", "kube-apiserver-1.37"},
		{"sample-apiserver-1.37", "v0.34.0", "sample-apiserver-1.37"},
	} {
		s := read(t, run(t, load(t, c.preset)))
		s.Preset, s.Version = "", c.version
		if got := describe.Nearest(s, all); got == nil || got.Name != c.want {
			t.Errorf("nearest to %s %s is %v", c.preset, c.version, got)
		}
	}
	if got := describe.Nearest(&startup.Startup{Servers: []*startup.Server{{Name: "mine"}}}, all); got != nil {
		t.Errorf("nearest to a server without hooks is %s", got.Name)
	}
	if got := describe.Nearest(&startup.Startup{Preset: "aggregated-apiserver"}, all); got == nil || got.Name != "aggregated-apiserver" {
		t.Errorf("nearest to the model's own run is %v", got)
	}
}

// TestPresetOfItsOwnTraceIsThePreset: what the settings turn off is kept, so that
// nothing is lost.
func TestPresetOfItsOwnTraceIsThePreset(t *testing.T) {
	for _, name := range preset.Names() {
		d := load(t, name)
		for _, storage := range []string{chain.Fresh, chain.Warm} {
			for _, keep := range []bool{false, true} {
				r, err := describe.FromTrace(run(t, d, "storage="+storage), describe.Options{Like: d, Name: name, Storage: storage, KeepTimes: keep})
				if err != nil {
					t.Fatal(err)
				}
				got, want := *r.Description, *d
				got.Origin, want.Origin = chain.Origin{}, chain.Origin{}
				if name == "aggregated-apiserver" { // it leaves out what New says anyway
					got.Generic.NewHooks, want.Generic.NewHooks = nil, nil
				}
				if !keep { // how long stretches take is known to the microsecond only
					got, want = withoutTimes(got), withoutTimes(want)
				}
				if d := cmp.Diff(&want, &got, cmpopts.EquateEmpty()); d != "" {
					t.Errorf("%s, %s, keep %v: %s", name, storage, keep, d)
				}
			}
		}
	}
}

// withoutTimes is a description without the durations of its stretches.
func withoutTimes(d chain.Description) chain.Description {
	d.Timing, d.Caches = chain.ProcessTiming{}, slices.Clone(d.Caches)
	d.Servers = slices.Clone(d.Servers)
	for i := range d.Servers {
		d.Servers[i].Timing = chain.ServerTiming{}
		d.Servers[i].APIServices = nil
	}
	return d
}
