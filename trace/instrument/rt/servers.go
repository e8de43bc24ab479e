package chaintracert

// Attributes for a server and for the next one down the chain.
const (
	serverKey   = "apiserver.name"
	delegateKey = "apiserver.delegate"
)

// Create records the making of one server and all that it adds after its generic
// New. creator is the upstream function. Which server it is, is learnt from the
// New within it. Within another that waits for its New it records nothing.
func Create(creator string) func(*error) {
	r := active()
	if r == nil {
		return ended
	}
	key := goroutine()
	r.mu.Lock()
	defer r.mu.Unlock()
	if outer := r.within(key, "server.create"); outer != nil && outer.server == "" {
		return ended
	}
	return r.ender(r.begin(key, r.under(key, "server.create", "", str("apiserver.creator", creator))))
}

// New records the generic New of a server.
func New(name string, delegate interface{}) func(*error) {
	r := active()
	if r == nil {
		return ended
	}
	key := goroutine()
	r.mu.Lock()
	defer r.mu.Unlock()
	to := str(delegateKey, r.names.nameOf(delegate))
	if outer := r.within(key, "server.create"); outer != nil && outer.server == "" {
		outer.server = name
		outer.attrs = append([]attribute{to}, outer.attrs...)
		r.announce(outer)
	}
	return r.ender(r.begin(key, r.under(key, "server.new", name, to)))
}

// Made notes a server that New has made, with its container of web services, and
// records the checks that its configuration had for each endpoint.
func Made(upstream interface{}, name string, container, healthz, livez, readyz interface{}) {
	r := active()
	if r == nil {
		return
	}
	endpoints := []string{"healthz", "livez", "readyz"}
	var order []string
	in := map[string][]string{}
	for i, checks := range []interface{}{healthz, livez, readyz} {
		for _, check := range checkNames(nil, checks) {
			if in[check] == nil {
				order = append(order, check)
			}
			if last := len(in[check]) - 1; last < 0 || in[check][last] != endpoints[i] {
				in[check] = append(in[check], endpoints[i])
			}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.names.add(name, upstream, container)
	for _, check := range order {
		r.mark(r.keyOf(s), "check.add", name,
			str("check.name", check), str("check.origin", name), list("check.endpoints", in[check]),
			num("check.delay", 0), flag("check.configured", true))
	}
}

// Prepare records the PrepareRun of a server. Within another of the same server it
// records nothing.
func Prepare(upstream interface{}) func(*error) {
	r := active()
	if r == nil {
		return ended
	}
	key := goroutine()
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.names.of(upstream)
	if s == nil {
		return ended
	}
	if outer := r.within(key, "server.prepare"); outer != nil && outer.server == s.name {
		return ended
	}
	return r.ender(r.begin(key, r.under(key, "server.prepare", s.name)))
}

// Serve records that a server begins to accept on a listener.
func Serve(upstream, listener interface{}) func(*error) {
	r := active()
	if r == nil {
		return ended
	}
	at := listenAddress(listener)
	key := goroutine()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ender(r.begin(key, r.under(key, "listener.serve", r.names.nameOf(upstream), str("server.address", at))))
}

// Signal records that a signal of the process's life was given.
func Signal(name string) {
	r := active()
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	sp := r.in(r.root, "lifecycle.signal", "", str("signal.name", name))
	sp.shared = true
	if r.hooks != nil {
		sp.server = r.hooks.server.name
	}
	r.write(sp, sp.attrs, sp.start)
	if name == "ShutdownInitiated" {
		r.beginShutdown()
	}
}

// RegisterSignal records that a server waits for a signal before it counts as
// complete. Those that New registers are its delegate's.
func RegisterSignal(upstream interface{}, name string) func(*error) {
	r := active()
	if r == nil {
		return ended
	}
	return func(err *error) {
		if failure(err) != "" {
			return
		}
		key, scope := goroutine(), "own"
		r.mu.Lock()
		defer r.mu.Unlock()
		s := r.names.of(upstream)
		if r.within(key, "server.new") != nil {
			scope = "merged"
		}
		r.mark(key, "signal.register", s.known(),
			str("signal.name", name), str("signal.scope", scope))
	}
}
