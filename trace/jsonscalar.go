package trace

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// badValueError says that a value is not what its field takes.
type badValueError struct {
	span string // "" while unknown
	err  error
}

// Error implements error.
func (e *badValueError) Error() string {
	if e.span == "" {
		return e.err.Error()
	}
	return fmt.Sprintf("span %q: %v", e.span, e.err)
}

func (r *jsonReader) bad(format string, args ...any) {
	r.lex.Fail(&badValueError{err: fmt.Errorf(format, args...)})
}

// text reads a string, or null, which counts as empty.
func (r *jsonReader) text() string {
	if r.lex.Null() {
		return ""
	}
	return r.string(r.lex.String())
}

// id reads an ID in hex or, as Protobuf's own JSON has it, in base64; an empty
// one, or null, leaves it zero.
func (r *jsonReader) id(field string, id []byte) {
	if r.lex.Null() {
		return
	}
	r.idText(field, id, r.lex.String())
}

func (r *jsonReader) idText(field string, id, text []byte) {
	if len(text) == 0 || len(text) == 2*len(id) && fromHex(id, text) {
		return
	}
	if b, err := fromBase64(text); err == nil && len(b) == len(id) {
		copy(id, b)
		return
	}
	clear(id)
	r.bad("%s %q is not %d hex digits", field, clip(string(text)), 2*len(id))
}

// nibbles holds the value of each hex digit, and 0xff for other bytes.
var nibbles = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i := range byte(16) {
		t["0123456789abcdef"[i]], t["0123456789ABCDEF"[i]] = i, i
	}
	return t
}()

// fromHex decodes text, which is twice as long as id.
func fromHex(id, text []byte) bool {
	var wrong byte
	for i := range id {
		high, low := nibbles[text[2*i]], nibbles[text[2*i+1]]
		wrong |= high | low
		id[i] = high<<4 | low
	}
	return wrong < 16
}

// fromBase64 takes both alphabets, with and without padding.
func fromBase64(text []byte) ([]byte, error) {
	plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(string(text), "="))
	return base64.RawStdEncoding.DecodeString(plain)
}

func (r *jsonReader) bytes() Value {
	text := r.lex.String()
	b, err := fromBase64(text)
	if err != nil {
		r.bad("bytesValue %q is not base64: %v", clip(string(text)), err)
	}
	return bytesValue(r.copy(b))
}

// time reads nanoseconds since 1970. One before that, or beyond what 64 bits
// with a sign hold, counts as 0.
func (r *jsonReader) time() int64 {
	if n, ok := r.lex.Digits(); ok {
		return unixNano(n)
	}
	if r.lex.Null() {
		return 0
	}
	text := string(r.lex.Scalar())
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0
	case err != nil:
		if n, err = integral(text); err != nil {
			r.bad("time %q is not a whole number of nanoseconds since 1970", clip(text))
		}
	}
	return max(n, 0)
}

func (r *jsonReader) int64() int64 {
	if n, ok := r.lex.Digits(); ok && n <= math.MaxInt64 {
		return int64(n)
	} else if ok {
		r.bad("%d is not a 64-bit integer", n)
		return 0
	}
	text := r.lex.Scalar()
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err == nil {
		return n
	}
	if n, err = integral(string(text)); err != nil {
		r.bad("%q is not a 64-bit integer", clip(string(text)))
	}
	return n
}

func (r *jsonReader) uint32() uint32 {
	n, ok := r.lex.Digits()
	if ok && n <= math.MaxUint32 {
		return uint32(n)
	}
	text := strconv.FormatUint(n, 10)
	if !ok {
		if r.lex.Null() {
			return 0
		}
		text = string(r.lex.Scalar())
		if f, err := integral(text); err == nil && f >= 0 && f <= math.MaxUint32 {
			return uint32(f)
		}
	}
	r.bad("%q is not a 32-bit unsigned integer", clip(text))
	return 0
}

func (r *jsonReader) double() float64 {
	text := string(r.lex.Scalar())
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		r.bad("%q is not a 64-bit floating-point number", clip(text))
	}
	return f
}

var (
	kindNames = []string{"UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"}
	codeNames = []string{"UNSET", "OK", "ERROR"}
)

// enum reads a number or a name; a number that OTLP does not have counts as 0.
func (r *jsonReader) enum(prefix string, names []string) int {
	n, ok := r.lex.Digits()
	if !ok {
		if r.lex.Null() {
			return 0
		}
		text := string(r.lex.Scalar())
		for i, name := range names {
			if text == prefix+name {
				return i
			}
		}
		number, err := integral(text)
		if err != nil {
			r.bad("%q is neither a number nor one of %s%s", clip(text), prefix, strings.Join(names, ", "+prefix))
		}
		n = uint64(number)
	}
	if n >= uint64(len(names)) {
		return 0
	}
	return int(n)
}

// integral parses an integer that may be written as a decimal fraction or with
// an exponent, which JSON makes no difference of.
func integral(s string) (int64, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) >= 1<<63 {
		return 0, fmt.Errorf("%q is not a 64-bit integer", clip(s))
	}
	return int64(f), nil
}
