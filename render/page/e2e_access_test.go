//go:build e2e

package page_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
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
