package chaintracert

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// scopeName is the instrumentation scope of all spans.
const scopeName = "github.com/chaintrace/chaintrace/trace/instrument/rt"

// current is the process's recorder; nil when no trace is wanted. It is made once,
// so that reading it needs no lock.
var current = fromEnvironment(os.Getenv)

// recorder writes the spans of one process.
type recorder struct {
	stopped int32 // atomic: nothing is written any more
	path    string
	traceID string
	begun   time.Time // when the process was initialised; carries the monotonic clock
	wall    int64     // the same in Unix nanoseconds

	mu      sync.Mutex // for all below
	out     *output    // nil until the first span
	nextID  uint64
	last    int64 // the latest start, so that no two are the same
	root    *span
	open    map[uint64][]*span // by goroutine, the innermost last
	opener  uint64             // the goroutine that opened the latest
	buf     []byte             // the latest line
	begins  int                // so much of it is how its server's lines begin
	lineOf  string             // that server
	names   *names
	hooks   *hooksRun   // the latest
	ending  *span       // shutdown
	runs    bool        // hooks have been started
	adding  []*addition // of checks, that are under way
	added   []*addition // that have ended
	process string      // what the process is called
	version string
	heads   map[string][]byte // how lines begin, by server
}

// span is one span. Its fields are guarded by the recorder's lock.
type span struct {
	id, parent uint64
	name       string
	server     string // whose it is; "" for the process
	shared     bool   // by the chain, so that the server is its resource and no attribute
	start      int64
	key        uint64 // the goroutine; 0 for a span that is on no stack
	long       bool   // its beginning has been written
	ended      bool
	attrs      []attribute
	events     []event
	err        string
}

// fromEnvironment makes the recorder that the environment asks for, or none. The
// file is not opened before there is something to write.
func fromEnvironment(getenv func(string) string) *recorder {
	path := getenv("CHAINTRACE_FILE")
	if path == "" {
		return nil
	}
	r := &recorder{path: path, begun: time.Now(), open: map[uint64][]*span{}, names: newNames(), heads: map[string][]byte{}}
	r.wall = r.begun.UnixNano()
	var random [24]byte
	if _, err := rand.Read(random[:]); err != nil {
		binary.LittleEndian.PutUint64(random[:], uint64(r.wall)) // unlikely, and different enough
	}
	r.traceID = hex.EncodeToString(random[:16])
	if id := strings.ToLower(getenv("CHAINTRACE_TRACE_ID")); validHex(id, 32) {
		r.traceID = id
	}
	// Counted on from a random number, leaving room to count.
	r.nextID = binary.LittleEndian.Uint64(random[16:])>>1 | 1
	r.root = &span{id: r.newID(), name: "startup", start: r.wall}
	if id := getenv("CHAINTRACE_PARENT_ID"); validHex(id, 16) {
		if parent, err := strconv.ParseUint(id, 16, 64); err == nil {
			r.root.parent = parent
		}
	}
	return r
}

// validHex reports whether id is a number of so many hex digits and not zero.
func validHex(id string, digits int) bool {
	return len(id) == digits && strings.Trim(id, "0123456789abcdefABCDEF") == "" && strings.Trim(id, "0") != ""
}

// active returns the recorder, or nil when nothing is to be recorded.
func active() *recorder {
	if r := current; r != nil && atomic.LoadInt32(&r.stopped) == 0 {
		return r
	}
	return nil
}

// On reports whether a trace is recorded. Once it is not, it never is again. What is put
// into a server's source asks this first, and evaluates nothing where it is not so.
func On() bool { return active() != nil }

func (r *recorder) newID() uint64 {
	r.nextID++
	return r.nextID
}

// now returns the time, by a clock that never goes back.
func (r *recorder) now() int64 { return r.wall + int64(time.Since(r.begun)) }

// tick returns the time for a start: later than any before, so that the order of
// spans is the order of their starts.
func (r *recorder) tick() int64 {
	t := r.now()
	if t <= r.last {
		t = r.last + 1
	}
	r.last = t
	return t
}

// top returns the innermost span that is open on the goroutine, or nil.
func (r *recorder) top(key uint64) *span {
	if stack := r.open[key]; len(stack) > 0 {
		return stack[len(stack)-1]
	}
	return nil
}

// within returns the innermost span of a name that is open on the goroutine, or nil.
func (r *recorder) within(key uint64, name string) *span {
	stack := r.open[key]
	for i := len(stack) - 1; i >= 0; i-- {
		if stack[i].name == name {
			return stack[i]
		}
	}
	return nil
}

// under makes a span that begins now, in the one that is open on the goroutine.
func (r *recorder) under(key uint64, name, server string, attrs ...attribute) *span {
	parent := r.root
	if top := r.top(key); top != nil {
		parent = top
	}
	return r.in(parent, name, server, attrs...)
}

// in makes a span that begins now.
func (r *recorder) in(parent *span, name, server string, attrs ...attribute) *span {
	r.beginRoot()
	s := &span{id: r.newID(), parent: parent.id, name: name, server: server, start: r.tick()}
	s.attrs = append(s.attrs, attrs...)
	return s
}

// beginRoot writes the beginning of the whole, once.
func (r *recorder) beginRoot() {
	if !r.root.long {
		r.announce(r.root)
	}
}

// push opens a span on the goroutine.
func (r *recorder) push(key uint64, s *span) {
	s.key = key
	r.open[key] = append(r.open[key], s)
	r.opener = key
}

// announce writes that a span goes on.
func (r *recorder) announce(s *span) {
	s.long = true
	r.write(s, s.attrs, 0)
}

// mark writes a span that takes no time, in the one that is open on the goroutine.
func (r *recorder) mark(key uint64, name, server string, attrs ...attribute) {
	parent := r.root
	if top := r.top(key); top != nil {
		parent = top
	}
	r.beginRoot()
	s := span{id: r.newID(), parent: parent.id, name: name, server: server, start: r.tick()}
	r.write(&s, attrs, s.start)
}

// end ends a span, with those that are still open within it on its goroutine, and
// writes them. Ending twice does nothing.
func (r *recorder) end(s *span, err string, attrs ...attribute) {
	if s.ended {
		return
	}
	t := r.now()
	if t <= s.start {
		t = s.start + 1
	}
	if s.key != 0 {
		r.pop(s, t)
	}
	s.ended = true
	s.err = err
	s.attrs = append(s.attrs, attrs...)
	r.write(s, s.attrs, t)
}

// pop takes a span off its goroutine's stack and ends what is open within it.
func (r *recorder) pop(s *span, t int64) {
	stack := r.open[s.key]
	at := len(stack) - 1
	for at >= 0 && stack[at] != s {
		at--
	}
	if at < 0 {
		return
	}
	for i := len(stack) - 1; i > at; i-- {
		stack[i].ended = true
		r.write(stack[i], stack[i].attrs, t)
	}
	if at == 0 {
		delete(r.open, s.key)
		return
	}
	r.open[s.key] = stack[:at]
}

// write writes a span with attributes, which may be on the caller's stack as nothing
// keeps them; end is 0 for a span that goes on.
func (r *recorder) write(s *span, attrs []attribute, end int64) {
	if atomic.LoadInt32(&r.stopped) != 0 {
		return
	}
	if r.out == nil {
		out, err := openOutput(r.path)
		if err != nil {
			r.stop("no trace is written", err)
			return
		}
		r.out = out
	}
	r.beginLine(s.server)
	r.buf = s.appendRecord(r.buf, attrs, end)
	if _, err := r.out.Write(r.buf); err != nil {
		r.stop("the trace ends here", err)
		r.out.giveUp()
	}
}

// beginLine makes of the buffer how a server's lines begin: what is left of the latest,
// where that was one.
func (r *recorder) beginLine(server string) {
	if r.begins == 0 || r.lineOf != server {
		head := r.head(server)
		r.buf = append(r.buf[:0], head...)
		r.lineOf, r.begins = server, len(head)
	}
	r.buf = r.buf[:r.begins]
}

// patience is how long the server may wait, once, for a complaint to be written.
const patience = 100 * time.Millisecond

// stop ends recording for good.
func (r *recorder) stop(what string, err error) {
	if atomic.CompareAndSwapInt32(&r.stopped, 0, 1) {
		said := make(chan struct{})
		go func() {
			complain("chaintrace: " + r.path + ": " + err.Error() + ": " + what + "\n")
			close(said)
		}()
		select { // where nobody reads stderr, the complaint would wait for ever
		case <-said:
		case <-time.After(patience):
		}
	}
}
