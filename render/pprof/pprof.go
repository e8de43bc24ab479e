// Package pprof writes a trace as a profile for go tool pprof: where the time of
// a start went, as a flame graph, and compared with that of another start.
//
// A stack is a span with those that it is in. What a span took counts once: for
// itself only as far as nothing in it took it. Hooks that run at once count each,
// as goroutines do in a profile of a program; the sum is not the time that passed.
package pprof

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/google/pprof/profile"

	"github.com/chaintrace/chaintrace/render/internal/label"
	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// Write writes t as a profile, packed by gzip as profiles are. Its value is time
// in nanoseconds. The output depends on t alone.
func Write(w io.Writer, t *trace.Trace) error {
	p := Profile(t)
	if err := p.CheckValid(); err != nil {
		return fmt.Errorf("writing the profile: %w", err)
	}
	if err := p.Write(w); err != nil {
		return fmt.Errorf("writing the profile: %w", err)
	}
	return nil
}

// Profile returns t as a profile.
func Profile(t *trace.Trace) *profile.Profile {
	b := newBuilder(t)
	for i := range t.Spans {
		b.add(&t.Spans[i])
	}
	p := b.profile
	p.TimeNanos, p.DurationNanos = b.begin, b.end-b.begin
	return p
}

// interval is a stretch of time in nanoseconds since the Unix epoch.
type interval struct{ begin, end int64 }

// frame is one line of a stack.
type frame struct {
	name, file string
	line       int64
}

// builder turns spans into samples.
type builder struct {
	begin, end int64 // of the trace
	byID       map[trace.SpanID]*trace.Span
	children   map[trace.SpanID][]*trace.Span
	locations  map[frame]*profile.Location
	samples    map[string]*profile.Sample // by stack and labels
	profile    *profile.Profile
}

func newBuilder(t *trace.Trace) *builder {
	unit := &profile.ValueType{Type: "time", Unit: "nanoseconds"}
	b := &builder{
		byID:      make(map[trace.SpanID]*trace.Span, len(t.Spans)),
		children:  map[trace.SpanID][]*trace.Span{},
		locations: map[frame]*profile.Location{},
		samples:   map[string]*profile.Sample{},
		profile: &profile.Profile{
			SampleType: []*profile.ValueType{unit}, PeriodType: unit, Period: 1,
			Mapping: []*profile.Mapping{{
				ID: 1, File: program(t), HasFunctions: true, HasFilenames: true, HasLineNumbers: true, HasInlineFrames: true,
			}},
		},
	}
	for i := range t.Spans {
		s := &t.Spans[i]
		if s.Start > 0 && (b.begin == 0 || s.Start < b.begin) {
			b.begin = s.Start
		}
		b.end = max(b.end, s.Start, s.End)
		if !s.SpanID.IsZero() && b.byID[s.SpanID] == nil {
			b.byID[s.SpanID] = s
		}
	}
	for i := range t.Spans {
		if s := &t.Spans[i]; !s.ParentID.IsZero() {
			b.children[s.ParentID] = append(b.children[s.ParentID], s)
		}
	}
	return b
}

// program says what was started, in place of a program's file, which pprof shows
// above every report. It looks for a file of that name.
func program(t *trace.Trace) string {
	about := &trace.Span{}
	for i := range t.Spans {
		if s := &t.Spans[i]; i == 0 || s.Name == attr.SpanStartup {
			about = s
		}
	}
	if about.Resource == nil {
		return "trace"
	}
	name := label.Name(cmp.Or(about.Service(), "trace"))
	if version := about.Resource.Attr(attr.ServiceVersion).Str(); version != "" {
		name += " " + label.Name(version)
	}
	if about.Resource.Attr(attr.Clock).Str() == attr.ClockSimulated {
		name += " (simulated time)"
	}
	return strings.ReplaceAll(name, "/", "_")
}

// interval returns when a span begins and ends. One that never ended lasts until
// the trace's end.
func (b *builder) interval(s *trace.Span) interval {
	begin := max(s.Start, b.begin)
	if s.End == 0 {
		return interval{begin, b.end}
	}
	return interval{begin, max(begin, s.End)}
}

// add adds what a span took for itself.
func (b *builder) add(s *trace.Span) {
	whole := b.interval(s)
	var covered []interval
	for _, c := range b.children[s.SpanID] {
		if c != s {
			covered = append(covered, b.interval(c))
		}
	}
	if s.Name == attr.SpanReady {
		// It lasts as long as the hooks that it waits for.
		for _, c := range b.children[s.ParentID] {
			if c.Name == attr.SpanHooksRun {
				covered = append(covered, b.interval(c))
			}
		}
	}
	stack := b.stack(s)
	for _, step := range b.steps(s, whole) {
		b.sample(s, append([]frame{{name: label.Name(step.what)}}, stack...), rest(step.interval, covered))
		covered = append(covered, step.interval)
	}
	b.sample(s, stack, rest(whole, covered))
}

// rest returns how much of an interval is in none of the others.
func rest(whole interval, others []interval) int64 {
	slices.SortFunc(others, func(x, y interval) int { return cmp.Compare(x.begin, y.begin) })
	left, at := int64(0), whole.begin
	for _, o := range others {
		if begin := min(o.begin, whole.end); begin > at {
			left += begin - at
		}
		at = max(at, min(o.end, whole.end))
	}
	return left + max(0, whole.end-at)
}

// step is a stretch of a hook's run.
type step struct {
	what string
	interval
}

// steps returns what a hook did one after the other.
func (b *builder) steps(s *trace.Span, whole interval) []step {
	var steps []step
	for _, e := range s.Events {
		if s.Name == attr.SpanHookRun && e.Name == attr.EventHookStep {
			what := trace.Span{Attrs: e.Attrs}
			begin := min(max(e.Time, whole.begin), whole.end)
			steps = append(steps, step{what.Attr(attr.HookStep).Str(), interval{begin, whole.end}})
		}
	}
	slices.SortStableFunc(steps, func(x, y step) int { return cmp.Compare(x.begin, y.begin) })
	for i := 1; i < len(steps); i++ {
		steps[i-1].end = steps[i].begin
	}
	return steps
}

// maxDepth is how long a stack may be.
const maxDepth = 100

// stack returns a span with those that it is in, itself first. Between a hook and
// what runs it stands the server that it is of.
func (b *builder) stack(s *trace.Span) []frame {
	var frames []frame
	var seen []*trace.Span
	for s != nil && len(frames) < maxDepth && !slices.Contains(seen, s) {
		seen = append(seen, s)
		frames = append(frames, frameOf(s))
		if s.Name == attr.SpanHookRun {
			if origin := s.Attr(attr.HookOrigin).Str(); origin != "" {
				frames = append(frames, frame{name: label.Name(origin)})
			}
		}
		s = b.byID[s.ParentID]
	}
	return frames
}

// frameOf names a span and the place in the source that it comes from.
func frameOf(s *trace.Span) frame {
	f := frame{name: label.Of(s)}
	place := cmp.Or(s.Attr(attr.HookRegisteredAt).Str(), s.Attr(attr.RouteSource).Str())
	if i := strings.LastIndexByte(place, ':'); i >= 0 {
		if line, err := strconv.ParseInt(place[i+1:], 10, 64); err == nil {
			place, f.line = place[:i], line
		}
	}
	if place != "" {
		f.file = label.Name(place)
	}
	return f
}

// sample adds time to a stack.
func (b *builder) sample(s *trace.Span, stack []frame, took int64) {
	if took <= 0 {
		return
	}
	labels := map[string][]string{}
	if service := s.Service(); service != "" {
		labels["service"] = []string{label.Name(service)}
	}
	if outcome := s.Attr(attr.HookOutcome).Str(); outcome != "" {
		labels["outcome"] = []string{label.Name(outcome)}
	}
	locations := make([]*profile.Location, len(stack))
	key := fmt.Sprint(labels)
	for i, f := range stack {
		locations[i] = b.location(f)
		key += " " + strconv.FormatUint(locations[i].ID, 10)
	}
	known := b.samples[key]
	if known == nil {
		known = &profile.Sample{Location: locations, Value: []int64{0}, Label: labels}
		b.samples[key] = known
		b.profile.Sample = append(b.profile.Sample, known)
	}
	known.Value[0] += min(took, math.MaxInt64-known.Value[0])
}

func (b *builder) location(f frame) *profile.Location {
	l := b.locations[f]
	if l == nil {
		// Without a name that differs from SystemName, pprof takes it for one of C++, and
		// leaves out what is in angle brackets and parentheses.
		fn := &profile.Function{ID: uint64(len(b.profile.Function) + 1), Name: f.name, Filename: f.file, StartLine: f.line}
		b.profile.Function = append(b.profile.Function, fn)
		l = &profile.Location{ID: fn.ID, Mapping: b.profile.Mapping[0], Line: []profile.Line{{Function: fn, Line: f.line}}}
		b.profile.Location = append(b.profile.Location, l)
		b.locations[f] = l
	}
	return l
}
