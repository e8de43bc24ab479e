package jaeger

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What a search takes if its address does not say. Jaeger's API looks back as
// far when it is not told; its page shows as many.
const (
	DefaultLookback = 48 * time.Hour
	DefaultLimit    = 20
)

// Query says what to ask which Jaeger for: one trace, or a search for those of
// a service. ParseAddress makes it.
type Query struct {
	// Server is the address of the query service, with the base path but
	// without a slash at its end: http://localhost:16686.
	Server string

	// User and Password are for HTTP's basic authentication; no User, none.
	User, Password string

	// TraceID is up to 32 lower-case hex digits. Without it the rest is the
	// search, which needs a Service.
	TraceID string

	// A trace is found for one span of it, to which all of these apply. Then
	// all spans of the trace come.
	Service   string
	Operation string            // its name; empty: any
	Tags      map[string]string // of its attributes or its resource's

	// The span begins between Start and End. No End: an hour from now, as clocks
	// disagree. No Start: Lookback, or else DefaultLookback, before End or now.
	Start, End time.Time
	Lookback   time.Duration

	// MinDuration and MaxDuration bound how long the span takes; 0: they do
	// not.
	MinDuration, MaxDuration time.Duration

	// Limit is how many traces come at most, in the order of Jaeger's choice,
	// mostly the latest; 0: DefaultLimit for Open, all for Pages.
	Limit int
}

// String returns the address of the query, without the password.
func (q Query) String() string {
	u, err := url.Parse(q.Server)
	if err != nil {
		return q.Server
	}
	u.Scheme = map[string]string{"http": "jaeger", "https": "jaegers"}[u.Scheme]
	if q.User != "" {
		u.User = url.User(q.User)
	}
	if q.TraceID != "" {
		if strings.HasSuffix(u.Path, "/trace") {
			// Reading takes one away, as part of the page's address.
			u = u.JoinPath("trace")
		}
		return u.JoinPath(q.TraceID).String()
	}
	u.Path += "/"
	values := make(url.Values)
	put := func(name, value string, given bool) {
		if given {
			values.Set(name, value)
		}
	}
	put("service", q.Service, q.Service != "")
	put("operation", q.Operation, q.Operation != "")
	put("start", q.Start.Format(time.RFC3339Nano), !q.Start.IsZero())
	put("end", q.End.Format(time.RFC3339Nano), !q.End.IsZero())
	put("lookback", q.Lookback.String(), q.Lookback != 0)
	put("minDuration", q.MinDuration.String(), q.MinDuration != 0)
	put("maxDuration", q.MaxDuration.String(), q.MaxDuration != 0)
	put("limit", strconv.Itoa(q.Limit), q.Limit != 0)
	for _, key := range slices.Sorted(maps.Keys(q.Tags)) {
		values.Add("tag", key+":"+q.Tags[key])
	}
	u.RawQuery = values.Encode()
	return u.String()
}

// ahead is how far a search that names no end goes beyond now: clocks disagree,
// and a simulated start that begins now ends later.
const ahead = time.Hour

// window returns the times between which a span of a trace must begin.
func (q Query) window(now time.Time) (start, end time.Time) {
	start, end = q.Start, q.End
	if start.IsZero() {
		lookback := q.Lookback
		if lookback == 0 {
			lookback = DefaultLookback
		}
		start = now
		if !end.IsZero() {
			start = end
		}
		start = start.Add(-lookback)
	}
	if end.IsZero() {
		end = now.Add(ahead)
	}
	return start, end
}

func (q Query) limit() int {
	if q.Limit == 0 {
		return DefaultLimit
	}
	return q.Limit
}
