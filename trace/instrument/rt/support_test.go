package chaintracert

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/trace"
)

// childKey names, in the environment, what a test binary does as a child.
const childKey = "CHAINTRACE_TEST_CHILD"

// children are what a child process can do; its arguments do not matter.
var children = map[string]func(){
	"chain":     func() { startChain(nil) },
	"fail":      func() { startChain(errors.New("no \"storage\"\n")) },
	"panic":     panicInHook,
	"killed":    waitToBeKilled,
	"keepgoing": keepGoing,
	"asked":     whenAsked,
}

func TestMain(m *testing.M) {
	if child := children[os.Getenv(childKey)]; child != nil {
		child()
		fmt.Println("the server goes on")
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child runs the test binary as a server that records into a file.
func child(t *testing.T, what, file string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := childCommand(what, file)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err = cmd.Run()
	return out.String(), complaints.String(), err
}

func childCommand(what, file string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childKey+"="+what, "CHAINTRACE_FILE="+file)
	return cmd
}

// readTrace reads a trace file with chaintrace's own reader, the latest line of
// each span alone.
func readTrace(t *testing.T, file string) []trace.Span {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	read, err := trace.Read(f, trace.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var spans []trace.Span
	at := map[trace.SpanID]int{}
	for _, s := range read.Spans {
		if i, ok := at[s.SpanID]; ok {
			if spans[i].End != 0 {
				t.Errorf("span %s has a line after the one that ends it", s.Name)
			}
			spans[i] = s
			continue
		}
		at[s.SpanID] = len(spans)
		spans = append(spans, s)
	}
	return spans
}

// outline writes spans as a tree, each with the value of its telling attribute.
func outline(spans []trace.Span) string {
	children := map[trace.SpanID][]trace.Span{}
	for _, s := range spans {
		children[s.ParentID] = append(children[s.ParentID], s)
	}
	var b strings.Builder
	var write func(of trace.SpanID, depth int)
	write = func(of trace.SpanID, depth int) {
		for _, s := range children[of] {
			fmt.Fprintf(&b, "%s%s", strings.Repeat("  ", depth), s.Name)
			for _, key := range []string{
				"apiserver.name", "hook.name", "hook.kind", "hook.origin", "hook.outcome", "check.name", "check.origin", "route.path", "route.match", "route.phase",
				"apigroup.name", "signal.name", "signal.scope", "ready.how", "code",
			} {
				if v := s.Attr(key).Str(); v != "" {
					b.WriteString(" " + v)
				}
			}
			for _, key := range []string{"check.endpoints", "apigroup.versions"} {
				if v := s.Attr(key).StringList(); v != nil {
					fmt.Fprintf(&b, " %v", v)
				}
			}
			if s.Status.Code == trace.StatusError {
				fmt.Fprintf(&b, " error %q", s.Status.Message)
			}
			if s.End == 0 {
				b.WriteString(" unfinished")
			}
			b.WriteString("\n")
			write(s.SpanID, depth+1)
		}
	}
	write(trace.SpanID{}, 0)
	return b.String()
}

// passed returns the checks that were seen to pass.
func passed(spans []trace.Span) []string {
	var checks []string
	for _, s := range spans {
		for _, e := range s.Events {
			if s.Name == "ready" && e.Name == "check.passed" {
				check := trace.Span{Attrs: e.Attrs}
				checks = append(checks, check.Attr("check.name").Str())
			}
		}
	}
	return checks
}

// record makes a recorder for a test, with a file.
func record(t *testing.T) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "trace.json")
	before := current
	current = fromEnvironment(func(key string) string {
		if key == "CHAINTRACE_FILE" {
			return file
		}
		return ""
	})
	t.Cleanup(func() { current = before })
	return file
}
