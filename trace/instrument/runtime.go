package instrument

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

//go:embed rt/*.go
var runtimeFiles embed.FS

// RuntimeFiles returns the source of the injected recorder, by file name.
func RuntimeFiles() map[string][]byte {
	files := map[string][]byte{}
	names, err := fs.Glob(runtimeFiles, "rt/*")
	if err != nil {
		panic(fmt.Sprintf("the embedded recorder: %v", err)) // a wrong pattern above
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := runtimeFiles.ReadFile(name)
		if err != nil {
			panic(fmt.Sprintf("the embedded recorder: %v", err)) // the glob found it
		}
		files[strings.TrimPrefix(name, "rt/")] = text
	}
	return files
}

// ModulesFile returns the file of the recorder that holds what a build knows and
// the binary does not: the versions of modules, by their paths, which a replaced
// module loses, and the version of chaintrace.
func ModulesFile(versions map[string]string, chaintrace string) (name string, text []byte) {
	var b strings.Builder
	b.WriteString("package chaintracert\n\n// Written for this build.\n")
	fmt.Fprintf(&b, "const recorderVersion = %s\n\n", strconv.Quote(chaintrace))
	b.WriteString("var moduleVersions = map[string]string{\n")
	paths := make([]string, 0, len(versions))
	for path := range versions {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		fmt.Fprintf(&b, "\t%s: %s,\n", strconv.Quote(path), strconv.Quote(versions[path]))
	}
	b.WriteString("}\n")
	return "modules.go", []byte(b.String())
}
