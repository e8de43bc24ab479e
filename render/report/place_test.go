package report

import "testing"

func TestParsePlace(t *testing.T) {
	for source, want := range map[string]place{
		"k8s.io/apiserver@v0.37.2/pkg/server/config.go:927":    {"k8s.io/apiserver@v0.37.2/pkg/server/config.go", baseModules, 927, 927},
		"k8s.io/kube-aggregator@v0.37.2/a/apiserver.go:577-60": {"k8s.io/kube-aggregator@v0.37.2/a/apiserver.go", baseModules, 577, 577},
		"k8s.io/x@v1.0.0/a.go:577-607":                         {"k8s.io/x@v1.0.0/a.go", baseModules, 577, 607},
		"github.com/Azure/x@v1.0.0-RC/a.go:1":                  {"github.com/%21azure/x@v1.0.0-%21r%21c/a.go", baseModules, 1, 1},
		"pkg/cmd/server/start.go":                              {"pkg/cmd/server/start.go", baseSources, 0, 0},
		"a.go:3:7":                                             {"a.go", baseSources, 3, 3},
		"/src/a%b.go:3":                                        {"file:///src/a%25b.go", "", 3, 3},
	} {
		if got, ok := parsePlace(source); !ok || got != want {
			t.Errorf("%q is read as %+v, %v, want %+v", source, got, ok, want)
		}
	}
	for _, source := range []string{"", "main", "pkg.(*builder).install (items.go:32)", "a.go:b", "https://x/a.go", "a.go:99999999999"} {
		if got, ok := parsePlace(source); ok {
			t.Errorf("%q is read as %+v", source, got)
		}
	}
}
