package chaintracert

import (
	"net/http"
	"reflect"
	"time"
)

// How often readiness is looked at: at first, and after a while when the server
// is not going to be ready soon.
const (
	readyInterval = 25 * time.Millisecond
	readySlowly   = time.Second
	readySlowFrom = 5 * time.Minute
)

// checker is what upstream's health checks are.
type checker interface {
	Name() string
	Check(*http.Request) error
}

// readiness looks at the checks of a server until all pass at once. It asks the
// checks and not the server's readyz, whose first success upstream acts on.
type readiness struct {
	r       *recorder
	span    *span
	checks  []checker
	passed  []bool
	request *http.Request
}

// watchReadiness starts to look at a server's readyz checks. The lock is held.
func watchReadiness(r *recorder, server string, checks interface{}) {
	slice := reflect.ValueOf(checks)
	if slice.Kind() != reflect.Slice {
		return
	}
	w := &readiness{r: r}
	for i := 0; i < slice.Len(); i++ {
		c, ok := slice.Index(i).Interface().(checker)
		if !ok {
			return
		}
		w.checks = append(w.checks, c)
	}
	request, err := http.NewRequest(http.MethodGet, "/readyz", nil)
	if err != nil || len(w.checks) == 0 {
		return
	}
	w.request = request
	w.passed = make([]bool, len(w.checks))
	w.span = r.in(r.root, "ready", server,
		str("ready.how", "observed"), num("ready.interval", int64(readyInterval)))
	r.announce(w.span)
	go w.watch()
}

// watch looks until the server is ready, stops, or nothing is recorded any more.
func (w *readiness) watch() {
	begun := time.Now()
	for !w.over() {
		if w.look() {
			return
		}
		interval := readyInterval
		if time.Since(begun) > readySlowFrom {
			interval = readySlowly
		}
		time.Sleep(interval)
	}
}

// over reports whether there is no use in looking on.
func (w *readiness) over() bool {
	if active() != w.r {
		return true
	}
	w.r.mu.Lock()
	defer w.r.mu.Unlock()
	return w.r.ending != nil
}

// look asks the checks that have not passed yet, and when none is left all of them.
// It reports whether they passed together, having recorded it.
func (w *readiness) look() bool {
	left := false
	for i, c := range w.checks {
		if w.passed[i] {
			continue
		}
		if !w.passes(c) {
			left = true
			continue
		}
		w.passed[i] = true
		w.note(c.Name())
	}
	if left {
		return false
	}
	for _, c := range w.checks {
		if !w.passes(c) {
			return false
		}
	}
	masked := w.masked()
	w.r.mu.Lock()
	defer w.r.mu.Unlock()
	w.span.events = append(w.span.events, masked...)
	w.r.end(w.span, "")
	w.r.end(w.r.root, "")
	return true
}

// passes reports whether a check passes. One that panics does not: upstream's handler
// catches that too.
func (w *readiness) passes(c checker) (yes bool) {
	defer func() {
		if recover() != nil {
			yes = false
		}
	}()
	return c.Check(w.request) == nil
}

// masked returns what skipped checks fail, which nobody sees.
func (w *readiness) masked() []event {
	w.r.mu.Lock()
	all := w.r.names.skipped[:len(w.r.names.skipped):len(w.r.names.skipped)]
	w.r.mu.Unlock()
	var events []event
	for _, s := range all {
		if !w.passes(s.check) {
			events = append(events, event{"check.masked", w.r.now(), s.attrs})
		}
	}
	return events
}

// note records that a check was seen to pass for the first time. The span is
// written each time, so that a server that dies leaves which checks had passed.
func (w *readiness) note(check string) {
	w.r.mu.Lock()
	defer w.r.mu.Unlock()
	w.span.events = append(w.span.events, event{"check.passed", w.r.now(), []attribute{str("check.name", check)}})
	w.r.announce(w.span)
}
