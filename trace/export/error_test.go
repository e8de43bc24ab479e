package export

import (
	"errors"
	"strings"
	"testing"
)

func TestPartialSuccessText(t *testing.T) {
	for _, tt := range []struct {
		text     string
		rejected int
		message  string
		ok       bool
	}{
		{"traces export: OTLP partial success: no (3 spans rejected)", 3, "no", true},
		{"OTLP partial success: empty message (3 spans rejected)", 3, "", true},
		{"OTLP partial success: a (1 spans rejected) b (2 spans rejected)", 2, "a (1 spans rejected) b", true},
		{"OTLP partial success: no (-3 spans rejected)", 0, "", false},
		{"OTLP partial success: no (" + strings.Repeat("9", 30) + " spans rejected)", 0, "", false},
		{"something else", 0, "", false},
	} {
		rejected, message, ok := partialSuccess(errors.New(tt.text))
		if rejected != tt.rejected || message != tt.message || ok != tt.ok {
			t.Errorf("%s: got %d, %q, %v", tt.text, rejected, message, ok)
		}
	}
}
