// Package jaeger fetches recorded traces from a running Jaeger, by addresses
// such as jaeger://localhost:16686/TRACE-ID.
//
// It hands on what Jaeger answers for trace.Read to understand: it knows which
// traces to ask for and what can go wrong on the way, and nothing of spans. It
// never writes to Jaeger.
package jaeger
