// Package verify finds problems in the start of a server chain: what is hidden,
// lost or registered twice, what may wait for ever, what holds readiness back.
//
// Each kind of problem is a [Rule] with a stable code. [Find] applies all of them
// to a start and takes time linear in what the start holds. Findings can be
// accepted with [Suppressions]. The package never prints.
package verify
