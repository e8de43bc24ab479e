package preset_test

import (
	"slices"
	"testing"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// parents says of which spans each span may be a child.
func parents() map[string][]string {
	return map[string][]string{
		attr.SpanStartup:        {""},
		attr.SpanConfigBuild:    {attr.SpanStartup},
		attr.SpanConfigComplete: {attr.SpanStartup},
		attr.SpanChainCreate:    {attr.SpanStartup},
		attr.SpanServerCreate:   {attr.SpanChainCreate},
		attr.SpanServerNew:      {attr.SpanServerCreate},
		attr.SpanHooksMerge:     {attr.SpanServerNew},
		attr.SpanHookMerge:      {attr.SpanHooksMerge},
		attr.SpanHookRegister:   {attr.SpanServerNew, attr.SpanServerCreate, attr.SpanServerPrepare},
		attr.SpanChecksMerge:    {attr.SpanServerNew},
		attr.SpanCheckMerge:     {attr.SpanChecksMerge},
		attr.SpanCheckSkip:      {attr.SpanChecksMerge},
		attr.SpanCheckAdd:       {attr.SpanServerNew, attr.SpanServerCreate, attr.SpanHookRegister, attr.SpanServerPrepare},
		attr.SpanAPIInstall:     {attr.SpanServerNew},
		attr.SpanRouteInstall:   {attr.SpanAPIInstall, attr.SpanServerCreate, attr.SpanAPIGroup, attr.SpanServerPrepare, attr.SpanStartup},
		attr.SpanAPIGroup:       {attr.SpanServerCreate},
		attr.SpanSignalRegister: {attr.SpanServerNew, attr.SpanServerCreate},
		attr.SpanServerPrepare:  {attr.SpanStartup, attr.SpanServerPrepare},
		attr.SpanListenerServe:  {attr.SpanStartup},
		attr.SpanHooksRun:       {attr.SpanStartup},
		attr.SpanHookRun:        {attr.SpanHooksRun},
		attr.SpanSignal:         {attr.SpanStartup},
		attr.SpanReady:          {attr.SpanStartup},
		attr.SpanShutdown:       {attr.SpanStartup},
		attr.SpanHookStop:       {attr.SpanShutdown},
	}
}

// TestSpansAreWhereTheVocabularySays: every span has a parent of the right name
// and lies within its time, and each name of the vocabulary occurs.
func TestSpansAreWhereTheVocabularySays(t *testing.T) {
	s := startDescription(t, load(t), chain.Options{Shutdown: true})
	byID := map[trace.SpanID]*trace.Span{}
	for i := range s.trace.Spans {
		byID[s.trace.Spans[i].SpanID] = &s.trace.Spans[i]
	}
	seen := map[string]bool{}
	for i := range s.trace.Spans {
		sp := &s.trace.Spans[i]
		seen[sp.Name] = true
		parent := byID[sp.ParentID]
		name := ""
		if parent != nil {
			name = parent.Name
			if sp.Start < parent.Start || sp.End > parent.End {
				t.Errorf("%s is not within the time of its parent %s", sp.Name, name)
			}
		}
		if !slices.Contains(parents()[sp.Name], name) {
			t.Errorf("%s is a child of %q, want one of %q", sp.Name, name, parents()[sp.Name])
		}
	}
	for name := range parents() {
		if !seen[name] {
			t.Errorf("there is no span %s", name)
		}
	}
}
