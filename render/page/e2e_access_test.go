//go:build e2e

package page_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestEverythingToUseHasAName for screen readers.
func TestEverythingToUseHasAName(t *testing.T) {
	b := startBrowser(t)
	for _, width := range []int64{wide, phoneWide} {
		b.open(defaultStart(t), width, high, "light", "#"+slowest)
		tree, err := chromedp.Call(b.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		if err != nil {
			t.Fatal(err)
		}
		roles := map[string]int{}
		for _, n := range tree.Nodes {
			if n.Ignored || n.Role == nil {
				continue
			}
			role := strings.Trim(string(n.Role.Value), `"`)
			roles[role]++
			switch role {
			case "columnheader":
				var name string
				if err := json.Unmarshal([]byte(n.Name.Value), &name); err != nil || name == "" || strings.ContainsAny(name, "↕↑↓") {
					t.Errorf("a column is called %q: %v", name, err)
				}
			case "button", "link", "searchbox", "combobox", "table", "region", "navigation", "toolbar", "search", "group", "complementary", "tab", "tabpanel", "tablist":
				if n.Name == nil || len(n.Name.Value) < 3 {
					t.Errorf("a %s has no name", role)
				}
			}
		}
		for role, least := range map[string]int{"button": 400, "tab": 4, "tablist": 1, "tabpanel": 1, "toolbar": 2, "rowheader": 300, "searchbox": 3, "combobox": 6, "table": 4, "columnheader": 20, "row": 400, "region": 6, "navigation": 1, "status": 1, "complementary": 1} {
			if roles[role] < least {
				t.Errorf("at %d pixels there are %d of the role %s, want %d", width, roles[role], role, least)
			}
		}
	}
}

// TestReferencesAreRight: no two elements have one id, and what refers to an
// element by its id finds it.
func TestReferencesAreRight(t *testing.T) {
	b := startBrowser(t)
	for _, name := range []string{"plain", `" id="x`} {
		b.open(named(name), wide, high, "light", "")
		if twice := ask[[]string](b, `[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i)`); len(twice) > 0 {
			t.Errorf("there are several of the ids %q", twice)
		}
		if lost := ask[[]string](b, `['aria-labelledby', 'aria-controls', 'aria-describedby', 'for'].flatMap(a => [...document.querySelectorAll('[' + a + ']')].map(e => e.getAttribute(a))).filter(id => !document.getElementById(id))`); len(lost) > 0 {
			t.Errorf("nothing has the ids %q", lost)
		}
	}
	b.quiet()
}

// TestScreenReadersLearnWhatHappens: how rows are sorted, how many are found, and
// what is selected.
func TestScreenReadersLearnWhatHappens(t *testing.T) {
	b := startBrowser(t)
	b.open(defaultStart(t), wide, high, "light", "")
	b.click("#checks thead th:nth-child(3) button")
	if got := ask[[]string](b, `[...document.querySelectorAll('#checks th')].map(e => e.getAttribute('aria-sort') || '')`); !slices.Equal(slices.DeleteFunc(got, func(s string) bool { return s == "" }), []string{"ascending"}) {
		t.Errorf("sorted: %q", got)
	}
	live := func() string {
		return ask[string](b, `[...document.querySelectorAll('[role=status], output[aria-live=polite]')].filter(e => e.closest('#checks') || e.id === 'status').map(e => e.textContent).join('; ')`)
	}
	b.write("#checks input[type=search]", "etcd")
	if got := live(); got != "10 of 93 rows; " {
		t.Errorf("after the search: %q", got)
	}
	b.click(`#checks tbody tr:not([hidden]) button.pick`)
	if got := live(); !strings.Contains(got, "check etcd-readiness selected, ") {
		t.Errorf("after the selection: %q", got)
	}
	b.quiet()
}

// TestForcedColoursShowWhatIsSelected: a browser that draws all in the reader's own
// colours leaves out backgrounds and shadows.
func TestForcedColoursShowWhatIsSelected(t *testing.T) {
	b := startBrowser(t)
	b.open(defaultStart(t), wide, high, "light", "#"+slowest)
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}}); err != nil {
		t.Fatal(err)
	}
	if unseen := ask[[]string](b, `[...document.querySelectorAll('tr.on, li.on')].filter(e => getComputedStyle(e).outlineStyle !== 'solid').map(e => e.closest('section').id)`); len(unseen) > 0 {
		t.Errorf("nobody sees that things are selected in %q", unseen)
	}
	for _, section := range []string{"overview", "chain", "timeline", "hooks"} {
		b.show(section)
		b.shot("forced colours " + section)
	}
	b.quiet()
}

// TestFocusIsNotBehindTheDetails: on a screen that these take all the width of.
func TestFocusIsNotBehindTheDetails(t *testing.T) {
	b := startBrowser(t)
	b.open(defaultStart(t), phoneWide, phoneHigh, "light", "")
	for _, section := range []string{"timeline", "hooks"} {
		ask[chromedp.Void](b, `document.querySelector('#`+section+` .pick[tabindex="0"]').focus()`)
		b.press(kb.Enter)
		for range 12 {
			b.press(kb.ArrowDown)
			if hidden := ask[string](b, `(() => { const e = document.activeElement; return e.getBoundingClientRect().bottom > document.getElementById('details').getBoundingClientRect().top ? e.textContent : ''; })()`); hidden != "" {
				t.Errorf("in %s, %s is behind the details", section, hidden)
			}
		}
		b.press(kb.Escape)
	}
	b.quiet()
}

// TestHeaderDoesNotHideWhatIsGoneTo: however long the name in it is.
func TestHeaderDoesNotHideWhatIsGoneTo(t *testing.T) {
	b := startBrowser(t)
	for _, width := range []int64{phoneWide, 810, wide} {
		for _, name := range []string{"short", strings.Repeat("long name ", 100), strings.Repeat("unbroken", 100)} {
			b.open(named(name), width, high, "light", "")
			b.click(`nav a[href="#hooks"]`)
			if got := ask[[]float64](b, `[document.querySelector('header').getBoundingClientRect().bottom, document.querySelector('#hooks h2').getBoundingClientRect().top]`); got[0] > got[1]+1 {
				t.Errorf("at %d pixels, the header of %.20s ends at %v, the title begins at %v", width, name, got[0], got[1])
			}
		}
	}
	b.quiet()
}

// TestTablesHaveRoom: nobody must move a table sideways. Of the large ones this holds
// where rows are cards and on a desk.
func TestTablesHaveRoom(t *testing.T) {
	b := startBrowser(t)
	for what, content := range map[string][]byte{"chain": write(t, defaultStart(t)), "spans": writeSpans(t, shop(t))} {
		for _, width := range []int64{320, phoneWide, 800, 820, 1000, 1280, wide, 1600} {
			b.openPage(content, width, high, "light", "")
			if over := ask[[]string](b, `[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth && (innerWidth <= 800 || innerWidth >= 1280 || e.querySelector('.plain'))).map(e => e.firstElementChild.id + e.closest('section').id + ' ' + (e.scrollWidth - e.clientWidth))`); len(over) > 0 {
				t.Errorf("%s: at %d pixels, tables are too wide: %q", what, width, over)
			}
		}
	}
	b.quiet()
}

// TestLargeTextHasRoom: with letters of twice the size nothing goes over the side.
func TestLargeTextHasRoom(t *testing.T) {
	b := startBrowser(t)
	for _, width := range []int64{wide, phoneWide, 320} {
		b.open(defaultStart(t), width, high, "light", "#"+slowest)
		ask[chromedp.Void](b, `document.documentElement.style.fontSize = '200%'`)
		if n := ask[int](b, toTheSide); n != 0 {
			t.Errorf("at %d pixels the page is %d too wide: %q", width, n, ask[[]string](b, tooWide))
		}
		for _, section := range []string{"overview", "chain", "timeline", "hooks"} {
			b.show(section)
			b.shot("large text " + section + " " + map[int64]string{wide: "wide", phoneWide: "phone", 320: "narrow"}[width])
		}
	}
	b.quiet()
}
