package render

import (
	"strings"

	"github.com/chaintrace/chaintrace/trace/startup"
)

// hookTip writes down everything that is known of a hook.
func hookTip(s *startup.Startup, h *startup.Hook) string {
	t := &tip{}
	t.add("%s", h.Name)
	kind := h.Kind + " hook"
	switch {
	case h.Inherited:
		t.add("%s, registered by %s and taken over from the delegate", kind, h.Origin)
	case h.Preconfigured:
		t.add("%s, put on the config of %s before New", kind, h.Origin)
	default:
		t.add("%s, registered by %s", kind, h.Origin)
	}
	if h.RegisteredAt != "" {
		t.add("registered at %s", h.RegisteredAt)
	}
	if h.Run != nil {
		runLines(t, s, h.Run)
	}
	return t.String()
}

// runTip writes down everything that is known of a hook's run.
func runTip(s *startup.Startup, r *startup.HookRun, h *startup.Hook) string {
	if h != nil {
		return hookTip(s, h)
	}
	t := (&tip{}).add("%s", r.Name).add("hook of %s", r.Origin)
	runLines(t, s, r)
	return t.String()
}

func runLines(t *tip, s *startup.Startup, r *startup.HookRun) {
	simulated := ""
	if s.Simulated() {
		simulated = " (simulated)"
	}
	if r.End < r.Start {
		t.add("started at %s, not ended after %s%s", duration(r.Start), duration(s.Elapsed(r)), simulated)
	} else {
		t.add("ran from %s to %s: %s%s", duration(r.Start), duration(r.End), duration(r.Duration()), simulated)
	}
	if r.Outcome != "" {
		t.add("outcome: %s", r.Outcome)
	}
	if r.Err != "" {
		t.add("error: %s", r.Err)
	}
	if r.BecauseOf != "" {
		t.add("because of: %s", r.BecauseOf)
	}
	if r.BlockedOn != "" {
		t.add("blocked on: %s", r.BlockedOn)
	}
	t.list("waits for:", r.WaitsFor)
	if r.Deadline > 0 {
		t.add("deadline %s; when it passes: %s", duration(r.Deadline), orElse(r.AtDeadline, "unknown"))
		if r.DeadlineHit {
			t.add("the deadline passed")
		}
	}
}

// checkTip writes down everything that is known of a check as a server has it.
func checkTip(sv *startup.Server, c *startup.Check) string {
	t := (&tip{}).add("%s", c.Name)
	switch c.State {
	case startup.CheckOwn:
		if c.Configured {
			t.add("configured on %s before New", sv.Name)
		} else {
			t.add("added by %s", sv.Name)
		}
	case startup.CheckInherited:
		t.add("added by %s, taken over from %s", c.Origin, sv.Delegate)
	case startup.CheckSkipped:
		t.add("check of %s, not taken over: %s has a configured check of this name", c.Origin, c.SkippedBy)
	case startup.CheckMasked:
		if c.NotOffered {
			t.add("check of %s, not in its healthz and so not offered: %s has another of this name", c.Origin, c.SkippedBy)
		} else {
			t.add("check of %s, not taken over: %s has a configured check of this name", c.Origin, c.SkippedBy)
		}
		t.add("it fails, and the endpoints of %s do not show it", sv.Name)
	case startup.CheckLost:
		t.add("check of %s, not offered to %s: only what is in healthz is handed upwards", c.Origin, sv.Name)
	}
	if len(c.Endpoints) > 0 {
		t.add("in %s", strings.Join(c.Endpoints, ", "))
	}
	if c.Delay > 0 {
		t.add("livez ignores it for the first %s", duration(c.Delay))
	}
	return t.String()
}

// routeTip writes down everything that is known of a route.
func routeTip(sv *startup.Server, r startup.Route, shadowedBy string) string {
	t := (&tip{}).add("%s (%s)", r.Path, orElse(r.Match, "unknown match"))
	t.add("on %s, installed in %s by %s", sv.Name, orElse(r.Phase, "an unknown phase"), orElse(r.Installer, "an unknown installer"))
	if r.Source != "" {
		t.add("at %s", r.Source)
	}
	if r.Listed {
		t.add("listed in the index at /")
	}
	if r.Replaces {
		t.add("replaces an earlier registration of the same path")
	}
	if shadowedBy != "" {
		t.add("covered: %s answers this path first", shadowedBy)
	}
	return t.String()
}
