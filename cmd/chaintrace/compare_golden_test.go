package main

// diffGoldens lists the golden files of diff, as text and as JSON, with the
// command lines that write them.
func diffGoldens() map[string][]string {
	const kube = "preset:kube-apiserver-1.37"
	files := map[string][]string{}
	for name, args := range map[string][]string{
		"itself":      {kube, kube},
		"recorded":    {kube, "../../testdata/golden/kube-apiserver-1.37.trace.json"},
		"1.23-1.37":   {"preset:kube-apiserver-1.23", kube},
		"profiling":   {kube, kube + "?profiling=false"},
		"warm":        {kube, kube + "?storage=warm"},
		"failed-hook": {kube, answerInputs()["failed-hook"]},
		"hung-hook":   {kube, answerInputs()["hung-hook"]},
		"partial":     {"preset:aggregated-apiserver", answerInputs()["partial"]},
		"observed":    {kube, "testdata/observed.json"},                        // from outside
		"killed":      {"preset:aggregated-apiserver", "testdata/killed.json"}, // its recorder writes what is finished
		"died-early":  {kube, "chain:testdata/verify/taken-name.yaml"},         // before any hook ran
		"one-died": {
			"--a", kube, "--a", kube + "?slow=bootstrap-controller=1ms", "--a", kube + "?slow=bootstrap-controller=2ms", "--a", kube + "?slow=bootstrap-controller=3ms",
			"--b", kube + "?slow=bootstrap-controller=4ms", "--b", kube + "?slow=bootstrap-controller=5ms", "--b", kube + "?slow=bootstrap-controller=6ms", "--b", kube + "?fail=bootstrap-controller",
		},
		"several": {
			"--a", kube, "--a", kube + "?slow=bootstrap-controller=1ms", "--a", kube + "?slow=bootstrap-controller=2ms", "--a", kube + "?slow=bootstrap-controller=3ms",
			"--b", kube + "?slow=bootstrap-controller=40ms", "--b", kube + "?slow=bootstrap-controller=41ms", "--b", kube + "?slow=bootstrap-controller=43ms", "--b", kube + "?slow=bootstrap-controller=50ms",
		},
	} {
		args = append([]string{"diff"}, args...)
		files["diff."+name+".txt"] = args
		files["diff."+name+".json"] = append(append([]string{}, args...), "--output", "json")
	}
	for _, f := range diffFormats() {
		if !f.Binary { // the bytes of a PNG depend on the compressor
			files["diff.1.23-1.37"+f.Endings[0]] = []string{"diff", "preset:kube-apiserver-1.23", kube, "--out", "-", "--format", f.Name}
		}
	}
	files["diff.failed-hook.dot"] = []string{"diff", kube, answerInputs()["failed-hook"], "--out", "-"}
	return files
}

// statsGoldens lists the golden files of stats.
func statsGoldens() map[string][]string {
	args := []string{"stats", "../../testdata/golden/aggregated-apiserver.trace.json", answerInputs()["failed-hook"], answerInputs()["hung-hook"], answerInputs()["partial"]}
	for _, slow := range []string{"1ms", "2ms", "3ms", "4ms", "5ms", "6ms", "7ms", "3s"} {
		args = append(args, "preset:kube-apiserver-1.37?slow=rbac/bootstrap-roles="+slow)
	}
	return map[string][]string{
		"stats.poor.txt":     {"stats", poorInputs()["died-early"], poorInputs()["killed"], poorInputs()["observed"]},
		"stats.several.txt":  args,
		"stats.several.json": append(append([]string{}, args...), "--by", "version", "--output", "json"),
	}
}
