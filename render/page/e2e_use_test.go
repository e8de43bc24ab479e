//go:build e2e

package page_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestSearchFilterAndSort(t *testing.T) {
	b := startBrowser(t)
	b.open(defaultStart(t), wide, high, "light", "")
	rows := func() []string { return ask[[]string](b, fmt.Sprintf(visibleRows, "hooks")) }
	all := rows()
	if len(all) != 63 {
		t.Fatalf("%d hooks", len(all))
	}
	b.write("#hooks input[type=search]", "RBAC kube-aggregator")
	if got := rows(); len(got) != 1 || got[0] != slowestHook {
		t.Errorf("the search finds %q", got)
	}
	if got := ask[string](b, `document.querySelector('#hooks output').textContent`); got != "1 of 63 rows" {
		t.Errorf("the search says %q", got)
	}
	b.press(kb.Escape)
	if got := rows(); len(got) != len(all) {
		t.Errorf("after Escape there are %d rows", len(got))
	}
	b.do(chromedp.SetValue(chromedp.CSS("#hooks label:nth-of-type(2) select"), "=apiextensions-apiserver"))
	ask[chromedp.Void](b, `document.querySelector('#hooks label:nth-of-type(2) select').dispatchEvent(new Event('change'))`)
	if got := rows(); len(got) != 7 {
		t.Errorf("the filter leaves %q", got)
	}
	b.click("#hooks .controls button")
	if got := rows(); len(got) != len(all) {
		t.Errorf("show all shows %d rows", len(got))
	}
	took := "#hooks thead th:nth-child(7) button"
	sorted := func() string {
		return ask[string](b, `document.querySelector('#hooks thead th:nth-child(7)').getAttribute('aria-sort') || ''`)
	}
	b.click(took)
	if got := rows(); sorted() != "ascending" || got[0] == slowestHook || ask[string](b, `document.querySelector('#hooks tbody tr').cells[6].textContent`) != "<0.01 ms" {
		t.Errorf("sorted %q, the first is %q", sorted(), got[0])
	}
	b.click(took)
	if got := rows(); sorted() != "descending" || got[0] != slowestHook {
		t.Errorf("sorted %q, the first is %q", sorted(), got[0])
	}
	b.click(took)
	if got := rows(); sorted() != "" || strings.Join(got, "\n") != strings.Join(all, "\n") {
		t.Errorf("sorted %q, the first is %q", sorted(), got[0])
	}
	b.quiet()
}

// places returns in which parts of the page something is highlighted.
func places(b *browser) map[string]int {
	out := map[string]int{}
	for _, p := range ask[[]string](b, selected) {
		section, key, _ := strings.Cut(p, " ")
		if key != slowest {
			b.t.Errorf("%s is highlighted in %s", key, section)
		}
		out[section]++
	}
	return out
}

func TestSelectionIsSeenEverywhere(t *testing.T) {
	b := startBrowser(t)
	b.open(defaultStart(t), wide, high, "light", "")
	everywhere := func(what string) {
		t.Helper()
		got := places(b)
		for _, section := range []string{"overview", "chain", "timeline", "hooks", "checks"} {
			if got[section] == 0 {
				t.Errorf("%s: nothing is highlighted in %s: %v", what, section, got)
			}
		}
		if hash := ask[string](b, "location.hash"); hash != "#"+slowest {
			t.Errorf("%s: the address ends in %q", what, hash)
		}
		if !ask[bool](b, `document.getElementById('details').checkVisibility() && document.getElementById('details').textContent.includes('apis.go:135')`) {
			t.Errorf("%s: the details are not shown", what)
		}
	}
	nowhere := func(what string) {
		t.Helper()
		if got := places(b); len(got) > 0 || ask[string](b, "location.hash") != "" || ask[bool](b, `document.getElementById('details').checkVisibility()`) {
			t.Errorf("%s: still selected: %v", what, got)
		}
	}
	nowhere("to begin with")
	button := func(section string) string { return fmt.Sprintf(`#%s [data-k="%s"] button.pick`, section, slowest) }
	for _, section := range []string{"overview", "timeline", "hooks"} {
		b.click(button(section))
		everywhere(section)
		if !ask[bool](b, fmt.Sprintf(pressedInSight, section)) {
			t.Errorf("what was pressed in %s is behind the details", section)
		}
		b.shot("selected in " + section)
		b.click(button(section))
		nowhere(section + " again")
	}
	b.show("chain")
	at := ask[[]float64](b, fmt.Sprintf(middleOfThePicturesRow, slowest))
	b.do(chromedp.MouseClickXY(at[0], at[1]))
	everywhere("the picture")
	if !ask[bool](b, fmt.Sprintf(pressedInSight, "chain")) {
		t.Error("what was pressed in the picture is behind the details")
	}
	b.shot("selected in chain")
	b.click("#details-close")
	nowhere("closed")
	b.quiet()
}

// TestDetailsLeadToRowsThatAreNotShown: rows that a search left out are shown again.
func TestDetailsLeadToRowsThatAreNotShown(t *testing.T) {
	b := startBrowser(t)
	b.open(defaultStart(t), wide, high, "light", "")
	b.write("#hooks input[type=search]", slowestHook+" own")
	if got := ask[[]string](b, fmt.Sprintf(visibleRows, "hooks")); len(got) != 1 {
		t.Fatalf("the search finds %q", got)
	}
	b.click(fmt.Sprintf(`#hooks tr[data-k="%s"]:not([hidden]) button.pick`, slowest))
	ask[chromedp.Void](b, `[...document.querySelectorAll('#details a')].find(a => a.textContent === 'Hooks: kube-aggregator').click()`)
	if got := ask[string](b, `document.activeElement.closest('tr').cells[1].textContent + ', ' + document.activeElement.checkVisibility()`); got != "kube-aggregator, true" {
		t.Errorf("the link leads to %s", got)
	}
	b.quiet()
}

func TestFragmentIsRestored(t *testing.T) {
	b := startBrowser(t)
	s := defaultStart(t)
	for _, size := range [][2]int64{{wide, high}, {phoneWide, phoneHigh}} {
		b.open(s, size[0], size[1], "light", "#"+slowest)
		if got := places(b); got["hooks"] == 0 || got["chain"] == 0 {
			t.Errorf("highlighted: %v", got)
		}
		if !ask[bool](b, fmt.Sprintf(selectedAndInSight, "hooks")) {
			t.Error("the selected row is not in sight")
		}
		b.shot(fmt.Sprintf("fragment %d", size[0]))
	}
	// The parts of the page are gone to without losing what is selected.
	b.click(`nav a[href="#routes"]`)
	if got := ask[string](b, "location.hash"); got != "#"+slowest {
		t.Errorf("the address ends in %q", got)
	}
	ask[chromedp.Void](b, "location.hash = '#path:/healthz'")
	b.until(`document.querySelectorAll('#routes .on').length === 3`)
	// Back and forward go from one selection to the other, and to none.
	selects := func(what string) string {
		return fmt.Sprintf(`[...document.querySelectorAll('.on')].every(e => e.dataset.k === %q) && (document.querySelectorAll('.on').length > 0) === %t`, what, what != "")
	}
	b.open(s, wide, high, "light", "")
	for _, fragment := range []string{slowest, "path:/healthz", "timeline"} {
		ask[chromedp.Void](b, "location.hash = '#"+fragment+"'")
		if fragment == "timeline" {
			fragment = ""
		}
		b.until(selects(fragment))
	}
	for _, step := range []struct{ to, want string }{{"back", "path:/healthz"}, {"back", slowest}, {"back", ""}, {"forward", slowest}, {"forward", "path:/healthz"}} {
		ask[chromedp.Void](b, "history."+step.to+"()")
		b.until(selects(step.want))
	}
	for _, fragment := range []string{"#hook%3Arbac%2Fbootstrap-roles&from=elsewhere", "#view=hooks&" + slowest} {
		b.open(s, wide, high, "light", fragment)
		if got := places(b); got["hooks"] == 0 {
			t.Errorf("%s selects %v", fragment, got)
		}
	}
	b.open(s, wide, high, "light", "#hook:gone")
	if got := ask[string](b, `document.getElementById('details').innerText`); !strings.Contains(got, "This page has no hook “gone”.") {
		t.Errorf("of something that is not there the page says %q", got)
	}
	b.shot("unknown fragment")
	b.press(kb.Escape)
	if ask[bool](b, `document.getElementById('details').checkVisibility()`) {
		t.Error("Escape does not close what the page says")
	}
	for _, fragment := range []string{"#hook:no+such", "#%E0%A4%A", "#", "#timeline", "#constructor", "#__proto__", "#view=no", "#view=%E0%A4%A", "#&&=&view=", "#hook:%22%5D%3Cscript%3Ealert(1)%3C/script%3E"} {
		b.open(s, wide, high, "light", fragment)
		if got := ask[[]string](b, selected); len(got) > 0 {
			t.Errorf("%s selects %q", fragment, got)
		}
	}
	b.quiet()
}

// TestKeyboardAlone goes all ways without a pointer.
func TestKeyboardAlone(t *testing.T) {
	b := startBrowser(t)
	b.open(defaultStart(t), wide, high, "light", "")
	b.press(kb.Tab)
	if got := ask[string](b, activeText); got != "Skip to the overview" {
		t.Errorf("the first stop is %q", got)
	}
	b.press(kb.Enter, "/")
	if !ask[bool](b, `document.activeElement.matches('#hooks input[type=search]')`) {
		t.Errorf("/ goes to %q", ask[string](b, "document.activeElement.outerHTML.slice(0, 200)"))
	}
	b.press("b", "o", "o", "t", kb.ArrowDown)
	if got := ask[string](b, activeText); !strings.Contains(got, "boot") {
		t.Errorf("from the search down is %q", got)
	}
	b.press(kb.End, kb.Home, kb.ArrowDown, kb.ArrowUp, kb.Enter)
	if got := ask[[]string](b, selected); len(got) < 4 || !strings.HasSuffix(got[0], slowest) {
		t.Errorf("Enter selects %q", got)
	}
	if got := ask[string](b, `document.activeElement.getAttribute('aria-pressed') + ' ' + document.getElementById('status').textContent`); !strings.HasPrefix(got, "true hook "+slowestHook+" selected, ") {
		t.Errorf("a screen reader is told %q", got)
	}
	b.press(kb.Escape)
	if got := ask[[]string](b, selected); len(got) > 0 {
		t.Errorf("Escape leaves %q", got)
	}

	ask[chromedp.Void](b, `document.querySelector('.picture').focus()`)
	before := ask[[]float64](b, viewBox)
	b.press("0", "+", "+", kb.ArrowRight)
	if after := ask[[]float64](b, viewBox); after[2] >= before[2] || after[0] <= before[0] {
		t.Errorf("the picture shows %v, before that %v", after, before)
	}
	b.press("0")
	if whole := ask[[]float64](b, viewBox); whole[2] < 2190 {
		t.Errorf("0 shows %v", whole)
	}
	// The things in the picture are one stop, as are the bars of the timeline.
	b.press(kb.Tab)
	active := func() string { return ask[string](b, `document.activeElement.getAttribute('aria-label')`) }
	if got := active(); got != "server kube-aggregator" {
		t.Errorf("behind the picture comes %q", got)
	}
	b.press(kb.ArrowRight)
	if got := active(); got != "server kube-apiserver" {
		t.Errorf("to the right of the first server is %q", got)
	}
	for range 40 {
		if strings.Contains(active(), slowestHook) {
			break
		}
		b.press(kb.ArrowDown)
	}
	if got := active(); got != "hook "+slowestHook+", 1.45 s" {
		t.Errorf("further down is %q", got)
	}
	b.shot("keyboard in the picture")
	b.press(kb.Enter)
	if got := places(b); got["hooks"] == 0 || got["timeline"] == 0 || ask[string](b, `document.activeElement.getAttribute('aria-pressed')`) != "true" {
		t.Errorf("Enter in the picture selects %v", got)
	}
	b.press(kb.Escape, kb.Home)
	if got := active(); got != "server kube-aggregator" || len(places(b)) > 0 {
		t.Errorf("Escape and Home lead to %q", got)
	}
	for range 6 {
		b.press(kb.Tab)
	}
	if got := ask[string](b, activeText); got != "config.build" {
		t.Errorf("behind the timeline's buttons comes %q", got)
	}
	b.press(kb.ArrowDown)
	if got := ask[string](b, `getComputedStyle(document.activeElement.closest('li').querySelector('.detail')).opacity + document.activeElement.textContent`); got != "1config.complete" {
		t.Errorf("the next bar: %q", got)
	}
	b.shot("keyboard in the timeline")
	b.press(kb.Tab)
	if !ask[bool](b, `document.activeElement.matches('#hooks input[type=search]')`) {
		t.Error("behind the timeline come other things than the table's")
	}
	b.quiet()
}
