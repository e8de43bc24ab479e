package main

import (
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/trace/startup"
)

func TestRequestPath(t *testing.T) {
	for arg, want := range map[string]string{
		"/":                    "/",
		"/api/v1/pods":         "/api/v1/pods",
		"/readyz?verbose":      "/readyz | ?verbose is left out: the query plays no part in who answers",
		"/a#b?c":               "/a | #b?c is left out: clients do not send it; for the character write %23",
		"/a%2Fb":               "/a/b | the path was decoded: servers route by /a/b",
		"/a+b":                 "/a+b",
		"/50%25":               "/50% | the path was decoded: servers route by /50%",
		"/50%":                 `the path "/50%": "%" is no percent-encoding; for a percent sign write %25`,
		"/%zz":                 `the path "/%zz": "%zz" is no percent-encoding; for a percent sign write %25`,
		"api":                  `the path "api" does not begin with a slash; write "/api"`,
		"":                     `the path "" does not begin with a slash; write "/"`,
		"https://host/healthz": `"https://host/healthz" is an address; give its path alone, such as /api/v1/pods`,
	} {
		path, notes, err := requestPath(arg)
		got := strings.Join(append([]string{path}, notes...), " | ")
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", arg, got, want)
		}
	}
}

// TestKindsOfHop: what the model's handlers call a hop, the analysis does too.
func TestKindsOfHop(t *testing.T) {
	for ours, theirs := range map[startup.HopKind]chain.HopKind{
		startup.HopWebService: chain.HopWebService, startup.HopExact: chain.HopExact, startup.HopPrefix: chain.HopPrefix,
		startup.HopNotFound: chain.HopNotFound, startup.HopProxy: chain.HopProxyLocal, startup.HopRemote: chain.HopProxyRemote,
		startup.HopUnavailable: chain.HopUnavailable, startup.HopCRD: chain.HopCRD, startup.HopEnd: chain.HopEnd,
	} {
		if string(ours) != string(theirs) {
			t.Errorf("%q is %q to the handlers", ours, theirs)
		}
	}
}
