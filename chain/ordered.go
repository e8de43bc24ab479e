package chain

import (
	"maps"
	"slices"
)

// ordered is a map that remembers the order in which its keys were first set.
// Upstream uses plain maps for hooks and signals, so that their order is
// random there; here it is the order of registration.
type ordered[V any] struct {
	names  []string
	values map[string]V
}

// set stores v under name. A name that is there already keeps its place.
func (o *ordered[V]) set(name string, v V) {
	if _, ok := o.values[name]; !ok {
		o.names = append(o.names, name)
	}
	if o.values == nil {
		o.values = map[string]V{}
	}
	o.values[name] = v
}

// get returns what is stored under name.
func (o *ordered[V]) get(name string) (V, bool) {
	v, ok := o.values[name]
	return v, ok
}

// all yields names and values in order.
func (o *ordered[V]) all() func(yield func(string, V) bool) {
	return func(yield func(string, V) bool) {
		for _, name := range o.names {
			if !yield(name, o.values[name]) {
				return
			}
		}
	}
}

// keys returns a copy of the names in order.
func (o *ordered[V]) keys() []string { return slices.Clone(o.names) }

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
