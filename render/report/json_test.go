package report

import "testing"

func TestEscapeControls(t *testing.T) {
	for in, want := range map[string]string{
		"plain é 字 🚀\n": "plain é 字 🚀\n", "\x7f": `\u007f`, "\u009b": `\u009b`, "\u202e": `\u202e`, "\U000e0001": `\udb40\udc01`, "": "",
	} {
		if got := string(escapeControls([]byte(in))); got != want {
			t.Errorf("escapeControls(%q) = %q, want %q", in, got, want)
		}
	}
}
