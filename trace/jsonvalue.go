package trace

import "strings"

// attributes reads an array of keys and values.
func (r *jsonReader) attributes() []Attr {
	if r.lex.Null() || !r.lex.Open('[') {
		return nil
	}
	base := len(r.arena.attrs.items)
	for i := 0; r.lex.NextElement(i == 0); i++ {
		r.attribute()
		r.checkMemory(i)
	}
	out := r.arena.attrs.cut(&r.arena, base)
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
	r.arena.attrs.add(a)
}

// keyGuess is the key that an attribute had, and how the input went on from its
// first letter; text is empty where there is none.
type keyGuess struct{ key, text string }

// keyBefore reads an attribute's key from behind the quote, and reports whether
// the value follows. Spans on end mostly have the same keys in the same order,
// so the one that stood here the last time is tried first.
func (r *jsonReader) keyBefore(a *Attr) bool {
	const next = `,"value":`
	at := len(r.arena.attrs.items)
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
		base := len(r.arena.values.items)
		r.array(func() {
			v := r.value()
			r.arena.values.add(v)
		})
		out = r.arena.values.cut(&r.arena, base)
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
	base := len(r.arena.values.items)
	for i := 0; r.lex.NextElement(i == 0); i++ {
		v := r.value()
		r.arena.values.add(v)
		r.checkMemory(i)
	}
	out := r.arena.values.cut(&r.arena, base)
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
