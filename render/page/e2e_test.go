//go:build e2e

package page_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/chaintrace/chaintrace/trace/startup"
)

const (
	wide, high             = 1300, 900 // of a window on a desk
	phoneWide, phoneHigh   = 390, 844
	slowest                = "hook:rbac/bootstrap-roles"
	slowestHook            = "rbac/bootstrap-roles"
	visibleRows            = `[...document.querySelectorAll('#%s tbody tr')].filter(r => r.checkVisibility()).map(r => r.cells[0].textContent)`
	selected               = `[...document.querySelectorAll('.on')].map(e => e.closest('section').id + ' ' + e.dataset.k)`
	toTheSide              = `document.documentElement.scrollWidth - document.documentElement.clientWidth`
	viewBox                = `document.querySelector('.picture > svg').getAttribute('viewBox').split(' ').map(Number)`
	activeText             = `document.activeElement.textContent`
	requestsToOtherPlaces  = `performance.getEntriesByType('resource').map(e => e.name)`
	pressedInSight         = `[...document.querySelectorAll('#%s .on')].some(e => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.bottom <= document.getElementById('details').getBoundingClientRect().top; })`
	selectedAndInSight     = `(() => { const r = document.querySelector('#%s .on').getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight; })()`
	middleOfThePicturesRow = `(() => { const r = document.querySelector('.picture .row[data-k="%s"]').getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`
)

// tooWide lists the elements without which the page would not be too wide.
const tooWide = `[...document.querySelectorAll('body *')].filter(e => {
  const before = e.style.display;
  e.style.display = 'none';
  const cured = document.documentElement.scrollWidth <= document.documentElement.clientWidth;
  e.style.display = before;
  return cured;
}).map(e => e.outerHTML.slice(0, 120))`

func TestLooks(t *testing.T) {
	b := startBrowser(t)
	s := defaultStart(t)
	for _, scheme := range []string{"light", "dark"} {
		for _, size := range [][2]int64{{wide, high}, {phoneWide, phoneHigh}} {
			b.open(s, size[0], size[1], scheme, "")
			for _, section := range []string{"overview", "chain", "timeline", "hooks", "checks", "routes"} {
				b.show(section)
				b.shot(fmt.Sprintf("%s %d %s", section, size[0], scheme))
			}
			if n := ask[int](b, toTheSide); n != 0 {
				t.Errorf("at %d pixels the page is %d too wide", size[0], n)
			}
			for _, c := range ask[[]string](b, lowContrast) {
				t.Errorf("%s, %d pixels: %s", scheme, size[0], c)
			}
		}
	}
	if other := ask[[]string](b, requestsToOtherPlaces); len(other) > 0 {
		t.Errorf("the page asks for %q", other)
	}
	b.quiet()
}

// lowContrast lists texts that stand out too little from what is behind them:
// in the page, and in the picture.
const lowContrast = `(() => {
  const numbers = (c) => (c.match(/[\d.]+/g) || []).map(Number);
  const light = (c) => {
    const [r, g, b] = numbers(c).map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort(); return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); };
  const solid = (c) => { const n = numbers(c); return n.length === 3 || n[3] === 1; };
  const behind = (e) => {
    for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (solid(c)) return c; }
    return 'rgb(255, 255, 255)';
  };
  const bad = new Set();
  const note = (e, text, ground) => {
    const ratio = contrast(text, ground);
    if (ratio < 4.5) bad.add(e.tagName + '.' + (e.getAttribute('class') || '') + ' ' + text + ' on ' + ground + ': ' + ratio.toFixed(2));
  };
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('svg') || !e.checkVisibility() || ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
    note(e, getComputedStyle(e).color, behind(e));
  }
  const svg = [...document.querySelectorAll('.picture > svg')].find((s) => s.checkVisibility());
  const drawn = [...svg.querySelectorAll('rect:not(.row), polygon, path, ellipse, text')];
  const boxes = new Map(drawn.map((e) => [e, e.getBBox()]));
  drawn.forEach((e, i) => {
    if (e.tagName !== 'text' || !e.textContent.trim() || e.closest('.edge')) return;
    const b = boxes.get(e);
    const [x, y] = [b.x + b.width / 2, b.y + b.height / 2];
    let ground = behind(svg);
    for (const s of drawn.slice(0, i)) {
      const box = boxes.get(s), fill = getComputedStyle(s).fill;
      if (s.tagName !== 'text' && fill !== 'none' && box.x <= x && x <= box.x + box.width && box.y <= y && y <= box.y + box.height) ground = fill;
    }
    note(e, getComputedStyle(e).fill, ground);
  });
  return [...bad];
})()`

// TestHostileNamesDoNothing: nothing runs, nothing breaks out of its place.
func TestHostileNamesDoNothing(t *testing.T) {
	b := startBrowser(t)
	for what, name := range hostile() {
		for _, width := range []int64{wide, phoneWide} {
			b.open(named(name), width, high, "light", "")
			b.click(`#hooks [data-k] button.pick`)
			if n := ask[int](b, toTheSide); n != 0 {
				t.Errorf("%s: at %d pixels the page is %d too wide: %q", what, width, n, ask[[]string](b, tooWide))
			}
			key := ask[string](b, `document.querySelector('#hooks tr.on').dataset.k`)
			for _, view := range []string{"checks", "routes", "hooks"} {
				b.click("#tab-" + view)
				if n := ask[int](b, toTheSide); n != 0 {
					t.Errorf("%s: with the picture of the %s, at %d pixels, the page is %d too wide: %q", what, view, width, n, ask[[]string](b, tooWide))
				}
			}
			b.shot(fmt.Sprintf("hostile %s %d", what, width))
			b.do(chromedp.Reload())
			if got := ask[string](b, `document.querySelector('#hooks tr.on').dataset.k`); got != key {
				t.Errorf("%s: the address brings %q back, not %q", what, got, key)
			}
		}
	}
	b.quiet()
}

func TestLargePageWorks(t *testing.T) {
	b := startBrowser(t)
	b.open(manyThings(100_000), wide, high, "light", "#hook:h7")
	if n := ask[int](b, `document.querySelectorAll('.on').length`); n < 3 {
		t.Errorf("%d places are highlighted", n)
	}
	for _, section := range []string{"overview", "chain", "timeline", "hooks"} {
		b.show(section)
		b.shot("large " + section)
	}
	for _, view := range ask[[]string](b, `[...document.querySelectorAll('[role=tab]')].map(e => e.id)`) {
		b.click("#" + view)
		b.show("chain")
		b.shot("large " + view)
	}
	b.write("#hooks input[type=search]", "no luck")
	if got := ask[[]string](b, fmt.Sprintf(visibleRows, "hooks")); len(got) != 2 {
		t.Errorf("the search finds %q", got)
	}
	b.quiet()
}

// TestStartsThatWentOtherwise: seen from outside, broken, failed.
func TestStartsThatWentOtherwise(t *testing.T) {
	b := startBrowser(t)
	for _, name := range []string{"observed", "broken", "partial"} {
		b.open(read(t, "../../cmd/chaintrace/testdata/"+name+".json"), wide, high, "light", "")
		b.shot(name + " overview")
		b.show("timeline")
		b.shot(name + " timeline")
		if n := ask[int](b, toTheSide); n != 0 {
			t.Errorf("%s: the page is %d too wide", name, n)
		}
	}
	b.quiet()
}

// TestStartWithoutHooks has no picture of hooks or checks, and no bars of any.
func TestStartWithoutHooks(t *testing.T) {
	b := startBrowser(t)
	alone := &startup.Startup{Service: "alone", Servers: []*startup.Server{{Name: "alone", Create: startup.Interval{End: ms}}}, End: ms}
	b.open(alone, wide, high, "light", "#view=hooks")
	if got := ask[string](b, `[...document.querySelectorAll('[role=tab]')].map(e => e.textContent).join()`); got != "Delegation tree,Paths" {
		t.Errorf("the pictures are %s", got)
	}
	if got := ask[string](b, seenView); got != "tree" {
		t.Errorf("%q is seen", got)
	}
	b.show("chain")
	b.shot("no hooks")
	if got := ask[string](b, `document.getElementById('hooks').innerText`); !strings.Contains(got, "The trace tells of none.") {
		t.Errorf("of the hooks the page says %q", got)
	}
	b.quiet()
}
