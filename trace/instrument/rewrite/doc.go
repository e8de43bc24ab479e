// Package rewrite puts the code of rules into the source of a package. It finds
// the places with Go's syntax trees and splices bytes in on the same line, so that
// line numbers, comments and the stack traces of the server stay true.
//
// It reads the files that it is told and writes none.
package rewrite
