package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// choose returns the trace that was asked for, or else the latest.
func (f *inputFlags) choose(t *trace.Trace, name string, stderr io.Writer) (*trace.Trace, error) {
	if f.id != "" {
		id, err := parseTraceFlag(f.id)
		if err != nil {
			return nil, err
		}
		chosen := t.Select(id)
		if len(chosen.Spans) == 0 {
			return nil, unknownTrace(f.id, t, name)
		}
		return chosen, nil
	}
	id, _ := startup.Latest(t)
	chosen := t.Select(id)
	if chosen != t {
		noteChoice(stderr, t.Summaries(), id, name)
	}
	return chosen, nil
}

// noteChoice says which of several traces was taken.
func noteChoice(stderr io.Writer, all []trace.Summary, id trace.TraceID, name string) {
	i := slices.IndexFunc(all, func(s trace.Summary) bool { return s.ID == id })
	begun := "begun at no known time"
	if all[i].Start > 0 {
		begun = "begun " + utc(all[i].Start).Format(millis)
	}
	fmt.Fprintf(stderr, "note: %s holds %d traces; this is the latest, %v, %s; choose another with --trace (see chaintrace traces %s)\n",
		inputName(name), len(all), id, begun, inputArgument(name))
}

// unknownTrace is the error for an ID that no trace has.
func unknownTrace(id string, t *trace.Trace, name string) error {
	if len(t.Spans) == 0 {
		return fmt.Errorf("--trace %s: there are no spans in %s", id, inputName(name))
	}
	all := t.Summaries()
	if len(all) == 1 {
		return fmt.Errorf("--trace %s: no trace in %s has that ID; there is only %v", id, inputName(name), all[0].ID)
	}
	const most = 5
	var there []string
	for _, s := range slices.Backward(all) { // the latest are the likeliest
		if len(there) == most {
			break
		}
		there = append(there, s.ID.String())
	}
	more := ""
	if len(all) > most {
		more = fmt.Sprintf(" and %d more", len(all)-most)
	}
	return fmt.Errorf("--trace %s: no trace in %s has that ID; there are %s%s (see chaintrace traces %s)",
		id, inputName(name), strings.Join(there, ", "), more, inputArgument(name))
}

// Times of a trace as people and as programs read them.
const (
	millis = "2006-01-02T15:04:05.000Z07:00"
	nanos  = "2006-01-02T15:04:05.000000000Z07:00"
)

func utc(ns int64) time.Time { return time.Unix(0, ns).UTC() }

func parseTraceFlag(s string) (trace.TraceID, error) {
	id, err := trace.ParseTraceID(s)
	if err != nil {
		return id, fmt.Errorf("--trace: %w", err)
	}
	return id, nil
}
