package report

import (
	"bytes"
	"html/template"
	"io"
	"strings"
)

// diffPage is a page that stands alone: no script, nothing from elsewhere.
var diffPage = template.Must(template.New("diff").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{.Title}}</title>
<style>
:root { color-scheme: light dark; }
body { font-family: system-ui, sans-serif; margin: 1.5rem; }
svg { max-width: 100%; height: auto; }
pre { overflow-x: auto; font-size: 0.85rem; }
</style>
</head>
<body>
<h1>{{.Title}}</h1>
<main>
{{.Picture}}
<pre>{{.Text}}</pre>
</main>
</body>
</html>
`))

// WriteHTML writes the answer as one page: the picture, which is SVG that render
// made, and the text.
func (a *Diff) WriteHTML(w io.Writer, svg []byte) error {
	var text strings.Builder
	if err := a.WriteText(&text, Style{}); err != nil {
		return err
	}
	if i := bytes.Index(svg, []byte("<svg")); i > 0 {
		svg = svg[i:] // what stands before it is for a document of its own
	}
	return diffPage.Execute(w, struct {
		Title   string
		Picture template.HTML
		Text    string
	}{"What changed: " + a.A.text() + " → " + a.B.text(), template.HTML(svg), text.String()})
}
