// Package follow reads the trace that an instrumented process appends to a file
// while the process still runs, and keeps account of how far its start has come.
// It only ever reads, needs no help of the process, and takes what is broken in
// the file for what it is: the process may be killed at any time, and others may
// write there as well.
package follow
