package jsonlex

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/chaintrace/chaintrace/trace/internal/window"
)

// String consumes a string and returns its text in valid UTF-8.
func (l *Lexer) String() []byte {
	if l.Peek() != '"' {
		l.unexpected("a string")
		return nil
	}
	return l.str()
}

// Scalar consumes a string or a number and returns its text: protobuf's JSON
// mapping lets most numbers be either.
func (l *Lexer) Scalar() []byte {
	switch c := l.Peek(); {
	case c == '"':
		return l.str()
	case c == '-' || c >= '0' && c <= '9':
		return l.number()
	}
	l.unexpected("a number or a string")
	return nil
}

// Digits consumes an unsigned integer in quotes or not, and returns it, if
// that is what comes next and all of it is in the buffer. Else it consumes
// nothing, and Scalar is to be asked.
func (l *Lexer) Digits() (uint64, bool) {
	if l.err != nil || l.w.Pos >= len(l.w.Buf) {
		return 0, false
	}
	rest := l.w.Buf[l.w.Pos:]
	quotes := 0
	if rest[0] == '"' {
		quotes, rest = 1, rest[1:]
	}
	n, size := leadingDigits(rest)
	if size == 0 || size == len(rest) || size > 1 && rest[0] == '0' {
		return 0, false
	}
	switch end := rest[size]; {
	case quotes == 1 && end != '"':
		return 0, false
	case quotes == 0 && end != ',' && end != '}' && end != ']' && end != '\n':
		return 0, false
	}
	l.w.Pos += size + 2*quotes
	return n, true
}

// leadingDigits returns the number that b begins with, or that of its first 19
// digits, which fit into 64 bits.
func leadingDigits(b []byte) (n uint64, size int) {
	for range 2 {
		if len(b)-size < 8 {
			break
		}
		eight, ok := eightDigits(binary.LittleEndian.Uint64(b[size:]))
		if !ok {
			break
		}
		n = n*100_000_000 + eight
		size += 8
	}
	for size < len(b) && size < 19 {
		d := b[size] - '0'
		if d > 9 {
			break
		}
		n = n*10 + uint64(d)
		size++
	}
	return n, size
}

// eightDigits returns the number that eight bytes spell, the first being the
// lowest of the word, if all are digits. Pairs of digits are put together, then
// pairs of pairs, and so on.
func eightDigits(w uint64) (uint64, bool) {
	if (w&0xf0f0f0f0f0f0f0f0)|((w+0x0606060606060606)&0xf0f0f0f0f0f0f0f0)>>4 != 0x3333333333333333 {
		return 0, false
	}
	w &= 0x0f0f0f0f0f0f0f0f
	w = w * (10<<8 + 1) >> 8
	w = w & 0x00ff00ff00ff00ff * (100<<16 + 1) >> 16
	w = w & 0x0000ffff0000ffff * (10_000<<32 + 1) >> 32
	return w, true
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// unusual returns a word whose lowest set bit is in the first of the eight
// bytes that ends a run of plain text: a quote, a backslash, a control
// character, or what is not ASCII. It is 0 when none does.
func unusual(w uint64) uint64 {
	quote, slash := w^ones*'"', w^ones*'\\'
	control := (w - ones*' ') &^ w
	return (w | control | (quote-ones)&^quote | (slash-ones)&^slash) & highs
}

// str consumes a string, of which the quote was seen.
func (l *Lexer) str() []byte {
	start := l.w.Pos + 1
	i, ascii := start, true
	for {
		for i+8 <= len(l.w.Buf) {
			if m := unusual(binary.LittleEndian.Uint64(l.w.Buf[i:])); m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		if i >= len(l.w.Buf) {
			i -= start
			if !l.fill(start - 1) {
				return l.cutString()
			}
			start = l.w.Pos + 1
			i += start
			continue
		}
		switch c := l.w.Buf[i]; {
		case c == '"':
			l.w.Pos = i + 1
			text := l.w.Buf[start:i]
			if !ascii && !utf8.Valid(text) {
				return l.mended(text)
			}
			return text
		case c == '\\':
			return l.escaped(start, i)
		case c < ' ':
			l.w.Pos = i
			l.Fail(fmt.Errorf("invalid character %q in a string", c))
			return nil
		case c >= utf8.RuneSelf:
			ascii = false
		}
		i++
	}
}

func (l *Lexer) cutString() []byte {
	l.w.Pos = len(l.w.Buf)
	if l.w.Err != nil {
		l.Fail(l.w.Err)
	}
	l.Fail(fmt.Errorf("in a string: %w", io.ErrUnexpectedEOF))
	return nil
}

// mended returns text with U+FFFD for each byte that is no UTF-8.
func (l *Lexer) mended(text []byte) []byte {
	l.scratch = l.scratch[:0]
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		l.scratch = utf8.AppendRune(l.scratch, r)
		text = text[size:]
	}
	return l.scratch
}

// escaped is str from the first backslash on, at index i.
func (l *Lexer) escaped(start, i int) []byte {
	l.scratch = append(l.scratch[:0], l.w.Buf[start:i]...)
	l.w.Pos = i
	for {
		if l.w.Pos >= len(l.w.Buf) && !l.fill(l.w.Pos) {
			return l.cutString()
		}
		if len(l.scratch) > l.maxLength {
			l.Fail(window.ErrTooLong)
			return nil
		}
		switch c := l.w.Buf[l.w.Pos]; {
		case c == '"':
			l.w.Pos++
			if text := l.scratch; !utf8.Valid(text) {
				l.scratch = nil // mended writes where it is about to read
				return l.mended(text)
			}
			return l.scratch
		case c < ' ':
			l.Fail(fmt.Errorf("invalid character %q in a string", c))
			return nil
		case c != '\\':
			l.scratch = append(l.scratch, c)
			l.w.Pos++
		default:
			if !l.escape() {
				return nil
			}
		}
	}
}

// escape consumes an escape sequence and appends what it stands for.
func (l *Lexer) escape() bool {
	if !l.ahead(2) {
		return false
	}
	c := l.w.Buf[l.w.Pos+1]
	if c == 'u' {
		return l.unicode()
	}
	const names, meanings = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	for i := range len(names) {
		if names[i] == c {
			l.scratch = append(l.scratch, meanings[i])
			l.w.Pos += 2
			return true
		}
	}
	l.Fail(fmt.Errorf(`invalid escape sequence \%c in a string`, c))
	return false
}

// unicode consumes \u and its four digits, or two of them that make up a
// surrogate pair.
func (l *Lexer) unicode() bool {
	r, ok := l.hex4()
	if !ok {
		return false
	}
	if utf16.IsSurrogate(r) {
		var low rune
		// What is no second half is left for what follows.
		if l.w.Ahead(6) {
			if l.w.Buf[l.w.Pos] == '\\' && l.w.Buf[l.w.Pos+1] == 'u' {
				mark := l.w.Pos
				if low, ok = l.hex4(); !ok {
					return false
				}
				if utf16.DecodeRune(r, low) == utf8.RuneError {
					l.w.Pos = mark
				}
			}
		}
		r = utf16.DecodeRune(r, low)
	}
	l.scratch = utf8.AppendRune(l.scratch, r)
	return true
}

func (l *Lexer) hex4() (rune, bool) {
	if !l.ahead(6) {
		return 0, false
	}
	var r rune
	for _, c := range l.w.Buf[l.w.Pos+2 : l.w.Pos+6] {
		d := hexDigit(c)
		if d > 15 {
			l.Fail(fmt.Errorf("invalid character %q in a \\u escape sequence", c))
			return 0, false
		}
		r = r<<4 | rune(d)
	}
	l.w.Pos += 6
	return r, true
}

func hexDigit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}

// ahead makes sure that n bytes of a string lie ahead in the buffer.
func (l *Lexer) ahead(n int) bool {
	if !l.w.Ahead(n) {
		l.cutString()
		return false
	}
	return true
}

var errNumber = errors.New("invalid number")

// number consumes a number and returns its text.
func (l *Lexer) number() []byte {
	if c := l.Peek(); c != '-' && (c < '0' || c > '9') {
		l.unexpected("a value")
		return nil
	}
	n := 0
	for {
		for l.w.Pos+n < len(l.w.Buf) && isNumeric(l.w.Buf[l.w.Pos+n]) {
			n++
		}
		if l.w.Pos+n < len(l.w.Buf) || !l.fill(l.w.Pos) {
			break // a number may end with the input
		}
	}
	if l.err != nil {
		return nil
	}
	text := l.w.Buf[l.w.Pos : l.w.Pos+n]
	switch {
	case validNumber(text):
		l.w.Pos += n
		return text
	case l.w.Pos+n == len(l.w.Buf):
		l.Fail(fmt.Errorf("in a number: %w", io.ErrUnexpectedEOF))
	default:
		l.Fail(fmt.Errorf("%w %.40q", errNumber, text))
	}
	return nil
}

// isNumeric reports whether a number may hold the byte.
func isNumeric(c byte) bool {
	return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}

// validNumber reports whether s is a number by JSON's grammar.
func validNumber(s []byte) bool {
	digits := func() bool {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		s = s[n:]
		return n > 0
	}
	skip := func(chars string) bool {
		for i := range len(chars) {
			if len(s) > 0 && s[0] == chars[i] {
				s = s[1:]
				return true
			}
		}
		return false
	}
	skip("-")
	if !skip("0") && !digits() {
		return false
	}
	if skip(".") && !digits() {
		return false
	}
	if skip("eE") {
		skip("+-")
		if !digits() {
			return false
		}
	}
	return len(s) == 0
}
