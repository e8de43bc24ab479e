package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
)

// TestHostileNamesInLists: no list sends what a terminal acts on, and programs
// get the names as they are.
func TestHostileNamesInLists(t *testing.T) {
	for _, name := range []string{"\x1b[2J", "a\tb\nc\r\v\f", "\u009b31m", "\u202eabc", "\x00", "\U000e0001", `"quoted"\`, "<b>&", strings.Repeat("long ", 1000)} {
		all := []trace.Summary{{Root: name, Services: []string{name, name, name, name, name}}}
		var table, list bytes.Buffer
		if err := writeTraceTable(&table, all, trace.TraceID{}); err != nil {
			t.Fatal(err)
		}
		if err := writeTraceJSON(&list, all, trace.TraceID{}); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{table.String(), list.String()} {
			if strings.ContainsAny(text, "\x00\x1b\r\t\v\f\x7f\u009b\u202e\U000e0001") {
				t.Errorf("%q is passed on: %q", name, text)
			}
		}
		if lines := strings.Count(table.String(), "\n"); lines != 2 || !strings.Contains(table.String(), ", and 2 more") {
			t.Errorf("%q makes a table of %d lines: %q", name, lines, &table)
		}
		var entries []traceEntry
		if err := json.Unmarshal(list.Bytes(), &entries); err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		if entries[0].Root != name || entries[0].Services[4] != name {
			t.Errorf("%q is read as %q", name, entries[0].Root)
		}
	}
}

func TestTraceNotes(t *testing.T) {
	id := trace.TraceID{1}
	s := trace.Summary{ID: id}
	if got := traceNotes(s, trace.TraceID{2}); got != "" {
		t.Errorf("a sound trace has the notes %q", got)
	}
	for _, kind := range trace.AnomalyKinds() {
		s.Anomalies = append(s.Anomalies, trace.Anomaly{Kind: kind, Spans: []int{1}})
	}
	if got, want := traceNotes(s, id), "latest, 1 orphan, 1 in a cycle, 1 duplicate, 1 unfinished, 1 backward, 1 without time, 1 early, 1 with an event without time, 1 without ID"; got != want {
		t.Errorf("the notes are %q, want %q", got, want)
	}
	s.Anomalies = []trace.Anomaly{{Kind: trace.AnomalyOrphan, Spans: []int{1, 2}}, {Kind: trace.AnomalyDuplicateID, Spans: []int{1, 2}}}
	if got, want := traceNotes(s, trace.TraceID{}), "2 orphans, 2 duplicates"; got != want {
		t.Errorf("the notes are %q, want %q", got, want)
	}
}
