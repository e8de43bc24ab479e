// Package describe makes a chain description out of a trace, so that running the
// description gives the same chain again. What no recorder can know, such as what
// a hook waits for, comes from another description of the same hooks, or stays
// unknown. It reads no files and runs nothing.
package describe
