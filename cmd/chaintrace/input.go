package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/jaeger"
)

// inputHelp says in a command's help what it reads.
const inputHelp = `FILE is a trace in any of these formats, found by its content, gzip or zstd or
neither: OTLP JSON (lines, or one document), OTLP protobuf, Jaeger JSON, and the
documents of Jaeger's api/v3. - reads stdin. jaeger://HOST:PORT/TRACE asks a
Jaeger for a trace, jaeger://HOST:PORT/?service=NAME for the last ones of a
service; with https, write jaegers. preset:NAME and chain:FILE run the model, as
chaintrace run --preset or --chain do, with settings and what-ifs behind it as in
'preset:kube-apiserver-1.37?storage=warm&profiling=false&fail=rbac/bootstrap-roles'.`

// mostDepth is as far as --max-depth goes, since reading takes stack for each
// level.
const mostDepth = 10_000

// inputFlags are the flags of every command that reads a trace.
type inputFlags struct {
	id                  string // of the trace to take; "" for the latest
	partial             bool
	maxInput, maxMemory string
	maxDepth            int

	keep func(s *trace.Span) bool // which spans to keep, and what of them; nil: all
}

// register adds the flags of a command that takes one trace.
func (f *inputFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.id, "trace", "", "`ID` of the trace to take, where there are several (see chaintrace traces); without it, the latest")
	completeWith(cmd, "trace")
	f.registerReading(cmd)
}

// registerReading adds the flags that say how to read.
func (f *inputFlags) registerReading(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.partial, "partial", false, "take what can be read of a broken trace")
	flags.StringVar(&f.maxInput, "max-input", sizeText(trace.DefaultMaxInput), "read no more than this `SIZE`, unpacked")
	flags.StringVar(&f.maxMemory, "max-memory", sizeText(trace.DefaultMaxMemory), "take no more memory than this `SIZE` for the trace")
	flags.IntVar(&f.maxDepth, "max-depth", trace.DefaultMaxDepth, "read values nested no deeper than `N` levels")
	for _, flag := range []string{"max-input", "max-memory", "max-depth"} {
		completeWith(cmd, flag)
	}
}

// read reads the one trace that the flags ask for. Its errors have exit codes.
func (f *inputFlags) read(ctx context.Context, name string, stdin io.Reader, stderr io.Writer) (*trace.Trace, error) {
	if f.id != "" {
		if _, err := parseTraceFlag(f.id); err != nil {
			return nil, withCode(exitUsage, err)
		}
	}
	t, err := f.readAll(ctx, name, stdin, stderr)
	if err != nil {
		return nil, err
	}
	t, err = f.choose(t, name, stderr)
	return t, withCode(exitUsage, err)
}

// readAll reads all traces of an input. Of a broken one it returns what was
// read only with --partial, and with a warning.
func (f *inputFlags) readAll(ctx context.Context, name string, stdin io.Reader, stderr io.Writer) (*trace.Trace, error) {
	o, err := f.options()
	if err != nil {
		return nil, withCode(exitUsage, err)
	}
	if jaeger.IsAddress(name) {
		if _, err := jaeger.ParseAddress(name); err != nil {
			return nil, withCode(exitUsage, err)
		}
	}
	if isModelInput(name) {
		t, err := runModelInput(ctx, name)
		if err == nil && f.keep != nil {
			t = sieved(t, f.keep)
		}
		return t, err
	}
	stop := progress(stderr, "reading "+inputName(name))
	t, err := readInterruptibly(ctx, name, stdin, o)
	stop()
	if err == nil {
		return t, nil
	}
	err = fmt.Errorf("%s: %w", inputName(name), withRaise(err))
	switch {
	case t == nil || len(t.Spans) == 0 && f.keep == nil:
		return nil, withCode(exitWork, err)
	case !f.partial:
		return nil, withCode(exitWork, fmt.Errorf("%w; with --partial, %s before that can be used", err, f.readable(t)))
	}
	fmt.Fprintf(stderr, "warning: %v; going on with %s before that\n", err, f.readable(t))
	return t, nil
}

// readable says what there is of a broken trace. How many spans there were is not
// known where not all are kept.
func (f *inputFlags) readable(t *trace.Trace) string {
	if f.keep != nil {
		return "what is"
	}
	return "the " + spanCount(len(t.Spans))
}

// sieved returns the spans that keep wants.
func sieved(t *trace.Trace, keep func(s *trace.Span) bool) *trace.Trace {
	out := &trace.Trace{}
	for _, s := range t.Spans {
		s.Attrs = slices.Clone(s.Attrs) // keep may change them
		if keep(&s) {
			out.Spans = append(out.Spans, s)
		}
	}
	return out
}

// options checks the limits.
func (f *inputFlags) options() (trace.ReadOptions, error) {
	input, err := parseSize("max-input", f.maxInput)
	if err != nil {
		return trace.ReadOptions{}, err
	}
	memory, err := parseSize("max-memory", f.maxMemory)
	if err != nil {
		return trace.ReadOptions{}, err
	}
	if f.maxDepth < 1 || f.maxDepth > mostDepth {
		return trace.ReadOptions{}, fmt.Errorf("--max-depth: %d is not from 1 to %d", f.maxDepth, mostDepth)
	}
	return trace.ReadOptions{MaxInput: input, MaxMemory: memory, MaxDepth: f.maxDepth, Keep: f.keep}, nil
}

func parseSize(flag, s string) (int64, error) {
	n, err := humanize.ParseBytes(s)
	if err != nil || n == 0 || n > math.MaxInt64 {
		return 0, fmt.Errorf("--%s: %q is not a size; give a number with a unit, such as 500MB or 16GiB", flag, s)
	}
	return int64(n), nil
}

// inputName is what messages call an input. It never holds a password.
func inputName(name string) string {
	switch {
	case name == "-":
		return "stdin"
	case !jaeger.IsAddress(name):
		return name
	}
	q, err := jaeger.ParseAddress(name)
	if err != nil {
		return "jaeger"
	}
	return q.String()
}

// inputArgument is how messages write an input in a command line.
func inputArgument(name string) string {
	if jaeger.IsAddress(name) {
		return "'" + inputName(name) + "'" // for the shell: it may have & and ? in it
	}
	return name
}

func spanCount(n int) string {
	if n == 1 {
		return "1 span"
	}
	return fmt.Sprintf("%d spans", n)
}

// readInterruptibly reads an input until the context is done, also where
// nobody writes to the other end of a pipe.
func readInterruptibly(ctx context.Context, name string, stdin io.Reader, o trace.ReadOptions) (*trace.Trace, error) {
	type result struct {
		t   *trace.Trace
		err error
	}
	done := make(chan result, 1)
	go func() {
		t, err := readInput(ctx, name, stdin, o)
		done <- result{t, err}
	}()
	select {
	case r := <-done:
		return r.t, r.err
	case <-ctx.Done():
		return nil, errors.New("reading was interrupted")
	}
}

func readInput(ctx context.Context, name string, stdin io.Reader, o trace.ReadOptions) (*trace.Trace, error) {
	in, err := openInput(ctx, name, stdin)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return trace.Read(in, o)
}

func openInput(ctx context.Context, name string, stdin io.Reader) (io.ReadCloser, error) {
	switch {
	case name == "-":
		return io.NopCloser(stdin), nil
	case jaeger.IsAddress(name):
		q, err := jaeger.ParseAddress(name)
		if err != nil {
			return nil, err
		}
		return q.Open(ctx)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("opening the trace: %w", reason(err))
	}
	return file, nil
}

// withRaise adds to the error for a limit how to raise that.
func withRaise(err error) error {
	var limit *trace.LimitError
	if !errors.As(err, &limit) {
		return err
	}
	twice := 2 * min(limit.Limit, math.MaxInt64/4) // no machine gets there
	switch limit.What {
	case trace.LimitInput:
		return fmt.Errorf("%w; raise it with --max-input %s", err, sizeText(twice))
	case trace.LimitMemory:
		return fmt.Errorf("%w; raise it with --max-memory %s", err, sizeText(twice))
	case trace.LimitDepth:
		if limit.Limit < mostDepth {
			return fmt.Errorf("%w; raise it with --max-depth %d", err, min(twice, mostDepth))
		}
	}
	return err
}

// sizeText writes a size as a flag takes it.
func sizeText(n int64) string {
	number, unit, _ := strings.Cut(humanize.IBytes(uint64(n)), " ")
	return strings.TrimSuffix(number, ".0") + unit
}
