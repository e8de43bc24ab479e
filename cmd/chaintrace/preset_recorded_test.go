package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/preset"
)

// recordedServer is a real server of which there are traces and a preset.
type recordedServer struct{ file, preset string }

func recordedServers() []recordedServer {
	return []recordedServer{{"kube-apiserver-1.37.2", "kube-apiserver-1.37"}, {"sample-apiserver-0.37.2", "sample-apiserver-1.37"}}
}

// trace is the file with the trace of a start on a storage.
func (r recordedServer) trace(storage string) string {
	return filepath.Join("..", "..", "testdata", "recorded", r.file+"."+storage+".json.gz")
}

// TestPresetsAreTheRecordedServers: a preset that was made out of a trace is what
// is made out of it now, and running it gives the recorded chain.
func TestPresetsAreTheRecordedServers(t *testing.T) {
	for _, r := range recordedServers() {
		want, err := preset.Source(r.preset)
		if err != nil {
			t.Fatal(err)
		}
		out, errOut := mustRun(t, 0, "preset", "export", r.trace(chain.Fresh), "--like", r.preset, "--keep-times", "--name", r.preset)
		if strings.Contains(errOut, "warning") {
			t.Errorf("%s: %s", r.preset, errOut)
		}
		if !bytes.Equal([]byte(out), want) {
			t.Errorf("the preset %s is not what its trace shows; run go generate ./chain/preset and look at what changed", r.preset)
		}
		for _, storage := range []string{chain.Fresh, chain.Warm} {
			mustRun(t, 0, "diff", r.trace(storage), "preset:"+r.preset+"?storage="+storage, "--only", "structure,errors", "--exit-code")
		}
	}
}

// TestRecordedServersAreDescribedAsTheyAre: also when nothing is known of them but
// their traces.
func TestRecordedServersAreDescribedAsTheyAre(t *testing.T) {
	for _, r := range recordedServers() {
		for _, storage := range []string{chain.Fresh, chain.Warm} {
			for _, like := range []string{"none", preset.Default, "aggregated-apiserver"} {
				file := filepath.Join(t.TempDir(), "mine.yaml")
				_, errOut := mustRun(t, 0, "preset", "export", r.trace(storage), "--like", like, "--storage", storage, "--out", file)
				if strings.Contains(errOut, "warning") {
					t.Errorf("%s like %s: %s", r.file, like, errOut)
				}
				mustRun(t, 0, "diff", r.trace(storage), "chain:"+file+"?storage="+storage, "--only", "structure,errors", "--exit-code")
			}
		}
	}
}
