// Package preset reads descriptions of server chains from YAML and holds the
// ones that come with chaintrace.
//
// Reading is strict: an unknown or repeated key, a value of the wrong type or
// without its unit, and a reference to something that is not described are
// errors, each with its place in the file and what was expected.
package preset
