package main

import (
	"bytes"
	"testing"

	"github.com/chaintrace/chaintrace/render"
)

// TestDetailDoesNotMatterToTimelines, as the help says, whether they are shown whole or
// in part; of other views it leaves out more or less.
func TestDetailDoesNotMatterToTimelines(t *testing.T) {
	draw := func(view render.View, detail render.Detail, more ...string) []byte {
		args := append([]string{"run", "--reproducible", "--quiet", "--out", "-", "--format", "txt", "--view", string(view), "--detail", string(detail)}, more...)
		code, out, errOut := command(args...)
		if code != 0 || len(out) == 0 {
			t.Fatalf("%v: exit code %d: %s", args, code, errOut)
		}
		return out
	}
	whole, part := draw(render.ViewTimeline, render.DetailNormal), draw(render.ViewTimeline, render.DetailNormal, "--max-nodes", "10")
	if bytes.Equal(whole, part) {
		t.Error("10 entries are all")
	}
	for _, detail := range render.Details() {
		if got := draw(render.ViewTimeline, detail); !bytes.Equal(got, whole) {
			t.Errorf("the timeline is another at --detail %s:\n%s", detail, got)
		}
		if got := draw(render.ViewTimeline, detail, "--max-nodes", "10"); !bytes.Equal(got, part) {
			t.Errorf("with 10 entries, the timeline is another at --detail %s:\n%s", detail, got)
		}
	}
	if bytes.Equal(draw(render.ViewHooks, render.DetailLow), draw(render.ViewHooks, render.DetailFull)) {
		t.Error("the hooks are the same in full as at low detail")
	}
}
