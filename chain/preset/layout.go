package preset

import (
	"slices"
	"time"

	"go.yaml.in/yaml/v4"
)

// layOut gives a document the comments, the order of keys and the styles that
// another has where it describes the same.
func layOut(n, like *yaml.Node) {
	comment(n, like)
	switch {
	case n.Kind != like.Kind:
	case n.Kind == yaml.ScalarNode:
		if n.Value == like.Value || sameDuration(n.Value, like.Value) {
			n.Style, n.Tag, n.Value = like.Style, like.Tag, like.Value
		}
	case n.Kind == yaml.DocumentNode:
		layOut(n.Content[0], like.Content[0])
	case n.Kind == yaml.MappingNode:
		n.Style = like.Style
		layOutMapping(n, like)
	default:
		n.Style = like.Style
		layOutSequence(n, like)
	}
}

// sameDuration reports whether both texts are durations, and as long: 60s is 1m.
func sameDuration(a, b string) bool {
	x, errX := time.ParseDuration(a)
	y, errY := time.ParseDuration(b)
	return errX == nil && errY == nil && x == y
}

// comment takes over the comments; those that a node has already stay.
func comment(n, like *yaml.Node) {
	if n.HeadComment == "" {
		n.HeadComment = like.HeadComment
	}
	if n.LineComment == "" {
		n.LineComment = like.LineComment
	}
	if n.FootComment == "" {
		n.FootComment = like.FootComment
	}
}

// pair is a key with its value.
type pair struct{ key, value *yaml.Node }

func pairs(mapping *yaml.Node) []pair {
	var all []pair
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		all = append(all, pair{mapping.Content[i], mapping.Content[i+1]})
	}
	return all
}

func layOutMapping(n, like *yaml.Node) {
	template := pairs(like)
	place := func(p pair) int {
		return slices.IndexFunc(template, func(t pair) bool { return t.key.Value == p.key.Value })
	}
	var known, others []pair
	for _, p := range pairs(n) {
		if i := place(p); i >= 0 {
			layOut(p.key, template[i].key)
			layOut(p.value, template[i].value)
			known = append(known, p)
		} else {
			others = append(others, p)
		}
	}
	slices.SortStableFunc(known, func(a, b pair) int { return place(a) - place(b) })
	n.Content = n.Content[:0]
	for _, p := range append(known, others...) {
		n.Content = append(n.Content, p.key, p.value)
	}
}

func layOutSequence(n, like *yaml.Node) {
	used := make([]bool, len(like.Content))
	for _, element := range n.Content {
		id := identity(element)
		for i, other := range like.Content {
			if !used[i] && identity(other) == id {
				used[i] = true
				layOut(element, other)
				break
			}
		}
	}
}

// identity says of which thing an element of a list is.
func identity(n *yaml.Node) string {
	if n.Kind != yaml.MappingNode {
		return n.Value
	}
	all := pairs(n)
	for _, key := range []string{"name", "path", "version", "hook", "cache", "loopback", "work"} {
		for _, p := range all {
			if p.key.Value == key && p.value.Kind == yaml.ScalarNode {
				return key + " " + p.value.Value
			}
		}
	}
	if len(all) == 0 {
		return ""
	}
	if first := all[0]; first.value.Kind != yaml.SequenceNode {
		return first.key.Value + " " + identity(first.value)
	}
	return all[0].key.Value
}
