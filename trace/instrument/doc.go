// Package instrument puts spans into the server chain of somebody's real API
// server when it is built, without a change to any source.
//
// Package rule holds what goes where, package rewrite puts it into source text,
// and package rt is the recorder that the code calls. This package hands out
// the recorder's source.
package instrument
