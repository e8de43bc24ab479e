//go:build e2e

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/instrument/kastest"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// TestPresetsAreTheRealServers builds the real servers with spans, starts each on
// empty and on used storage, and finds the very chain that the preset of that server
// has. With -update the traces become the recorded ones.
func TestPresetsAreTheRealServers(t *testing.T) {
	kube := buildServer(t, kastest.KubeAPIServerPackage)
	sample := buildServer(t, kastest.SampleAPIServerPackage)
	kubeEtcd, sampleEtcd := kastest.StartEtcd(t), kastest.StartEtcd(t)
	servers := recordedServers()
	for _, storage := range []string{chain.Fresh, chain.Warm} { // the first start makes the storage of the second
		server := kastest.KubeAPIServer(t, kubeEtcd)
		file := filepath.Join(t.TempDir(), "kube.json")
		process := server.Start(t, kube, "CHAINTRACE_FILE="+file)
		waitRecorded(t, process, file)

		beside := kastest.SampleAPIServer(t, sampleEtcd, server)
		sampleFile := filepath.Join(t.TempDir(), "sample.json")
		sampleProcess := beside.Start(t, sample, "CHAINTRACE_FILE="+sampleFile)
		waitRecorded(t, sampleProcess, sampleFile)
		server.WaitReady(t, process) // the signal HasBeenReady is fired when somebody asks
		beside.WaitReady(t, sampleProcess)
		sampleProcess.Stop(t, syscall.SIGTERM)
		process.Stop(t, syscall.SIGTERM)

		t.Run("kube-apiserver "+storage, func(t *testing.T) {
			isPreset(t, file, servers[0], storage)
			isMeasured(t, file)
		})
		t.Run("sample-apiserver "+storage, func(t *testing.T) { isPreset(t, sampleFile, servers[1], storage) })
	}
}

// waitRecorded returns when the trace has it that the server is ready. That is later
// than the server says so, which one that is stopped at once never records.
func waitRecorded(t *testing.T, p *kastest.Process, file string) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); {
		if f, err := os.Open(file); err == nil {
			read, err := trace.Read(f, trace.ReadOptions{})
			f.Close()
			if s, errStart := startup.FromTrace(orNone(read)); err == nil && errStart == nil && s.Ready != nil && s.Ready.How != startup.ReadyBySignal {
				return
			}
		}
		select {
		case <-p.Ended():
			t.Fatalf("the server ended before its trace showed it ready; it wrote:\n%s", p.Output())
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Fatalf("%s does not show that the server is ready", file)
}

// orNone is a trace without spans where there is none.
func orNone(t *trace.Trace) *trace.Trace {
	if t == nil {
		return &trace.Trace{}
	}
	return t
}

// isPreset compares a trace with the preset of the server, and describes it, which
// must give its chain again.
func isPreset(t *testing.T, file string, r recordedServer, storage string) {
	t.Helper()
	if *update {
		record(t, file, r.trace(storage))
	}
	isWholeLife(t, file, r.trace(storage))
	same := []string{"--only", "structure,errors", "--exit-code"}
	model := "preset:" + r.preset + "?storage=" + storage
	if code, out, errOut := command(append([]string{"diff", model, file}, same...)...); code != 0 {
		t.Errorf("the preset %s and the real server part; with -update and go generate ./chain/preset it is made anew:\n%s%s", r.preset, out, errOut)
	}
	description := filepath.Join(t.TempDir(), "mine.yaml")
	_, errOut := mustRun(t, 0, "preset", "export", file, "--storage", storage, "--out", description)
	if strings.Contains(errOut, "warning") {
		t.Error(errOut)
	}
	mustRun(t, 0, append([]string{"diff", file, "chain:" + description + "?storage=" + storage}, same...)...)
}

// isWholeLife compares which lifecycle signals were fired and which pre-shutdown hooks
// were run with a recorded trace: diff is about starts, and does not.
func isWholeLife(t *testing.T, file, recorded string) {
	t.Helper()
	life := func(file string) (names []string) {
		for _, s := range readTrace(t, file).Spans {
			switch s.Name {
			case attr.SpanSignal:
				names = append(names, "signal "+s.Attr(attr.SignalName).Str())
			case attr.SpanHookStop:
				names = append(names, "hook "+s.Attr(attr.HookName).Str())
			}
		}
		slices.Sort(names) // of a shutdown, several goroutines take part
		return names
	}
	got, want := life(file), life(recorded)
	if len(got) == 0 || !slices.Equal(got, want) {
		t.Errorf("%s has\n%q, the recorded one\n%q", file, got, want)
	}
}

// record keeps a trace in the tree, each span once.
func record(t *testing.T, file, as string) {
	t.Helper()
	var text, packed bytes.Buffer
	err := trace.WriteJSON(&text, readTrace(t, file))
	if err != nil {
		t.Fatal(err)
	}
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(as, packed.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readTrace(t *testing.T, file string) *trace.Trace {
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
	return read
}

// isMeasured counts what a trace shows, and what a probe in the same server had
// measured.
func isMeasured(t *testing.T, file string) {
	t.Helper()
	type ownAndMerged struct{ Own, Merged []string }
	var measured struct {
		Servers []struct {
			Name                             string
			PostStartHooks, PreShutdownHooks ownAndMerged
			HealthChecks                     struct {
				Installed       map[string][]string
				Merged, Skipped []string
			}
			Routes, WebServices []json.RawMessage
			APIGroupVersions    []string
			Signals             ownAndMerged
		}
		HookRuns []json.RawMessage
	}
	text, err := os.ReadFile("../../testdata/kubernetes/1.37.2/chain.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &measured); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"servers": len(measured.Servers), "hook runs": len(measured.HookRuns)}
	for _, sv := range measured.Servers {
		count := func(what string, n int) { want[sv.Name+": "+what] = n }
		count("own hooks", len(sv.PostStartHooks.Own)+len(sv.PreShutdownHooks.Own))
		count("merged hooks", len(sv.PostStartHooks.Merged)+len(sv.PreShutdownHooks.Merged))
		count("merged checks", len(sv.HealthChecks.Merged))
		count("skipped checks", len(sv.HealthChecks.Skipped))
		for endpoint, checks := range sv.HealthChecks.Installed {
			count(endpoint+" checks", len(checks))
		}
		count("paths", len(sv.Routes))
		count("web services", len(sv.WebServices))
		count("group versions", len(sv.APIGroupVersions))
		count("signals", len(sv.Signals.Own)+len(sv.Signals.Merged))
	}
	got := counts(t, file)
	for _, what := range slices.Sorted(maps.Keys(want)) {
		if got[what] != want[what] {
			t.Errorf("%s: %d, measured were %d", what, got[what], want[what])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d kinds were counted, and %d measured", len(got), len(want))
	}
}

func counts(t *testing.T, file string) map[string]int {
	t.Helper()
	s, err := startup.FromTrace(readTrace(t, file))
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{"servers": len(s.Servers), "hook runs": len(s.Runs)}
	for _, sv := range s.Servers {
		for _, what := range []string{
			"own hooks", "merged hooks", "merged checks", "skipped checks", "healthz checks", "livez checks", "readyz checks",
			"paths", "web services", "group versions", "signals",
		} {
			n[sv.Name+": "+what] = 0
		}
		for _, h := range slices.Concat(sv.PostStart, sv.PreShutdown) {
			if h.Inherited {
				n[sv.Name+": merged hooks"]++
			} else {
				n[sv.Name+": own hooks"]++
			}
		}
		for _, c := range sv.Checks {
			switch c.State {
			case startup.CheckInherited:
				n[sv.Name+": merged checks"]++
			case startup.CheckSkipped:
				n[sv.Name+": skipped checks"]++
			}
			if c.Present() {
				for _, endpoint := range c.Endpoints {
					n[fmt.Sprintf("%s: %s checks", sv.Name, endpoint)]++
				}
			}
		}
		for _, r := range sv.Routes {
			if r.Match == attr.MatchWebService {
				n[sv.Name+": web services"]++
			} else {
				n[sv.Name+": paths"]++
			}
		}
		for _, g := range sv.Groups {
			n[sv.Name+": group versions"] += len(g.Versions)
		}
		n[sv.Name+": signals"] = len(sv.Signals)
	}
	return n
}

// TestOlderKubernetes builds a kube-apiserver of another era: all that has to be
// found there is found, and what it starts is seen.
func TestOlderKubernetes(t *testing.T) {
	t.Setenv("CGO_ENABLED", "0")
	module := kastest.Module(t) + "134"
	binary := filepath.Join(t.TempDir(), "server")
	out, errOut := mustRun(t, 0, "build", "-C", module, "-o", binary, ".")
	t.Log(errOut)
	if strings.Contains(out, "NOT FOUND") {
		t.Errorf("not all was found:\n%s", out)
	}
	server := kastest.KubeAPIServer(t, kastest.StartEtcd(t))
	file := filepath.Join(t.TempDir(), "kube.json")
	process := server.Start(t, binary, "CHAINTRACE_FILE="+file)
	waitRecorded(t, process, file)
	process.Stop(t, syscall.SIGTERM)
	checkStart(t, file, "apiextensions-apiserver", "kube-apiserver", "kube-aggregator")
	description := filepath.Join(t.TempDir(), "old.yaml")
	mustRun(t, 0, "preset", "export", file, "--out", description)
	mustRun(t, 0, "diff", file, "chain:"+description, "--only", "structure,errors", "--exit-code")
}
