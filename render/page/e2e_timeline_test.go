//go:build e2e

package page_test

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestTimelineUnderThePointer(t *testing.T) {
	b := startBrowser(t)
	b.open(defaultStart(t), wide, high, "light", "")
	b.show("timeline")
	at := ask[[]float64](b, `(() => { const a = document.querySelector('.axis').getBoundingClientRect(), li = document.querySelector('.timeline li:nth-child(10)').getBoundingClientRect(); return [a.x + a.width / 2, li.y + li.height / 2]; })()`)
	b.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], at[1]))
	const half = "1.07 s" // of 2.14
	if got := ask[string](b, `document.querySelector('.axis .cursor').getAttribute('visibility') + ' ' + document.querySelector('.axis .cursor text').textContent`); got != "visible "+half {
		t.Errorf("in the middle it says %q", got)
	}
	if got := ask[string](b, `[...document.querySelectorAll('.detail')].filter(d => getComputedStyle(d).opacity === '1').map(d => d.textContent).join()`); !strings.Contains(got, "a fixed wait of 1s") || !strings.Contains(got, "from 671 ms to 2.12 s") {
		t.Errorf("the details under the pointer are %q", got)
	}
	b.shot("timeline under the pointer")
	b.quiet()
}

// TestTimelineHasRoomForNames: they are cut off only where there is no more room, and
// bars are seen however short they are.
func TestTimelineHasRoomForNames(t *testing.T) {
	b := startBrowser(t)
	for _, width := range []int64{wide, phoneWide} {
		b.open(defaultStart(t), width, high, "light", "")
		if cut := ask[[]string](b, `[...document.querySelectorAll('.timeline .label')].filter(e => { const p = e.querySelector('.pick'), s = e.querySelector('small'); return p.scrollWidth > p.clientWidth && s && s.getBoundingClientRect().width > 1; }).map(e => e.textContent)`); len(cut) > 0 {
			t.Errorf("at %d pixels, names are cut off before their servers: %q", width, cut)
		}
		if thin := ask[[]string](b, `[...document.querySelectorAll('.timeline li')].filter(li => ![...li.querySelectorAll('rect')].some(r => r.getBBox().width > 0)).map(li => li.textContent)`); len(thin) > 0 {
			t.Errorf("at %d pixels, these have no bar: %q", width, thin)
		}
	}
	b.quiet()
}

// TestTimelineIsEnlarged: by mouse, by buttons and by keyboard, with ticks that fit.
func TestTimelineIsEnlarged(t *testing.T) {
	b := startBrowser(t)
	b.open(defaultStart(t), wide, high, "light", "")
	b.show("timeline")
	ticks := func() string {
		return ask[string](b, `[...document.querySelectorAll('.axis > text:not(.mark)')].map(e => e.textContent).join()`)
	}
	shown := func() string {
		return ask[string](b, `document.querySelector('#timeline .controls output').textContent`)
	}
	marks := func() string {
		return ask[string](b, `[...document.querySelectorAll('.axis > text.mark')].filter(e => e.getAttribute('visibility') !== 'hidden').map(e => e.textContent.split(' ')[0]).join()`)
	}
	all := ticks()
	if all != "0,500 ms,1 s,1.5 s,2 s" || shown() != "" {
		t.Errorf("to begin with: %s; %s", all, shown())
	}
	// From a quarter to a half of 2.14 s.
	at := ask[[]float64](b, `(() => { const a = document.querySelector('.axis').getBoundingClientRect(), li = document.querySelector('.timeline li:nth-child(4)').getBoundingClientRect(); return [a.x + a.width / 4, a.x + a.width / 2, li.y + li.height / 2]; })()`)
	b.do(
		chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, at[0], at[2], chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0]+20, at[2], chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[1], at[2], chromedp.ButtonLeft),
	)
	b.shot("timeline dragged over")
	b.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, at[1], at[2], chromedp.ButtonLeft))
	if got := shown(); got != "536 ms to 1.071 s" && got != "535 ms to 1.070 s" {
		t.Errorf("dragged over a quarter, the page shows %s", got)
	}
	if got := ticks(); !strings.HasPrefix(got, "600 ms,700 ms") || !strings.HasSuffix(got, "900 ms,1 s") {
		t.Errorf("enlarged, the ticks are %s", got)
	}
	if got := marks(); got != "listening" {
		t.Errorf("enlarged, the milestones are %s", got)
	}
	if got := ask[[]string](b, selected); len(got) > 0 {
		t.Errorf("dragging selects %q", got)
	}
	outside := ask[string](b, `[...document.querySelectorAll('.timeline li')].map(e => e.classList.contains('before') ? '<' : e.classList.contains('after') ? '>' : '').join('')`)
	if !strings.HasPrefix(outside, "<<<<<<") || strings.Contains(outside, ">") {
		t.Errorf("enlarged, the bars outside are %s", outside)
	}
	b.shot("timeline enlarged")
	b.click(`#timeline button[aria-label="Later"]`)
	if got := shown(); !strings.HasPrefix(got, "80") {
		t.Errorf("later is %s", got)
	}
	b.click(`#timeline button[aria-label="See all of the time"]`)
	if got := marks(); shown() != "" || got != "constructed,listening,hooks,ready" {
		t.Errorf("all of it: %s, %s", shown(), got)
	}
	// By keyboard around the bar that has the focus.
	ask[chromedp.Void](b, `document.querySelector('.timeline li:nth-child(3) button').focus()`)
	for range 20 {
		b.press("+")
	}
	got := ask[[]float64](b, `(() => { const a = document.querySelector('.axis').getBoundingClientRect(), r = document.querySelector('.timeline li:nth-child(3) rect').getBoundingClientRect(); return [(r.x - a.x) / a.width, (r.right - a.x) / a.width]; })()`)
	if got[0] > 0 || got[1] < 1 { // it took more than the shortest that can be shown
		t.Errorf("enlarged as far as can be, the bar goes from %v", got)
	}
	b.press(kb.ArrowRight)
	b.shot("timeline enlarged far")
	b.press("0")
	if got := shown(); got != "" {
		t.Errorf("0 shows %s", got)
	}
	// What is selected elsewhere is brought into sight.
	b.press("+", "+", "+")
	b.click(`#hooks [data-k="` + slowest + `"] button.pick`)
	if ask[bool](b, `document.querySelector('.timeline li.on').matches('.before, .after')`) {
		t.Error("the selected bar is out of sight")
	}
	b.quiet()
}
