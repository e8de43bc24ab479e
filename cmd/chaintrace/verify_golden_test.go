package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/chaintrace/chaintrace/render/report"
)

// verifyGoldens lists the golden files of verify beyond those that every
// answering command has, and of explain.
func verifyGoldens() map[string][]string {
	accepted := []string{"verify", "preset:kube-apiserver-1.37", "--suppress", "testdata/accepted.yaml"}
	return map[string][]string{
		"kube-apiserver-1.37.verify.sarif":          {"verify", "preset:kube-apiserver-1.37", "--output", "sarif"},
		"kube-apiserver-1.37.verify-accepted.sarif": append(accepted, "--output", "sarif"),
		"kube-apiserver-1.37.verify-accepted.json":  append(accepted, "--output", "json"),
		"kube-apiserver-1.37.verify-accepted.txt":   accepted,
		"shared-slice.verify.txt":                   {"verify", "testdata/verify/shared-slice.json"},
		"shared-slice.verify.sarif":                 {"verify", "testdata/verify/shared-slice.json", "--output", "sarif"},
		"rules.explain.txt":                         {"explain"},
		"rules.explain.json":                        {"explain", "--output", "json"},
		"two-rules.explain.txt":                     {"explain", "CT101", "hook-without-deadline"},
	}
}

// TestSARIF holds SARIF output against the schema of its standard, which the
// library brings along, and against what code scanning asks for beyond that.
func TestSARIF(t *testing.T) {
	for file, args := range goldens() {
		if args[len(args)-1] != "sarif" {
			continue
		}
		_, stdout, stderr := command(args...)
		log, err := sarif.FromBytes(stdout, sarif.WithStrictValidation())
		if err != nil {
			t.Fatalf("%s: %v: %s", file, err, stderr)
		}
		if err := log.Validate(); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		run := log.Runs[0]
		fingerprints := map[string]bool{}
		for _, result := range run.Results {
			id := *result.RuleID
			if rule := run.Tool.Driver.Rules[result.RuleIndex]; *rule.ID != id || rule.DefaultConfiguration.Level != result.Level {
				t.Errorf("%s: rule %d is %s, want %s of level %s", file, result.RuleIndex, *rule.ID, id, result.Level)
			}
			if result.Message.Text == nil || len(result.Locations) != 1 || len(result.Locations[0].LogicalLocations) != 1 {
				t.Fatalf("%s: a result of %s has no message, or not one place", file, id)
			}
			place := result.Locations[0].PhysicalLocation
			if place == nil || *place.ArtifactLocation.URI == "" || *place.Region.StartLine < 1 {
				t.Errorf("%s: a result of %s has no file and line", file, id)
			}
			if base := place.ArtifactLocation.URIBaseID; base != nil && run.OriginalUriBaseIds[*base].Description == nil {
				t.Errorf("%s: nothing says what the base %s is", file, *base)
			}
			print := result.PartialFingerprints["chaintraceFinding/v1"]
			if print == "" || fingerprints[print] {
				t.Errorf("%s: the fingerprint %q of a result of %s is empty or another's", file, print, id)
			}
			fingerprints[print] = true
		}
	}
}

// TestSARIFSchemaFindsMistakes: the check above can fail.
func TestSARIFSchemaFindsMistakes(t *testing.T) {
	_, stdout, _ := command("verify", "chain:testdata/masked.yaml", "--output", "sarif")
	for _, mistake := range [][2]string{
		{`"level": "error"`, `"level": "terrible"`},
		{`"startLine": 1`, `"startLine": 0`},
		{`"version": "2.1.0"`, `"version": "2.2"`},
	} {
		text := strings.Replace(string(stdout), mistake[0], mistake[1], 1)
		if text == string(stdout) {
			t.Fatalf("there is no %s", mistake[0])
		}
		log, err := sarif.FromString(text, sarif.WithStrictValidation())
		if err == nil {
			err = log.Validate()
		}
		if err == nil {
			t.Errorf("%s passes", mistake[1])
		}
	}
}

// TestSARIFTellsOfSuppressions: accepted findings are there, as accepted.
func TestSARIFTellsOfSuppressions(t *testing.T) {
	args := verifyGoldens()["kube-apiserver-1.37.verify-accepted.sarif"]
	_, stdout, _ := command(args...)
	log, err := sarif.FromBytes(stdout)
	if err != nil {
		t.Fatal(err)
	}
	_, stdout, _ = command(append(args[:len(args)-1:len(args)-1], "json")...)
	var a report.Verify
	if err := json.Unmarshal(stdout, &a); err != nil {
		t.Fatal(err)
	}
	suppressed := 0
	for _, r := range log.Runs[0].Results {
		if len(r.Suppressions) == 1 && *r.Suppressions[0].Kind == "external" && *r.Suppressions[0].Justification != "" {
			suppressed++
		}
	}
	if suppressed == 0 || suppressed != a.Counts.Suppressed || len(log.Runs[0].Results) != len(a.Findings) {
		t.Errorf("%d of %d results are suppressed; as JSON it is %d of %d", suppressed, len(log.Runs[0].Results), a.Counts.Suppressed, len(a.Findings))
	}
}
