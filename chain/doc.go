// Package chain is an instrumented reimplementation of how servers built on
// k8s.io/apiserver start: the generic server with its hooks, health checks and
// routes, the chain that kube-apiserver makes of three of them by delegation,
// and the life of that chain from its config to its graceful shutdown.
//
// It is used in two ways. [Run] runs a chain that a [Description] describes,
// with the durations and dependencies that were measured. [Config], Complete
// and New build servers one by one, as upstream's functions of those names do.
//
// Every step leaves an OpenTelemetry span, in the vocabulary of package attr.
// Only OpenTelemetry's API is used: without a provider a span costs next to
// nothing.
package chain
