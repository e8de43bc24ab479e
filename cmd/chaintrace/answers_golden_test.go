package main

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/chaintrace/chaintrace/chain/preset"
	"github.com/chaintrace/chaintrace/render/report"
)

// answerInputs are the starts that every answering command is tried on, by the
// name in the golden files'.
func answerInputs() map[string]string {
	const kube = "preset:kube-apiserver-1.37"
	inputs := map[string]string{
		"failed-hook":  kube + "?fail=start-kubernetes-service-cidr-controller=no luck",
		"hung-hook":    kube + "?hang=start-apiextensions-informers",
		"partial":      "testdata/partial.json", // its recorder was killed in the middle of the hooks
		"broken":       "testdata/broken.json",
		"masked-check": "chain:testdata/masked.yaml",
	}
	for _, name := range preset.Names() {
		inputs[name] = presetInput + name
	}
	return inputs
}

// poorInputs are starts whose traces tell less than others, by the name in the
// golden files'.
func poorInputs() map[string]string {
	return map[string]string{
		"died-early": "chain:testdata/verify/taken-name.yaml", // before any hook ran
		"killed":     "testdata/killed.json",                  // its recorder writes what is finished
		"observed":   "testdata/observed.json",                // from outside
	}
}

// answerCommands are the answering commands that take one start.
func answerCommands() []string {
	return []string{"time", "blame", "critical-chain", "ledger", "verify"}
}

// answerGoldens lists the golden files of the answering commands that take one
// start, as text and as JSON, with the command lines that write them.
func answerGoldens() map[string][]string {
	files := map[string][]string{}
	for _, command := range answerCommands() {
		for name, input := range answerInputs() {
			files[name+"."+command+".txt"] = []string{command, input}
			files[name+"."+command+".json"] = []string{command, input, "--output", "json"}
		}
	}
	// TestLedgersOfStartsThatDoNotGetReady holds these against that of the start that
	// does, of which they would be copies.
	for _, file := range []string{"hung-hook.ledger.txt", "hung-hook.ledger.json", "failed-hook.ledger.json"} {
		delete(files, file)
	}
	files["kube-apiserver-1.37.blame-by-server.txt"] = []string{"blame", "preset:kube-apiserver-1.37", "--by", "server"}
	files["kube-apiserver-1.37.blame-by-server.json"] = []string{"blame", "preset:kube-apiserver-1.37", "--by", "server", "--output", "json"}
	files["kube-apiserver-1.37.critical-chain-hook.txt"] = []string{"critical-chain", "preset:kube-apiserver-1.37", "start-service-ip-repair-controllers"}
	for name, input := range poorInputs() {
		for _, command := range answerCommands() {
			files[name+"."+command+".txt"] = []string{command, input}
			files[name+"."+command+".json"] = []string{command, input, "--output", "json"}
		}
	}
	maps.Copy(files, diffGoldens())
	maps.Copy(files, statsGoldens())
	maps.Copy(files, whichGoldens())
	maps.Copy(files, verifyGoldens())
	return files
}

// TestAnswersMatchTheirSchemas holds what programs are given against what they
// are told of it.
func TestAnswersMatchTheirSchemas(t *testing.T) {
	seen := map[string]bool{}
	for file, args := range goldens() {
		if args[len(args)-1] != "json" || args[0] == "run" {
			continue
		}
		_, stdout, stderr := command(args...)
		var instance any
		if err := json.Unmarshal(stdout, &instance); err != nil {
			t.Fatalf("%s: %v: %s", file, err, stderr)
		}
		name, _ := instance.(map[string]any)["schema"].(string)
		seen[name] = true
		if err := resolve(t, name).Validate(instance); err != nil {
			t.Errorf("%s is not as %s says: %v", file, name, err)
		}
	}
	for _, name := range report.Schemas() {
		if !seen[name] {
			t.Errorf("no golden file shows %s", name)
		}
	}
}

// resolve returns a shape in which no field is unknown, so that none goes
// undescribed.
func resolve(t *testing.T, name string) *jsonschema.Resolved {
	t.Helper()
	code, text, stderr := command("schema", name)
	if code != 0 {
		t.Fatalf("schema %s: %s", name, stderr)
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), `"type": "object"`, `"type": "object", "additionalProperties": false`)), &schema); err != nil {
		t.Fatal(err)
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		t.Fatalf("schema %s: %v", name, err)
	}
	return resolved
}
