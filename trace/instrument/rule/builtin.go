package rule

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed rules/*.yaml
var files embed.FS

// Builtin returns the rules for Kubernetes' API server modules, from 1.23 to 1.37.
func Builtin() []Rule {
	names, err := fs.Glob(files, "rules/*.yaml")
	if err != nil {
		panic(fmt.Sprintf("the embedded rules: %v", err)) // a wrong pattern above
	}
	var rules []Rule
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			panic(fmt.Sprintf("the embedded rules: %v", err)) // the glob found it
		}
		read, err := Parse("chaintrace's own "+name, text)
		if err != nil {
			panic(fmt.Sprintf("the embedded rules: %v", err)) // tests read them all
		}
		rules = append(rules, read...)
	}
	return rules
}
