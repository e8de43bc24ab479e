package traceevent

import (
	"cmp"
	"container/heap"
)

// thread is a line of spans, each of which lies within those before it that are
// open, and belongs to them.
type thread struct {
	number int
	open   []opened
	until  int64 // when all that is on it has ended
}

// opened is a span that has not ended yet.
type opened struct {
	span int
	end  int64
}

// newThread adds a thread to a process. The first of a process has its number.
func (b *builder) newThread(p *process) *thread {
	b.threads++
	t := &thread{number: b.threads}
	p.threads = append(p.threads, t)
	return t
}

// threadOf puts a span on a thread: on that of the span which it belongs to, if
// nothing else is going on within that, or else on one where nothing is.
func (b *builder) threadOf(i int, p *process, begin, end int64) *thread {
	t := b.threadWithin(i, begin, end)
	if t == nil {
		t = b.idleThread(p, begin)
		t.open = t.open[:0]
		t.until = end
		if t != p.threads[0] {
			heap.Push(&p.beside, t)
		}
	}
	t.open = append(t.open, opened{i, end})
	b.shown[i] = t
	return t
}

// idleThread returns a thread on which nothing is going on, the first if it can. Any
// other is taken from the heap.
func (b *builder) idleThread(p *process, begin int64) *thread {
	switch {
	case p.threads[0].until <= begin:
		return p.threads[0]
	case len(p.beside) > 0 && p.beside[0].until <= begin:
		return heap.Pop(&p.beside).(*thread)
	}
	return b.newThread(p)
}

// threadWithin returns the thread of the span that a span belongs to, directly or by
// way of other services, if it fits in there; nil if not.
func (b *builder) threadWithin(i int, begin, end int64) *thread {
	around, service := b.parents[i], b.t.Spans[i].Service()
	for n := 0; around >= 0 && (b.shown[around] == nil || b.t.Spans[around].Service() != service); n++ {
		if around = b.parents[around]; n == maxDepth {
			return nil
		}
	}
	if around < 0 {
		return nil
	}
	t := b.shown[around]
	for n := len(t.open); n > 0 && t.open[n-1].end <= begin && t.open[n-1].span != around; n-- {
		t.open = t.open[:n-1]
	}
	if n := len(t.open); n == 0 || t.open[n-1].span != around || t.open[n-1].end < end {
		return nil
	}
	return t
}

// maxDepth is how many services a call may go through before it comes back to the
// first, and is then still shown within it.
const maxDepth = 100

// threads are a heap of threads by when nothing is going on there any more.
type threads []*thread

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (t threads) Len() int { return len(t) }

func (t threads) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(t[i].until, t[j].until), cmp.Compare(t[i].number, t[j].number)) < 0
}

func (t threads) Swap(i, j int) { t[i], t[j] = t[j], t[i] }

func (t *threads) Push(x any) { *t = append(*t, x.(*thread)) }

func (t *threads) Pop() any {
	last := (*t)[len(*t)-1]
	*t = (*t)[:len(*t)-1]
	return last
}
