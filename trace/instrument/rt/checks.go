package chaintracert

import (
	"reflect"
	"time"
)

// mergeName is the span in which checks of the delegate are taken over.
const mergeName = "checks.merge"

// MergeChecks records that New takes over the checks of a server's delegate, until
// what it returns is called. What AddChecks records meanwhile are such checks.
func MergeChecks(upstream, delegate interface{}) func(*error) {
	r := active()
	if r == nil {
		return ended
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.names.of(upstream)
	if s == nil {
		return ended
	}
	s.merging = r.names.of(delegate)
	key := r.keyOf(s)
	sp := r.under(key, mergeName, s.name)
	r.push(key, sp)
	return r.ender(sp)
}

// skipped is a delegate's check that its server does not take over.
type skipped struct {
	check checker
	attrs []attribute
}

// SkipCheck records that a delegate's check is not taken over, as the configuration
// has one of its name.
func SkipCheck(upstream, check interface{}) {
	r := active()
	c, ok := check.(checker)
	if r == nil || !ok {
		return
	}
	name := c.Name()
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.names.of(upstream)
	if s == nil {
		return
	}
	attrs := []attribute{
		str("check.name", name), str("check.origin", s.merging.originOf(name)), str("check.skipped_by", s.name),
	}
	r.names.skipped = append(r.names.skipped, skipped{c, attrs})
	r.mark(r.keyOf(s), "check.skip", s.name, attrs...)
}

// originOf returns the server that a check of s is from.
func (s *server) originOf(check string) string {
	if s == nil {
		return ""
	}
	if origin := s.checks[check]; origin != "" {
		return origin
	}
	return s.name
}

// keepOrigin notes which server a check of s is from.
func (s *server) keepOrigin(check, origin string) {
	if origin == s.name {
		delete(s.checks, check)
	} else {
		s.checks[check] = origin
	}
}

// addition is a call that adds checks. It is used again when it has ended, so that
// nothing is allocated for the many that a start has.
type addition struct {
	slice     uintptr // the address of the slice of checks
	server    *server
	checks    []string
	delay     time.Duration
	endpoints []string
	end       func(*error) // what AddChecks returns
}

// AddChecks records checks, a slice of them, that are added to endpoints of a
// server, with livez's grace period. Within itself, for the same slice, it records
// nothing. What it returns is to be called once, as it becomes that of another call.
func AddChecks(upstream, checks interface{}, delay time.Duration, endpoints ...string) func(*error) {
	r := active()
	if r == nil {
		return ended
	}
	var few [4]string
	added := checkNames(few[:0], checks)
	if len(added) == 0 {
		return ended
	}
	slice := reflect.ValueOf(checks).Pointer()
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.names.of(upstream)
	if s == nil || r.isAdding(slice) {
		return ended
	}
	a := r.newAddition()
	a.slice, a.server, a.delay = slice, s, delay
	a.checks = append(a.checks[:0], added...)
	a.endpoints = append(a.endpoints[:0], endpoints...)
	r.adding = append(r.adding, a)
	return a.end
}

// isAdding reports whether a slice of checks is being added.
func (r *recorder) isAdding(slice uintptr) bool {
	for _, a := range r.adding {
		if a.slice == slice {
			return true
		}
	}
	return false
}

// newAddition returns one that has ended, or else makes one.
func (r *recorder) newAddition() *addition {
	if last := len(r.added) - 1; last >= 0 {
		a := r.added[last]
		r.added = r.added[:last]
		return a
	}
	a := &addition{}
	a.end = func(err *error) {
		message := text(err)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.endAddition(a, message == "")
	}
	return a
}

// endAddition ends one that is under way, and records the checks if they have been added.
func (r *recorder) endAddition(a *addition, added bool) {
	at := 0
	for at < len(r.adding) && r.adding[at] != a {
		at++
	}
	if at == len(r.adding) {
		return
	}
	r.adding = append(r.adding[:at], r.adding[at+1:]...)
	r.added = append(r.added, a)
	if !added {
		return
	}
	key := r.keyOf(a.server)
	for _, check := range a.checks {
		r.addCheck(key, a, check)
	}
}

func (r *recorder) addCheck(key uint64, a *addition, check string) {
	s := a.server
	origin := s.name
	name := "check.add"
	if r.within(key, mergeName) != nil {
		origin = s.merging.originOf(check)
		name = "check.merge"
	}
	s.keepOrigin(check, origin)
	attrs := [...]attribute{
		str("check.name", check), str("check.origin", origin), list("check.endpoints", a.endpoints), num("check.delay", int64(a.delay)),
		flag("check.configured", false),
	}
	with := len(attrs)
	if name == "check.merge" {
		with-- // none of those was configured here
	}
	r.mark(key, name, s.name, attrs[:with]...)
}
