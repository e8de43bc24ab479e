//go:build e2e

package render_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/render"
)

// mermaidDir holds Mermaid, as pinned there.
const mermaidDir = "../.ci/mermaid"

// mermaidFile returns a file of the Mermaid that is installed.
func mermaidFile(t *testing.T, elem ...string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(append([]string{mermaidDir}, elem...)...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%v: run npm ci --ignore-scripts --prefix .ci/mermaid", err)
	}
	return path
}

// hostileDiagrams writes every view of starts with hostile names into files, and
// returns them by name.
func hostileDiagrams(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{}
	save := func(what string, diagram []byte) {
		path := filepath.Join(dir, fmt.Sprintf("%03d.mmd", len(files)))
		if err := os.WriteFile(path, diagram, 0o644); err != nil {
			t.Fatal(err)
		}
		files[what] = path
	}
	add := func(what, name string, o render.Options) {
		var b bytes.Buffer
		if err := write(&b, named(name), "mmd", o); err != nil {
			t.Fatal(err)
		}
		save(what+", "+string(o.View), b.Bytes())
	}
	names := hostile()
	for what, name := range map[string]string{
		"keyword": "end", "directive": `%%{init: {"securityLevel":"loose"}}%%`, "click": "\nclick n1 call alert()", "style": "style:#fff;classDef x fill:#fff;",
		"list": "1. one", "bullet": "- one", "markdown": "`**bold** _it_`", "image": "<img src=x onerror=window.hacked=1>", "frontmatter": "---\nconfig:\n---",
		"comment": "%% x", "entity of Mermaid": "#quot;#35;&#35;", "mathematics": "$$x^2$$", "link": "https://example.com/[x](javascript:alert(1))", "icon": "fa:fa-car",
		"keyword of charts": "section x :crit, 0, 1ms", "date": "2026-01-01 :done",
	} {
		names[what] = name
	}
	for what, name := range names {
		for _, view := range render.Views() {
			add(what, name, render.Options{View: view, Detail: render.DetailFull})
		}
		save(what+", spans", writeForeign(t, foreign(name), "mmd", render.Options{}))
		save(what+", some spans", writeForeign(t, foreign(name), "mmd", render.Options{MaxNodes: 3}))
	}
	return files
}

// TestMermaidParsesEveryDiagram has Mermaid's own parser read every golden file,
// and diagrams with hostile names.
func TestMermaidParsesEveryDiagram(t *testing.T) {
	goldens, err := filepath.Glob("../testdata/golden/*.mmd")
	if err != nil || len(goldens) < 8 {
		t.Fatalf("%d golden files, %v", len(goldens), err)
	}
	files := goldens
	for _, f := range hostileDiagrams(t) {
		files = append(files, f)
	}
	mermaidFile(t, "node_modules", "mermaid", "package.json")
	out, err := exec.Command("node", append([]string{mermaidFile(t, "parse.mjs")}, files...)...).CombinedOutput()
	if err != nil || !strings.Contains(string(out), fmt.Sprintf("%d parsed", len(files))) {
		t.Errorf("%v\n%s", err, out)
	}
	// What is wrong is found.
	bad := filepath.Join(t.TempDir(), "bad.mmd")
	if err := os.WriteFile(bad, []byte("flowchart LR\nn1[\"a\" n2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("node", mermaidFile(t, "parse.mjs"), bad).CombinedOutput(); err == nil {
		t.Errorf("Mermaid takes what is no diagram: %s", out)
	}
}

// drawMermaid has a browser draw diagrams with the settings of pages that trust
// nobody, and tells what came of each.
const drawMermaid = `
mermaid.initialize({startOnLoad: false, securityLevel: 'strict'});
(async () => {
  const report = [];
  for (const [i, text] of diagrams.entries()) {
    const r = {};
    try {
      const {svg} = await mermaid.render('d' + i, text);
      const box = document.createElement('div');
      box.innerHTML = svg;
      document.body.append(box);
      const drawn = box.querySelector('svg');
      r.nodes = box.querySelectorAll('g.node, rect.task').length;
      r.text = drawn.textContent;
      r.active = [...box.querySelectorAll('script, iframe, object, img, a, [onerror], [onclick]')].map(e => e.outerHTML);
      r.marked = box.querySelectorAll('.node ul, .node ol, .node img, .node i[class]').length;
      box.remove();
    } catch (e) { r.error = String(e); }
    report.push(r);
  }
  const pre = document.createElement('pre');
  pre.id = 'report';
  pre.textContent = JSON.stringify({hacked: window.hacked || 0, report});
  document.body.replaceChildren(pre);
})();
`

// TestBrowserDrawsMermaid: a page draws the diagrams, shows names as they are, and
// runs nothing that is in them.
func TestBrowserDrawsMermaid(t *testing.T) {
	diagrams := hostileDiagrams(t)
	diagrams["the default chain"] = "../testdata/golden/kube-apiserver-1.37.tree.mmd"
	var names, texts []string
	for name := range diagrams {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b, err := os.ReadFile(diagrams[name])
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(b))
	}
	encoded, err := json.Marshal(texts) // which escapes what would end a script
	if err != nil {
		t.Fatal(err)
	}
	var page struct {
		Hacked int
		Report []struct {
			Error, Text   string
			Nodes, Marked int
			Active        []string
		}
	}
	reportOf(t, fmt.Sprintf("<!DOCTYPE html><meta charset=utf-8><body><script src=%q></script><script>const diagrams = %s;%s</script>",
		"file://"+mermaidFile(t, "node_modules", "mermaid", "dist", "mermaid.min.js"), encoded, drawMermaid), &page)
	if page.Hacked != 0 || len(page.Report) != len(names) {
		t.Fatalf("%d of %d diagrams, and %d scripts were run", len(page.Report), len(names), page.Hacked)
	}
	for i, r := range page.Report {
		if r.Error != "" || r.Nodes < 2 || len(r.Active) > 0 || r.Marked > 0 || strings.Contains(r.Text, "Unsupported") {
			t.Errorf("%s: %d nodes, %d with markup, %q, error %s", names[i], r.Nodes, r.Marked, r.Active, r.Error)
		}
	}
	for what, want := range map[string]string{
		"the default chain": "rbac/bootstrap-roles · 1.45 s", "image, tree": "<img src=x onerror=window.hacked=1>", "list, tree": "1. one", "bullet, hooks": "- one",
		"entity of Mermaid, tree": "#quot;#35;&#35;", "markup, hooks": "<b>bold</b><!-- -->", "mathematics, tree": "$$x^2$$", "quotes, checks": "\"'`", "style, routes": "style:#fff;classDef x fill:#fff;",
		"image, timeline": "<img src=x onerror=window.hacked=1>", "keyword of charts, timeline": "section x :crit, 0, 1ms", "date, timeline": "2026-01-01 :done", "entity of Mermaid, timeline": "#quot;#35;&#35;",
	} {
		if i := slices.Index(names, what); i < 0 || !strings.Contains(page.Report[i].Text, want) {
			t.Errorf("%s does not show %q: %.300q", what, want, page.Report[max(i, 0)].Text)
		}
	}
}

// reportOf opens a page in a real browser and reads what it leaves in an element
// report.
func reportOf(t *testing.T, content string, report any) {
	t.Helper()
	dir := t.TempDir()
	page := filepath.Join(dir, "page.html")
	if err := os.WriteFile(page, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--allow-file-access-from-files",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--virtual-time-budget=120000", "--dump-dom", "file://"+page)
	var out, errOut bytes.Buffer
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
