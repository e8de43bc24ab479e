package page

import (
	"fmt"
	"strings"
)

// columnStyle is the style of the tables' columns but the first: how their cells are set and,
// for screens so narrow that each row is a card, their titles before the cells.
func (c *content) columnStyle() string {
	overview := &table{ID: c.Overview.Parts.ID, Columns: c.Overview.Parts.Columns}
	return columnRules("print", c.Tables, wide(7, 9)) +
		columnRules("screen and (min-width: 50.01rem)", c.Tables, wide(10, 16)) +
		columnRules("print", c.Tables, oneLine) +
		columnRules("screen and (max-width: 50rem)", append([]*table{overview}, c.Tables...), titled)
}

// columnRules are the rules for the cells of columns on a medium; "" is for none.
func columnRules(medium string, tables []*table, rule func(t *table, at int) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "@media %s {\n", medium)
	for _, t := range tables {
		for at := 1; at < len(t.Columns); at++ {
			if r := rule(t, at); r != "" {
				fmt.Fprintf(&b, "  #%s td:nth-child(%d)%s\n", t.ID, at+1, r)
			}
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// wide sets columns of numbers, and so many rem at the least for those of words and of code.
func wide(words, code int) func(t *table, at int) string {
	room := " { min-width: %drem; overflow-wrap: anywhere; }"
	rules := map[string]string{"n": " { text-align: right; white-space: nowrap; }", "words": fmt.Sprintf(room, words), "code": fmt.Sprintf(room, code)}
	return func(t *table, at int) string { return rules[t.Columns[at].Class] }
}

// oneLine is for what rows are chosen by, which is short: it stands in one line. Letters are
// narrower than the digit that ch is.
func oneLine(t *table, at int) string {
	if !t.Columns[at].Filter {
		return ""
	}
	return fmt.Sprintf(" { min-width: calc(%dch + 1.2rem); }", min(t.longest(at), 17))
}

// titled puts the title of a column before its cells.
func titled(t *table, at int) string {
	return fmt.Sprintf("::before { content: %q; }", t.Columns[at].Title)
}
