package page

import (
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/chaintrace/chaintrace/render"
	"github.com/chaintrace/chaintrace/trace/startup"
)

// The kinds of things that can be selected.
const (
	kindServer = "server"
	kindHook   = "hook"
	kindCheck  = "check"
	kindPath   = "path"
	kindPhase  = "phase"
	kindSpan   = "span"
)

// maxKey is how many characters of a name are in a key.
const maxKey = 120

// key names a thing for data-k and for the address's fragment. Everything on the
// page that is about one thing has the same key, whichever server has it: so the
// key of a hook that was taken over is that of the hook where it comes from.
func key(kind, name string) string {
	short := render.Printable(name, maxKey)
	if strings.HasSuffix(short, "…") {
		h := fnv.New32a()
		_, _ = h.Write([]byte(name)) // it never fails
		short += strconv.FormatUint(uint64(h.Sum32()), 16)
	}
	return kind + ":" + short
}

// checkKey is the key of a check. A hook's check is about the hook.
func checkKey(c *startup.Check) string {
	if hook := c.Hook(); hook != "" {
		return key(kindHook, hook)
	}
	return key(kindCheck, c.Name)
}

// phaseKey is the key of a phase, of a server or of the whole.
func phaseKey(name, server string) string {
	if server != "" {
		name += " " + server
	}
	return key(kindPhase, name)
}

// pictureKey turns a key of a picture into one of the page; "" where the page has
// no such things.
func pictureKey(k string) string {
	if server, ok := strings.CutPrefix(k, "hooks of "); ok { // the frame around a server's hooks
		return key(kindServer, server)
	}
	kind, name, _ := strings.Cut(k, " ")
	switch kind {
	case kindServer, kindHook, kindCheck, kindPath:
		return key(kind, name)
	}
	return ""
}

// maxName is how many characters of a name the page shows.
const maxName = 160

// name is how a name out of a trace is shown.
func name(s string) string {
	if s == "" {
		return "(no name)"
	}
	return render.Printable(s, maxName)
}
