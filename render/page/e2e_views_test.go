//go:build e2e

package page_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// seenView is the view whose picture is seen; several are an error.
const seenView = `[...document.querySelectorAll('.view')].filter(v => v.checkVisibility()).map(v => v.dataset.view).join()`

func TestViewsAreTabs(t *testing.T) {
	b := startBrowser(t)
	s := defaultStart(t)
	b.open(s, wide, high, "light", "")
	seen := func(want, hash string) {
		t.Helper()
		if got := ask[string](b, seenView); got != want {
			t.Errorf("%q is seen, not %q", got, want)
		}
		if got := ask[string](b, "location.hash"); got != hash {
			t.Errorf("the address ends in %q, not in %q", got, hash)
		}
		if got := ask[string](b, `[...document.querySelectorAll('[role=tab]')].filter(e => e.getAttribute('aria-selected') === 'true' && e.tabIndex === 0).map(e => e.getAttribute('aria-controls')).join()`); got != "view-"+want {
			t.Errorf("the tab of %q is chosen", got)
		}
	}
	seen("tree", "")
	b.click("#tab-hooks")
	seen("hooks", "#view=hooks")
	b.click(`#hooks [data-k="` + slowest + `"] button.pick`)
	seen("hooks", "#"+slowest+"&view=hooks")
	if n := ask[int](b, `document.querySelectorAll('#view-hooks .on').length`); n != 1 {
		t.Errorf("the hooks' picture has %d selected things", n)
	}
	if got := ask[string](b, `[...document.querySelectorAll('.tabs .has')].map(e => e.id).join()`); got != "tab-tree,tab-hooks,tab-checks" && got != "tab-tree,tab-hooks" {
		t.Errorf("the selected thing is in %s", got)
	}
	b.do(chromedp.Reload())
	seen("hooks", "#"+slowest+"&view=hooks")
	if places(b)["hooks"] == 0 {
		t.Error("the address does not bring the selection back")
	}
	b.press(kb.Escape)
	seen("hooks", "#view=hooks")

	ask[chromedp.Void](b, `document.getElementById('tab-hooks').focus()`)
	b.press(kb.ArrowRight)
	seen("checks", "#view=checks")
	b.press(kb.End)
	seen("routes", "#view=routes")
	b.press(kb.ArrowRight)
	seen("tree", "")
	b.press(kb.ArrowLeft, kb.Home, kb.ArrowRight)
	seen("hooks", "#view=hooks")

	// A picture that was behind its tab has what was selected meanwhile in sight.
	b.click("#tab-tree")
	for range 3 {
		b.click(`#view-tree button[aria-label="Enlarge"]`)
	}
	b.click("#tab-hooks")
	b.click(`#hooks tr[data-k="hook:crd-informer-synced"] button.pick`)
	b.click("#tab-tree")
	inSight := `(() => { const f = document.querySelector('#view-tree .picture').getBoundingClientRect(), r = document.querySelector('#view-tree .row.on').getBoundingClientRect(); return r.x >= f.x && r.right <= f.right && r.y >= f.y && r.bottom <= f.bottom; })()`
	b.until(inSight)
	// So it has where all that goes faster than the browser draws.
	b.click(`#view-tree button[aria-label="Show the whole picture"]`)
	for range 3 {
		b.click(`#view-tree button[aria-label="Enlarge"]`)
	}
	ask[chromedp.Void](b, `document.getElementById('tab-hooks').click(), document.querySelector('#hooks tr[data-k="hook:apiservice-openapi-controller"] button.pick').click(), document.getElementById('tab-tree').click()`)
	b.until(inSight)
	b.open(s, wide, high, "light", "#view=checks")
	seen("checks", "#view=checks")
	// Back and forward go from one picture to the other.
	ask[chromedp.Void](b, `location.hash = '#view=routes'`)
	b.until(`!document.getElementById('view-routes').hidden`)
	ask[chromedp.Void](b, `location.hash = '#`+slowest+`'`)
	b.until(`!document.getElementById('view-tree').hidden`)
	seen("tree", "#"+slowest)
	ask[chromedp.Void](b, `history.back()`)
	b.until(`!document.getElementById('view-routes').hidden`)
	seen("routes", "#view=routes")
	b.quiet()
}

// TestViewsLook looks at every picture in windows of all kinds.
func TestViewsLook(t *testing.T) {
	b := startBrowser(t)
	s := defaultStart(t)
	for _, scheme := range []string{"light", "dark"} {
		for _, size := range [][2]int64{{wide, high}, {phoneWide, phoneHigh}, {320, 568}, {1600, 2000}} {
			b.open(s, size[0], size[1], scheme, "")
			for _, view := range []string{"tree", "hooks", "checks", "routes"} {
				b.click("#tab-" + view)
				b.show("chain")
				b.until(`document.querySelector('#view-` + view + ` .picture').style.maxHeight`)
				b.shot(fmt.Sprintf("view %s %d %s", view, size[0], scheme))
				for _, c := range ask[[]string](b, lowContrast) {
					t.Errorf("%s %s, %d pixels: %s", view, scheme, size[0], c)
				}
				if n := ask[int](b, toTheSide); n != 0 {
					t.Errorf("%s: at %d pixels the page is %d too wide: %q", view, size[0], n, ask[[]string](b, tooWide))
				}
				// Names, 12 units high, can be read at once.
				if names := ask[float64](b, `(() => { const s = [...document.querySelectorAll('.picture > svg')].find(e => e.checkVisibility()); return 12 * s.clientWidth / s.viewBox.baseVal.width; })()`); names < 10 {
					t.Errorf("%s: at %d pixels, names are %.1f pixels high", view, size[0], names)
				}
				// The box has no more room than the picture in it.
				room := ask[[]float64](b, `(() => { const s = [...document.querySelectorAll('.picture > svg')].find(e => e.checkVisibility()), g = s.querySelector('g').getBoundingClientRect(), r = s.getBoundingClientRect(); return [g.height, r.height]; })()`)
				if room[1] > room[0]+40 && room[1] > 330 {
					t.Errorf("%s, %d pixels: the picture has %v of %v pixels of height", view, size[0], room[0], room[1])
				}
			}
		}
	}
	b.quiet()
}

// TestViewsWithoutScripts: all of them are seen, one below the other.
func TestViewsWithoutScripts(t *testing.T) {
	b := startBrowser(t)
	b.scripts(false)
	b.open(defaultStart(t), wide, high, "light", "")
	b.scripts(true) // of the browser, or nothing could be asked; the page's did not run
	if got := ask[string](b, seenView); got != "tree,hooks,checks,routes" {
		t.Errorf("without scripts %q are seen", got)
	}
	titles := ask[[]string](b, `[...document.querySelectorAll('.view h3')].filter(e => e.checkVisibility()).map(e => e.textContent)`)
	if len(titles) != 4 || slices.Contains(titles, "") {
		t.Errorf("without scripts the titles are %q", titles)
	}
	if n := ask[int](b, `[...document.querySelectorAll('.picture > svg')].filter(e => e.getBoundingClientRect().height > 300).length`); n != 4 {
		t.Errorf("without scripts %d pictures can be seen", n)
	}
	if got := ask[string](b, `document.querySelector('noscript').innerText`); !strings.Contains(got, "scripts") {
		t.Errorf("the page says %q of its scripts", got)
	}
	b.shot("without scripts")
}
