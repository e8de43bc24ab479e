//go:build e2e

package render_test

import (
	"bytes"
	"fmt"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/render"
)

// hostilePictures returns every view of starts and of traces with hostile names, in
// a format, by what they are of.
func hostilePictures(t *testing.T, format string) map[string][]byte {
	t.Helper()
	names := hostile()
	for what, name := range map[string]string{
		"script that runs": "</text></svg><img src=x onerror=window.hacked=1><script>window.hacked=1</script>",
		"attribute":        `" onload="window.hacked=1" x="`, "link": "javascript:window.hacked=1", "escapes of DOT": `\"]; x [label=<<b>x</b>>]; //`,
		"one long word": strings.Repeat("W", 300), "wide": strings.Repeat("漢字", 100), "comment": "--><!-- ", "instruction": "<?xml version='1.0'?>",
	} {
		names[what] = name
	}
	pictures := map[string][]byte{}
	for what, name := range names {
		for _, view := range render.GraphViews() {
			var b bytes.Buffer
			if err := write(&b, named(name), format, render.Options{View: view, Detail: render.DetailFull}); err != nil {
				t.Fatalf("%s, %s: %v", what, view, err)
			}
			pictures[what+", "+string(view)] = b.Bytes()
		}
		pictures[what+", spans"] = writeForeign(t, foreign(name), format, render.Options{})
		pictures[what+", some spans"] = writeForeign(t, foreign(name), format, render.Options{MaxNodes: 3})
	}
	return pictures
}

// TestGraphvizDrawsHostileNames has Graphviz's own dot draw graphs with hostile
// names: it must have nothing to complain of.
func TestGraphvizDrawsHostileNames(t *testing.T) {
	dir := t.TempDir()
	args := []string{"-Tsvg"}
	pictures := hostilePictures(t, "dot")
	for i, what := range slices.Sorted(maps.Keys(pictures)) {
		path := filepath.Join(dir, fmt.Sprintf("%03d.dot", i))
		if err := os.WriteFile(path, pictures[what], 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	var out, complaints bytes.Buffer
	cmd := exec.Command("dot", args...)
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil || complaints.Len() > 0 {
		t.Errorf("dot: %v\n%.2000s", err, &complaints)
	}
	if n := bytes.Count(out.Bytes(), []byte("<svg")); n != len(pictures) {
		t.Errorf("dot drew %d of %d graphs", n, len(pictures))
	}
}

// TestPNGOfHostileNames: every picture is one, of a size that can be looked at.
func TestPNGOfHostileNames(t *testing.T) {
	for what, picture := range hostilePictures(t, "png") {
		img, err := png.Decode(bytes.NewReader(picture))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if size := img.Bounds().Size(); size.X < 200 || size.Y < 200 || size.X > 16000 || size.Y > 16000 {
			t.Errorf("%s: %d x %d pixels", what, size.X, size.Y)
		}
	}
}

// lookAtGraphs tells of each picture on the page what acts in it, and which texts
// run out of it or over the shape that they begin in.
const lookAtGraphs = `
const report = [...document.querySelectorAll('svg')].map(svg => {
  const r = {texts: 0, bad: []};
  const box = e => { const b = e.getBBox(), m = e.getCTM(), c = svg.getCTM().inverse().multiply(m); return {x: b.x*c.a+c.e, y: b.y*c.d+c.f, width: b.width*c.a, height: b.height*c.d}; };
  const view = svg.viewBox.baseVal;
  const shapes = [...svg.querySelectorAll('polygon, path, ellipse')].filter(e => !e.closest('g.edge')).map(box).filter(s => s.width > 20 && s.height > 8);
  for (const t of svg.querySelectorAll('text')) {
    if (!t.textContent.trim()) continue;
    r.texts++;
    const b = box(t), x = b.x + 1, y = b.y + b.height / 2;
    if (b.x < view.x || b.y < view.y || b.x + b.width > view.x + view.width + 1 || b.y + b.height > view.y + view.height + 1) r.bad.push('outside: ' + t.textContent);
    const around = shapes.filter(s => s.x <= x && s.x + s.width >= x && s.y <= y && s.y + s.height >= y).sort((p, q) => p.width * p.height - q.width * q.height)[0];
    if (around && b.x + b.width > around.x + around.width + 2) r.bad.push('too wide: ' + t.textContent);
  }
  r.active = [...svg.querySelectorAll('script, image, foreignObject, a, [onload], [onclick], [onerror]')].map(e => e.outerHTML);
  return r;
});
const pre = document.createElement('pre');
pre.id = 'report';
pre.textContent = JSON.stringify({hacked: window.hacked || 0, images: document.querySelectorAll('img').length, report});
document.body.replaceChildren(pre);
`

// TestBrowserShowsHostileSVG: a page that has pictures with hostile names in it runs
// nothing that is in them, and finds all text where it belongs.
func TestBrowserShowsHostileSVG(t *testing.T) {
	pictures := hostilePictures(t, "svg")
	whats := slices.Sorted(maps.Keys(pictures))
	var page bytes.Buffer
	page.WriteString("<!DOCTYPE html><meta charset=utf-8><body>")
	for _, what := range whats {
		_, svg, _ := bytes.Cut(pictures[what], []byte("?>\n"))
		page.Write(svg)
	}
	page.WriteString("<script>" + lookAtGraphs + "</script>")
	var seen struct {
		Hacked, Images int
		Report         []struct {
			Texts       int
			Bad, Active []string
		}
	}
	reportOf(t, page.String(), &seen)
	if seen.Hacked != 0 || seen.Images != 0 || len(seen.Report) != len(whats) {
		t.Fatalf("%d of %d pictures, %d images, %d scripts were run", len(seen.Report), len(whats), seen.Images, seen.Hacked)
	}
	for i, r := range seen.Report {
		if r.Texts < 5 || len(r.Bad)+len(r.Active) > 0 {
			t.Errorf("%s: of %d texts %.600q are in the wrong place; %q acts", whats[i], r.Texts, r.Bad, r.Active)
		}
	}
}
