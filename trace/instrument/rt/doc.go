// Package chaintracert records how an API server starts. It is not called by
// hand: a build puts it into the server's module and calls of it into the source.
//
// It uses the standard library alone and the language of Go 1.16, since it is
// compiled within modules of that age. It must never hinder the server: without
// CHAINTRACE_FILE every call returns at once; where the file cannot be written,
// recording stops with one line on stderr and the server goes on.
//
// The file gets one line, with one write, for each span that ends. Long spans have
// one without an end when they begin too, and the span ready whenever a check is
// seen to pass; a later line supersedes an earlier one with the same span ID. A line
// is an OTLP TracesData message in JSON.
//
// All functions may be called from any goroutine. A span's parent is the one that
// is open on the same goroutine. Functions that begin a span return what ends it,
// which takes a pointer to the error with which the traced function ends, or nil.
package chaintracert
