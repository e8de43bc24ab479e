package startup

import (
	"container/heap"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
)

// serversInOrder finds the servers and puts them in the order of the chain.
func (r *reader) serversInOrder() {
	var found []*Server
	for _, s := range r.spans {
		name := s.Attr(attr.ServerName).Str()
		if name != "" && r.servers[name] == nil {
			sv := &Server{Name: name, Create: Interval{0, -1}, New: Interval{0, -1}, Prepare: Interval{0, -1}}
			r.servers[name] = sv
			found = append(found, sv)
		}
	}
	r.ofServer(attr.SpanServerCreate, func(sv *Server, s *trace.Span) {
		sv.Create, sv.Creator = r.interval(s), s.Attr(attr.ServerCreator).Str()
		sv.Delegate = s.Attr(attr.ServerDelegate).Str()
	})
	r.ofServer(attr.SpanServerNew, func(sv *Server, s *trace.Span) {
		sv.New = r.interval(s)
		if delegate := s.Attr(attr.ServerDelegate).Str(); delegate != "" {
			sv.Delegate = delegate
		}
	})
	inner := map[trace.SpanID][]*trace.Span{}
	r.each(attr.SpanServerPrepare, func(s *trace.Span) {
		if !s.ParentID.IsZero() {
			inner[s.ParentID] = append(inner[s.ParentID], s)
		}
	})
	r.ofServer(attr.SpanServerPrepare, func(sv *Server, s *trace.Span) { sv.Prepare = r.ownPrepare(s, inner[s.SpanID]) })
	r.out.Servers = r.chainOrder(found)
}

// ownPrepare returns a server's PrepareRun without the delegate's, which is in
// it and comes first. Where that failed, or neither has an end, there is none: it
// was not begun.
func (r *reader) ownPrepare(s *trace.Span, inner []*trace.Span) Interval {
	own := r.interval(s)
	for _, in := range inner {
		switch end := r.interval(in).End; {
		case in == s:
		case in.Status.Code == trace.StatusError && s.Status.Code == trace.StatusError, end < 0 && own.End < 0:
			return Interval{0, -1}
		case end >= 0:
			own.Start = max(own.Start, end)
		}
	}
	if own.End >= 0 {
		own.End = max(own.End, own.Start)
	}
	return own
}

// chainOrder puts servers behind the ones that they delegate to. Where the
// links do not say, the order of time stays.
func (r *reader) chainOrder(found []*Server) []*Server {
	var ordered []*Server
	placed := make([]bool, len(found))
	waiting := map[string][]int{} // for the server of this name
	var ready intHeap
	for i, sv := range found {
		if r.servers[sv.Delegate] == nil {
			ready = append(ready, i) // ascending, and so a heap
		} else {
			waiting[sv.Delegate] = append(waiting[sv.Delegate], i)
		}
	}
	for first := 0; len(ordered) < len(found); {
		var next int
		if len(ready) > 0 {
			next = heap.Pop(&ready).(int)
		} else {
			for placed[first] {
				first++
			}
			next = first
			r.problem("the servers delegate in a circle: %s is in it", found[next].Name)
		}
		if placed[next] {
			continue // where a circle was cut
		}
		placed[next] = true
		ordered = append(ordered, found[next])
		for _, i := range waiting[found[next].Name] {
			heap.Push(&ready, i)
		}
	}
	for _, sv := range ordered {
		if sv.Delegate != "" && r.servers[sv.Delegate] == nil {
			r.problem("server %s delegates to %s, of which the trace says nothing", sv.Name, sv.Delegate)
		}
	}
	return ordered
}

// intHeap implements heap.Interface: the least comes first.
type intHeap []int

func (h intHeap) Len() int           { return len(h) }
func (h intHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h intHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *intHeap) Push(i any)        { *h = append(*h, i.(int)) }

func (h *intHeap) Pop() any {
	last := len(*h) - 1
	i := (*h)[last]
	*h = (*h)[:last]
	return i
}

// hooks reads which hooks each server has.
func (r *reader) hooks() {
	add := func(inherited bool) func(sv *Server, s *trace.Span) {
		return func(sv *Server, s *trace.Span) {
			h := &Hook{
				Name: s.Attr(attr.HookName).Str(), Kind: s.Attr(attr.HookKind).Str(),
				Origin: s.Attr(attr.HookOrigin).Str(), Inherited: inherited,
				Preconfigured: s.Attr(attr.HookPreconfig).Bool(), RegisteredAt: s.Attr(attr.HookRegisteredAt).Str(),
			}
			if h.Origin == "" && !inherited {
				h.Origin = sv.Name
			}
			switch {
			case s.Status.Code == trace.StatusError:
				sv.Rejected = append(sv.Rejected, RejectedHook{h, s.Status.Message})
				r.problem("hook %s was not registered on %s: %s", h.Name, sv.Name, s.Status.Message)
			case s.Attr(attr.HookDisabled).Bool():
				sv.Disabled = append(sv.Disabled, h)
			case h.Kind == attr.KindPreShutdown:
				sv.PreShutdown = append(sv.PreShutdown, h)
			default:
				h.Kind = attr.KindPostStart
				sv.PostStart = append(sv.PostStart, h)
			}
		}
	}
	r.ofServer(attr.SpanHookMerge, add(true))
	r.ofServer(attr.SpanHookRegister, add(false))
}

// routes reads paths, API groups and signals.
func (r *reader) routes() {
	r.ofServer(attr.SpanRouteInstall, func(sv *Server, s *trace.Span) {
		sv.Routes = append(sv.Routes, Route{
			Path: s.Attr(attr.RoutePath).Str(), Match: s.Attr(attr.RouteMatch).Str(),
			Installer: s.Attr(attr.RouteInstaller).Str(), Phase: s.Attr(attr.RoutePhase).Str(),
			Source: s.Attr(attr.RouteSource).Str(), Listed: s.Attr(attr.RouteListed).Bool(),
			Replaces: s.Attr(attr.RouteReplaces).Bool(), At: r.at(s.Start),
		})
	})
	r.ofServer(attr.SpanAPIGroup, func(sv *Server, s *trace.Span) {
		sv.Groups = append(sv.Groups, Group{
			Name: s.Attr(attr.APIGroupName).Str(), Versions: s.Attr(attr.APIGroupVersions).StringList(),
			Empty: s.Attr(attr.APIGroupEmpty).StringList(),
		})
	})
	r.ofServer(attr.SpanSignalRegister, func(sv *Server, s *trace.Span) {
		sv.Signals = append(sv.Signals, MuxSignal{
			Name: s.Attr(attr.SignalName).Str(), Inherited: s.Attr(attr.SignalScope).Str() == attr.SignalMerged,
		})
	})
	r.each(attr.SpanSignal, func(s *trace.Span) {
		r.out.Signals = append(r.out.Signals, Signal{s.Attr(attr.SignalName).Str(), r.at(s.Start)})
	})
}
