//go:build e2e

package page_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	insert    = "span:0000000000000005" // INSERT orders, of the shop
	reset     = "span:000000000000000c" // the first GET item that failed
	spansRows = `[...document.querySelectorAll('#spans tbody tr')].filter(r => r.checkVisibility()).map(r => r.cells[0].textContent)`
)

// TestSpansLook looks at all parts of the page in windows of all kinds.
func TestSpansLook(t *testing.T) {
	b := startBrowser(t)
	content := writeSpans(t, shop(t))
	for _, scheme := range []string{"light", "dark"} {
		for _, size := range [][2]int64{{wide, high}, {phoneWide, phoneHigh}, {320, 568}} {
			b.openPage(content, size[0], size[1], scheme, "")
			for _, section := range []string{"overview", "tree", "timeline", "spans"} {
				b.show(section)
				b.shot(fmt.Sprintf("foreign %s %d %s", section, size[0], scheme))
			}
			if n := ask[int](b, toTheSide); n != 0 {
				t.Errorf("at %d pixels the page is %d too wide: %q", size[0], n, ask[[]string](b, tooWide))
			}
			for _, c := range ask[[]string](b, lowContrast) {
				t.Errorf("%s, %d pixels: %s", scheme, size[0], c)
			}
		}
	}
	if other := ask[[]string](b, requestsToOtherPlaces); len(other) > 0 {
		t.Errorf("the page asks for %q", other)
	}
	// Deeper spans begin further to the right, and the ticks are above the bars.
	if got := ask[bool](b, `(() => { const x = n => document.querySelectorAll('.timeline .pick')[n].getBoundingClientRect().x; return x(0) < x(2) && x(2) < x(3) && x(3) < x(4); })()`); !got {
		t.Error("the timeline does not show what is within what")
	}
	if got := ask[[]float64](b, `(() => { const t = document.querySelector('.axis text').getBoundingClientRect(), r = document.querySelector('.timeline').getBoundingClientRect(), li = document.querySelector('.timeline li').getBoundingClientRect(); return [t.top - r.top, li.top - t.bottom]; })()`); got[0] < 0 || got[1] < -1 {
		t.Errorf("the ticks are %v pixels below the upper edge and above the bars", got)
	}
	b.quiet()
}

func TestSpansSearchFilterAndSort(t *testing.T) {
	b := startBrowser(t)
	b.openPage(writeSpans(t, shop(t)), wide, high, "light", "")
	rows := func() []string { return ask[[]string](b, spansRows) }
	all := rows()
	if len(all) != 35 {
		t.Fatalf("%d spans", len(all))
	}
	for search, want := range map[string]int{"postgresql": 1, "INSERT orders": 1, "connection reset": 2, "retry": 2, "cache item": 12, "000000000000000c": 1, "nothing of the kind": 0} {
		b.write("#spans input[type=search]", search)
		if got := rows(); len(got) != want {
			t.Errorf("the search for %s finds %q", search, got)
		}
		b.press(kb.Escape)
	}
	choose := func(label, value string) {
		t.Helper()
		ask[chromedp.Void](b, fmt.Sprintf(`(() => { const s = [...document.querySelectorAll('#spans label')].find(l => l.textContent.startsWith(%q)).querySelector('select'); s.value = %q; s.dispatchEvent(new Event('change')); })()`, label, value))
	}
	choose("Service", "=cache")
	if got := rows(); len(got) != 12 {
		t.Errorf("of the service there are %q", got)
	}
	choose("Status", "=error")
	if got := rows(); len(got) != 2 || got[0] != "GET item" {
		t.Errorf("of the service there failed %q", got)
	}
	choose("Service", "")
	choose("Status", "=unfinished")
	if got := rows(); !slices.Equal(got, []string{"flush metrics"}) {
		t.Errorf("without an end are %q", got)
	}
	b.click("#spans .controls button")
	took := "#spans thead th:nth-child(7) button"
	b.click(took)
	b.click(took)
	got := rows()
	if !slices.Equal(got[:3], []string{"POST /checkout", "orders.Create", "orders.Create"}) || got[len(got)-1] != "flush metrics" {
		t.Errorf("the longest first: %q", got)
	}
	b.shot("foreign sorted")
	b.quiet()
}

// TestSpansSelection: a span is highlighted wherever it is, and called by its name.
func TestSpansSelection(t *testing.T) {
	b := startBrowser(t)
	content := writeSpans(t, shop(t))
	for _, size := range [][2]int64{{wide, high}, {phoneWide, phoneHigh}} {
		b.openPage(content, size[0], size[1], "light", "")
		everywhere := func(what string) {
			t.Helper()
			in := map[string]int{}
			for _, p := range ask[[]string](b, selected) {
				section, key, _ := strings.Cut(p, " ")
				if key != insert {
					t.Errorf("%s: %s is highlighted in %s", what, key, section)
				}
				in[section]++
			}
			for _, section := range []string{"overview", "tree", "timeline", "spans"} {
				if in[section] != 1 {
					t.Errorf("%s: highlighted are %v", what, in)
				}
			}
			if hash := ask[string](b, "location.hash"); hash != "#"+insert {
				t.Errorf("%s: the address ends in %q", what, hash)
			}
			details := ask[string](b, `document.getElementById('details').innerText`)
			for _, want := range []string{"span INSERT orders", "Spans: orders", "db.system = postgresql", "280 ms", "0000000000000005", "Timeline"} {
				if !strings.Contains(details, want) {
					t.Errorf("%s: the details do not say %q: %q", what, want, details)
				}
			}
		}
		for _, section := range []string{"overview", "timeline", "spans"} {
			button := fmt.Sprintf(`#%s [data-k="%s"] button.pick`, section, insert)
			b.click(button)
			everywhere(section)
			if !ask[bool](b, fmt.Sprintf(pressedInSight, section)) {
				t.Errorf("what was pressed in %s is behind the details", section)
			}
			b.shot(fmt.Sprintf("foreign selected in %s %d", section, size[0]))
			b.press(kb.Escape)
		}
		b.show("tree")
		b.click(`#tree button[aria-label="Show the whole picture"]`)
		at := ask[[]float64](b, fmt.Sprintf(middleOfThePicturesRow, insert))
		b.do(chromedp.MouseClickXY(at[0], at[1]))
		everywhere("the picture")
		if got := ask[string](b, `document.getElementById('status').textContent`); got != "span INSERT orders selected, 4 places highlighted" {
			t.Errorf("a screen reader is told %q", got)
		}
		b.openPage(content, size[0], size[1], "light", "#"+insert)
		everywhere("the address")
		if !ask[bool](b, fmt.Sprintf(selectedAndInSight, "spans")) {
			t.Error("the selected row is not in sight")
		}
	}
	b.openPage(content, wide, high, "light", "#span:ffff")
	if got := ask[string](b, `document.getElementById('details').innerText`); !strings.Contains(got, "This page has no span “ffff”.") {
		t.Errorf("of something that is not there the page says %q", got)
	}
	b.quiet()
}

// TestSpansByKeyboard goes through the picture and the timeline, and enlarges them.
func TestSpansByKeyboard(t *testing.T) {
	b := startBrowser(t)
	b.openPage(writeSpans(t, shop(t)), wide, high, "light", "")
	ask[chromedp.Void](b, `document.querySelector('.picture').focus()`)
	before := ask[[]float64](b, viewBox)
	b.press("+", "+")
	if after := ask[[]float64](b, viewBox); after[2] >= before[2] {
		t.Errorf("the picture shows %v, before that %v", after, before)
	}
	b.press("0", kb.Tab)
	active := func() string { return ask[string](b, `document.activeElement.getAttribute('aria-label')`) }
	if got := active(); got != "span POST /checkout, shop, 640 ms" {
		t.Errorf("behind the picture comes %q", got)
	}
	b.press(kb.ArrowDown)
	if got := active(); got != "span enqueue receipt, 4.0 ms" {
		t.Errorf("further down is %q", got)
	}
	b.press(kb.Enter)
	if got := ask[[]string](b, selected); len(got) < 3 {
		t.Errorf("Enter selects %q", got)
	}
	b.press(kb.Escape)
	ask[chromedp.Void](b, `document.querySelector('.timeline button').focus()`)
	b.press(kb.ArrowDown, kb.ArrowDown, "+", "+")
	shown := ask[string](b, `document.querySelector('#timeline .controls output').textContent`)
	if got := ask[string](b, activeText); got != "orders.Create" || !strings.HasPrefix(shown, "100.0 ms to 260.0 ms") {
		t.Errorf("around %s the timeline shows %s", got, shown)
	}
	b.shot("foreign enlarged")
	b.press("/")
	if !ask[bool](b, `document.activeElement.matches('#spans input[type=search]')`) {
		t.Error("/ does not go to the search")
	}
	b.quiet()
}

// TestSpansForScreenReadersAndPaper: everything to use has a name, what refers to
// something finds it, and on paper there is nothing to press.
func TestSpansForScreenReadersAndPaper(t *testing.T) {
	b := startBrowser(t)
	for _, width := range []int64{wide, phoneWide} {
		b.openPage(writeSpans(t, shop(t)), width, high, "light", "#"+reset)
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
			case "button", "link", "searchbox", "combobox", "table", "region", "navigation", "toolbar", "search", "group", "complementary":
				if n.Name == nil || len(n.Name.Value) < 3 {
					t.Errorf("a %s has no name", role)
				}
			}
		}
		for role, least := range map[string]int{"button": 100, "toolbar": 2, "rowheader": 40, "searchbox": 1, "combobox": 3, "table": 2, "columnheader": 17, "region": 4, "status": 1} {
			if roles[role] < least {
				t.Errorf("at %d pixels there are %d of the role %s, want %d", width, roles[role], role, least)
			}
		}
		if twice := ask[[]string](b, `[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i)`); len(twice) > 0 {
			t.Errorf("there are several of the ids %q", twice)
		}
		if lost := ask[[]string](b, `['aria-labelledby', 'aria-controls', 'aria-describedby', 'for'].flatMap(a => [...document.querySelectorAll('[' + a + ']')].map(e => e.getAttribute(a))).filter(id => !document.getElementById(id))`); len(lost) > 0 {
			t.Errorf("nothing has the ids %q", lost)
		}
	}
	b.openPage(writeSpans(t, shop(t)), wide, high, "dark", "#"+reset)
	b.keep("foreign print.pdf", b.print(chromedp.PDFLandscape()))
	b.media("print")
	if got := ask[string](b, `[...document.querySelectorAll('nav, .controls, #details')].filter(e => e.checkVisibility()).map(e => e.className).join()`); got != "" {
		t.Errorf("on paper there are things to press: %s", got)
	}
	b.quiet()
}

// TestHostileSpansDoNothing: nothing runs, nothing breaks out of its place.
func TestHostileSpansDoNothing(t *testing.T) {
	b := startBrowser(t)
	for what, name := range hostile() {
		content := writeSpans(t, brokenSpans(name))
		for _, width := range []int64{wide, phoneWide} {
			b.openPage(content, width, high, "light", "")
			b.click(`#spans [data-k] button.pick`)
			if n := ask[int](b, toTheSide); n != 0 {
				t.Errorf("%s: at %d pixels the page is %d too wide: %q", what, width, n, ask[[]string](b, tooWide))
			}
			if n := ask[int](b, `document.querySelectorAll('.on').length`); n < 3 {
				t.Errorf("%s: %d places are highlighted", what, n)
			}
			b.shot(fmt.Sprintf("foreign hostile %s %d", what, width))
		}
	}
	b.quiet()
}

func TestLargeSpansPageWorks(t *testing.T) {
	b := startBrowser(t)
	b.openPage(writeSpans(t, manySpans(100_000)), wide, high, "light", "")
	for _, section := range []string{"overview", "tree", "timeline", "spans"} {
		b.show(section)
		b.shot("foreign large " + section)
	}
	b.write("#spans input[type=search]", "no luck")
	if got := ask[[]string](b, spansRows); len(got) != 1 {
		t.Errorf("the search finds %q", got)
	}
	b.click(`#overview .links button.pick`)
	if n := ask[int](b, `document.querySelectorAll('.on').length`); n < 3 {
		t.Errorf("%d places are highlighted", n)
	}
	b.openPage(writeSpans(t, deepSpans(20_000)), phoneWide, high, "light", "")
	if n := ask[int](b, toTheSide); n != 0 {
		t.Errorf("the page of a deep trace is %d too wide: %q", n, ask[[]string](b, tooWide))
	}
	for _, section := range []string{"tree", "timeline"} {
		b.show(section)
		b.shot("foreign deep " + section)
	}
	b.openPage(writeSpans(t, manySpans(1)), wide, high, "light", "")
	b.shot("foreign alone")
	b.quiet()
}
