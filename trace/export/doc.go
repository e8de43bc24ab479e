// Package export sends a recorded trace to a collector: over OTLP, by gRPC or
// HTTP, or to whatever OpenTelemetry's standard environment names. It sends
// what is finished and in memory, never while something is being recorded.
//
// Packages trace and chain do not import it, as it brings gRPC along. It never
// reads or writes files other than the certificates that the environment names,
// and never prints, except that the exporter "console" of the environment
// writes to stdout.
package export
