//go:build e2e

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestGraphvizDrawsEveryGolden has Graphviz's own dot draw every golden file: it
// must have nothing to complain of.
func TestGraphvizDrawsEveryGolden(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(goldenDir, "*.dot"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			var out, complaints bytes.Buffer
			cmd := exec.Command("dot", "-Tsvg", file)
			cmd.Stdout, cmd.Stderr = &out, &complaints
			if err := cmd.Run(); err != nil || complaints.Len() > 0 {
				t.Fatalf("dot: %v\n%s", err, &complaints)
			}
			if !bytes.Contains(out.Bytes(), []byte("<svg")) {
				t.Error("dot wrote no SVG")
			}
		})
	}
}

// measure finds texts that do not fit: in the page's own fonts every text is
// compared with the frame that is drawn round it.
const measure = `
const svg = document.querySelector('svg');
const shapes = [...svg.querySelectorAll('polygon, path, ellipse')].filter(e => !e.closest('g.edge')).map(e => e.getBBox());
const view = svg.viewBox.baseVal;
const bad = [];
let texts = 0;
for (const t of svg.querySelectorAll('text')) {
  if (!t.textContent.trim()) continue;
  texts++;
  const b = t.getBBox();
  const at = {x: b.x + 1, y: b.y + b.height / 2};
  // The smallest shape in which the text begins must hold all of it.
  const around = shapes.filter(s => s.width > 20 && s.height > 8 && s.x <= at.x && s.x + s.width >= at.x && s.y <= at.y && s.y + s.height >= at.y);
  around.sort((p, q) => p.width * p.height - q.width * q.height);
  const box = around[0];
  if (box && b.x + b.width > box.x + box.width + 2) bad.push(t.textContent + ' is ' + (b.x + b.width - box.x - box.width).toFixed(1) + ' too wide');
}
const report = {texts, bad, width: view.width, title: svg.querySelector('title').textContent};
document.body.innerHTML = '<pre id="report">' + JSON.stringify(report).replace(/&/g, '&amp;').replace(/</g, '&lt;') + '</pre>';
`

// TestBrowserShowsEveryView opens each view's SVG in a real browser, with the
// fonts that it has, and looks for text that runs over its box.
func TestBrowserShowsEveryView(t *testing.T) {
	for _, args := range [][]string{
		{"--view", "tree"}, {"--view", "tree", "--detail", "full"}, {"--view", "hooks"}, {"--view", "checks"},
		{"--view", "routes"}, {"--view", "routes", "--detail", "full"}, {"--view", "routes", "--detail", "low"}, {"--view", "routes", "--preset", "aggregated-apiserver"},
		{"--preset", "kube-apiserver-1.23"}, {"--preset", "aggregated-apiserver"}, {"--chain", "testdata/masked.yaml"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			code, svg, errOut := command(append([]string{"run", "--reproducible", "--quiet", "--out", "-", "--format", "svg"}, args...)...)
			if code != 0 {
				t.Fatalf("exit code %d: %s", code, errOut)
			}
			var report struct {
				Texts int
				Bad   []string
				Width float64
				Title string
			}
			openInBrowser(t, svg, measure, &report)
			if report.Texts < 20 || report.Width < 100 || report.Title == "" {
				t.Errorf("the browser sees %d texts, %g wide, title %q", report.Texts, report.Width, report.Title)
			}
			for _, b := range report.Bad {
				t.Errorf("%s", b)
			}
		})
	}
}

// colours tells how a picture looks where the reader wants dark pages, or light
// ones.
const colours = `
const luminance = c => { const [r, g, b] = c.match(/\d+/g).map(n => n / 255); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const fill = e => luminance(getComputedStyle(e).fill);
const texts = [...document.querySelectorAll('svg text')].map(fill);
const report = {
  ground: fill(document.querySelector('svg polygon')), darkest: Math.min(...texts), lightest: Math.max(...texts),
  tips: document.querySelectorAll('svg g title').length, font: getComputedStyle(document.querySelector('svg text')).fontFamily,
};
document.body.innerHTML = '<pre id="report">' + JSON.stringify(report) + '</pre>';
`

// TestBrowserShowsDarkPages: a picture follows the page, of itself.
func TestBrowserShowsDarkPages(t *testing.T) {
	code, svg, errOut := command("run", "--reproducible", "--quiet", "--out", "-", "--format", "svg")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	for scheme, dark := range map[string]bool{"0": true, "1": false} {
		var report struct {
			Ground, Darkest, Lightest float64
			Tips                      int
			Font                      string
		}
		openInBrowser(t, svg, colours, &report, "--blink-settings=preferredColorScheme="+scheme)
		if dark && (report.Ground > 0.1 || report.Darkest < 0.3) || !dark && (report.Ground < 0.99 || report.Darkest > 0.2) {
			t.Errorf("dark %t: %+v", dark, report)
		}
		if report.Tips < 50 || !strings.Contains(report.Font, "Liberation Sans") {
			t.Errorf("%d tooltips, fonts %s", report.Tips, report.Font)
		}
	}
}

func openInBrowser(t *testing.T, svg []byte, script string, report any, flags ...string) {
	t.Helper()
	dir := t.TempDir()
	page := filepath.Join(dir, "page.html")
	start := bytes.Index(svg, []byte("<svg"))
	content := fmt.Sprintf("<!DOCTYPE html><meta charset=utf-8><body>%s<script>%s</script>", svg[start:], script)
	if err := os.WriteFile(page, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--virtual-time-budget=10000", "--dump-dom")
	cmd.Args = append(cmd.Args, append(flags, "file://"+page)...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		t.Fatalf("chromium: %v\n%s", err, &errOut)
	}
	found := regexp.MustCompile(`(?s)<pre id="report">(.*?)</pre>`).FindSubmatch(out.Bytes())
	if found == nil {
		t.Fatalf("the page has no report: %.500s", &out)
	}
	if err := json.Unmarshal([]byte(html.UnescapeString(string(found[1]))), report); err != nil {
		t.Fatal(err)
	}
}
