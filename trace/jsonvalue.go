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

// attributes reads an array of keys and values.
func (r *jsonReader) attributes() []Attr {
	if r.lex.Null() || !r.lex.Open('[') {
		return nil
	}
	base := len(r.attrStack)
	for first := true; r.lex.NextElement(first); first = false {
		r.attribute()
	}
	out := r.arena.attrs.clone(&r.arena, r.attrStack[base:])
	r.attrStack = r.attrStack[:base]
	return out
}

func (r *jsonReader) attribute() {
	var a Attr
	// Writers agree on the form that is tried first.
	if r.lex.Try(`{"key":"`) {
		whole := false
		if r.keyBefore(&a) {
			a.Value = r.value()
			whole = r.lex.Try(`}`)
		}
		if !whole {
			r.lex.Opened()
			r.attributeMembers(&a, false)
		}
	} else if !r.lex.Null() && r.lex.Open('{') {
		r.attributeMembers(&a, true)
	}
	r.marked = r.marked || isMark(a.Key)
	r.attrStack = append(r.attrStack, a)
}

// keyGuess is the key that an attribute had, and how the input went on from its
// first letter; text is empty where there is none.
type keyGuess struct{ key, text string }

// keyBefore reads an attribute's key from behind the quote, and reports whether
// the value follows. Spans on end mostly have the same keys in the same order,
// so the one that stood here the last time is tried first.
func (r *jsonReader) keyBefore(a *Attr) bool {
	const next = `,"value":`
	at := len(r.attrStack)
	if at < len(r.guesses) {
		if g := r.guesses[at]; g.text != "" && r.lex.Try(g.text) {
			a.Key = g.key
			return true
		}
	}
	a.Key = r.string(r.lex.StringRest())
	if !r.lex.Try(next) {
		return false
	}
	for len(r.guesses) <= at {
		r.guesses = append(r.guesses, keyGuess{})
	}
	if strings.IndexFunc(a.Key, isEscaped) < 0 { // else the input has it in another form
		r.guesses[at] = keyGuess{a.Key, a.Key + `"` + next}
	}
	return true
}

func isEscaped(r rune) bool { return r < ' ' || r == '"' || r == '\\' }

func (r *jsonReader) attributeMembers(a *Attr, first bool) {
	for ; ; first = false {
		key, ok := r.lex.NextKey(first)
		if !ok {
			return
		}
		switch string(key) {
		case "key":
			a.Key = r.text()
		case "value":
			a.Value = r.value()
		default:
			r.lex.Skip()
		}
	}
}

// value reads an AnyValue.
func (r *jsonReader) value() (v Value) {
	switch {
	case r.lex.Try(`{"stringValue":"`):
		v = String(r.string(r.lex.StringRest()))
	case r.lex.Try(`{"boolValue":true`):
		v = Bool(true)
	case r.lex.Try(`{"boolValue":false`):
		v = Bool(false)
	case r.lex.Try(`{"intValue":`):
		v = Int(r.int64())
	case r.lex.Try(`{"arrayValue":{"values":[`):
		v = r.values()
	default:
		if !r.lex.Null() && r.lex.Open('{') {
			r.valueMembers(&v, true)
		}
		return v
	}
	if !r.lex.Try(`}`) {
		r.lex.Opened()
		r.valueMembers(&v, false)
	}
	return v
}

func (r *jsonReader) valueMembers(v *Value, first bool) {
	for ; ; first = false {
		key, ok := r.lex.NextKey(first)
		if !ok {
			return
		}
		// Looking for null may move what the key lies in.
		kind := valueFields[string(key)]
		switch {
		case kind == ValueEmpty:
			r.lex.Skip()
		case !r.lex.Null():
			*v = r.valueOf(kind)
		}
	}
}

var valueFields = map[string]ValueKind{
	"stringValue": ValueString, "boolValue": ValueBool, "intValue": ValueInt, "doubleValue": ValueFloat,
	"bytesValue": ValueBytes, "arrayValue": ValueList, "kvlistValue": ValueMap,
}

func (r *jsonReader) valueOf(kind ValueKind) Value {
	switch kind {
	case ValueString:
		return String(r.string(r.lex.String()))
	case ValueBool:
		return Bool(r.lex.Bool())
	case ValueInt:
		return Int(r.int64())
	case ValueFloat:
		return Float(r.double())
	case ValueBytes:
		return r.bytes()
	case ValueList:
		return r.list()
	}
	return r.kvlist()
}

func (r *jsonReader) list() Value {
	if !r.deeper() {
		return Value{}
	}
	defer r.shallower()
	var out []Value
	r.object(func(key []byte) {
		if string(key) != "values" {
			r.lex.Skip()
			return
		}
		base := len(r.valueStack)
		r.array(func() {
			v := r.value()
			r.valueStack = append(r.valueStack, v)
		})
		out = r.arena.values.clone(&r.arena, r.valueStack[base:])
		r.valueStack = r.valueStack[:base]
	})
	return List(out...)
}

// values is list from behind the bracket of its values; what encloses it is
// closed but for the value itself.
func (r *jsonReader) values() Value {
	if !r.deeper() {
		return Value{}
	}
	defer r.shallower()
	r.lex.Opened()
	r.lex.Opened()
	base := len(r.valueStack)
	for first := true; r.lex.NextElement(first); first = false {
		v := r.value()
		r.valueStack = append(r.valueStack, v)
	}
	out := r.arena.values.clone(&r.arena, r.valueStack[base:])
	r.valueStack = r.valueStack[:base]
	for {
		if _, ok := r.lex.NextKey(false); !ok {
			return List(out...)
		}
		r.lex.Skip()
	}
}

func (r *jsonReader) kvlist() Value {
	if !r.deeper() {
		return Value{}
	}
	defer r.shallower()
	var out []Attr
	r.object(func(key []byte) {
		if string(key) != "values" {
			r.lex.Skip()
			return
		}
		out = r.attributes()
	})
	return Map(out...)
}

// deeper notes that a list or map begins, and fails where that is one too many.
func (r *jsonReader) deeper() bool {
	if r.depth >= r.options.MaxDepth {
		r.lex.Fail(&LimitError{LimitDepth, int64(r.options.MaxDepth)})
		return false
	}
	r.depth++
	return true
}

func (r *jsonReader) shallower() { r.depth-- }

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
