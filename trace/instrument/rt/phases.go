package chaintracert

import (
	"fmt"
	"runtime"
	"strings"
)

// ended is what is returned to end a span of which nothing is recorded.
func ended(*error) {}

// text returns an error's text, or "" for none.
func text(err *error) string {
	if err == nil || *err == nil {
		return ""
	}
	// The method may panic, as of a nil pointer that is an error: fmt lives with that.
	if message := fmt.Sprint(*err); message != "" {
		return message
	}
	return "an error without text"
}

// ender returns what ends a span. It is to be deferred by the traced function, if
// that is to be known to have panicked.
func (r *recorder) ender(s *span) func(*error) {
	return func(err *error) {
		message := failure(err)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.end(s, message)
	}
}

// failure returns why a traced function failed, or "" if it did not. It calls the
// server's own code, so not under the lock, and is for what ends a span to call.
func failure(err *error) string {
	message := text(err)
	if message == "" && panicking() {
		message = "it panicked"
	}
	return message
}

// panicking reports whether what ends a span was deferred, and is called because of a
// panic. It is for failure to call.
func panicking() bool {
	var pcs [4]uintptr
	callers := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs[:])])
	for {
		f, more := callers.Next()
		if f.Function == "runtime.gopanic" {
			return true
		}
		// The compiler makes a function of a deferred call with arguments.
		if !more || !strings.Contains(f.Function, ".deferwrap") && !strings.HasPrefix(f.Function, "runtime.") {
			return false
		}
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
	key := goroutine()
	r.mu.Lock()
	defer r.mu.Unlock()
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
		attrs = append(attrs, plain(string(appendText(nil, fmt.Sprint(keysAndValues[i]))), keysAndValues[i+1]))
	}
	key := goroutine()
	r.mu.Lock()
	defer r.mu.Unlock()
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
