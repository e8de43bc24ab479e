// Package render turns the start of a server chain, as package startup reads
// it out of a trace, into pictures and text: Graphviz DOT, SVG, PNG, Mermaid,
// trees of plain text, and a summary for the terminal. Package render/format
// lists these beside the formats of traces. What happened when is no graph: package
// render/timeline draws that.
//
// A view builds a Graph, which is a picture as data and knows no syntax; one
// writer per format turns a Graph into bytes. Every writer is deterministic:
// equal input gives equal bytes. Names that come out of a trace are untrusted
// and are escaped for the format that they go into.
//
// The package never reads files, prints, logs or exits, and it knows neither
// package chain nor the OpenTelemetry SDK.
package render
