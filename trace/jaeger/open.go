package jaeger

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// NotFoundError says that Jaeger answered, and has no such trace.
type NotFoundError struct {
	Server string // its address, without the password
	Reason string // what it does not have, and what to do
}

// Error implements error.
func (e *NotFoundError) Error() string {
	return fmt.Sprintf("Jaeger at %s has %s", e.Server, e.Reason)
}

// Open asks Jaeger and returns its answer, for trace.Read, which must be
// closed. Jaeger must begin its answer within 30 seconds, and half a second more
// for each trace that a search allows; the rest takes as long as ctx lets it. What
// ctx ends, reading included, has ctx's error in it.
//
// It asks api/v3, which has nanoseconds, and where that is unknown the older
// API, which has microseconds. A search by tags goes to the older one, since
// api/v3 does not know them. If there is nothing to read the error is a
// *NotFoundError.
func (q Query) Open(ctx context.Context) (io.ReadCloser, error) {
	return newClient(q, patience).open(ctx)
}

// patience is how long Jaeger may take before it begins an answer. Behind a
// port that only takes connections, nothing would ever come.
const patience = 30 * time.Second

// perTrace is added to that for each trace of a search. Jaeger collects all of
// them before it begins: with 656 spans each, that took 30 to 180 ms a trace.
const perTrace = 500 * time.Millisecond

// client asks the questions that belong to one query.
type client struct {
	query    Query
	now      time.Time // what a search without an end takes for it
	patience time.Duration
	pauses   []time.Duration // before asking again for a page
	older    bool            // there is only the older API, as was found out
}

func newClient(q Query, patience time.Duration) *client {
	return &client{query: q, now: time.Now(), patience: patience}
}

func (c *client) open(ctx context.Context) (io.ReadCloser, error) {
	body, err := c.ask(ctx, c.query)
	if err == nil && body == nil {
		err = c.notFound(ctx)
	}
	return body, err
}

// ask returns the answer to q, which is the client's query or a part of it; nil
// if there is nothing to read.
func (c *client) ask(ctx context.Context, q Query) (io.ReadCloser, error) {
	urls := []string{q.v3URL(c.now), q.v2URL(c.now)}
	if len(q.Tags) > 0 || c.older {
		urls = urls[1:]
	}
	wait := c.patience
	if q.TraceID == "" {
		wait += time.Duration(q.limit()) * perTrace
	}
	var a answer
	for i, u := range urls {
		var err error
		if a, err = c.get(ctx, u, wait); err != nil {
			return nil, err
		}
		switch a.verdict {
		case hasData, isEmpty:
			c.older = c.older || i > 0
			return a.body, nil
		case isRefusal:
			return nil, maybePassing(a.status, fmt.Errorf("Jaeger at %s refuses: %s%s", q.Server, a.says, advice(a.status)))
		}
	}
	return nil, fmt.Errorf("no query API of a Jaeger at %s, which answers with %s: give the port of Jaeger's page, %s by default, and the base path if it has one",
		q.Server, a.says, defaultPort)
}

// get asks for one URL and waits so long for an answer. Its errors are those of
// the way there.
func (c *client) get(ctx context.Context, u string, wait time.Duration) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, http.NoBody)
	if err != nil {
		return answer{}, fmt.Errorf("address of a Jaeger: %w", err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "chaintrace")
	if c.query.User != "" {
		req.SetBasicAuth(c.query.User, c.query.Password)
	}
	client := &http.Client{Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		// Few requests are made, and nothing of them is to stay.
		DisableKeepAlives:     true,
		TLSHandshakeTimeout:   c.patience,
		ResponseHeaderTimeout: wait,
	}}
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, passing{c.unreachable(ctx, err, wait)}
	}
	a, err := judge(resp)
	if err != nil {
		return answer{}, passing{fmt.Errorf("reading the answer of Jaeger at %s: %w", c.query.Server, err)}
	}
	return a, nil
}

// unreachable says what to do about a server that does not answer.
func (c *client) unreachable(ctx context.Context, err error, wait time.Duration) error {
	var detail *url.Error // which repeats the whole address
	if errors.As(err, &detail) {
		err = detail.Err
	}
	var (
		certificate *tls.CertificateVerificationError
		connecting  *net.OpError
		slow        net.Error
	)
	hint := "check that it is running, and that this is the port of its page, " + defaultPort + " by default"
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("asking Jaeger at %s: %w", c.query.Server, err)
	case errors.As(err, &slow) && slow.Timeout() && !errors.As(err, &connecting):
		return fmt.Errorf("Jaeger at %s does not answer within %v: %w: %s", c.query.Server, wait, err, hint)
	case errors.Is(err, http.ErrSchemeMismatch):
		hint = "it speaks plain HTTP: write jaeger:// instead of jaegers://"
	case errors.As(err, &certificate):
		hint = "make its authority known, for example by the environment variable SSL_CERT_FILE"
	}
	return fmt.Errorf("no connection to Jaeger at %s: %w: %s", c.query.Server, err, hint)
}

// advice says what to do about a status, if that is known.
func advice(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "; if it wants HTTPS, write jaegers://"
	case http.StatusUnauthorized, http.StatusForbidden:
		return "; if it wants a password, write USER:PASSWORD@ in front of the host"
	}
	return ""
}
