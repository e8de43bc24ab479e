package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/render/report"
)

// kubeDefault is what there is to be found in kube-apiserver 1.37 by default,
// each with its number in the list of surprises (see trace/startup/verify).
var kubeDefault = []string{
	"CT201 kube-aggregator hook apiservice-registration-controller",          // 9: no deadline at all
	"CT201 kube-apiserver hook bootstrap-controller",                         // 9
	"CT201 apiextensions-apiserver hook crd-informer-synced",                 // 9
	"CT201 apiextensions-apiserver hook start-apiextensions-controllers",     // 9
	"CT201 kube-apiserver hook start-kubernetes-service-cidr-controller",     // 9
	"CT203 kube-apiserver hook rbac/bootstrap-roles",                         // 9: 30 s that do not hold
	"CT203 kube-apiserver hook scheduling/bootstrap-system-priority-classes", // 9
	"CT107 kube-aggregator check informer-sync",                              // 12
	"CT211 kube-apiserver hook peer-endpoint-reconciler-controller",          // 20
	"CT302 kube-apiserver server kube-apiserver x99",                         // 16: 97 of 100 on the mux, /version and /apis
	"CT302 apiextensions-apiserver server apiextensions-apiserver x57",       // 16: 56 of 60 on the mux, and /version
	"CT303 kube-aggregator server kube-aggregator x84",                       // 10
	"CT304 kube-aggregator server kube-aggregator",                           // 11: /apis/apiregistration.k8s.io
	"CT304 kube-apiserver server kube-apiserver x20",                         // 11: /api and 19 groups
	"CT304 apiextensions-apiserver server apiextensions-apiserver",           // 11: /apis/apiextensions.k8s.io
	"CT306 kube-aggregator route /debug/pprof/",                              // 18
	"CT403 apiextensions-apiserver signal CRDInformerHasNotSynced",           // 22
}

// ofAnyTwo is what is found in every chain of two generic servers.
func ofAnyTwo(unreachable int) []string {
	return []string{fmt.Sprintf("CT302 inner server inner x%d", unreachable), "CT306 outer route /debug/pprof/"}
}

const kubeInput = "preset:kube-apiserver-1.37"

// verifySurprises are the surprises that the default does not show, each on a
// chain that does: what is found there in all, or beyond the default and, behind
// a minus, of the default is not.
var verifySurprises = []struct {
	number int
	input  string
	want   []string // in all
	differ []string // from kubeDefault
}{
	{1, "testdata/verify/shared-slice.json", []string{
		"CT103 kube-aggregator hook crd-informer-synced",
		"CT103 kube-aggregator hook generic-apiserver-start-informers",
		"CT103 kube-aggregator hook priority-and-fairness-config-consumer",
		"CT103 kube-aggregator hook priority-and-fairness-filter",
		"CT103 kube-aggregator hook start-apiextensions-controllers",
		"CT103 kube-aggregator hook start-apiextensions-informers",
		"CT103 kube-aggregator hook storage-object-count-tracker-hook",
		"CT102 kube-aggregator check poststarthook/start-apiserver-admission-initializer x8",
		kubeDefault[0], kubeDefault[1], kubeDefault[2], kubeDefault[3], kubeDefault[4], kubeDefault[5], kubeDefault[6], kubeDefault[8],
	}, nil},
	{2, kubeInput + "?livez-grace-period=60s", nil, []string{"CT106 kube-aggregator server kube-aggregator x21"}},
	{3, "chain:testdata/verify/lost-and-promoted.yaml", append(ofAnyTwo(27),
		"CT104 outer check only-livez", "CT104 outer check only-readyz", "CT105 outer check only-healthz"), nil},
	{4, "chain:testdata/masked.yaml", append(ofAnyTwo(32), "CT101 outer check db", "CT104 outer check only-readyz"), nil},
	{4, "chain:testdata/verify/hidden.yaml", []string{
		"CT101 outer check db", "CT101 outer check db", "CT101 outer check worker", "CT104 outer check disk", "CT104 middle check worker",
		"CT302 middle server middle x30", "CT302 inner server inner x31", "CT306 outer route /debug/pprof/",
	}, nil},
	{4, "chain:testdata/verify/masked-and-slow.yaml?hang=slow", append(ofAnyTwo(32), "CT101 outer check db", "CT401 outer server outer"), nil},
	{4, "chain:testdata/verify/masked-and-slow.yaml?fail=slow", append(ofAnyTwo(32), "CT101 outer check db", "CT208 outer hook slow"), nil},
	{4, "chain:testdata/verify/same-name-later.yaml", append(ofAnyTwo(29),
		"CT102 outer check db x2", "CT301 outer route /healthz/db x2", "CT301 outer route /livez/db x2", "CT301 outer route /readyz/db x2", "CT401 outer server outer"), nil},
	{5, "testdata/verify/late-hook.json", []string{"CT206 outer hook late", "CT302 inner server inner x8"}, nil},
	{6, "chain:testdata/verify/disabled-hook.yaml", append(ofAnyTwo(29), "CT207 outer hook seeding"), nil},
	{7, "testdata/verify/stopped.json", []string{"CT209 outer hook waiting", "CT302 inner server inner x8"}, nil},
	{8, kubeInput + "?runtime-config=apiextensions.k8s.io/v1=false", nil, []string{
		"CT401 kube-aggregator server kube-aggregator", "CT402 kube-aggregator signal MuxAndDiscoveryComplete",
		"-CT303 kube-aggregator server kube-aggregator x84", // since that never happens
	}},
	{9, kubeInput + "?slow=storage-readiness=2m", nil, []string{"CT204 kube-apiserver hook storage-readiness"}},
	{9, kubeInput + "?slow=start-service-ip-repair-controllers=50s", nil, []string{"CT202 kube-apiserver hook start-service-ip-repair-controllers"}},
	{10, kubeInput + "?storage=warm", nil, []string{"-CT303 kube-aggregator server kube-aggregator x84"}},
	{14, kubeInput + "?profiling=false", nil, []string{
		"CT305 kube-aggregator route /metrics", "-CT306 kube-aggregator route /debug/pprof/",
		"-CT302 kube-apiserver server kube-apiserver x99", "CT302 kube-apiserver server kube-apiserver x91",
		"-CT302 apiextensions-apiserver server apiextensions-apiserver x57", "CT302 apiextensions-apiserver server apiextensions-apiserver x49",
	}},
	{15, kubeInput + "?enable-priority-and-fairness=false", nil, []string{
		"CT212 kube-apiserver hook priority-and-fairness-config-producer",
		"-CT302 kube-apiserver server kube-apiserver x99", "CT302 kube-apiserver server kube-apiserver x93",
		"-CT302 apiextensions-apiserver server apiextensions-apiserver x57", "CT302 apiextensions-apiserver server apiextensions-apiserver x51",
	}},
	{20, "chain:testdata/verify/taken-name.yaml", []string{
		"CT210 outer hook seeding", "CT401 outer server outer", "CT306 outer route /debug/pprof/",
	}, nil},
	// Not among the numbered, but of the issue.
	{0, "chain:testdata/verify/circle.yaml", append(ofAnyTwo(29),
		"CT205 outer hook waits-for-profiler", "CT205 outer hook egg x2", "CT401 outer server outer"), nil},
	{0, "chain:testdata/verify/cache-circle.yaml", []string{
		"CT205 outer hook starter x2", "CT401 outer server outer", "CT201 outer hook waiter", "CT201 outer hook reader", "CT306 outer route /debug/pprof/",
	}, nil},
	{0, "chain:testdata/verify/limited-circle.yaml", []string{
		"CT205 outer hook egg x2", "CT204 outer hook egg", "CT306 outer route /debug/pprof/",
	}, nil},
	{0, kubeInput + "?fail=crd-informer-synced=no luck", nil, []string{
		"CT208 apiextensions-apiserver hook crd-informer-synced", "-CT303 kube-aggregator server kube-aggregator x84",
	}},
}

// foundIn returns what verify finds in an input, each as "CODE server kind name"
// with a count above 1 behind.
func foundIn(t *testing.T, input string) []string {
	t.Helper()
	code, stdout, stderr := command("verify", input, "--output", "json")
	if code != exitNo {
		t.Fatalf("%s: exit code %d: %s", input, code, stderr)
	}
	var a report.Verify
	if err := json.Unmarshal(stdout, &a); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range a.Findings {
		text := strings.Join([]string{f.Code, f.Server, f.Kind, f.Name}, " ")
		if f.Count > 1 {
			text += fmt.Sprintf(" x%d", f.Count)
		}
		found = append(found, text)
	}
	return found
}

// TestDefaultFindings: on the default configuration, verify finds what is known
// to be surprising there and nothing else.
func TestDefaultFindings(t *testing.T) {
	if got := foundIn(t, kubeInput); !slices.Equal(got, kubeDefault) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(kubeDefault, "\n"))
	}
}

func TestFurtherSurprises(t *testing.T) {
	for _, c := range verifySurprises {
		t.Run(fmt.Sprintf("%d %s", c.number, c.input), func(t *testing.T) {
			want := slices.Clone(c.want)
			if c.differ != nil {
				want = slices.Clone(kubeDefault)
			}
			for _, d := range c.differ {
				gone, ok := strings.CutPrefix(d, "-")
				if !ok {
					want = append(want, d)
					continue
				}
				i := slices.Index(want, gone)
				if i < 0 {
					t.Fatalf("the default does not show %q", gone)
				}
				want = slices.Delete(want, i, i+1)
			}
			got := foundIn(t, c.input)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}
