//go:build windows || plan9 || js || wasip1
// +build windows plan9 js wasip1

package chaintracert

import "os"

// output is the file that spans are written to.
type output struct{ file *os.File }

func openOutput(path string) (*output, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	return &output{f}, nil
}

func (o *output) Write(p []byte) (int, error) { return o.file.Write(p) }

func complain(line string) {
	_, _ = os.Stderr.WriteString(line) // there is nobody to tell
}
