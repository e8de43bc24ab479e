package preset

import (
	"bytes"
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/chaintrace/chaintrace/chain"
)

// Default is the name of the preset that is run when none is asked for.
const Default = "kube-apiserver-1.37"

// The presets of recorded servers are made anew out of the traces, which are also
// what tests hold them against.
//
//go:generate go run ../../cmd/chaintrace preset export ../../testdata/recorded/kube-apiserver-1.37.2.fresh.json.gz --like kube-apiserver-1.37 --keep-times --out kube-apiserver-1.37.yaml
//go:generate go run ../../cmd/chaintrace preset export ../../testdata/recorded/sample-apiserver-0.37.2.fresh.json.gz --like sample-apiserver-1.37 --keep-times --out sample-apiserver-1.37.yaml

//go:embed *.yaml
var files embed.FS

// Names returns the names of the presets, the default first.
func Names() []string {
	return []string{Default, "kube-apiserver-1.23", "sample-apiserver-1.37", "aggregated-apiserver"}
}

// Source returns a preset's YAML text. It fails when there is no such preset.
func Source(name string) ([]byte, error) {
	if !slices.Contains(Names(), name) {
		return nil, fmt.Errorf("preset %q is unknown; there are %s", name, strings.Join(Names(), ", "))
	}
	text, err := files.ReadFile(name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("preset %s: %w", name, err)
	}
	return text, nil
}

// Load returns a preset's description, a new one at each call. It fails when
// there is no such preset.
func Load(name string) (*chain.Description, error) {
	text, err := Source(name)
	if err != nil {
		return nil, err
	}
	return Read(bytes.NewReader(text), name+".yaml")
}
