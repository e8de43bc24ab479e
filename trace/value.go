package trace

import (
	"math"
	"slices"
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
type Value struct {
	kind ValueKind
	num  uint64 // bool, int, float bits
	str  string // string, bytes
	list []Value
	kvs  []Attr
}

// String returns a Value that holds s.
func String(s string) Value { return Value{kind: ValueString, str: s} }

// Bool returns a Value that holds b.
func Bool(b bool) Value {
	v := Value{kind: ValueBool}
	if b {
		v.num = 1
	}
	return v
}

// Int returns a Value that holds n.
func Int(n int64) Value { return Value{kind: ValueInt, num: uint64(n)} }

// Float returns a Value that holds f.
func Float(f float64) Value { return Value{kind: ValueFloat, num: math.Float64bits(f)} }

// Bytes returns a Value that holds b.
func Bytes(b []byte) Value { return Value{kind: ValueBytes, str: string(b)} }

// List returns a Value that holds vs.
func List(vs ...Value) Value { return Value{kind: ValueList, list: vs} }

// Strings returns a List of string Values.
func Strings(ss ...string) Value {
	vs := make([]Value, len(ss))
	for i, s := range ss {
		vs[i] = String(s)
	}
	return List(vs...)
}

// Map returns a Value that holds keys and values, in this order.
func Map(kvs ...Attr) Value { return Value{kind: ValueMap, kvs: kvs} }

// Kind returns what the Value holds.
func (v Value) Kind() ValueKind { return v.kind }

// Str returns the string of a string or bytes Value.
func (v Value) Str() string { return v.str }

// Bool returns the bool.
func (v Value) Bool() bool { return v.kind == ValueBool && v.num != 0 }

// Int returns the int.
func (v Value) Int() int64 {
	if v.kind != ValueInt {
		return 0
	}
	return int64(v.num)
}

// Float returns the float.
func (v Value) Float() float64 {
	if v.kind != ValueFloat {
		return 0
	}
	return math.Float64frombits(v.num)
}

// List returns the elements of a list.
func (v Value) List() []Value { return v.list }

// Map returns the entries of a map.
func (v Value) Map() []Attr { return v.kvs }

// Equal reports whether both Values hold the same: floats bit by bit, so that
// a NaN equals itself; lists and maps entry by entry, in order.
func (v Value) Equal(o Value) bool {
	return v.kind == o.kind && v.num == o.num && v.str == o.str &&
		slices.EqualFunc(v.list, o.list, Value.Equal) &&
		slices.EqualFunc(v.kvs, o.kvs, func(a, b Attr) bool { return a.Key == b.Key && a.Value.Equal(b.Value) })
}

// StringList returns the strings of a list, other elements left out.
func (v Value) StringList() []string {
	if len(v.list) == 0 {
		return nil
	}
	ss := make([]string, 0, len(v.list))
	for _, e := range v.list {
		if e.kind == ValueString {
			ss = append(ss, e.str)
		}
	}
	return ss
}
