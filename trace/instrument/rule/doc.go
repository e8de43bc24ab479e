// Package rule holds what is put into a server's source at compile time, as data:
// which functions, where in them, and what call goes there. The rules for
// Kubernetes' API server modules are embedded; users add rules of their own.
//
// A file of rules is YAML. The short form records every call of a function as a
// span; attributes are Go expressions, in which $1, $2 … are the function's
// parameters and $recv is its receiver. One that panics is recorded as <nil>. They are
// evaluated when the function is called, and only while a trace is recorded:
//
//	rules:
//	  - id: my-storage
//	    package: example.com/server/storage
//	    func: (*Store).Open
//	    span: storage.open
//	    attributes: {path: $1}
//
// The long form has anchors: places in the function, each with the code that goes
// there, as [Anchor] and [Code] say. A rule with required: true makes a build fail
// that has the package and not the place.
//
// No code of a rule, of either form, runs when no trace is asked for: the server then
// does what it did without rules.
//
// The package knows nothing of Go's syntax trees and edits nothing; package
// rewrite does.
package rule
