package jaeger

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// parameters are those of a search, in the order in which errors list them.
var parameters = []struct {
	name string
	set  func(q *Query, value string) error
}{
	{"service", func(q *Query, value string) error { q.Service = value; return nil }},
	{"operation", func(q *Query, value string) error { q.Operation = value; return nil }},
	{"lookback", func(q *Query, value string) error { return setDuration(&q.Lookback, value) }},
	{"start", func(q *Query, value string) error { return setTime(&q.Start, value) }},
	{"end", func(q *Query, value string) error { return setTime(&q.End, value) }},
	{"minDuration", func(q *Query, value string) error { return setDuration(&q.MinDuration, value) }},
	{"maxDuration", func(q *Query, value string) error { return setDuration(&q.MaxDuration, value) }},
	{"limit", setLimit},
	{"tag", setTag},
}

// setParameters takes the parameters of a search and returns the names of those
// that there are.
func (q *Query) setParameters(query string) (names []string, err error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, fmt.Errorf("%w: write ; as %%3B, %% as %%25", err)
	}
	for _, p := range parameters {
		given, found := values[p.name]
		delete(values, p.name)
		if !found {
			continue
		}
		names = append(names, p.name)
		if len(given) > 1 && p.name != "tag" {
			return nil, fmt.Errorf("%s= is there %d times: leave one", p.name, len(given))
		}
		for _, value := range given {
			if value == "" {
				return nil, fmt.Errorf("%s= has no value", p.name)
			}
			if err := p.set(q, value); err != nil {
				return nil, fmt.Errorf("%s=%s: %w", p.name, clip(value), err)
			}
		}
	}
	if len(values) > 0 {
		var known []string
		for _, p := range parameters {
			known = append(known, p.name)
		}
		return nil, fmt.Errorf("unknown parameter %q: there are %s", clip(slices.Min(slices.Collect(maps.Keys(values)))), strings.Join(known, ", "))
	}
	return names, q.checkRanges()
}

func (q *Query) checkRanges() error {
	switch {
	case q.Lookback != 0 && !q.Start.IsZero():
		return errors.New("lookback= and start= say the same: leave out one")
	case !q.Start.IsZero() && !q.End.IsZero() && !q.Start.Before(q.End):
		return errors.New("start= is not before end=")
	case q.MaxDuration != 0 && q.MinDuration > q.MaxDuration:
		return errors.New("minDuration= is more than maxDuration=")
	}
	return nil
}

func setDuration(d *time.Duration, value string) error {
	n, err := time.ParseDuration(value)
	if days, ok := strings.CutSuffix(value, "d"); ok {
		// Jaeger's page has these.
		var whole int64
		whole, err = strconv.ParseInt(days, 10, 64)
		if whole > int64(math.MaxInt64/(24*time.Hour)) {
			err = strconv.ErrRange
		}
		n = time.Duration(whole) * 24 * time.Hour
	}
	if err != nil || n <= 0 {
		return errors.New("it is not a duration above zero, such as 500ms, 1h30m or 2d")
	}
	*d = n
	return nil
}

func setTime(t *time.Time, value string) error {
	// A + that is not written as %2B means a space, which no time has.
	at, err := time.Parse(time.RFC3339Nano, strings.ReplaceAll(value, " ", "+"))
	if err != nil {
		return errors.New("it is not a time in RFC 3339, such as 2026-01-31T12:00:00Z")
	}
	*t = at
	return nil
}

func setLimit(q *Query, value string) error {
	n, err := strconv.ParseInt(value, 10, 32)
	if err != nil || n < 1 {
		return fmt.Errorf("it is not a number of traces from 1 to %d", math.MaxInt32)
	}
	q.Limit = int(n)
	return nil
}

func setTag(q *Query, value string) error {
	key, val, found := strings.Cut(value, ":")
	if !found || key == "" {
		return errors.New("it is not KEY:VALUE, such as error:true")
	}
	if q.Tags == nil {
		q.Tags = make(map[string]string)
	}
	if _, twice := q.Tags[key]; twice {
		return fmt.Errorf("the key %q is there already", clip(key))
	}
	q.Tags[key] = val
	return nil
}
