package chain

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
)

// named answers with its name.
func named(name string) http.Handler { return textHandler(name) }

func TestPathRecorderMux(t *testing.T) {
	m := NewPathRecorderMux("server")
	m.NotFoundHandler(named("not found"))
	m.Handle("/a", named("exact"))
	m.HandlePrefix("/", named("root"))
	m.HandlePrefix("/a/", named("short"))
	m.UnlistedHandlePrefix("/a/b/", named("deep"))
	m.HandlePrefix("/a/longer-name/", named("deep and long"))
	m.UnlistedHandle("/a/b/c", named("exact below"))
	for path, want := range map[string]string{
		"/a": "exact", "/a/": "short", "/a/x": "short", "/a/b/": "deep", "/a/b/x/y": "deep", "/a/b/c": "exact below", "/a/longer-name/x": "deep and long",
		"/other": "root", "*": "not found",
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.Path = path
		m.ServeHTTP(w, r)
		if got := w.Body.String(); got != want {
			t.Errorf("%s is answered by %q, want %q", path, got, want)
		}
	}
	if got, want := m.ListedPaths(), []string{"/", "/a", "/a/", "/a/longer-name/"}; !slices.Equal(got, want) {
		t.Errorf("it lists %q, want %q", got, want)
	}
	if !m.Handle("/a", named("later")) || !m.HandlePrefix("/a/", named("later")) || m.Handle("/new", named("new")) {
		t.Error("it should tell whether a path was handled before")
	}
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/a", nil))
	if w.Body.String() != "later" {
		t.Errorf("of two handlers of a path %q answers, want the later", w.Body)
	}
}

func TestWebServiceClaims(t *testing.T) {
	for _, c := range []struct {
		root, path string
		want       bool
	}{
		{"/version", "/version", true}, {"/version", "/version/", true}, {"/version", "/versions", false}, {"/api/v1", "/api/v1/pods", true},
		{"/apis", "/apis", true}, {"/apis", "/apis/", true}, {"/apis", "/apis/apps", false}, {"/apis/apps", "/apis/apps/v9", true},
	} {
		if got := claims(c.root, c.path); got != c.want {
			t.Errorf("the web service %s claims %s: %v, want %v", c.root, c.path, got, c.want)
		}
	}
}

func TestAcceptsJSON(t *testing.T) {
	for accept, want := range map[string]bool{
		"": true, "*/*": true, "application/json": true, "text/html, application/*;q=0.5": true, "application/json;charset=utf-8": true,
		"application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList":                  false,
		"application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io,application/json": true,
		"text/html": false, "application/vnd.kubernetes.protobuf": false,
	} {
		if got := acceptsJSON(accept); got != want {
			t.Errorf("Accept %q admits JSON: %v, want %v", accept, got, want)
		}
	}
}

func TestEquivalentResourceRegistry(t *testing.T) {
	r := &EquivalentResourceRegistry{}
	r.Register("deployments", "apps/v1")
	r.Register("deployments", "extensions/v1beta1")
	r.Register("deployments", "apps/v1")
	if got, want := r.GroupVersionsFor("deployments"), []string{"apps/v1", "extensions/v1beta1"}; !slices.Equal(got, want) {
		t.Errorf("deployments are in %q, want %q", got, want)
	}
	if got := r.GroupVersionsFor("nothing"); len(got) > 0 {
		t.Errorf("nothing is in %q", got)
	}
}

func TestHopsAreCollected(t *testing.T) {
	ctx, hops := WithHops(context.Background())
	recordHop(ctx, Hop{"a", HopNotFound, ""})
	recordHop(ctx, Hop{"b", HopExact, "/x"})
	recordHop(context.Background(), Hop{"c", HopExact, "/x"})
	if got, want := hops.List(), []Hop{{"a", HopNotFound, ""}, {"b", HopExact, "/x"}}; !slices.Equal(got, want) {
		t.Errorf("the hops are %v, want %v", got, want)
	}
}

func TestSettingsHold(t *testing.T) {
	d := &Description{Options: []Option{{Name: "modes", Default: "a,b"}, {Name: "file"}, {Name: "Gate", Default: "false", Values: boolValues, Gate: true}}}
	s, err := ParseSettings(d, []string{"feature-gates=Gate=true", "--file=x"})
	if err != nil {
		t.Fatal(err)
	}
	when := func(setting, value string) Conditions { return Conditions{When: []Condition{{setting, value}}} }
	for _, c := range []struct {
		conditions Conditions
		want       bool
	}{
		{Conditions{}, true}, {when("modes", "a"), true}, {when("modes", "b"), true}, {when("modes", "c"), false}, {when("modes", "a,b"), true},
		{when("file", "set"), true}, {when("Gate", "true"), true}, {when("storage", "fresh"), true},
		{Conditions{Unless: []Condition{{"modes", "a"}}}, false}, {Conditions{Unless: []Condition{{"modes", "c"}}}, true},
		{Conditions{When: []Condition{{"modes", "a"}, {"Gate", "false"}}}, false},
	} {
		if got := s.Hold(c.conditions); got != c.want {
			t.Errorf("%+v holds: %v, want %v", c.conditions, got, c.want)
		}
	}
}

func TestVersionEnabled(t *testing.T) {
	d := &Description{Servers: []Server{{Install: []Item{{Group: &Group{Name: "g", Versions: []GroupVersion{{Version: "v1"}, {Version: "v1beta1", Off: true}, {Version: "v1alpha1", Off: true}}}}}}}}
	for config, want := range map[string][3]bool{
		"runtime-config=api/all=true":                 {true, true, true},
		"runtime-config=api/all=false":                {false, false, false},
		"runtime-config=api/all=false,api/ga=true":    {true, false, false},
		"runtime-config=api/beta=true":                {true, true, false},
		"runtime-config=api/alpha,g/v1=false":         {false, false, true},
		"runtime-config=api/all=true,g/v1beta1=false": {true, false, true},
		"profiling=true":                              {true, false, false},
	} {
		s, err := ParseSettings(d, []string{config})
		if err != nil {
			t.Fatal(err)
		}
		if got := [3]bool{s.versionEnabled("g", "v1", true), s.versionEnabled("g", "v1beta1", false), s.versionEnabled("g", "v1alpha1", false)}; got != want {
			t.Errorf("%s: v1, v1beta1 and v1alpha1 are on: %v, want %v", config, got, want)
		}
	}
}
