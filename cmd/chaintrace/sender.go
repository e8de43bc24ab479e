package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/export"
)

// sender sends traces and tells what came of it.
type sender struct {
	exporter *export.Exporter
	endpoint string // of --otlp
	ui       string // of --jaeger-ui, without a slash at the end
	quiet    bool
	ids      io.Writer
	stderr   io.Writer
}

// send sends t. When that fails, keep says where the trace is to be found
// later. The error has its exit code.
func (s *sender) send(ctx context.Context, t *trace.Trace, keep func() (kept, error)) error {
	stop := progress(s.stderr, "sending to "+s.exporter.Target())
	err := s.exporter.Send(ctx, t)
	stop()
	var partly *export.Error
	if errors.As(err, &partly) && partly.Delivered > 0 {
		_ = s.printIDs(t) // the failure is told in any case
	}
	if err != nil {
		return withCode(exitWork, s.failure(err, keep))
	}
	if !s.quiet {
		fmt.Fprintf(s.stderr, "sent %s to %s\n", spanCount(len(t.Spans)), s.exporter.Target())
	}
	return withCode(exitWork, s.printIDs(t))
}

// printIDs writes the ID of each trace on a line, and the link to it below.
func (s *sender) printIDs(t *trace.Trace) error {
	for _, summary := range t.Summaries() {
		lines := summary.ID.String() + "\n"
		if s.ui != "" {
			lines += s.ui + "/trace/" + summary.ID.String() + "\n"
		}
		if _, err := io.WriteString(s.ids, lines); err != nil {
			return err
		}
	}
	return nil
}

// failure says why the trace was not sent, where it is, and how to send it.
//
// It does not wrap the reason: a connection that breaks must not be taken for
// the closed pipe of a reader who has seen enough.
func (s *sender) failure(reason error, keep func() (kept, error)) error {
	text := fmt.Sprintf("sending the trace to %s: %v", s.exporter.Target(), reason)
	k, err := keep()
	if err != nil {
		return fmt.Errorf("%s; the trace is lost, as it could not be kept in a file either: %w", text, err)
	}
	again := []string{"chaintrace", "send"}
	if s.endpoint != "" {
		again = append(again, "--otlp", s.endpoint)
	}
	again = append(append(again, k.flags...), k.file)
	for i, word := range again {
		again[i] = shellWord(word)
	}
	return fmt.Errorf("%s; the trace is kept in %s: send it later with: %s", text, k.file, strings.Join(again, " "))
}

// close closes the connections. Nothing is ever held back, so that it does not
// matter whether it works.
func (s *sender) close(ctx context.Context) { _ = s.exporter.Shutdown(ctx) }
