// Package startup reads the start of a server chain out of a trace: which
// servers there are, what each took over from its delegate, what ran, and when
// it was ready. It is the domain model that pictures and analyses work on.
//
// It works on any trace in the vocabulary of package attr, a partial or a
// failed one too, wherever it was recorded. It never draws, prints or exits.
package startup
