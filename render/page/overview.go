package page

import (
	"fmt"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/timeline"
)

// overview is what the page begins with. What is empty is left out.
type overview struct {
	Name, Result, Origin string
	Bad                  bool // it did not go well
	Problems             []string
	MoreProblems         int
	Facts                facts
	Stages, StageKey     []stage // what the bar of the time is made of, and what it means
	Parts                plainTable
	Lists                []linkList
}

// facts are a few values with what they mean.
type facts struct {
	ID, Title string
	Items     []fact
}

type fact struct{ Text, Name, Class string }

// stage is a stretch of the start, as a part of a bar of 100 percent.
type stage struct {
	Name, Took, X, Width string
	N                    int // tells it from its neighbours
}

// plainTable is a short table that is neither searched nor sorted.
type plainTable struct {
	ID, Title string
	Columns   []column
	Rows      []row
	More      string // what it does not have; "" for nothing
}

// linkList is a list of things that lead to all that the page has of them.
type linkList struct {
	ID, Title string
	Links     []link
	More      string // what it does not have; "" for nothing
}

// link is a thing with the service or server that it is of, and what is said of it.
type link struct{ Key, Name, Of, Took, About string }

// How much of each list the overview shows.
const (
	mostParts    = 100
	mostLinks    = 50
	mostProblems = 20
)

// addProblems adds what is wrong with the trace.
func (o *overview) addProblems(problems []string) {
	o.MoreProblems = max(0, len(problems)-mostProblems)
	for _, p := range problems[:len(problems)-o.MoreProblems] {
		o.Problems = append(o.Problems, render.Printable(p, 400))
	}
}

// more says how many things a list does not have; "" for none.
func more(n int, of string) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf("and %s more %s", timeline.Number(n), of)
}
