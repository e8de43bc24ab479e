package page

import (
	"fmt"
	"strings"
)

// columnStyle is the style of the tables' columns but the first: how their cells are set and,
// for screens so narrow that each row is a card, their titles before the cells.
func (c *content) columnStyle() string {
	var b strings.Builder
	media := func(query string, write func()) {
		fmt.Fprintf(&b, "@media %s {\n", query)
		write()
		b.WriteString("}\n")
	}
	cells := func(id string, columns []column, rule func(at int) string) {
		for at := 1; at < len(columns); at++ {
			if r := rule(at); r != "" {
				fmt.Fprintf(&b, "  #%s td:nth-child(%d)%s\n", id, at+1, r)
			}
		}
	}
	// So many rem at the least have columns of words and those of code.
	wide := func(query string, words, code int) {
		room := " { min-width: %drem; overflow-wrap: anywhere; }"
		rules := map[string]string{"n": " { text-align: right; white-space: nowrap; }", "words": fmt.Sprintf(room, words), "code": fmt.Sprintf(room, code)}
		media(query, func() {
			for _, t := range c.Tables {
				cells(t.ID, t.Columns, func(at int) string { return rules[t.Columns[at].Class] })
			}
		})
	}
	wide("print", 7, 9)
	wide("screen and (min-width: 50.01rem)", 10, 16)
	// What rows are chosen by is short: on paper it stands in one line. Letters are narrower
	// than the digit that ch is.
	media("print", func() {
		for _, t := range c.Tables {
			cells(t.ID, t.Columns, func(at int) string {
				if !t.Columns[at].Filter {
					return ""
				}
				return fmt.Sprintf(" { min-width: calc(%dch + 1.2rem); }", min(t.longest(at), 17))
			})
		}
	})
	media("screen and (max-width: 50rem)", func() {
		titled := func(id string, columns []column) {
			cells(id, columns, func(at int) string { return fmt.Sprintf("::before { content: %q; }", columns[at].Title) })
		}
		titled(c.Overview.Parts.ID, c.Overview.Parts.Columns)
		for _, t := range c.Tables {
			titled(t.ID, t.Columns)
		}
	})
	return b.String()
}
