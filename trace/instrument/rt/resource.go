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

// head returns how the lines of a server's spans begin, with the resource that they
// have; "" is the process.
func (r *recorder) head(server string) []byte {
	if head, ok := r.heads[server]; ok {
		return head
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
	resource := append(appendAttributes([]byte{'{'}, "", attrs), '}')
	head := appendHead(nil, resource, r.traceID)
	r.heads[server] = head
	return head
}
