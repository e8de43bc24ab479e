package verify

import (
	"fmt"
	"strings"
	"time"
)

// shown is how many examples a message gives.
const shown = 4

// examples lists names, of many the first few.
func examples(names []string) string {
	if len(names) <= shown+1 {
		return sentence(names)
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}

// sentence joins names with commas and an and.
func sentence(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// endpoints lists health endpoints as paths.
func endpoints(names []string) string {
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = "/" + name
	}
	return sentence(paths)
}

// count writes a number of things.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// length writes a duration with about three digits.
func length(d time.Duration) string {
	unit := time.Duration(1)
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit).String()
}
