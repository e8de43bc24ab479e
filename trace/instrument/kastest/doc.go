//go:build e2e

// Package kastest starts real API servers and the etcd that they need, for tests.
// All listen on loopback only, keep their files in directories of the test, and
// end with it at the latest. What is missing on the machine fails the test.
package kastest
