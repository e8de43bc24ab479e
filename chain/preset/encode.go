package preset

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/chaintrace/chaintrace/chain"
)

// object builds a mapping. What is nil is left out.
type object struct{ node *yaml.Node }

func block() object { return object{&yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}} }

func flow() object {
	o := block()
	o.node.Style = yaml.FlowStyle
	return o
}

func (o object) put(key string, value *yaml.Node) {
	if value != nil {
		o.node.Content = append(o.node.Content, must(key), value)
	}
}

// built returns the mapping, or nil for an empty one.
func (o object) built() *yaml.Node {
	if len(o.node.Content) == 0 {
		return nil
	}
	return o.node
}

// must writes a text, an empty one as well.
func must(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

func text(s string) *yaml.Node {
	if s == "" {
		return nil
	}
	return must(s)
}

func flag(b bool) *yaml.Node {
	if !b {
		return nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"}
}

func count(n int) *yaml.Node {
	if n == 0 {
		return nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(n)}
}

// duration writes a duration as people do: 5m and not 5m0s.
func duration(d time.Duration) *yaml.Node {
	if d == 0 {
		return nil
	}
	return must(durationText(d))
}

func durationText(d time.Duration) string {
	s := strings.Replace(d.String(), "µ", "u", 1)
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, zero) {
			s = s[:len(s)-2]
		}
	}
	return s
}

// recorded writes one duration, or one each for fresh and warm storage.
func recorded(r chain.Recorded) *yaml.Node {
	if r.Fresh == r.Warm {
		return duration(r.Fresh)
	}
	o := flow()
	o.put("fresh", must(durationText(r.Fresh)))
	o.put("warm", must(durationText(r.Warm)))
	return o.node
}

// texts writes a list of texts in one line.
func texts(all []string) *yaml.Node {
	n := sequence(all, must)
	if n != nil {
		n.Style = yaml.FlowStyle
	}
	return n
}

func sequence[T any](all []T, write func(T) *yaml.Node) *yaml.Node {
	if len(all) == 0 {
		return nil
	}
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for _, one := range all {
		n.Content = append(n.Content, write(one))
	}
	return n
}

func conditions(all []chain.Condition) *yaml.Node {
	o := flow()
	for _, c := range all {
		o.put(c.Setting, must(c.Value))
	}
	return o.built()
}

// putConditions adds both kinds of conditions.
func (o object) putConditions(c chain.Conditions) {
	o.put("when", conditions(c.When))
	o.put("unless", conditions(c.Unless))
}

// mapped writes a mapping with free keys, sorted.
func mapped[T any](all map[string]T, write func(T) *yaml.Node) *yaml.Node {
	o := block()
	for _, key := range slices.Sorted(maps.Keys(all)) {
		o.put(key, write(all[key]))
	}
	return o.built()
}

// shortest writes a mapping in one line unless there is a list or mapping in it
// that is not.
func (o object) shortest() *yaml.Node {
	for _, n := range o.node.Content {
		if n.Kind != yaml.ScalarNode && n.Style&yaml.FlowStyle == 0 {
			return o.node
		}
	}
	o.node.Style = yaml.FlowStyle
	return o.node
}
