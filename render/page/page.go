package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/timeline"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/startup"
)

//go:embed page.html.tmpl style.css script/*.js
var files embed.FS

// scripts are the page's scripts in the order in which they run. Each does
// without the ones behind it.
var scripts = []string{"script/select.js", "script/table.js", "script/timeline.js", "script/picture.js", "script/things.js", "script/views.js"}

// content is what the page is made of, whatever it is about.
type content struct {
	About    string        // what the page is of, in its title
	Policy   string        // this, the style and the scripts are addFiles's
	Style    template.HTML // the whole element, as are the scripts
	Scripts  []template.HTML
	Overview *overview
	Pictures *pictures
	Timeline *timelinePart
	Tables   []*table
}

// Options says how the page is to be. The zero value is what most readers want.
type Options struct {
	// Detail is how much the pictures of the chain show, where there is room for
	// it; "" is render.DetailNormal. The tables always have everything.
	Detail render.Detail
}

// Write writes the start of a chain as one HTML page that stands alone. Equal
// starts give equal bytes. What there is too much of to be read is counted in
// folded rows, which the page says. Names out of the trace are escaped, and the
// page's Content-Security-Policy allows nothing but its own scripts and style. It
// returns an error where o names a level of detail that does not exist.
func Write(w io.Writer, s *startup.Startup, o Options) error {
	c, err := chainContent(s, o)
	if err != nil {
		return fmt.Errorf("writing HTML: %w", err)
	}
	return c.write(w)
}

// WriteSpans writes a trace that shows no server chain as such a page: the tree of its
// spans, when they ran, and a table of them. There is one level of detail; with
// render.DetailFull the picture counts less.
func WriteSpans(w io.Writer, t *trace.Trace, o Options) error {
	c, err := spansContent(t, o)
	if err != nil {
		return fmt.Errorf("writing HTML: %w", err)
	}
	return c.write(w)
}

// write writes the page that is made of the content.
func (c *content) write(w io.Writer) error {
	if err := c.addFiles(); err != nil {
		return fmt.Errorf("writing HTML: %w", err)
	}
	t, err := template.New("page.html.tmpl").Funcs(template.FuncMap{"number": timeline.Number}).ParseFS(files, "page.html.tmpl")
	if err != nil {
		return fmt.Errorf("writing HTML: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, c); err != nil {
		return fmt.Errorf("writing HTML: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing HTML: %w", err)
	}
	return nil
}

// addFiles adds the style and the scripts, and the policy that allows them alone.
func (c *content) addFiles() error {
	text, err := files.ReadFile("style.css")
	if err != nil {
		return err
	}
	var style, hashes string
	dark := render.DarkStyle(".drawn", "screen and (prefers-color-scheme: dark)") + "\n"
	c.Style, style = allowed("style", squeeze(string(text)+dark+c.columnStyle()+c.levelStyle()))
	for _, file := range scripts {
		text, err := files.ReadFile(file)
		if err != nil {
			return err
		}
		script, hash := allowed("script", squeeze(string(text)))
		c.Scripts = append(c.Scripts, script)
		hashes += hash
	}
	c.Policy = "default-src 'none'; script-src" + hashes + "; style-src" + style +
		"; img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
	return nil
}

// squeeze leaves out what a browser has no use for: how far lines are indented,
// and lines that are comments. In our scripts no text goes over several lines.
func squeeze(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimLeft(line, " ")
		if line != "\n" && !strings.HasPrefix(line, "//") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// allowed returns an element with the text, and what a policy says to allow it.
func allowed(element, text string) (template.HTML, string) {
	sum := sha256.Sum256([]byte(text))
	return template.HTML("<" + element + ">" + text + "</" + element + ">"), " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// levelStyle is how far the bars of a timeline are indented that is a tree.
func (c *content) levelStyle() string {
	const deepest = 16 // from here on there would be no room for names
	var b strings.Builder
	done := map[int]bool{}
	for _, bar := range c.Timeline.Bars {
		if bar.Level > 1 && !done[bar.Level] {
			done[bar.Level] = true
			fmt.Fprintf(&b, ".timeline .d%d .label { padding-left: %.1frem; }\n", bar.Level, 0.5+0.8*float64(min(bar.Level, deepest)-1))
		}
	}
	return b.String()
}
