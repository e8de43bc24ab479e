package report

import (
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// Part is a part of a hook's time.
type Part struct {
	What       string `json:"what" jsonschema:"an entry of hook.waits_for: hook:NAME, cache:NAME, timer:1s, loopback:WHAT or work:WHAT"`
	DurationNS *int64 `json:"duration_ns" jsonschema:"nanoseconds; null when the trace does not say how much of the time this was"`
}

func newParts(parts []startup.Part) []Part {
	out := make([]Part, len(parts))
	for i, p := range parts {
		out[i].What = p.What
		if p.Known {
			ns := int64(p.Took)
			out[i].DurationNS = &ns
		}
	}
	return out
}

// partsText writes for people what a hook did with its time, within width
// characters for each part. Parts that took next to nothing of it are left out.
func partsText(parts []Part, width int) string {
	all := int64(0)
	for _, p := range parts {
		if p.DurationNS != nil {
			all += *p.DurationNS
		}
	}
	texts := make([]string, 0, len(parts))
	for _, p := range parts {
		switch text := partText(p.What); {
		case p.DurationNS == nil:
			texts = append(texts, render.Printable(text, width))
		case len(parts) == 1 || 100*(*p.DurationNS) >= all:
			texts = append(texts, spent(p.What, *p.DurationNS, render.Printable(text, width)))
		}
	}
	return strings.Join(texts, ", ")
}

// spent says for how long a hook did what the text tells. A fixed wait that was
// waited for to its end says so itself.
func spent(what string, ns int64, text string) string {
	took := duration(ns)
	wait, isWait := strings.CutPrefix(what, timerStep)
	if !isWait {
		return took + " " + text
	}
	if whole, err := time.ParseDuration(wait); err == nil && duration(int64(whole)) == took {
		return text
	}
	return took + " of " + text
}

// timerStep is how an entry of waits_for begins that is a fixed wait.
const timerStep = "timer:"

// partText puts an entry of hook.waits_for into words.
func partText(what string) string {
	kind, rest, _ := strings.Cut(what, ":")
	switch kind {
	case "hook":
		return "waiting for " + rest
	case "cache":
		return "waiting for the cache " + rest
	case "timer":
		return "a fixed wait of " + rest
	case "loopback":
		return "asking the server itself: " + rest
	case "work":
		return rest
	}
	return what
}
