package chaintracert

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestAppendText: a text comes back out of JSON, with each byte at each place.
func TestAppendText(t *testing.T) {
	for c := range 256 {
		for _, place := range []int{0, 1, 7, 8, 12, 16, 18} {
			text := strings.Repeat("x", place) + string([]byte{byte(c)}) + strings.Repeat("y", 18-place)
			var got string
			if err := json.Unmarshal([]byte(`"`+string(appendText(nil, text))+`"`), &got); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			if want := strings.ToValidUTF8(text, "\ufffd"); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
		if visible := c >= ' ' && c <= '~' && c != '"' && c != '\\'; isPlain(strings.Repeat(string([]byte{byte(c)}), 9)) != visible {
			t.Errorf("byte %#x is plain: %t", c, !visible)
		}
	}
}

// TestAppendID: a span ID has its sixteen digits.
func TestAppendID(t *testing.T) {
	for _, id := range []uint64{0, 1, 0x0123456789abcdef, 0xfedcba9876543210, 0x9a9a9a9a90a0f0ff, 1<<64 - 1} {
		if got, want := string(appendID([]byte("x"), id)), fmt.Sprintf("x%016x", id); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestAppendTime: a time has all its digits, of whatever century it is.
func TestAppendTime(t *testing.T) {
	times := []int64{0, -1, 1, 999_999_999_999_999_999, 1_000_000_000_000_000_000, 1<<63 - 1, -1 << 63}
	for at := int64(1_795_733_534_595_099_286); at > 0; at -= 1_234_567_890_123_457 {
		times = append(times, at)
	}
	for _, at := range times {
		if got, want := string(appendTime([]byte("x"), at)), fmt.Sprintf("x%d", at); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
