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

// AddChecks records checks, a slice of them, that are added to endpoints of a
// server, with livez's grace period. Within itself, for the same slice, it records
// nothing.
func AddChecks(upstream, checks interface{}, delay time.Duration, endpoints ...string) func(*error) {
	r := active()
	if r == nil {
		return ended
	}
	value := reflect.ValueOf(checks)
	if value.Kind() != reflect.Slice || value.Len() == 0 {
		return ended
	}
	slice := value.Pointer()
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.names.of(upstream)
	if s == nil || r.isAdding(slice) {
		return ended
	}
	r.adding = append(r.adding, slice)
	return func(err *error) {
		message := text(err)
		var few [4]string
		added := checkNames(few[:0], checks)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.added(slice)
		if message != "" {
			return
		}
		key := r.keyOf(s)
		for _, check := range added {
			r.addCheck(key, s, check, delay, endpoints)
		}
	}
}

// isAdding reports whether a slice of checks is being added.
func (r *recorder) isAdding(slice uintptr) bool {
	for _, other := range r.adding {
		if other == slice {
			return true
		}
	}
	return false
}

// added notes that a slice of checks is being added no more.
func (r *recorder) added(slice uintptr) {
	for i, other := range r.adding {
		if other == slice {
			r.adding = append(r.adding[:i], r.adding[i+1:]...)
			return
		}
	}
}

func (r *recorder) addCheck(key uint64, s *server, check string, delay time.Duration, endpoints []string) {
	origin := s.name
	name := "check.add"
	if r.within(key, mergeName) != nil {
		origin = s.merging.originOf(check)
		name = "check.merge"
	}
	s.keepOrigin(check, origin)
	attrs := [...]attribute{
		str("check.name", check), str("check.origin", origin), list("check.endpoints", endpoints), num("check.delay", int64(delay)),
		flag("check.configured", false),
	}
	with := len(attrs)
	if name == "check.merge" {
		with-- // none of those was configured here
	}
	r.mark(key, name, s.name, attrs[:with]...)
}
