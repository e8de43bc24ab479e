package jaeger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// notFound says why there is nothing. To a search Jaeger answers the same
// whether it knows the service or not, so that is asked for.
func (c *client) notFound(ctx context.Context) error {
	q := c.query
	e := &NotFoundError{Server: q.Server}
	if q.TraceID != "" {
		e.Reason = "no trace " + q.TraceID + ": check the ID, or wait a moment if it was sent just now"
		return e
	}
	start, end := q.window(c.now)
	services, err := c.services(ctx)
	if err != nil || slices.Contains(services, q.Service) {
		e.Reason = fmt.Sprintf("no trace of the service %q%s in which a span began between %s and %s: widen the search with lookback= or start=",
			q.Service, q.narrowing(), start.UTC().Format(time.RFC3339), end.UTC().Format(time.RFC3339))
		return e
	}
	e.Reason = fmt.Sprintf("no service %q: %s", q.Service, known(services))
	return e
}

// narrowing says what else a search asks for.
func (q Query) narrowing() string {
	var more []string
	if q.Operation != "" {
		more = append(more, fmt.Sprintf("the operation %q", q.Operation))
	}
	if len(q.Tags) > 0 {
		more = append(more, "these tags")
	}
	if q.MinDuration != 0 || q.MaxDuration != 0 {
		more = append(more, "such a duration")
	}
	if len(more) == 0 {
		return ""
	}
	return " with " + strings.Join(more, " and ")
}

// known lists services, the first ones by name.
func known(services []string) string {
	const most = 20
	if len(services) == 0 {
		return "it knows none, since nothing was sent to it yet"
	}
	slices.Sort(services)
	names := make([]string, 0, most)
	for _, s := range services[:min(len(services), most)] {
		names = append(names, fmt.Sprintf("%q", clip(s)))
	}
	list := "it knows " + strings.Join(names, ", ")
	if more := len(services) - most; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}

// services returns the names of all services that Jaeger knows.
func (c *client) services(ctx context.Context) ([]string, error) {
	const limit = 8 << 20
	a, err := c.get(ctx, c.query.Server+"/api/services", c.patience)
	switch {
	case err != nil:
		return nil, err
	case a.verdict == isEmpty:
		return nil, nil
	case a.verdict != hasData:
		return nil, errors.New(a.says)
	}
	defer a.body.Close()
	var list struct{ Data []string }
	err = json.NewDecoder(io.LimitReader(a.body, limit)).Decode(&list)
	return list.Data, err
}
