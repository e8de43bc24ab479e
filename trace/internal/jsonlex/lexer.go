package jsonlex

import (
	"errors"
	"fmt"
	"io"

	"github.com/chaintrace/chaintrace/trace/internal/window"
)

// ErrTooDeep says that objects and arrays are nested deeper than allowed.
var ErrTooDeep = errors.New("nested too deeply")

// Lexer walks JSON texts that follow each other. Its errors stick: after the
// first one every method returns a zero value at once, and loops over members
// and elements end, so that only Err has to be looked at, once.
//
// Bytes that a method returns are valid until the next call of any method. A
// Lexer is for one goroutine.
type Lexer struct {
	w window.Window

	depth, maxDepth int
	maxLength       int

	scratch []byte // strings that are not in the window as they are
	err     error
}

// New returns a Lexer that reads from r. Objects and arrays may be nested
// maxDepth deep; strings and numbers be maxLength bytes long.
func New(r io.Reader, maxDepth, maxLength int) *Lexer {
	return &Lexer{w: window.New(r, maxLength), maxDepth: maxDepth, maxLength: maxLength}
}

// Err returns the error that reading ended with; io.ErrUnexpectedEOF is in it
// where the input ends in the middle of a text.
func (l *Lexer) Err() error { return l.err }

// Offset returns how many bytes of the input are consumed.
func (l *Lexer) Offset() int64 { return l.w.Offset() }

// Line returns the number of the line that reading has come to, from 1.
func (l *Lexer) Line() int { return l.w.Line() }

// Fail makes err the error that reading ended with, unless there is one.
func (l *Lexer) Fail(err error) {
	if l.err == nil {
		l.err = err
	}
}

// Peek returns the first byte of what comes next: a quote, a digit or minus
// sign, one of {}[]:, or the first letter of a literal. It is 0 at the end of
// the input and after an error.
func (l *Lexer) Peek() byte {
	if l.w.Pos < len(l.w.Buf) && l.err == nil {
		if c := l.w.Buf[l.w.Pos]; c > ' ' {
			return c
		}
	}
	return l.peekOn()
}

// peekOn is Peek where white space or the end of the buffer comes next.
func (l *Lexer) peekOn() byte {
	for l.err == nil {
		for ; l.w.Pos < len(l.w.Buf); l.w.Pos++ {
			switch c := l.w.Buf[l.w.Pos]; c {
			case ' ', '\n', '\r', '\t':
			default:
				if c < ' ' {
					l.unexpected("a value")
					return 0
				}
				return c
			}
		}
		if !l.fill(l.w.Pos) {
			return 0
		}
	}
	return 0
}

// fill reads on, keeping the window from index keep on.
func (l *Lexer) fill(keep int) bool {
	if l.err != nil || l.w.Fill(keep) {
		return l.err == nil
	}
	if l.w.Err != nil {
		l.Fail(l.w.Err)
	}
	return false
}

// unexpected fails with what is there instead of what was wanted.
func (l *Lexer) unexpected(want string) {
	switch {
	case l.err != nil:
	case l.w.Pos >= len(l.w.Buf):
		l.Fail(fmt.Errorf("looking for %s: %w", want, io.ErrUnexpectedEOF))
	default:
		l.Fail(fmt.Errorf("invalid character %q, looking for %s", l.w.Buf[l.w.Pos], want))
	}
}

// Null consumes null if that comes next.
func (l *Lexer) Null() bool { return l.Peek() == 'n' && l.literal("null") }

// literal consumes the word, of which the first letter was seen.
func (l *Lexer) literal(word string) bool {
	if !l.w.Ahead(len(word)) && l.w.Err != nil {
		l.Fail(l.w.Err)
		return false
	}
	rest := l.w.Buf[l.w.Pos:]
	if len(rest) >= len(word) && string(rest[:len(word)]) == word {
		l.w.Pos += len(word)
		return true
	}
	for i := 0; i < len(word) && i < len(rest) && rest[i] == word[i]; i++ {
		l.w.Pos++
	}
	l.unexpected(word)
	return false
}

// Bool consumes true or false.
func (l *Lexer) Bool() bool {
	switch l.Peek() {
	case 't':
		return l.literal("true")
	case 'f':
		l.literal("false")
	default:
		l.unexpected("true or false")
	}
	return false
}

// Open consumes the brace or bracket that begins an object or array.
func (l *Lexer) Open(delim byte) bool {
	if l.Peek() != delim {
		want := "an object"
		if delim == '[' {
			want = "an array"
		}
		l.unexpected(want)
		return false
	}
	if l.depth++; l.depth > l.maxDepth {
		l.Fail(ErrTooDeep)
		return false
	}
	l.w.Pos++
	return true
}

// Try consumes text if exactly that comes next and lies in the buffer. It is
// for what nearly always comes next, such as {"key":" ; where it ends within a
// string, StringRest is to follow, and where it opened an object, Opened if
// something else than expected comes up in it.
func (l *Lexer) Try(text string) bool {
	if rest := l.w.Buf[l.w.Pos:]; len(rest) >= len(text) && string(rest[:len(text)]) == text && l.err == nil {
		l.w.Pos += len(text)
		return true
	}
	return false
}

// StringRest consumes a string from behind its opening quote.
func (l *Lexer) StringRest() []byte {
	if l.err != nil {
		return nil
	}
	l.w.Pos--
	return l.str()
}

// Opened notes that Try has opened an object and consumed its first member, so
// that NextKey(false) goes on with it.
func (l *Lexer) Opened() {
	if l.depth++; l.depth > l.maxDepth {
		l.Fail(ErrTooDeep)
	}
}

// next goes to the next member or element of what was opened, or consumes what
// closes it.
func (l *Lexer) next(first bool, closing byte) bool {
	c := l.Peek()
	if c == closing {
		l.w.Pos++
		l.depth--
		return false
	}
	if first {
		return l.err == nil
	}
	if c != ',' {
		l.unexpected("a comma or the end")
		return false
	}
	l.w.Pos++
	if l.Peek() == closing {
		l.unexpected("what follows the comma")
		return false
	}
	return l.err == nil
}

// NextElement goes to the next element of the array that was opened, which the
// caller must consume; false at the array's end.
func (l *Lexer) NextElement(first bool) bool {
	// Nearly always a comma and what begins the next one are right here.
	if p := l.w.Pos; !first && l.err == nil && p+1 < len(l.w.Buf) && l.w.Buf[p] == ',' && l.w.Buf[p+1] > ' ' && l.w.Buf[p+1] != ']' {
		l.w.Pos++
		return true
	}
	return l.next(first, ']')
}

// NextKey goes to the next member of the object that was opened and returns its
// key; the caller must consume the value. False at the object's end.
func (l *Lexer) NextKey(first bool) ([]byte, bool) {
	// Nearly always a comma and a quote, or the end, are right here.
	switch p := l.w.Pos; {
	case p+1 >= len(l.w.Buf) || l.err != nil:
	case l.w.Buf[p] == '}':
		l.w.Pos++
		l.depth--
		return nil, false
	case first && l.w.Buf[p] == '"':
		return l.key()
	case !first && l.w.Buf[p] == ',' && l.w.Buf[p+1] == '"':
		l.w.Pos++
		return l.key()
	}
	if !l.next(first, '}') {
		return nil, false
	}
	if l.Peek() != '"' {
		l.unexpected("a key in quotes")
		return nil, false
	}
	return l.key()
}

// key consumes a key, of which the quote was seen, and the colon.
func (l *Lexer) key() ([]byte, bool) {
	key := l.str()
	if l.w.Pos < len(l.w.Buf) && l.w.Buf[l.w.Pos] == ':' {
		l.w.Pos++
		return key, l.err == nil
	}
	// Looking for the colon may move the buffer.
	l.scratch = append(l.scratch[:0], key...)
	if l.Peek() != ':' {
		l.unexpected("a colon")
		return nil, false
	}
	l.w.Pos++
	return l.scratch, true
}

// Skip consumes the next value, whatever it is.
func (l *Lexer) Skip() {
	switch c := l.Peek(); c {
	case '"':
		l.str()
	case '{':
		l.Open(c)
		for first := true; ; first = false {
			if _, ok := l.NextKey(first); !ok {
				return
			}
			l.Skip()
		}
	case '[':
		l.Open(c)
		for first := true; l.NextElement(first); first = false {
			l.Skip()
		}
	case 't', 'f':
		l.Bool()
	case 'n':
		l.Null()
	default:
		l.number()
	}
}
