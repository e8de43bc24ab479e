package startup

import (
	"slices"
	"time"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// Ready is when the chain was ready and how that is known.
type Ready struct {
	At       time.Duration
	How      string        // computed or observed, as the trace says, or ReadyBySignal
	Interval time.Duration // how often it was looked at; 0 when unknown
}

// ReadyBySignal says that only the server's own signal tells of readiness.
const ReadyBySignal = "signal"

// SignalReady is the name of the lifecycle signal that is fired when readyz has
// answered 200 for the first time: upstream's HasBeenReady.
const SignalReady = "HasBeenReady"

// Passed is the first time that a readyz check was seen to pass.
type Passed struct {
	Check string
	At    time.Duration
}

// ready reads when the chain was ready, and when its checks were seen to pass.
// Where nobody asked, or the trace was cut off before the answer, the server's own
// signal tells it as well.
func (r *reader) ready() {
	r.each(attr.SpanReady, func(s *trace.Span) {
		if r.out.Watch == nil {
			watch := r.interval(s)
			r.out.Watch = &watch
		}
		if len(r.out.Passed) == 0 {
			r.out.Passed = r.passed(s)
		}
		if r.out.Ready == nil && s.End != 0 && s.Status.Code != trace.StatusError {
			r.out.Ready = &Ready{
				At: r.interval(s).End, How: s.Attr(attr.ReadyHow).Str(),
				Interval: time.Duration(max(0, s.Attr(attr.ReadyInterval).Int())),
			}
		}
	})
	i := slices.IndexFunc(r.out.Signals, func(s Signal) bool { return s.Name == SignalReady })
	if r.out.Ready == nil && i >= 0 {
		r.out.Ready = &Ready{At: r.out.Signals[i].At, How: ReadyBySignal}
	}
}

func (r *reader) passed(s *trace.Span) []Passed {
	var passed []Passed
	for _, e := range inTime(s.Events) {
		if e.Name == attr.EventCheckPassed {
			check := trace.Span{Attrs: e.Attrs}
			passed = append(passed, Passed{check.Attr(attr.CheckName).Str(), r.at(e.Time)})
		}
	}
	return passed
}
