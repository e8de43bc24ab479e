package traceevent

import (
	"encoding/base64"
	"math"
	"strconv"

	"github.com/chaintrace/chaintrace/trace"
)

// arguments returns all that is known of a span beyond its time.
func arguments(s *trace.Span) map[string]any {
	args := plainMap(s.Attrs)
	args["span.id"] = s.SpanID.String()
	if !s.ParentID.IsZero() {
		args["span.parent"] = s.ParentID.String()
	}
	if s.Status.Code == trace.StatusError {
		args["span.error"] = s.Status.Message
	}
	switch {
	case s.End == 0:
		args["span.problem"] = "never ended; shown until the trace's end"
	case s.End < s.Start:
		args["span.problem"] = "ends before it starts"
	case s.Start <= 0:
		args["span.problem"] = "has no time; shown at the beginning"
	}
	return args
}

func plainMap(attrs []trace.Attr) map[string]any {
	m := make(map[string]any, len(attrs)+3)
	for _, a := range attrs {
		m[a.Key] = plain(a.Value)
	}
	return m
}

// maxSafeInteger is the largest integer that a page's script can hold exactly.
const maxSafeInteger = 1<<53 - 1

// plain returns a value as encoding/json writes it.
func plain(v trace.Value) any {
	switch v.Kind() {
	case trace.ValueString:
		return v.Str()
	case trace.ValueBool:
		return v.Bool()
	case trace.ValueInt:
		if n := v.Int(); n > maxSafeInteger || n < -maxSafeInteger {
			return strconv.FormatInt(n, 10)
		}
		return v.Int()
	case trace.ValueFloat:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
		return v.Float()
	case trace.ValueBytes:
		return base64.StdEncoding.EncodeToString([]byte(v.Str()))
	case trace.ValueList:
		list := make([]any, len(v.List()))
		for i, e := range v.List() {
			list[i] = plain(e)
		}
		return list
	case trace.ValueMap:
		return plainMap(v.Map())
	}
	return nil
}
