// Package report writes the answers of trace/startup and its analyses: as text
// for people, and as JSON of a documented, versioned shape for programs.
//
// It knows nothing of commands, of files and of terminals: a [Style] says
// whether there is colour. The same answer always gives the same bytes.
package report
