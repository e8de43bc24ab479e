package trace_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"

	"go.opentelemetry.io/otel/attribute"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/attr"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// An API server of one's own records its start in chaintrace's vocabulary: a
// span for each step, named by package attr. What was recorded can be written
// to a file for the chaintrace command, sent by package export, or read here.
func Example() {
	recorded := trace.NewProviders(trace.ProvidersConfig{Resource: []attribute.KeyValue{
		attribute.String(attr.ServiceVersion, "v0.1.0"),
		attribute.String(attr.Source, attr.SourceInstrumented),
		attribute.String(attr.Clock, attr.ClockWall),
	}})
	tracer := recorded.Provider("wardle-server").Tracer("example.com/wardle")
	ctx, start := tracer.Start(context.Background(), attr.SpanStartup)

	server := attribute.String(attr.ServerName, "wardle-server")
	created, create := tracer.Start(ctx, attr.SpanServerCreate, oteltrace.WithAttributes(server))
	hook := []attribute.KeyValue{server, attribute.String(attr.HookName, "warm-cache"), attribute.String(attr.HookKind, attr.KindPostStart)}
	_, register := tracer.Start(created, attr.SpanHookRegister, oteltrace.WithAttributes(hook...))
	register.End()
	create.End()

	_, run := tracer.Start(ctx, attr.SpanHookRun, oteltrace.WithAttributes(hook...))
	// … the hook does its work …
	run.SetAttributes(attribute.String(attr.HookOutcome, attr.OutcomeRan))
	run.End()
	_, ready := tracer.Start(ctx, attr.SpanReady)
	ready.End()
	start.End()

	s, err := startup.FromTrace(recorded.Trace())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(s.Service, s.Version, "is ready:", s.Ready != nil)
	for _, run := range s.Runs {
		fmt.Println("hook", run.Name, run.Outcome)
	}
	// Output:
	// wardle-server v0.1.0 is ready: true
	// hook warm-cache ran
}

// A trace is read in whatever format it was saved; this one is what the pages of
// Jaeger save.
func ExampleRead() {
	saved, err := os.ReadFile("testdata/jaeger/api-v2-trace.json")
	if err != nil {
		log.Fatal(err)
	}
	t, err := trace.Read(bytes.NewReader(saved), trace.ReadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range t.Summaries() {
		fmt.Println(s.ID, s.Spans, "spans of", len(s.Services), "services")
	}
	// Output:
	// 4bf92f3577b34da6a3ce929d0e0e4736 6 spans of 3 services
}
