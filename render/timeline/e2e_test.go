//go:build e2e

package timeline_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/render/timeline"
)

// lookAtPictures tells of each picture on the page how its texts lie, what acts in
// it and what colours it has.
const lookAtPictures = `
const report = [...document.querySelectorAll('svg')].map(svg => {
  const r = {outside: [], overlapping: [], active: [], texts: 0};
  const {width, height} = svg.viewBox.baseVal;
  const texts = [...svg.querySelectorAll('text')].map(e => ({text: e.textContent, box: e.getBBox()}));
  r.texts = texts.length;
  for (const [i, {text, box}] of texts.entries()) {
    if (box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height) r.outside.push(text);
    for (const other of texts.slice(i + 1)) {
      const wide = Math.min(box.x + box.width, other.box.x + other.box.width) - Math.max(box.x, other.box.x);
      const high = Math.min(box.y + box.height, other.box.y + other.box.height) - Math.max(box.y, other.box.y);
      if (wide > 1 && high > 3) r.overlapping.push(text + ' | ' + other.text);
    }
  }
  r.active = [...svg.querySelectorAll('script, a, image, foreignObject, [onload], [onclick]')].map(e => e.outerHTML);
  r.untitled = [...svg.querySelectorAll('g[id]')].filter(e => !e.querySelector('title')).length;
  r.ground = getComputedStyle(svg.querySelector(':scope > rect')).fill;
  r.ink = getComputedStyle(svg.querySelector('text')).fill;
  return r;
});
const pre = document.createElement('pre');
pre.id = 'report';
pre.textContent = JSON.stringify({hacked: window.hacked || 0, report});
document.body.replaceChildren(pre);
`

// TestBrowserShowsSVG: a real browser finds all text within the picture and none
// over another, whatever names there are, and shows dark colours on dark pages.
func TestBrowserShowsSVG(t *testing.T) {
	all := map[string]*timeline.Timeline{
		"default": timeline.FromStart(recorded(t, "../../testdata/golden/kube-apiserver-1.37.trace.json"), 200),
		"small":   timeline.FromStart(recorded(t, "../../testdata/golden/aggregated-apiserver.trace.json"), 200),
		"outside": timeline.FromStart(recorded(t, "../../cmd/chaintrace/testdata/observed.json"), 200),
		"broken":  timeline.FromStart(recorded(t, "../../cmd/chaintrace/testdata/broken.json"), 200),
		"killed":  timeline.FromStart(recorded(t, "../../cmd/chaintrace/testdata/killed.json"), 200),
		"hung":    timeline.FromStart(start(), 200),
		"folded":  timeline.FromStart(many(1000), 60),
		"tree":    timeline.FromTrace(tree(300, func(i int) int { return (i+2)/3 - 1 }, func(i int) string { return fmt.Sprintf("GET /name/%d", i%5) }), 80),
	}
	names := maps.Clone(hostile)
	names["script that runs"] = "</text></svg><img src=x onerror=window.hacked=1><script>window.hacked=1</script>"
	for what, name := range names {
		for of, tl := range named(name) {
			all[what+", "+of] = tl
		}
	}
	whats := slices.Sorted(maps.Keys(all))
	var page bytes.Buffer
	page.WriteString("<!DOCTYPE html><meta charset=utf-8><body>")
	for _, what := range whats {
		svg := written(t, all[what])["svg"]
		_, svg, _ = strings.Cut(svg, "?>\n")
		page.WriteString(svg)
	}
	page.WriteString("<script>" + lookAtPictures + "</script>")
	for mode, colors := range map[string][2]string{"": {"rgb(255, 255, 255)", "rgb(27, 31, 36)"}, "--force-dark-mode": {"rgb(13, 17, 23)", "rgb(230, 237, 243)"}} {
		var seen struct {
			Hacked int
			Report []struct {
				Outside, Overlapping, Active []string
				Texts, Untitled              int
				Ground, Ink                  string
			}
		}
		reportOf(t, page.String(), mode, &seen)
		if seen.Hacked != 0 || len(seen.Report) != len(whats) {
			t.Fatalf("%d of %d pictures, %d scripts were run", len(seen.Report), len(whats), seen.Hacked)
		}
		for i, r := range seen.Report {
			if len(r.Outside)+len(r.Overlapping)+len(r.Active)+r.Untitled > 0 || r.Texts < 5 {
				t.Errorf("%s: of %d texts are outside %.300q, over others %.300q; %d groups without a title, %q acts", whats[i], r.Texts, r.Outside, r.Overlapping, r.Untitled, r.Active)
			}
			if r.Ground != colors[0] || r.Ink != colors[1] {
				t.Errorf("%s, %q: text is %s on %s", whats[i], mode, r.Ink, r.Ground)
			}
		}
	}
}

// reportOf opens a page in a real browser and reads what it leaves in an element
// report.
func reportOf(t *testing.T, content, mode string, report any) {
	t.Helper()
	dir := t.TempDir()
	page := filepath.Join(dir, "page.html")
	if err := os.WriteFile(page, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--user-data-dir=" + filepath.Join(dir, "profile"), "--virtual-time-budget=60000", "--dump-dom", "file://" + page}
	if mode != "" {
		args = append([]string{mode}, args...)
	}
	var out, errOut bytes.Buffer
	cmd := exec.Command("chromium", args...)
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		t.Fatalf("chromium: %v\n%s", err, &errOut)
	}
	found := regexp.MustCompile(`(?s)<pre id="report">(.*?)</pre>`).FindSubmatch(out.Bytes())
	if found == nil {
		t.Fatalf("the page has no report: %.500s\n%.2000s", &out, &errOut)
	}
	if err := json.Unmarshal([]byte(html.UnescapeString(string(found[1]))), report); err != nil {
		t.Fatal(err)
	}
}
