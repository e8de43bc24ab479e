package preset_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/preset"
)

// Short names of the servers in the measured table of requests.
var shortNames = map[string]string{"kube-aggregator": "A", "kube-apiserver": "K", "apiextensions-apiserver": "E", "": "end"}

// way asks for a path and returns the status and the way of the request.
func (s started) way(method, path, accept string) (*httptest.ResponseRecorder, string) {
	r := httptest.NewRequest(method, path, nil)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	ctx, hops := chain.WithHops(r.Context())
	w := httptest.NewRecorder()
	s.Server.Handler.ServeHTTP(w, r.WithContext(ctx))
	var steps []string
	for _, h := range hops.List() {
		step := shortNames[h.Server] + " " + string(h.Kind)
		if h.Kind == chain.HopEnd {
			step = "end"
		} else if h.Path != "" && h.Kind != chain.HopProxyLocal && h.Kind != chain.HopUnavailable {
			step += " " + h.Path
		}
		steps = append(steps, step)
	}
	return w, strings.Join(steps, " > ")
}

// withExtras is the 1.37 preset as it was when requests were measured: with a
// custom resource and with an APIService whose server is missing.
func withExtras(t *testing.T) *chain.Description {
	t.Helper()
	d, err := preset.Load("kube-apiserver-1.37")
	if err != nil {
		t.Fatal(err)
	}
	d.Servers[0].CRDs = []chain.CRD{{Group: "foo.example.com", Version: "v1", Resources: []string{"things"}}}
	d.Servers[2].APIServices.Remote = []chain.RemoteAPIService{{Group: "bar.example.com", Version: "v1"}}
	return d
}

// sample is a request whose way was measured.
type sample struct {
	extras bool // of the chain withExtras
	path   string
	status int
	kind   string // "json", "text" or ""
	want   string
}

// samples are the requests of the measured table.
func samples() []sample {
	const (
		toEnd  = "A notfound > K notfound > E notfound > end"
		toCRDs = "A prefix /apis/foo.example.com/v1/ > A proxy > K notfound > E prefix /apis/ > E crd "
	)
	return []sample{
		{false, "/version", 200, "json", "A webservice /version"},
		{false, "/api/v1/namespaces", 200, "json", "A prefix /api/ > A proxy > K webservice /api/v1"},
		{false, "/apis/apps/v1/deployments", 200, "json", "A prefix /apis/apps/v1/ > A proxy > K webservice /apis/apps/v1"},
		{false, "/apis/apps", 200, "json", "A exact /apis/apps"},
		{false, "/apis/apps/v9", 404, "json", "A notfound > K webservice /apis/apps"},
		{false, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", 200, "json",
			"A prefix /apis/apiextensions.k8s.io/v1/ > A proxy > K notfound > E webservice /apis/apiextensions.k8s.io/v1"},
		{false, "/apis/apiregistration.k8s.io/v1/apiservices", 200, "json", "A webservice /apis/apiregistration.k8s.io/v1"},
		{false, "/apis/foo.example.com/v1", 404, "text", "A notfound > K notfound > E prefix /apis/ > E crd version discovery > end"},
		{true, "/apis/foo.example.com/v1/things", 200, "json", toCRDs + "storage"},
		{true, "/apis/foo.example.com/v1/nosuch", 404, "text", toCRDs + "no custom resource > end"},
		{true, "/apis/bar.example.com/v1", 503, "text", "A exact /apis/bar.example.com/v1 > A unavailable"},
		{false, "/nosuch", 404, "text", toEnd},
		{false, "/healthz/", 404, "text", toEnd},
		{false, "/healthz/nosuch", 404, "text", toEnd},
		{false, "/openapi", 404, "text", toEnd},
		{false, "/logs", 404, "text", toEnd},
		{false, "/ui", 404, "text", toEnd},
		{false, "/metrics", 200, "", "A exact /metrics"},
		{false, "/debug/pprof/", 200, "", "A prefix /debug/pprof/"},
		{false, "/debug/pprof", 302, "", "A exact /debug/pprof"},
		{false, "/debug/flags/v", 406, "text", "A exact /debug/flags/v"},
		{false, "/healthz", 200, "text", "A exact /healthz"},
		{false, "/readyz/etcd", 200, "", "A exact /readyz/etcd"},
		{false, "/livez/informer-sync", 404, "text", toEnd},
		{false, "/livez/shutdown", 404, "text", toEnd},
		{false, "/readyz/loopback-serving-certificate", 404, "text", toEnd},
		{false, "/", 200, "json", "A exact /"},
		{false, "/apis", 200, "json", "A exact /apis"},
		{false, "/apis/", 200, "json", "A exact /apis/"},
		{false, "/openapi/v2", 200, "json", "A exact /openapi/v2"},
		{false, "/openapi/v3/apis/apps/v1", 200, "json", "A prefix /openapi/v3/ > K prefix /openapi/v3/"},
		{false, "/.well-known/openid-configuration", 200, "", "A notfound > K webservice /.well-known/openid-configuration"},
		{false, "/openid/v1/jwks", 200, "", "A notfound > K webservice /openid/v1/jwks"},
	}
}

func TestRequestsGoTheMeasuredWay(t *testing.T) {
	plain := start(t, "kube-apiserver-1.37")
	extras := startDescription(t, withExtras(t), chain.Options{})
	for _, c := range samples() {
		s := plain
		if c.extras {
			s = extras
		}
		t.Run(c.path, func(t *testing.T) {
			w, way := s.way(http.MethodGet, c.path, "")
			if w.Code != c.status {
				t.Errorf("status %d, want %d", w.Code, c.status)
			}
			if way != c.want {
				t.Errorf("the way:\n got %s\nwant %s", way, c.want)
			}
			media := map[string]string{"json": "application/json", "text": "text/plain"}[c.kind]
			if got := w.Header().Get("Content-Type"); !strings.HasPrefix(got, media) {
				t.Errorf("Content-Type %q, want %s", got, media)
			}
		})
	}
}

func TestDebugFlagsCanBeSet(t *testing.T) {
	s := start(t, "kube-apiserver-1.37")
	for body, want := range map[string]int{"4": http.StatusOK, "loud": http.StatusBadRequest} {
		w := httptest.NewRecorder()
		s.Server.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodPut, "/debug/flags/v", strings.NewReader(body)))
		if w.Code != want {
			t.Errorf("PUT %q: %d, want %d", body, w.Code, want)
		}
	}
}
