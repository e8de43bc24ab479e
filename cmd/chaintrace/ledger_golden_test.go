package main

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chaintrace/chaintrace/render/report"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// TestLedgersOfStartsThatDoNotGetReady: a start that hangs has all that one has
// that gets ready; one that died lacks paths that are installed while the server
// runs, and nothing else.
func TestLedgersOfStartsThatDoNotGetReady(t *testing.T) {
	read := func(input string) report.Ledger {
		code, stdout, stderr := command("ledger", input, "--output", "json")
		if code != 0 {
			t.Fatalf("%s: exit code %d: %s", input, code, stderr)
		}
		var instance any
		var l report.Ledger
		for _, into := range []any{&instance, &l} {
			if err := json.Unmarshal(stdout, into); err != nil {
				t.Fatalf("%s: %v", input, err)
			}
		}
		if err := resolve(t, l.Schema).Validate(instance); err != nil {
			t.Errorf("%s is not as %s says: %v", input, l.Schema, err)
		}
		return l
	}
	inputs := answerInputs()
	ready, hung, failed := read(inputs["kube-apiserver-1.37"]), read(inputs["hung-hook"]), read(inputs["failed-hook"])
	if ready.Outcome != "ready" || hung.Outcome != "not-ready" || failed.Outcome != "failed" {
		t.Fatalf("outcomes %s, %s and %s", ready.Outcome, hung.Outcome, failed.Outcome)
	}
	if df := cmp.Diff(ready.Servers, hung.Servers); df != "" {
		t.Errorf("hung: -ready +hung:\n%s", df)
	}
	missing := 0
	for i := range min(len(ready.Servers), len(failed.Servers)) {
		have := failed.Servers[i].Routes
		all := len(ready.Servers[i].Routes)
		ready.Servers[i].Routes = slices.DeleteFunc(ready.Servers[i].Routes, func(r report.LedgerRoute) bool {
			return r.Phase == attr.PhaseRuntime && !slices.ContainsFunc(have, func(h report.LedgerRoute) bool { return h.Path == r.Path && h.Match == r.Match })
		})
		missing += all - len(ready.Servers[i].Routes)
	}
	if df := cmp.Diff(ready.Servers, failed.Servers, cmpopts.IgnoreFields(report.LedgerCounts{}, "Routes")); df != "" || missing == 0 {
		t.Errorf("failed lacks %d paths; -ready +failed:\n%s", missing, df)
	}
}
