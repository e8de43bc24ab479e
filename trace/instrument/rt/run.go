package chaintracert

import "net"

// hooksRun is one run of a server's post-start hooks.
type hooksRun struct {
	span    *span
	server  *server
	pending int
}

// RunHooks records that a server starts so many post-start hooks. From then on it
// looks at the server's readyz checks, a slice, until all pass.
func RunHooks(upstream interface{}, hooks int, readyz interface{}) {
	r := active()
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.names.of(upstream)
	if s == nil {
		return
	}
	r.runs = true
	r.hooks = &hooksRun{span: r.in(r.root, "hooks.run", s.name), server: s, pending: hooks}
	r.announce(r.hooks.span)
	if hooks == 0 {
		r.end(r.hooks.span, "")
	}
	watchReadiness(r, s.name, readyz)
}

// Run is one run of one hook. All methods of nil do nothing.
type Run struct {
	r    *recorder
	of   *hooksRun
	span *span
}

// HookRun records that a post-start hook begins, on the goroutine that runs it.
func HookRun(name string) *Run {
	r := active()
	if r == nil {
		return nil
	}
	key := goroutine()
	r.mu.Lock()
	defer r.mu.Unlock()
	of := r.hooks
	if of == nil {
		return nil
	}
	origin := of.server.name
	if h := of.server.hooks[name]; h != nil && h.origin != "" {
		origin = h.origin
	}
	sp := r.in(of.span, "hook.run", of.server.name,
		str("hook.name", name), str("hook.kind", PostStart), str("hook.origin", origin))
	return &Run{r, of, r.begin(key, sp)}
}

// Ended records that the hook has returned. It comes before the server acts on an
// error by ending the process.
func (h *Run) Ended(err error) {
	if h == nil {
		return
	}
	h.end(text(&err))
}

// Gone records, if Ended was not called, that the hook never returned. It is
// deferred.
func (h *Run) Gone() {
	if h == nil {
		return
	}
	h.end("the hook panicked or ended its goroutine")
}

func (h *Run) end(message string) {
	r := h.r
	r.mu.Lock()
	defer r.mu.Unlock()
	if h.span.ended {
		return
	}
	if message == "" {
		r.end(h.span, "", str("hook.outcome", "ran"))
	} else {
		r.end(h.span, message, str("hook.outcome", "failed"), str("hook.error", message))
	}
	h.of.pending--
	if h.of.pending == 0 {
		r.end(h.of.span, "")
	}
}

// beginShutdown opens the span of the shutdown, once. The lock is held.
func (r *recorder) beginShutdown() {
	if r.ending != nil {
		return
	}
	server := ""
	if r.hooks != nil {
		server = r.hooks.server.name
	}
	r.ending = r.in(r.root, "shutdown", server)
	r.announce(r.ending)
}

// StopHook records the run of a pre-shutdown hook.
func StopHook(name string) func(*error) {
	r := active()
	if r == nil {
		return ended
	}
	key := goroutine()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.beginShutdown()
	origin := r.ending.server
	if s := r.names.byName[origin]; s != nil && s.stops[name] != nil && s.stops[name].origin != "" {
		origin = s.stops[name].origin
	}
	sp := r.in(r.ending, "hook.stop", r.ending.server,
		str("hook.name", name), str("hook.kind", PreShutdown), str("hook.origin", origin))
	return r.ender(r.begin(key, sp))
}

// Stopped records that the server has stopped. It is called when its Run returns.
func Stopped() func(*error) {
	r := active()
	if r == nil {
		return ended
	}
	return func(err *error) {
		message := failure(err)
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.ending != nil {
			r.end(r.ending, message)
		}
	}
}

// listenAddress returns the address of a listener, or "".
func listenAddress(listener interface{}) string {
	if l, ok := listener.(interface{ Addr() net.Addr }); ok && l.Addr() != nil {
		return l.Addr().String()
	}
	return ""
}
