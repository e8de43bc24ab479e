//go:build e2e

package page_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/chaintrace/chaintrace/trace/startup"
)

var screenshots = flag.String("screenshots", "", "a directory for pictures of what the browser shows")

// patience is how long a browser may take to start, or a page to change, on a machine
// that is busy with much else.
const patience = 3 * time.Minute

// browser is a page of a real browser, which is shared by the tests. Each test has a
// profile of its own.
type browser struct {
	t        *testing.T
	ctx      context.Context
	messages chan chromedp.ConsoleMessage
	file     string
}

// chromium is the browser that all tests share: to start one takes long where there is
// much else to do.
var chromium struct {
	once sync.Once
	ctx  context.Context
	stop context.CancelFunc
	err  error
}

// TestMain ends the browser, if one was started.
func TestMain(m *testing.M) {
	code := m.Run()
	if chromium.stop != nil {
		chromium.stop()
	}
	os.Exit(code)
}

// startChromium starts the browser that the tests share.
func startChromium() {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.WSURLReadTimeout(patience))
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, quit := chromedp.NewContext(allocator)
	chromium.ctx, chromium.stop = ctx, func() { quit(); end() }
	chromium.err = chromedp.Do(ctx)
}

// startBrowser opens an empty page in a new profile of the browser; both end with the
// test.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	chromium.once.Do(startChromium)
	if chromium.err != nil {
		t.Fatalf("starting the browser: %v", chromium.err)
	}
	ctx, cancel := context.WithTimeout(chromium.ctx, 10*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	// It is opened here: whatever else comes first would open it anew after a failure,
	// and then there are two.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("opening a page in the browser: %v", err)
	}
	b := &browser{t: t, ctx: ctx, messages: make(chan chromedp.ConsoleMessage, 1000)}
	console := chromedp.Console(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		for m, err := range console {
			if err != nil {
				if ctx.Err() == nil {
					t.Errorf("reading the console: %v", err)
				}
				return
			}
			select {
			case b.messages <- m:
			default: // a thousand are more than a test wants to know of
			}
		}
	})
	t.Cleanup(func() { cancel(); done.Wait() })
	return b
}

// open writes the page of s into a file and opens it as readers do.
func (b *browser) open(s *startup.Startup, width, height int64, scheme, fragment string) {
	b.t.Helper()
	b.openPage(write(b.t, s), width, height, scheme, fragment)
}

// openPage writes a page into a file and opens it.
func (b *browser) openPage(content []byte, width, height int64, scheme, fragment string) {
	b.t.Helper()
	b.file = filepath.Join(b.t.TempDir(), "page.html")
	if err := os.WriteFile(b.file, content, 0o644); err != nil {
		b.t.Fatal(err)
	}
	b.do(
		func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
			}})
			return chromedp.Void{}, err
		},
		chromedp.EmulateViewport(width, height),
		chromedp.Navigate("file://"+b.file+fragment),
	)
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// scripts allows the scripts of pages that are opened from now on, or none.
func (b *browser) scripts(allowed bool) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !allowed}); err != nil {
		b.t.Fatal(err)
	}
}

// media shows the page as it is on a medium; "" is the screen again.
func (b *browser) media(name string) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: name}); err != nil {
		b.t.Fatal(err)
	}
}

// press presses keys as a person would.
func (b *browser) press(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.do(chromedp.KeyEvent(k))
	}
}

// click clicks on the first element of a CSS selector.
func (b *browser) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector)))
}

// write writes into the first element of a CSS selector.
func (b *browser) write(selector, text string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// ask evaluates an expression in the page.
func ask[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits until an expression is true; it says so when it never is.
func (b *browser) until(expression string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool]("Boolean("+expression+")", chromedp.WithPollingTimeout(patience))); err != nil {
		b.t.Fatalf("never so: %s: %v", expression, err)
	}
}

// quiet fails the test if the page wrote anything to the console.
func (b *browser) quiet() {
	b.t.Helper()
	const end = "the last message"
	ask[chromedp.Void](b, "console.log('"+end+"')")
	for {
		select {
		case m := <-b.messages:
			if m.Text == end {
				return
			}
			b.t.Errorf("the console says: %s", m)
		case <-b.ctx.Done():
			b.t.Fatal("the browser does not answer")
		}
	}
}

// shot keeps a picture of what is seen, if any are wanted.
func (b *browser) shot(name string) {
	b.t.Helper()
	if *screenshots == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	b.keep(name+".png", png)
}

// keep writes a file for people to look at, if they want any.
func (b *browser) keep(name string, content []byte) {
	b.t.Helper()
	if *screenshots == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*screenshots, strings.ReplaceAll(name, " ", "-")), content, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// show scrolls to a part of the page.
func (b *browser) show(section string) {
	b.t.Helper()
	ask[chromedp.Void](b, "document.getElementById('"+section+"').scrollIntoView({behavior: 'instant'})")
}
