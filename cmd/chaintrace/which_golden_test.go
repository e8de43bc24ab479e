package main

import "strings"

// whichPaths are the paths that goldens of chaintrace which ask for, by a word
// for the files' names.
var whichPaths = map[string]string{
	"built-in":            "/apis/apps/v1/deployments",
	"custom-resource":     "/apis/foo.example.com/v1/things",
	"discovery":           "/apis",
	"extension":           "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
	"health-check":        "/readyz/etcd",
	"metrics":             "/metrics",
	"not-found":           "/nosuch",
	"openapi":             "/openapi/v3/apis/apps/v1",
	"unprotected-not-503": "/apis/apps/v9", // FACTS: the 503 protection has holes
}

// whichGoldens lists the golden files of chaintrace which: by the handlers of the
// preset, and by the routes of its recorded trace; and of every other start that
// answering commands are tried on, whether it is ready and what nobody has.
func whichGoldens() map[string][]string {
	files := map[string][]string{}
	for name, input := range map[string]string{
		"kube-apiserver-1.37":          "preset:kube-apiserver-1.37",
		"recorded-kube-apiserver-1.37": goldenDir + "/kube-apiserver-1.37.trace.json",
	} {
		for word, path := range whichPaths {
			files[name+".which."+word+".txt"] = []string{"which", path, input}
		}
		for _, word := range []string{"built-in", "custom-resource", "not-found"} {
			files[name+".which."+word+".json"] = []string{"which", whichPaths[word], input, "--output", "json"}
		}
	}
	for name, input := range answerInputs() {
		files[name+".which.readiness.txt"] = []string{"which", "/readyz", input}
		files[name+".which.not-found.txt"] = []string{"which", "/nosuch", input}
	}
	for _, name := range []string{"killed", "observed"} {
		ask := []string{"which", "/healthz", poorInputs()[name], "--output"}
		files[name+".which.health.txt"] = append(ask[:len(ask):len(ask)], "table")
		files[name+".which.health.json"] = append(ask[:len(ask):len(ask)], "json")
	}
	return files
}

// whichAnswers reports whether some server answers the path of a golden file.
func whichAnswers(file string) bool {
	return !strings.Contains(file, ".which.not-found.") && !strings.Contains(file, ".which.custom-resource.") &&
		!strings.Contains(file, ".which.unprotected-not-503.") && file != "broken.which.readiness.txt" &&
		!strings.HasPrefix(file, "observed.") && !strings.HasPrefix(file, "killed.") // they have no routes
}
