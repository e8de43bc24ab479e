// Package diff compares starts: what changed in the structure of their chains,
// in what went wrong, and in time, each apart.
//
// Things are matched by server, kind and name, as sets: upstream ranges over maps,
// so that the order of hooks, checks and routes differs from start to start and
// says nothing.
package diff
