//go:build e2e

package page_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/chaintrace/chaintrace/trace/startup"
)

// print prints the page that is open on A4.
func (b *browser) print(options ...chromedp.PDFOption) []byte {
	b.t.Helper()
	options = append(options, chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPrintBackground())
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(options...))
	if err != nil {
		b.t.Fatal(err)
	}
	return pdf
}

func TestPrints(t *testing.T) {
	b := startBrowser(t)
	b.open(defaultStart(t), wide, high, "dark", "#"+slowest)
	before := ask[[]float64](b, viewBox)
	pdf := b.print(chromedp.PDFLandscape())
	if len(pdf) < 50_000 {
		t.Errorf("the print has %d bytes", len(pdf))
	}
	b.keep("print.pdf", pdf)
	if after := ask[[]float64](b, viewBox); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("printing changes what the picture shows from %v to %v", before, after)
	}
	b.media("print")
	if got := ask[string](b, seenView); got != "tree,hooks,checks,routes" {
		t.Errorf("on paper there are the pictures %s", got)
	}
	if got := ask[string](b, `[...document.querySelectorAll('nav, .controls, .tabs, #details')].filter(e => e.checkVisibility()).map(e => e.className).join()`); got != "" {
		t.Errorf("on paper there are things to press: %s", got)
	}
	b.quiet()
}

// TestPaperIsUsedWell: the tables have 580 rows, of which most have one line or two.
func TestPaperIsUsedWell(t *testing.T) {
	b := startBrowser(t)
	b.open(defaultStart(t), wide, high, "light", "")
	for what, options := range map[string][]chromedp.PDFOption{"upright": nil, "across": {chromedp.PDFLandscape()}} {
		pdf := b.print(options...)
		b.keep("print "+what+".pdf", pdf)
		if n := len(regexp.MustCompile(`/Type /Page\b[^s]`).FindAll(pdf, -1)); n < 10 || n > 36 {
			t.Errorf("%s, the page is printed on %d sheets", what, n)
		}
	}
	b.quiet()
}

// TestPaperSaysWhatIsNotOnIt: of a table that is searched the rows are printed that
// were found, and how many there are besides.
func TestPaperSaysWhatIsNotOnIt(t *testing.T) {
	b := startBrowser(t)
	b.open(defaultStart(t), wide, high, "light", "")
	b.write("#checks input[type=search]", "etcd")
	b.media("print")
	if got := ask[string](b, `[...document.querySelectorAll('.controls, .controls *')].filter(e => e.checkVisibility() && e.innerText && e.matches('output, button, label, span, select')).map(e => e.innerText).join()`); got != "10 of 93 rows" {
		t.Errorf("on paper, the controls say %q", got)
	}
	if got := ask[[]string](b, fmt.Sprintf(visibleRows, "checks")); len(got) != 10 {
		t.Errorf("on paper there are %q", got)
	}
	b.quiet()
}

// TestNothingHasNoTimeline: a trace without anything in it.
func TestNothingHasNoTimeline(t *testing.T) {
	b := startBrowser(t)
	b.open(&startup.Startup{}, wide, high, "light", "")
	if got := ask[string](b, `document.getElementById('timeline').innerText`); got != "Timeline\n\nThe trace tells of nothing that took time." {
		t.Errorf("of the time the page says %q", got)
	}
	b.shot("nothing")
	b.quiet()
}
