package trace

import (
	"math"
	"slices"
	"unsafe"
)

// Attr is an attribute: a key and its value.
type Attr struct {
	Key   string
	Value Value
}

// ValueKind says what a Value holds.
type ValueKind uint8

// The kinds of OTLP's AnyValue.
const (
	ValueEmpty ValueKind = iota
	ValueString
	ValueBool
	ValueInt
	ValueFloat
	ValueBytes
	ValueList
	ValueMap
)

// Value is OTLP's AnyValue as plain data. The zero Value is empty. Accessors
// return the zero value of their type when the Value holds something else.
//
// A trace is mostly attributes, so a Value is kept to three words, as
// [log/slog.Value] is: what ref points to tells the kind, and num holds the
// number, or the length.
type Value struct {
	num uint64 // bool, int, float bits; length of string, bytes, list, map
	ref any    // ValueKind of a bool, int or float; stringRef, bytesRef, listRef, mapRef
}

type (
	stringRef *byte
	bytesRef  *byte
	listRef   *Value
	mapRef    *Attr
)

// String returns a Value that holds s.
func String(s string) Value {
	return Value{num: uint64(len(s)), ref: stringRef(unsafe.StringData(s))}
}

// Bool returns a Value that holds b.
func Bool(b bool) Value {
	v := Value{ref: ValueBool}
	if b {
		v.num = 1
	}
	return v
}

// Int returns a Value that holds n.
func Int(n int64) Value { return Value{num: uint64(n), ref: ValueInt} }

// Float returns a Value that holds f. Every NaN becomes the same one, as formats
// in text know but one.
func Float(f float64) Value {
	if math.IsNaN(f) {
		f = math.NaN()
	}
	return Value{num: math.Float64bits(f), ref: ValueFloat}
}

// Bytes returns a Value that holds a copy of b.
func Bytes(b []byte) Value { return bytesValue(string(b)) }

func bytesValue(s string) Value {
	return Value{num: uint64(len(s)), ref: bytesRef(unsafe.StringData(s))}
}

// List returns a Value that holds vs, which must not be changed afterwards.
func List(vs ...Value) Value {
	return Value{num: uint64(len(vs)), ref: listRef(unsafe.SliceData(vs))}
}

// Strings returns a List of string Values.
func Strings(ss ...string) Value {
	vs := make([]Value, len(ss))
	for i, s := range ss {
		vs[i] = String(s)
	}
	return List(vs...)
}

// Map returns a Value that holds keys and values, in this order; kvs must not
// be changed afterwards.
func Map(kvs ...Attr) Value {
	return Value{num: uint64(len(kvs)), ref: mapRef(unsafe.SliceData(kvs))}
}

// Kind returns what the Value holds.
func (v Value) Kind() ValueKind {
	switch ref := v.ref.(type) {
	case ValueKind:
		return ref
	case stringRef:
		return ValueString
	case bytesRef:
		return ValueBytes
	case listRef:
		return ValueList
	case mapRef:
		return ValueMap
	}
	return ValueEmpty
}

// Str returns the string of a string or bytes Value.
func (v Value) Str() string {
	switch ref := v.ref.(type) {
	case stringRef:
		return unsafe.String(ref, v.num)
	case bytesRef:
		return unsafe.String(ref, v.num)
	}
	return ""
}

// Bool returns the bool.
func (v Value) Bool() bool { return v.ref == ValueBool && v.num != 0 }

// Int returns the int.
func (v Value) Int() int64 {
	if v.ref != ValueInt {
		return 0
	}
	return int64(v.num)
}

// Float returns the float.
func (v Value) Float() float64 {
	if v.ref != ValueFloat {
		return 0
	}
	return math.Float64frombits(v.num)
}

// List returns the elements of a list.
func (v Value) List() []Value {
	if ref, ok := v.ref.(listRef); ok {
		return unsafe.Slice((*Value)(ref), v.num)
	}
	return nil
}

// Map returns the entries of a map.
func (v Value) Map() []Attr {
	if ref, ok := v.ref.(mapRef); ok {
		return unsafe.Slice((*Attr)(ref), v.num)
	}
	return nil
}

// Equal reports whether both Values hold the same: floats bit by bit, so that
// a NaN equals itself; lists and maps entry by entry, in order.
func (v Value) Equal(o Value) bool {
	if v.num != o.num || v.Kind() != o.Kind() {
		return false
	}
	switch v.ref.(type) {
	case stringRef, bytesRef:
		return v.Str() == o.Str()
	case listRef:
		return slices.EqualFunc(v.List(), o.List(), Value.Equal)
	case mapRef:
		return slices.EqualFunc(v.Map(), o.Map(), func(a, b Attr) bool { return a.Key == b.Key && a.Value.Equal(b.Value) })
	}
	return true
}

// StringList returns the strings of a list, other elements left out.
func (v Value) StringList() []string {
	list := v.List()
	if len(list) == 0 {
		return nil
	}
	ss := make([]string, 0, len(list))
	for _, e := range list {
		if e.Kind() == ValueString {
			ss = append(ss, e.Str())
		}
	}
	return ss
}
