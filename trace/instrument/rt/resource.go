package chaintracert

import (
	"os"
	"path"
	"path/filepath"
)

// kubernetes is the module whose version is the server's, where it is in the build.
const kubernetes = "k8s.io/kubernetes"

// identify finds out what the process is, once.
func (r *recorder) identify() {
	if r.process != "" {
		return
	}
	info := build()
	r.process = path.Base(info.Path)
	if r.process == "." || r.process == "command-line-arguments" {
		r.process = filepath.Base(os.Args[0])
	}
	r.version = versionOf(kubernetes)
	if r.version == "" {
		r.version = versionOf(info.Main.Path)
	}
	if r.version == "" {
		r.version = info.Main.Version
	}
}

// resource returns the JSON of the resource that a server's spans have; "" is the
// process.
func (r *recorder) resource(server string) []byte {
	if known, ok := r.known[server]; ok {
		return known
	}
	r.identify()
	service := server
	if service == "" {
		service = r.process
	}
	attrs := []attribute{
		str("service.name", service), str("chaintrace.clock", "wall"), str("chaintrace.source", "instrumented"),
		str("chaintrace.version", recorderVersion),
	}
	if r.version != "" {
		attrs = append(attrs, str("service.version", r.version))
	}
	b := append(appendAttributes([]byte{'{'}, attrs), '}')
	r.known[server] = b
	return b
}
