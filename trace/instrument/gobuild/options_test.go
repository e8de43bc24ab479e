package gobuild

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestParseGOFLAGS reads flags as the Go command does.
func TestParseGOFLAGS(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]Flag{
		"":                                   nil,
		" \t":                                nil,
		"-mod=mod":                           {{"mod", "mod"}},
		"-race  --tags=a,b\n-v":              {{"race", "true"}, {"tags", "a,b"}, {"v", "true"}},
		`'-ldflags=-s -w' "-gcflags=-N 'l'"`: {{"ldflags", "-s -w"}, {"gcflags", "-N 'l'"}},
		"-x=":                                {{"x", ""}},
	} {
		got, err := parseGOFLAGS(text)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", text, err, diff)
		}
	}
	if _, err := parseGOFLAGS("-v '-tags=x"); err == nil {
		t.Error("a quote that nothing closes is no error")
	}
}

// TestWithin tells what lies in a directory.
func TestWithin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		path, dir string
		want      bool
	}{
		{"/a/b", "/a", true},
		{"/a", "/a", true},
		{"/ab", "/a", false},
		{"/a", "/a/b", false},
		{"/a", "/", true},
	} {
		if got := within(test.path, test.dir); got != test.want {
			t.Errorf("within(%s, %s) is %v", test.path, test.dir, got)
		}
	}
}
