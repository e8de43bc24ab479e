package page

import (
	"slices"
	"strings"
	"testing"
)

func TestKeys(t *testing.T) {
	long := strings.Repeat("x", 500)
	keys := []string{key(kindHook, "a"), key(kindCheck, "a"), key(kindHook, long+"1"), key(kindHook, long+"2"), key(kindHook, ""), pictureKey("hook b c"), pictureKey("server a"), pictureKey("hooks of b")}
	for i, k := range keys {
		if len(k) > 200 || slices.Contains(keys[:i], k) {
			t.Errorf("key %q is too long or taken", k)
		}
	}
	if keys[5] != key(kindHook, "b c") || keys[7] != key(kindServer, "b") || pictureKey("routes x") != "" || pictureKey("") != "" {
		t.Errorf("the picture's keys are not the page's: %q", keys)
	}
}
