// Package trace holds a trace as plain data ([Trace], [Span]), records one in
// memory from the OpenTelemetry SDK ([Recorder]), and reads and writes it as
// OTLP JSON lines, the collector's file format.
//
// It knows nothing of server chains: what a span means is read out of it by
// package startup. It never draws, prints or exits.
package trace
