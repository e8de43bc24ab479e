//go:build e2e

package page_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// TestPictureNamesWhatItsRowsSelect: the rects over the picture's rows lie over
// the texts that they stand for.
func TestPictureNamesWhatItsRowsSelect(t *testing.T) {
	b := startBrowser(t)
	b.open(defaultStart(t), wide, high, "light", "")
	ask[chromedp.Void](b, `document.querySelectorAll('.view').forEach(v => { v.hidden = false; })`)
	wrong := ask[[]string](b, `[...document.querySelectorAll('.picture .row')].filter(r => {
		const box = r.getBBox(), [kind, all] = [r.dataset.k.slice(0, r.dataset.k.indexOf(':')), r.dataset.k.slice(r.dataset.k.indexOf(':') + 1)];
		const name = kind === 'path' ? all.split('/').filter(Boolean).pop() || '/' : all; // of a tree's
		return ![...r.parentNode.querySelectorAll('text')].some(e => {
			const t = e.getBBox();
			return e.textContent.includes(name) && t.x >= box.x && t.x + t.width <= box.x + box.width + 2 && t.y >= box.y - 2 && t.y + t.height <= box.y + box.height + 2;
		});
	}).map(r => r.dataset.k)`)
	if n := ask[int](b, `document.querySelectorAll('.picture .row').length`); n < 50 || len(wrong) > 0 {
		t.Errorf("%d rows, of which these are not where their names are: %q", n, wrong)
	}
}

func TestPictureMoves(t *testing.T) {
	b := startBrowser(t)
	b.open(defaultStart(t), wide, high, "light", "")
	b.show("chain")
	frame := ask[[]float64](b, `(() => { const r = document.querySelector('.picture').getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; })()`)
	x, y := frame[0]+frame[2]/2, frame[1]+frame[3]/2
	start := ask[[]float64](b, viewBox)
	b.click(`.controls button[aria-label="Enlarge"]`)
	large := ask[[]float64](b, viewBox)
	if large[2] >= start[2] {
		t.Errorf("enlarged from %v to %v", start, large)
	}
	b.do(
		chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, x, y, chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x+50, y+20, chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x+100, y+40, chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, x+100, y+40, chromedp.ButtonLeft),
	)
	if moved := ask[[]float64](b, viewBox); moved[0] >= large[0] || moved[1] >= large[1] || moved[2] != large[2] {
		t.Errorf("dragged from %v to %v", large, moved)
	}
	if got := ask[[]string](b, selected); len(got) > 0 {
		t.Errorf("dragging selects %q", got)
	}
	before := ask[[]float64](b, viewBox)
	wheel := `document.querySelector('.picture').dispatchEvent(new WheelEvent('wheel', {deltaY: -200, ctrlKey: %t, clientX: %g, clientY: %g, bubbles: true, cancelable: true}))`
	if !ask[bool](b, fmt.Sprintf(wheel, false, x, y)) || ask[[]float64](b, viewBox)[2] != before[2] {
		t.Error("the wheel alone does not scroll the page")
	}
	if ask[bool](b, fmt.Sprintf(wheel, true, x, y)) || ask[[]float64](b, viewBox)[2] >= before[2] {
		t.Error("the wheel with Ctrl does not enlarge")
	}
	b.click(`.controls button[aria-label="Show the whole picture"]`)
	if whole := ask[[]float64](b, viewBox); whole[2] < 2190 || whole[3] < 1000 {
		t.Errorf("the whole is %v", whole)
	}
	b.quiet()
}

func TestPictureMovesByTouch(t *testing.T) {
	b := startBrowser(t)
	b.open(defaultStart(t), phoneWide, phoneHigh, "light", "")
	b.do(chromedp.EmulateViewport(phoneWide, phoneHigh, chromedp.EmulateMobile, chromedp.EmulateTouch), chromedp.Reload())
	b.show("chain")
	at := ask[[]float64](b, `(() => { const r = document.querySelector('.picture').getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`)
	touch := func(kind input.DispatchTouchEventType, offsets ...float64) {
		t.Helper()
		points := []*input.TouchPoint{} // none at the end, but a list
		for i, o := range offsets {
			points = append(points, &input.TouchPoint{X: at[0] + o, Y: at[1], ID: new(float64(i))})
		}
		if _, err := chromedp.Call(b.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points}); err != nil {
			t.Fatal(err)
		}
	}
	start := ask[[]float64](b, viewBox)
	touch(input.DispatchTouchEventTypeTouchStart, 40)
	touch(input.DispatchTouchEventTypeTouchMove, 0)
	touch(input.DispatchTouchEventTypeTouchMove, -80)
	touch(input.DispatchTouchEventTypeTouchEnd)
	moved := ask[[]float64](b, viewBox)
	if moved[0] <= start[0] {
		t.Errorf("one finger moves from %v to %v", start, moved)
	}
	touch(input.DispatchTouchEventTypeTouchStart, -30, 30)
	touch(input.DispatchTouchEventTypeTouchMove, -50, 50)
	touch(input.DispatchTouchEventTypeTouchMove, -90, 90)
	touch(input.DispatchTouchEventTypeTouchEnd)
	if after := ask[[]float64](b, viewBox); after[2] >= moved[2] {
		t.Errorf("two fingers change %v to %v", moved, after)
	}
	b.shot("phone picture by touch")
	b.quiet()
}
