package page

import (
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/render/timeline"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// maxRows is how many rows a table has before rows are folded. A page of three
// such tables still opens at once on a phone.
const maxRows = 1000

// table is a table as the page has it. The first column names what a row is about.
type table struct {
	ID, Title string
	Noun      string // what a row is: "hook"
	Kind      string // the kind of thing that most rows are about
	Columns   []column
	Rows      []row
	Total     int  // of what the rows stand for
	Folded    bool // whether there are rows that stand for several
}

type column struct {
	Title  string
	Class  string // of the column's cells
	Filter bool   // whether readers choose rows by what stands in it
}

type row struct {
	Key   string // what it is about; "" for a row that stands for several
	Class string
	Cells []cell
}

// OwnKey is the row's key, unless it is the one of a thing of this kind with the
// name that the first cell has. So most rows need not have theirs on the page.
func (r row) OwnKey(kind string) string {
	if r.Key == kind+":"+r.Cells[0].Text {
		return ""
	}
	return r.Key
}

type cell struct {
	Text  string
	Class string
	Value string // what to sort by instead of the text
}

// Shown is how many rows stand for all.
func (t *table) Shown() int { return len(t.Rows) }

// longest is how many characters the longest text of a column has.
func (t *table) longest(column int) int {
	longest := 0
	for _, r := range t.Rows {
		longest = max(longest, utf8.RuneCountInString(r.Cells[column].Text))
	}
	return longest
}

// dropEmptyColumns leaves columns out in which no row says anything.
func (t *table) dropEmptyColumns() {
	for i := len(t.Columns) - 1; i > 0; i-- {
		if slices.ContainsFunc(t.Rows, func(r row) bool { return r.Cells[i].Text != "" }) {
			continue
		}
		t.Columns = slices.Delete(t.Columns, i, i+1)
		for j := range t.Rows {
			t.Rows[j].Cells = slices.Delete(t.Rows[j].Cells, i, i+1)
		}
	}
}

// moment is a cell for a point in time or a duration.
func moment(d time.Duration) cell {
	return cell{Text: render.Duration(d), Value: strconv.FormatInt(int64(d), 10)}
}

// foldedRow stands for several rows: so many more of what the columns of the
// first say.
func foldedRow(n int, noun string, rest ...cell) row {
	return row{Class: "fold", Cells: append([]cell{{Text: fmt.Sprintf("and %s more %ss like these", timeline.Number(n), noun)}}, rest...)}
}

// badClass marks what is not as it should be.
func badClass(state startup.LedgerState) string {
	switch state {
	case startup.LedgerMasked, startup.LedgerRejected:
		return "bad"
	case startup.LedgerLost:
		return "warn"
	}
	return ""
}

// stateCell names how a server came by something.
func stateCell(e *startup.LedgerEntry) cell {
	return cell{Text: string(e.State), Class: "s-" + string(e.State)}
}

// fromCell names the server that something comes from.
func fromCell(e *startup.LedgerEntry) cell {
	if len(e.Through) < 2 {
		return cell{}
	}
	return cell{Text: name(e.Through[0])}
}
