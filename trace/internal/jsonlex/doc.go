// Package jsonlex takes JSON apart as a stream, without building anything:
// the reader of a trace walks objects and arrays and takes the values it wants
// where they lie in the buffer.
//
// It exists for speed. Of the well-kept decoders that were measured on OTLP
// JSON, those that work on bytes need more time to walk the tokens alone than
// this package and the reader on top of it need for the whole work; see
// BenchmarkDecoders in trace/collectortest.
//
// It accepts what RFC 8259 allows and nothing else, but for invalid UTF-8 in
// strings and lone surrogates, which become U+FFFD as in encoding/json.
package jsonlex
