// Package format is the one list of what a start can be written as: pictures,
// text and traces. Flags, help, completion and the README's table are made
// from it. What a format looks like is told by the packages that write it.
//
// The package never opens files, prints, logs or exits.
package format
