// Package gobuild builds a Go program with the insertions of package rewrite, by
// the user's own Go command and with the user's own build cache. It never changes
// a file of the user's: neither sources nor go.mod, go.sum, go.work or the module
// cache. What the Go command may complete while it works, such as a workspace's sums,
// it gets as copies.
//
// What is to change is given to go build as an overlay. Where the files lie decides
// how:
//
//   - Files of the main module, of a workspace's modules, of directories that a
//     replace directive names, and of a vendor directory are put into the overlay as
//     they are.
//   - For files in the module cache go build refuses an overlay, since the cache
//     is supposed never to change. So for this build alone each module is replaced
//     by its own directory there, in a go.mod (-modfile) or go.work (GOWORK) beside
//     the overlay, and the module cache gets a second name, by a symbolic link.
//     Every package then has the directory that it has in a plain build: what is not
//     rewritten, and does not depend on what is, comes out of the build cache, and
//     stack traces name files that are there.
//
// The package that the insertions call becomes a package of the main module, again
// by the overlay. There every module mode finds it: a vendor directory must list
// what it has, and the main module need not. Only where the main module's path has an
// element "internal" others may not import it from there, and it becomes a package of
// the standard library.
//
// What is rewritten imports that package, and so is initialised after it. Go initialises,
// of the packages whose imports are ready, the first by import path: two that do not
// import each other may therefore be initialised in another order than in a plain build.
package gobuild
