package jaeger

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// A search that is asked for piece by piece may take minutes, in which a Jaeger may
// be started anew. So what may pass is asked for again, after such pauses.
func pausesOfPages() []time.Duration { return []time.Duration{time.Second, 4 * time.Second} }

// passing is an error that may not come again: nobody answered, the server said that
// something was wrong with it, or an answer broke off.
type passing struct{ error }

// Unwrap returns the error itself.
func (p passing) Unwrap() error { return p.error }

// maybePassing marks an error by the status of the answer.
func maybePassing(status int, err error) error {
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		return passing{err}
	}
	return err
}

// again calls try until it succeeds, or fails for good.
func (c *client) again(ctx context.Context, try func() error) error {
	for _, pause := range c.pauses {
		err := try()
		if err == nil || ctx.Err() != nil || !errors.As(err, new(passing)) {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		}
	}
	return try()
}

// watched notes whether reading failed.
type watched struct {
	io.Reader
	failed bool
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	w.failed = w.failed || err != nil && !errors.Is(err, io.EOF)
	return n, err
}
