package format_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/format"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// recorded returns a whole trace with its start.
func recorded(t *testing.T) format.Input {
	t.Helper()
	b, err := os.ReadFile("../../testdata/golden/aggregated-apiserver.trace.json")
	if err != nil {
		t.Fatal(err)
	}
	tr, err := trace.Read(bytes.NewReader(b), trace.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := startup.FromTrace(tr)
	if err != nil {
		t.Fatal(err)
	}
	return format.Input{Trace: tr, Start: s}
}

func TestOfFile(t *testing.T) {
	for _, c := range []struct {
		path, want string
		packed     bool
	}{
		{"chain.dot", "dot", false},
		{"a.b/chain.SVG", "svg", false},
		{"chain.json", "json", false},
		{"chain.jsonl.gz", "json", true},
		{"CHAIN.JSON.GZ", "json", true},
		{"chain.gz.json", "json", false},
		{"chain.json.svg", "svg", false},
		{"chain.jaeger.json", "jaeger", false},
		{"chain.jaeger.json.gz", "jaeger", true},
		{"jaeger.json", "json", false},
		{"chain.pb.gz", "pb", true},
		{"chain.pprof.gz", "pprof", false}, // it is packed anyway
		{"x.perfetto.json", "perfetto", false},
		{"x.mermaid", "mmd", false},
		{".txt", "txt", false},
	} {
		f, packed, err := format.OfFile(c.path, format.All())
		if err != nil || f.Name != c.want || packed != c.packed {
			t.Errorf("%s: %s, packed %t, %v; want %s, %t", c.path, f.Name, packed, err, c.want, c.packed)
		}
	}
	for _, path := range []string{"", "dot", "chain", "chain.pdf", "chain.dot.zip", "chain.gz", "chain.dotx"} {
		if f, _, err := format.OfFile(path, format.All()); err == nil || !strings.Contains(err.Error(), ".dot .svg") {
			t.Errorf("%s: %s, %v", path, f.Name, err)
		}
	}
}

func TestFind(t *testing.T) {
	for name, want := range map[string]string{"dot": "dot", "gv": "dot", "JSONL": "json"} {
		if f, err := format.Find(name, format.All()); err != nil || f.Name != want {
			t.Errorf("%s: %s, %v", name, f.Name, err)
		}
	}
	if _, err := format.Find("", format.All()); !errors.Is(err, format.ErrUnknown) {
		t.Errorf("no name: %v", err)
	}
	if _, err := format.Find("json", format.OfGraphs()); !errors.Is(err, format.ErrUnknown) {
		t.Errorf("a trace is no picture: %v", err)
	}
}

// TestTheListIsSound: names and endings are told apart, and each format says
// what it is.
func TestTheListIsSound(t *testing.T) {
	owner := map[string]string{}
	for _, f := range format.All() {
		words := []string{f.Name}
		for _, e := range f.Endings {
			if !strings.HasPrefix(e, ".") || e != strings.ToLower(e) || strings.HasSuffix(e, format.Gzip) {
				t.Errorf("%s: the ending %q", f.Name, e)
			}
			words = append(words, e[1:])
		}
		for _, w := range words {
			if other, ok := owner[w]; ok && other != f.Name {
				t.Errorf("%s is %s and %s", w, other, f.Name)
			}
			owner[w] = f.Name
		}
		if f.About == "" || len(f.Endings) == 0 {
			t.Errorf("%s is not described", f.Name)
		}
	}
}

// TestEveryFormatWrites: each writes something of a start, for each view that
// it has, and says so when it cannot.
func TestEveryFormatWrites(t *testing.T) {
	in := recorded(t)
	for _, f := range format.All() {
		for _, view := range render.Views() {
			var b bytes.Buffer
			err := f.Write(&b, in, render.Options{View: view})
			if shown := len(f.Views) == 0 || slices.Contains(f.Views, view); shown != (err == nil) || shown != (b.Len() > 0) {
				t.Errorf("%s, %s: %d bytes, %v", f.Name, view, b.Len(), err)
			}
		}
		if err := f.Write(io.Discard, in, render.Options{View: "no"}); err == nil {
			t.Errorf("%s: a view that there is not is no error", f.Name)
		}
		if err := f.WriteGraph(io.Discard, &render.Graph{}); (err == nil) != slices.Contains(format.Names(format.OfGraphs()), f.Name) {
			t.Errorf("%s: a picture: %v", f.Name, err)
		}
	}
}

// TestKeptIsReadAgain reads back what is said to hold all of a trace.
func TestKeptIsReadAgain(t *testing.T) {
	in := recorded(t)
	for _, f := range format.All() {
		if !f.Kept {
			continue
		}
		var b bytes.Buffer
		if err := f.Write(&b, in, render.Options{}); err != nil {
			t.Fatal(err)
		}
		back, err := trace.Read(&b, trace.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(in.Trace, back, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: written and read (-want +got):\n%s", f.Name, d)
		}
	}
}
