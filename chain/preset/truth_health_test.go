package preset_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestHealthEndpointsAnswerAsMeasured compares the bodies of the verbose
// endpoints line by line.
func TestHealthEndpointsAnswerAsMeasured(t *testing.T) {
	got := start(t, "kube-apiserver-1.37")
	for _, endpoint := range []string{"healthz", "livez", "readyz"} {
		w := got.get("/" + endpoint + "?verbose")
		if w.Code != http.StatusOK {
			t.Errorf("/%s answers %d", endpoint, w.Code)
		}
		same(t, "/"+endpoint+"?verbose", lines(w.Body.String()), lines(string(truthFile(t, "1.37.2", endpoint+".txt"))))
	}
}

// The 1.23 that was measured had OpenAPI switched off, so that this is missing
// from its answers and put back in the preset.
const putBack123 = "apiservice-openapi-controller"

func TestHealthEndpointsAnswerAsMeasured123(t *testing.T) {
	got := start(t, "kube-apiserver-1.23")
	for _, endpoint := range []string{"healthz", "livez", "readyz"} {
		want := lines(string(truthFile(t, "1.23.17", endpoint+".txt")))
		i := slices.Index(want, "[+]autoregister-completion ok")
		want = slices.Insert(want, i+1, "[+]poststarthook/"+putBack123+" ok")
		same(t, "/"+endpoint+"?verbose", lines(got.get("/"+endpoint+"?verbose").Body.String()), want)
	}
}

func lines(s string) []string { return strings.Split(strings.TrimSpace(s), "\n") }

func TestIndexListsTheMeasuredPaths(t *testing.T) {
	for _, c := range []struct {
		preset, folder string
		putBack        []string
	}{
		{"kube-apiserver-1.37", "1.37.2", nil},
		{"kube-apiserver-1.23", "1.23.17", []string{
			"/healthz/poststarthook/" + putBack123, "/livez/poststarthook/" + putBack123, "/readyz/poststarthook/" + putBack123, "/openapi/v2",
		}},
	} {
		t.Run(c.preset, func(t *testing.T) {
			var want, got struct{ Paths []string }
			truthJSON(t, &want, c.folder, "index.json")
			s := start(t, c.preset)
			if err := json.Unmarshal(s.get("/").Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			sameSet(t, "the paths at /", got.Paths, append(want.Paths, c.putBack...))
			if !slices.IsSorted(got.Paths) {
				t.Error("the paths at / are not sorted")
			}
		})
	}
}
