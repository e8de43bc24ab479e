package jaeger

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// v3URL returns what to ask Jaeger's api/v3. It alone has nanoseconds.
//
// Of a trace, and of a search, it wants them as they were stored: versions 2 of
// Jaeger adjust times otherwise, those of 1 know of no raw traces and do not. The
// limit changed its name in version 2.
func (q Query) v3URL(now time.Time) string {
	if q.TraceID != "" {
		return q.Server + "/api/v3/traces/" + q.TraceID + "?raw_traces=true"
	}
	start, end := q.window(now)
	values := url.Values{
		"query.service_name":   {q.Service},
		"query.start_time_min": {start.UTC().Format(time.RFC3339Nano)},
		"query.start_time_max": {end.UTC().Format(time.RFC3339Nano)},
		"query.num_traces":     {strconv.Itoa(q.limit())},
		"query.search_depth":   {strconv.Itoa(q.limit())},
		"query.raw_traces":     {"true"},
	}
	if q.Operation != "" {
		values.Set("query.operation_name", q.Operation)
	}
	if q.MinDuration != 0 {
		values.Set("query.duration_min", q.MinDuration.String())
	}
	if q.MaxDuration != 0 {
		values.Set("query.duration_max", q.MaxDuration.String())
	}
	return q.Server + "/api/v3/traces?" + values.Encode()
}

// v2URL returns what to ask the older API that Jaeger's page uses.
func (q Query) v2URL(now time.Time) string {
	if q.TraceID != "" {
		return q.Server + "/api/traces/" + q.TraceID + "?raw=true"
	}
	start, end := q.window(now)
	values := url.Values{
		"service": {q.Service},
		"start":   {strconv.FormatInt(start.UnixMicro(), 10)},
		"end":     {strconv.FormatInt(end.UnixMicro(), 10)},
		"limit":   {strconv.Itoa(q.limit())},
	}
	if q.Operation != "" {
		values.Set("operation", q.Operation)
	}
	if q.MinDuration != 0 {
		values.Set("minDuration", q.MinDuration.String())
	}
	if q.MaxDuration != 0 {
		values.Set("maxDuration", q.MaxDuration.String())
	}
	for _, key := range slices.Sorted(maps.Keys(q.Tags)) {
		values.Add("tag", key+":"+q.Tags[key])
	}
	return q.Server + "/api/traces?" + values.Encode()
}
