package preset_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/chain"
	"github.com/chaintrace/chaintrace/chain/preset"
)

// rewritten writes a description and reads it again.
func rewritten(t *testing.T, d *chain.Description, o preset.WriteOptions) (string, *chain.Description) {
	t.Helper()
	var text bytes.Buffer
	if err := preset.Write(&text, d, o); err != nil {
		t.Fatal(err)
	}
	again, err := preset.Read(strings.NewReader(text.String()), "written.yaml")
	if err != nil {
		t.Fatalf("%v\n%s", err, &text)
	}
	return text.String(), again
}

func TestWrittenPresetsReadTheSame(t *testing.T) {
	for _, name := range preset.Names() {
		d, err := preset.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		source, err := preset.Source(name)
		if err != nil {
			t.Fatal(err)
		}
		for layout, o := range map[string]preset.WriteOptions{"plain": {}, "laid out": {Like: source}} {
			text, again := rewritten(t, d, o)
			if diff := cmp.Diff(d, again); diff != "" {
				t.Errorf("%s, %s: %s", name, layout, diff)
			}
			if second, _ := rewritten(t, again, o); second != text {
				t.Errorf("%s, %s: written again it differs", name, layout)
			}
		}
	}
}
