package jaeger

import (
	"context"
	"fmt"
	"io"
	"time"
)

// Pages asks for all traces of a search, and has read take one answer after the
// other, each of which is for trace.Read. Of a search with a Limit, and of a
// query for one trace, there is one answer, that of Open.
//
// Jaeger gives as many traces as a request allows and does not say whether there
// are more. So Pages asks for one stretch of time after the other, from the
// search's end to its start, and takes an answer for all of its stretch only if
// it holds fewer traces than were allowed; otherwise it asks for a shorter
// stretch, or allows more. Answers hold 100 traces at most where they can, and
// 1500, as many as Jaeger's page asks for, where that many overlap. The times
// between which spans must begin are fixed when Pages is called; of what is
// stored meanwhile, some may come.
//
// A trace comes more than once, and each time whole, when its spans lie in
// several stretches or an answer was asked for again: read must know it by its
// ID. The fewer of its spans the search is for, the rarer that is; with an
// Operation that each trace has once, it comes from one stretch.
//
// For each trace in the answer, also for one it has already, read returns when
// its latest span began, or as near as it knows; the zero time if it does not. How
// many there are tells whether that was all; the times only save requests. An error of
// read ends Pages, which returns it, unless the answer broke off: after the first
// page, what may pass, as a Jaeger that is started anew, is asked for again after a
// second and after four more, and then read gets the same page anew. Other
// errors are those of Open; a *NotFoundError comes if no answer had a trace, and
// read was never called then. If more than 1500 traces have a span in the same
// microsecond, that is an error.
//
// This needs a storage that counts traces, as memory, Badger, Elasticsearch and
// OpenSearch do. Cassandra counts spans, and gives fewer traces than it has.
func (q Query) Pages(ctx context.Context, read func(page io.Reader) (traces []time.Time, err error)) error {
	c := newClient(q, patience)
	c.pauses = pausesOfPages()
	return c.pages(ctx, read)
}

func (c *client) pages(ctx context.Context, read func(io.Reader) ([]time.Time, error)) error {
	if c.query.TraceID != "" || c.query.Limit != 0 {
		body, err := c.open(ctx)
		if err != nil {
			return err
		}
		defer body.Close()
		_, err = read(body)
		return err
	}
	anything, asked := false, false
	p := newPager(c.query.window(c.now))
	for !p.done {
		var traces []time.Time
		try := func() (err error) {
			traces, err = c.page(ctx, p, read)
			return err
		}
		ask := try
		if asked { // before that it is more likely that the address is wrong
			ask = func() error { return c.again(ctx, try) }
		}
		if err := ask(); err != nil {
			return err
		}
		asked = true
		anything = anything || len(traces) > 0
		if err := p.next(traces); err != nil {
			return fmt.Errorf("Jaeger at %s: %w", c.query.Server, err)
		}
	}
	if !anything {
		return c.notFound(ctx)
	}
	return nil
}

// page asks for one stretch.
func (c *client) page(ctx context.Context, p *pager, read func(io.Reader) ([]time.Time, error)) ([]time.Time, error) {
	q := c.query
	q.Start, q.End, q.Limit = p.from, p.to, p.limit
	body, err := c.ask(ctx, q)
	if err != nil || body == nil {
		return nil, err
	}
	defer body.Close()
	w := &watched{Reader: body}
	traces, err := read(w)
	if err != nil && w.failed {
		err = passing{err}
	}
	return traces, err
}
