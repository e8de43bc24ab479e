package trace

import (
	"bytes"
	"encoding/binary"

	"google.golang.org/protobuf/encoding/protowire"
)

// peekFormat is how many bytes the format is told by.
const peekFormat = 512

// looksLikeJSON reports whether head begins an object, or an array of objects.
//
// Protobuf may begin the same: the tag of its first field is a line end, and a
// length of 123 is a brace. But what follows that is soon a byte that JSON
// allows nowhere.
func looksLikeJSON(head []byte) bool {
	rest := bytes.TrimLeft(head, " \t\r\n")
	if len(rest) == 0 {
		return true // nothing but white space so far
	}
	if rest[0] != '{' && rest[0] != '[' {
		// What is neither is told to be by the reader of JSON, unless it is
		// binary.
		return bytes.IndexFunc(rest, isBinary) < 0 && !looksLikeProto(head)
	}
	next := bytes.TrimLeft(rest[1:], " \t\r\n")
	if len(next) == 0 || next[0] != '"' {
		return !looksLikeProto(head) || len(next) > 0 && (next[0] == '{' || next[0] == '}')
	}
	key, _, _ := bytes.Cut(next[1:], []byte{'"'})
	return bytes.IndexFunc(key, isControl) < 0
}

func isControl(r rune) bool { return r < ' ' }

func isBinary(r rune) bool { return r < ' ' && r != '\t' && r != '\r' && r != '\n' || r == 0xFFFD }

// looksLikeProto reports whether head begins a TracesData message: a field 1
// whose content begins with a field of ResourceSpans, or is empty.
func looksLikeProto(head []byte) bool {
	num, typ, n := protowire.ConsumeTag(head)
	if n < 0 || num != 1 || typ != protowire.BytesType {
		return false
	}
	length, m := protowire.ConsumeVarint(head[n:])
	if m < 0 {
		return len(head) < n+binary.MaxVarintLen64 // cut in the middle of it
	}
	inner := head[n+m:]
	if length == 0 || len(inner) == 0 {
		return true
	}
	num, typ, n = protowire.ConsumeTag(inner)
	return n > 0 && num >= 1 && typ != protowire.EndGroupType && uint64(n) <= length
}
