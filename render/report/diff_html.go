package report

import (
	"bytes"
	"html/template"
	"io"
	"strings"
)

// diffPage is a page that stands alone: no script, nothing from elsewhere. Its
// colours are dark on light or light on dark, as the reader's system has it; the
// picture keeps the light ground that it is drawn for.
var diffPage = template.Must(template.New("diff").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{.Title}}</title>
<style>
:root { color-scheme: light dark; --text: #1b1f24; --ground: #fff; --muted: #57606a; --line: #d0d7de; --good: #116b4f; --warn: #7a4a00; --bad: #a3211a; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --ground: #0d1117; --muted: #9aa4af; --line: #3a424c; --good: #56d4a4; --warn: #e6b450; --bad: #ff8f85; }
}
body { font-family: system-ui, sans-serif; line-height: 1.4; margin: 1.5rem; color: var(--text); background: var(--ground); }
h1 { font-size: 1.4rem; }
h2 { font-size: 1.15rem; margin: 1.5rem 0 0.5rem; }
figure { margin: 1rem 0; padding: 0.5rem; background: #fff; border: 1px solid var(--line); overflow-x: auto; }
svg { display: block; max-width: 100%; height: auto; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; }
th { text-align: left; color: var(--muted); }
th, td { padding: 0.2rem 0.9rem 0.2rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: break-word; }
.right { text-align: right; white-space: nowrap; }
.muted, dt { color: var(--muted); }
.good { color: var(--good); }
.warn { color: var(--warn); }
.bad { color: var(--bad); }
dl { display: grid; grid-template-columns: auto 1fr; gap: 0.2rem 0.9rem; }
dd { margin: 0; overflow-wrap: anywhere; }
</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
<dl>
<dt>A</dt><dd>{{.A}}</dd>
<dt>B</dt><dd>{{.B}}</dd>
</dl>
<figure>
{{.Picture}}
</figure>
{{with .None}}<p>{{.}}</p>
{{end}}{{range .Parts}}<h2 id="{{.ID}}">{{.Title}}</h2>
{{if .Rows}}<div class="table">
<table aria-labelledby="{{.ID}}">
<thead><tr>{{range .Columns}}<th scope="col"{{if .Right}} class="right"{{end}}>{{.Title}}</th>{{end}}</tr></thead>
<tbody>
{{range .Rows}}<tr>{{range .}}<td{{with .Class}} class="{{.}}"{{end}}>{{.Text}}</td>{{end}}</tr>
{{end}}</tbody>
</table>
</div>
{{end}}{{range .Notes}}<p class="muted">{{.}}</p>
{{end}}{{end}}{{range .Rest}}<p class="muted">{{.}}</p>
{{end}}</main>
</body>
</html>
`))

// diffPagePart is a part of what differs, on the page.
type diffPagePart struct {
	Title, ID string
	Columns   []Column
	Rows      [][]diffPageCell
	Notes     []string
}

type diffPageCell struct{ Text, Class string }

// WriteHTML writes the answer as one page: the picture, which is SVG that render
// made, and what the text tells as tables.
func (a *Diff) WriteHTML(w io.Writer, svg []byte) error {
	if i := bytes.Index(svg, []byte("<svg")); i > 0 {
		svg = svg[i:] // what stands before it is for a document of its own
	}
	var parts []diffPagePart
	for _, p := range a.parts() {
		part := diffPagePart{Title: p.title, ID: strings.ToLower(p.title), Notes: p.notes}
		part.Columns, part.Rows = p.table.page()
		parts = append(parts, part)
	}
	none := ""
	if a.none() {
		none = a.nothing()
	}
	return diffPage.Execute(w, struct {
		Title   string
		A, B    string
		Picture template.HTML
		None    string
		Parts   []diffPagePart
		Rest    []string
	}{"What changed", a.A.text(), a.B.text(), template.HTML(svg), none, parts, a.rest()})
}

// page returns the table as a page has it.
func (t *Table) page() ([]Column, [][]diffPageCell) {
	columns := make([]Column, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = Column{Title: pageTitle(c.Title), Right: c.Right}
	}
	var rows [][]diffPageCell
	for _, cells := range t.rows {
		row := make([]diffPageCell, len(t.Columns))
		for i, c := range cells {
			class := map[Ink]string{InkMuted: "muted", InkGood: "good", InkWarn: "warn", InkBad: "bad"}[c.Ink]
			if t.Columns[i].Right {
				class = strings.TrimSpace("right " + class)
			}
			row[i] = diffPageCell{strings.TrimSpace(c.Text), class}
		}
		rows = append(rows, row)
	}
	return columns, rows
}

// pageTitle writes a column's title with small letters, as pages do.
func pageTitle(title string) string {
	if len(title) < 2 {
		return title
	}
	return title[:1] + strings.ToLower(title[1:])
}
