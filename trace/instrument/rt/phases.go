package chaintracert

import "fmt"

// ended is what is returned to end a span of which nothing is recorded.
func ended(*error) {}

// text returns an error's text, or "".
func text(err *error) string {
	if err == nil || *err == nil {
		return ""
	}
	return (*err).Error()
}

// ender returns what ends a span.
func (r *recorder) ender(s *span) func(*error) {
	return func(err *error) {
		message := text(err) // of the server's: not under the lock
		r.mu.Lock()
		defer r.mu.Unlock()
		r.end(s, message)
	}
}

// begin opens a long span on the goroutine. The lock is held.
func (r *recorder) begin(key uint64, s *span) *span {
	r.push(key, s)
	r.announce(s)
	return s
}

// Phase records a stretch of the start that has a span name of its own: config.build,
// config.complete or chain.create. Within another of the same name it records nothing.
func Phase(name string) func(*error) {
	r := active()
	if r == nil {
		return ended
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	key := goroutine()
	if r.within(key, name) != nil {
		return ended
	}
	return r.ender(r.begin(key, r.under(key, name, "")))
}

// Func records a call of any function. Attributes are keys and values in turn;
// a value that is no string, bool or integer is recorded as its text.
func Func(name string, keysAndValues ...interface{}) func(*error) {
	r := active()
	if r == nil {
		return ended
	}
	var attrs []attribute
	for i := 0; i+1 < len(keysAndValues); i += 2 {
		attrs = append(attrs, plain(fmt.Sprint(keysAndValues[i]), keysAndValues[i+1]))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	key := goroutine()
	return r.ender(r.begin(key, r.under(key, name, "", attrs...)))
}

// plain returns an attribute for any value.
func plain(key string, v interface{}) attribute {
	switch v := v.(type) {
	case string:
		return str(key, v)
	case bool:
		return flag(key, v)
	case []string:
		return list(key, v)
	case int64:
		return num(key, v)
	case int:
		return num(key, int64(v))
	case int32:
		return num(key, int64(v))
	case uint32:
		return num(key, int64(v))
	}
	return str(key, fmt.Sprint(v))
}
