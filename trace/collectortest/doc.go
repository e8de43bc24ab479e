// Package collectortest holds package trace against the OpenTelemetry
// collector: the collector reads what is written, what it writes is read, and
// its decoders are the peers of the benchmarks.
//
// It has tests only. It is a module of its own, so that who imports chaintrace
// does not get the collector with it.
package collectortest
