package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/chaintrace/chaintrace/trace/startup/verify"
)

// projectURL is where chaintrace is at home.
const projectURL = "https://github.com/chaintrace/chaintrace"

// SARIF says what a SARIF log needs to know beyond the findings.
type SARIF struct {
	Version string // of chaintrace
	// Input is the URI of what was verified. Findings without a place in the
	// source are placed there: code scanning wants a file for each.
	Input string
}

// WriteSARIF writes the findings as a SARIF 2.1.0 log for code scanning. What
// findings are about is in logical locations, and where it was registered in
// physical ones: below the base GOMODCACHE for modules, or else below SRCROOT.
func (a *Verify) WriteSARIF(w io.Writer, o SARIF) error {
	log := sarif.NewReport()
	run := sarif.NewRunWithInformationURI("chaintrace", projectURL)
	if o.Version != "" {
		run.Tool.Driver.WithVersion(o.Version)
	}
	index := map[string]int{}
	for i, rule := range verify.Rules() {
		index[rule.Code] = i
		run.Tool.Driver.AddRule(sarifRule(rule))
	}
	bases := map[string]sarif.ArtifactLocation{}
	for _, f := range a.Findings {
		run.AddResult(sarifResult(f, index[f.Code], o.Input, bases))
	}
	if len(bases) > 0 {
		run.OriginalUriBaseIds = bases
	}
	if text := a.notTold(); text != "" {
		told := sarif.NewNotification().WithLevel("note").WithMessage(sarif.NewTextMessage(text))
		run.AddInvocation(sarif.NewInvocation().WithExecutionSuccessful(true).AddToolExecutionNotification(told))
	}
	log.AddRun(run)
	return WriteJSON(w, log)
}

func sarifRule(rule *verify.Rule) *sarif.ReportingDescriptor {
	why, remedy := oneLine(rule.Why), oneLine(rule.Remedy)
	level := rule.Severity.String()
	properties := sarif.NewPropertyBag()
	properties.Add("problem.severity", map[string]string{"error": "error", "warning": "warning", "note": "recommendation"}[level])
	properties.Add("precision", "high")
	properties.WithTags([]string{"startup", ruleSubject(rule.Code)})
	return sarif.NewRule(rule.Code).
		WithName(rule.Name).
		WithShortDescription(sarif.NewMultiformatMessageString().WithText(sentenceCase(rule.Summary))).
		WithFullDescription(sarif.NewMultiformatMessageString().WithText(why)).
		WithHelp(sarif.NewMultiformatMessageString().
			WithText(why + "\n\nWhat to do: " + remedy).
			WithMarkdown(why + "\n\n**What to do:** " + remedy)).
		WithHelpURI(projectURL + "#answers").
		WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(level)).
		WithProperties(properties)
}

// ruleSubject says what rules with a code are about.
func ruleSubject(code string) string {
	return map[string]string{"CT1": "health-checks", "CT2": "hooks", "CT3": "routes", "CT4": "readiness"}[code[:min(3, len(code))]]
}

func sarifResult(f VerifyFinding, rule int, input string, bases map[string]sarif.ArtifactLocation) *sarif.Result {
	logical := sarif.NewLogicalLocation().WithKind("resource").WithName(f.Name).
		WithFullyQualifiedName(strings.Trim(fmt.Sprintf("%s/%s/%s", f.Server, f.Kind, f.Name), "/"))
	location := sarif.NewLocationWithPhysicalLocation(sarifPlace(f.Source, input, bases)).AddLogicalLocation(logical)
	result := sarif.NewRuleResult(f.Code).
		WithRuleIndex(rule).
		WithLevel(f.Severity).
		WithMessage(sarif.NewTextMessage(f.Message)).
		AddLocation(location).
		WithPartialFingerprints(map[string]string{"chaintraceFinding/v1": f.fingerprint()})
	properties := sarif.NewPropertyBag()
	if f.Count > 1 {
		properties.Add("count", f.Count)
	}
	if f.Accepted > 0 {
		properties.Add("accepted", f.Accepted)
	}
	if len(properties.Properties) > 0 {
		result.WithProperties(properties)
	}
	if f.Suppressed != nil {
		result.AddSuppression(sarif.NewSuppression().WithKind("external").WithStatus("accepted").WithJustification(f.Suppressed.Reason))
	}
	return result
}

// fingerprint is the same for a finding from start to start: numbers and times
// are not in it.
func (f VerifyFinding) fingerprint() string {
	parts := []string{f.Code, f.Server, f.Kind, f.Name}
	if f.detail != "" {
		parts = append(parts, f.detail)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// sarifPlace returns the place in the source, or the input where that is unknown.
func sarifPlace(source, input string, bases map[string]sarif.ArtifactLocation) *sarif.PhysicalLocation {
	place, ok := parsePlace(source)
	if !ok {
		return sarif.NewPhysicalLocation().WithArtifactLocation(sarif.NewSimpleArtifactLocation(input)).
			WithRegion(sarif.NewRegion().WithStartLine(1))
	}
	artifact := sarif.NewArtifactLocation().WithURI(place.uri)
	if place.base != "" {
		artifact.WithURIBaseID(place.base)
		if _, ok := bases[place.base]; !ok {
			bases[place.base] = *sarif.NewArtifactLocation().WithDescription(sarif.NewTextMessage(baseMeaning[place.base]))
		}
	}
	region := sarif.NewRegion().WithStartLine(max(1, place.line))
	if place.end > place.line {
		region.WithEndLine(place.end)
	}
	return sarif.NewPhysicalLocation().WithArtifactLocation(artifact).WithRegion(region)
}
