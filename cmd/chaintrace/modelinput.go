package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// How the name of an input begins that is a run of the model.
const (
	presetInput = "preset:"
	chainInput  = "chain:"
)

// isModelInput reports whether an input is not read but run.
func isModelInput(name string) bool {
	return strings.HasPrefix(name, presetInput) || strings.HasPrefix(name, chainInput)
}

// parseModelInput reads preset:NAME or chain:FILE, and what may stand behind a
// question mark as in an address: settings as NAME=VALUE, and the what-if flags
// of run, slow=HOOK=DURATION, fail=HOOK[=MESSAGE] and hang=HOOK. Such a run is
// simulated, and always the same.
func parseModelInput(name string) (*modelRun, error) {
	m := &modelRun{clock: attr.ClockSimulated, timeout: chain.DefaultReadyTimeout, reproducible: true}
	what, query, _ := strings.Cut(name, "?")
	if file, ok := strings.CutPrefix(what, chainInput); ok {
		if m.file = file; file == "" {
			return nil, fmt.Errorf("%s: the file is missing; write chain:FILE", name)
		}
	} else {
		m.preset = strings.TrimPrefix(what, presetInput)
	}
	if query == "" {
		return m, nil
	}
	for _, part := range strings.Split(query, "&") {
		part, err := url.PathUnescape(part)
		if err != nil {
			return nil, fmt.Errorf("%s: write %% as %%25", name)
		}
		key, value, ok := strings.Cut(part, "=")
		switch {
		case !ok:
			return nil, fmt.Errorf("%s: %q is not NAME=VALUE", name, part)
		case key == "slow":
			m.slow = append(m.slow, value)
		case key == "fail":
			m.fail = append(m.fail, value)
		case key == "hang":
			m.hang = append(m.hang, value)
		default:
			m.set = append(m.set, part)
		}
	}
	return m, nil
}

// runModelInput runs the model and returns its trace, whether it got ready or not.
func runModelInput(ctx context.Context, name string) (*trace.Trace, error) {
	m, err := parseModelInput(name)
	if err != nil {
		return nil, withCode(exitUsage, err)
	}
	run, err := m.prepare()
	if err != nil {
		return nil, withCode(exitUsage, fmt.Errorf("%s: %w", name, err))
	}
	t, _ := run.trace(ctx) // how it ended is what the trace tells
	if err := ctx.Err(); err != nil {
		return nil, withCode(exitWork, fmt.Errorf("%s: %w", name, err))
	}
	return t, nil
}
