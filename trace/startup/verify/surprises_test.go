package verify_test

import (
	"testing"

	"github.com/chaintrace/chaintrace/trace/startup/verify"
)

// surprises are the known surprises of a server chain, numbered as where they
// were measured (on kube-apiserver 1.37.2), each with the rules that show it or
// with the reason for which no trace can. That the rules find them is shown on
// runs of the model, by the tests of the command verify.
var surprises = []struct {
	number int
	what   string
	rules  []string
	cannot string // why no trace shows it, or not all of it
}{
	{1, "health checks overwrite each other through a shared slice", []string{"CT102", "CT103"}, ""},
	{2, "the livez grace period is lost on merge", []string{"CT106"}, ""},
	{3, "only healthz checks are passed upward", []string{"CT104", "CT105"}, ""},
	{4, "a name configured above hides a failing check; one that is added later does not", []string{"CT101", "CT102", "CT301"}, ""},
	{5, "a hook added to a delegate after the next server was built never runs", []string{"CT206"}, ""},
	{6, "disabling a hook works at registration only", []string{"CT207"}, "where the disabling server does not try to register it, no span tells that it is disabled"},
	{7, "SIGTERM while starting ends with exit code 255", []string{"CT209"}, ""},
	{8, "turning the API of custom resources off means never ready", []string{"CT401", "CT402"}, ""},
	{9, "limits do not hold when an attempt hangs; hooks without a limit", []string{"CT201", "CT203"}, ""},
	{10, "MuxAndDiscoveryComplete comes before the proxies on empty storage", []string{"CT303"}, ""},
	{11, "the 503 protection has holes", []string{"CT304"}, ""},
	{12, "informer-sync passes before informers start", []string{"CT107"}, "of which informers it knows no span tells"},
	{13, "/apis and /apis/ differ", nil, "a trace has both routes, of one installer, and nothing of what their handlers answer to which Accept header"},
	{14, "without profiling, DELETE /metrics resets nothing", []string{"CT305"}, ""},
	{15, "without priority and fairness, its configuration is still produced", []string{"CT212"}, ""},
	{16, "dead routes of the delegates", []string{"CT302"}, ""},
	{17, "the port is open long before anybody accepts", nil, "the first span of the listener begins when the server accepts; opening the port has none"},
	{18, "/debug/pprof/ links to cmdline, which is not there", []string{"CT306"}, ""},
	{19, "during shutdown, 429 carries another Retry-After than its comment says", nil, "no span of a start holds what requests are answered"},
	{20, "hooks of both kinds may share a name; nil functions are treated differently", []string{"CT210", "CT211"}, "a pre-shutdown hook without a function leaves no span"},
	{21, "?exclude takes a group of checks", nil, "it is about requests, and a check's group is not in its spans"},
	{22, "a signal is named after the opposite of what closes it", []string{"CT403"}, ""},
}

func TestSurprises(t *testing.T) {
	for i, s := range surprises {
		if s.number != i+1 {
			t.Errorf("number %d is in place %d", s.number, i+1)
		}
		if len(s.rules) == 0 && s.cannot == "" {
			t.Errorf("%d, %s: neither a rule nor a reason", s.number, s.what)
		}
		for _, code := range s.rules {
			if _, err := verify.Lookup(code); err != nil {
				t.Errorf("%d, %s: %v", s.number, s.what, err)
			}
		}
	}
	if len(surprises) != 22 {
		t.Errorf("there are %d, want 22", len(surprises))
	}
}
