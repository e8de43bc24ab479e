package chaintracert

// recorderVersion is the version of chaintrace that made the binary. A build
// writes this file anew.
const recorderVersion = "(devel)"

// moduleVersions are the versions of modules, by their paths, that the binary's
// own build information does not have.
var moduleVersions = map[string]string{}
