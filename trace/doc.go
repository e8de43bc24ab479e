// Package trace holds a trace as plain data ([Trace], [Span]), records one in
// memory from the OpenTelemetry SDK ([Recorder]), reads all the formats that
// traces are kept in ([Read]), and writes OTLP JSON lines, the collector's file
// format ([WriteJSON]), OTLP protobuf ([WriteProto]) and Jaeger's JSON
// ([WriteJaeger]).
//
// It knows nothing of server chains but the names of package attr: what a span
// means is read out of it by package startup. It never draws, prints or exits.
package trace
