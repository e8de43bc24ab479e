// Package traceevent writes a trace as Chrome's trace events, which Perfetto and
// chrome://tracing open.
//
// Each service is a process there. What is within something else there belongs to
// it: what goes on beside is on another thread. Hooks, which run at once, are
// asynchronous events, each on a line of its own.
package traceevent

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/chaintrace/chaintrace/render/internal/label"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// Write writes t as the JSON object of trace events, one event a line. Times are
// microseconds from the beginning of the trace, with nanoseconds as decimals. A
// span that never ended lasts until the trace's end, and says so. The output
// depends on t alone.
func Write(w io.Writer, t *trace.Trace) error {
	b := newBuilder(t)
	order := b.inOrder()
	for _, i := range order {
		b.process(&t.Spans[i])
	}
	for _, i := range order {
		b.add(i)
	}
	bw := bufio.NewWriterSize(w, 1<<16)
	head, err := json.Marshal(b.about())
	if err != nil {
		return fmt.Errorf("writing trace events: %w", err)
	}
	fmt.Fprintf(bw, "{\"displayTimeUnit\":\"ns\",\"otherData\":%s,\"traceEvents\":[\n", head)
	e := json.NewEncoder(bw)
	e.SetEscapeHTML(false)
	for i, event := range append(b.names(), b.events...) {
		if i > 0 {
			_ = bw.WriteByte(',') // a bufio.Writer keeps its error for Flush
		}
		if err := e.Encode(event); err != nil {
			return fmt.Errorf("writing trace events: %w", err)
		}
	}
	fmt.Fprintln(bw, "]}")
	if err := bw.Flush(); err != nil {
		return fmt.Errorf("writing trace events: %w", err)
	}
	return nil
}

// event is one trace event; its fields are the format's.
type event struct {
	Phase    string         `json:"ph"`
	Name     string         `json:"name"`
	Category string         `json:"cat,omitempty"`
	Process  int            `json:"pid"`
	Thread   int            `json:"tid"`
	Time     *micros        `json:"ts,omitempty"`
	Duration *micros        `json:"dur,omitempty"`
	ID       string         `json:"id,omitempty"`
	Scope    string         `json:"s,omitempty"`
	Args     map[string]any `json:"args,omitempty"`
}

// micros is a time in nanoseconds that is written in microseconds.
type micros int64

// MarshalJSON implements json.Marshaler.
func (m micros) MarshalJSON() ([]byte, error) {
	if m%1000 == 0 {
		return fmt.Appendf(nil, "%d", int64(m)/1000), nil
	}
	return fmt.Appendf(nil, "%d.%03d", int64(m)/1000, int64(m)%1000), nil
}

// The phases of events that are used.
const (
	phaseComplete = "X"
	phaseInstant  = "i"
	phaseBegin    = "b" // asynchronous
	phaseEnd      = "e" // asynchronous
	phaseMark     = "n" // asynchronous
	phaseMetadata = "M"
)

// builder turns spans into events.
type builder struct {
	t          *trace.Trace
	begin, end int64      // of the trace
	parents    []int      // by span, as trace.Parents has them
	processes  []*process // a process's number is 1 + the index here
	byService  map[string]*process
	threads    int       // that have a number
	shown      []*thread // where each span is
	ids        int       // of asynchronous events
	events     []event
}

// process is a service.
type process struct {
	number  int
	name    string
	version string
	threads []*thread
	beside  threads // but the first
}

func newBuilder(t *trace.Trace) *builder {
	b := &builder{t: t, parents: t.Parents(), shown: make([]*thread, len(t.Spans)), byService: map[string]*process{}}
	for i := range t.Spans {
		s := &t.Spans[i]
		if s.Start > 0 && (b.begin == 0 || s.Start < b.begin) {
			b.begin = s.Start
		}
		b.end = max(b.end, s.Start, s.End)
	}
	return b
}

// inOrder returns the spans by their beginning, and of those that begin together
// what is around others before those.
func (b *builder) inOrder() []int {
	byStart := make([]int, len(b.t.Spans))
	for i := range byStart {
		byStart[i] = i
	}
	start := func(x, y int) int { return cmp.Compare(b.at(b.t.Spans[x].Start), b.at(b.t.Spans[y].Start)) }
	slices.SortStableFunc(byStart, start)
	children := make([][]int, len(byStart))
	var roots []int
	for _, i := range byStart {
		if p := b.parents[i]; p >= 0 {
			children[p] = append(children[p], i)
		} else {
			roots = append(roots, i)
		}
	}
	order := make([]int, 0, len(byStart))
	slices.Reverse(roots)
	for stack := roots; len(stack) > 0; { // not by recursion: a trace can be nested deeply
		i := stack[len(stack)-1]
		order = append(order, i)
		slices.Reverse(children[i])
		stack = append(stack[:len(stack)-1], children[i]...)
	}
	slices.SortStableFunc(order, start)
	return order
}

// interval returns when a span begins and ends, from the trace's beginning on.
func (b *builder) interval(s *trace.Span) (begin, end int64) {
	begin = b.at(s.Start)
	if s.End == 0 {
		return begin, b.end - b.begin
	}
	return begin, max(begin, b.at(s.End))
}

func (b *builder) at(ns int64) int64 { return max(0, ns-b.begin) }

// add adds the events of a span. Spans come in order.
func (b *builder) add(i int) {
	s := &b.t.Spans[i]
	begin, end := b.interval(s)
	p := b.process(s)
	e := event{
		Phase: phaseComplete, Name: label.Of(s), Category: label.Name(s.Name), Process: p.number, Thread: p.number,
		Time: ptr(begin), Args: arguments(s),
	}
	switch s.Name {
	case attr.SpanSignal:
		e.Phase, e.Scope = phaseInstant, "p"
		b.events = append(b.events, e)
	case attr.SpanHookRun:
		b.addAsync(s, e, end)
	default:
		e.Thread, e.Duration = b.threadOf(i, p, begin, end).number, ptr(end-begin)
		b.events = append(b.events, e)
		b.addMarks(s, e, phaseInstant)
	}
}

// addAsync adds the run of a hook, with its steps in it.
func (b *builder) addAsync(s *trace.Span, e event, end int64) {
	b.ids++
	e.Phase, e.ID = phaseBegin, fmt.Sprintf("0x%x", b.ids)
	b.events = append(b.events, e)
	b.addSteps(s, e, end)
	b.addMarks(s, e, phaseMark)
	e.Phase, e.Time, e.Args = phaseEnd, ptr(end), nil
	b.events = append(b.events, e)
}

// addSteps adds what a hook did one after the other as events within its own.
func (b *builder) addSteps(s *trace.Span, e event, end int64) {
	begin := int64(*e.Time)
	e.Args = nil
	var steps []trace.Event
	for _, step := range s.Events {
		if step.Name == attr.EventHookStep {
			steps = append(steps, step)
		}
	}
	slices.SortStableFunc(steps, func(x, y trace.Event) int { return cmp.Compare(x.Time, y.Time) })
	for i, step := range steps {
		until := end
		if i+1 < len(steps) {
			until = within(b.at(steps[i+1].Time), begin, end)
		}
		what := trace.Span{Attrs: step.Attrs}
		e.Name = label.Name(what.Attr(attr.HookStep).Str())
		e.Phase, e.Time = phaseBegin, ptr(within(b.at(step.Time), begin, end))
		b.events = append(b.events, e)
		e.Phase, e.Time = phaseEnd, ptr(until)
		b.events = append(b.events, e)
	}
}

// addMarks adds the other events of a span as points in time.
func (b *builder) addMarks(s *trace.Span, e event, phase string) {
	e.Phase, e.Duration = phase, nil
	if phase == phaseInstant {
		e.Scope = "t"
	}
	for i := range s.Events {
		mark := &s.Events[i]
		if mark.Name == attr.EventHookStep && s.Name == attr.SpanHookRun {
			continue
		}
		about := trace.Span{Name: mark.Name, Attrs: mark.Attrs}
		e.Name, e.Time, e.Args = label.Of(&about), ptr(b.at(mark.Time)), nil
		if len(mark.Attrs) > 0 {
			e.Args = plainMap(mark.Attrs)
		}
		b.events = append(b.events, e)
	}
}

func within(n, low, high int64) int64 { return min(max(n, low), high) }

func ptr(ns int64) *micros {
	m := micros(ns)
	return &m
}

// process returns the process that a span's service is.
func (b *builder) process(s *trace.Span) *process {
	name := s.Service()
	p := b.byService[name]
	if p == nil {
		p = &process{number: len(b.processes) + 1, name: name}
		if s.Resource != nil {
			p.version = s.Resource.Attr(attr.ServiceVersion).Str()
		}
		b.processes = append(b.processes, p)
		b.byService[name] = p
		b.newThread(p)
	}
	return p
}

// names returns the events that name processes and threads.
func (b *builder) names() []event {
	var all []event
	simulated := ""
	if b.resource(attr.Clock) == attr.ClockSimulated {
		simulated = " (simulated time)"
	}
	for _, p := range b.processes {
		name := label.Name(p.name)
		if p.version != "" {
			name += " " + label.Name(p.version)
		}
		add := func(thread int, what, key string, value any) {
			all = append(all, event{Phase: phaseMetadata, Name: what, Process: p.number, Thread: thread, Args: map[string]any{key: value}})
		}
		add(p.number, "process_name", "name", name+simulated)
		add(p.number, "process_sort_index", "sort_index", p.number)
		for i, t := range p.threads {
			what := "start"
			if i > 0 {
				what = "meanwhile"
			}
			add(t.number, "thread_name", "name", what)
			if i > 0 {
				add(t.number, "thread_sort_index", "sort_index", t.number)
			}
		}
	}
	return all
}

// about returns what is known of the trace as a whole.
func (b *builder) about() map[string]any {
	about := map[string]any{"spans": len(b.t.Spans)}
	if b.begin > 0 {
		about["start"] = time.Unix(0, b.begin).UTC().Format(time.RFC3339Nano)
	}
	for name, key := range map[string]string{"clock": attr.Clock, "source": attr.Source, "preset": attr.Preset, "storage": attr.Storage} {
		if v := b.resource(key); v != "" {
			about[name] = v
		}
	}
	return about
}

// resource returns what the first resource that knows says.
func (b *builder) resource(key string) string {
	for i := range b.t.Spans {
		if r := b.t.Spans[i].Resource; r != nil {
			if v := r.Attr(key).Str(); v != "" {
				return v
			}
		}
	}
	return ""
}
