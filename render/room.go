package render

import (
	"bytes"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/chaintrace/chaintrace/render/internal/gofont"
)

// Graphviz knows how wide the characters of ASCII are, and takes each byte of all
// others to be as wide as a space. What names of other scripts lack goes behind them
// as soft hyphens, which never are in a name, and is taken away again from the picture.
const (
	roomMark  = "\u00ad"
	byteWidth = 0.278 // in ems
)

// labelText is a text in a label of DOT that is not all ASCII. What is between labels
// has quotation marks, or is on several lines.
var (
	labelText = regexp.MustCompile(`>[^<>"\n]*&#[0-9]{3,};[^<>"\n]*<`)
	reference = regexp.MustCompile(`&#([0-9]{3,});`)
)

// makeRoom returns DOT in which texts have the room that they need.
func makeRoom(dot []byte) ([]byte, error) {
	var meter *gofont.Meter
	var failed error
	out := labelText.ReplaceAllFunc(dot, func(text []byte) []byte {
		lacking := 0.0
		for _, ref := range reference.FindAllSubmatch(text, -1) {
			n, _ := strconv.Atoi(string(ref[1])) // there is nothing but digits
			r := rune(n)
			if failed != nil || !unicode.IsLetter(r) {
				continue // there is room for a sign here and there
			}
			if meter == nil {
				if meter, failed = gofont.NewMeter(); failed != nil {
					continue
				}
			}
			lacking += meter.Width(string(r), gofont.Bold, 1) - byteWidth*float64(utf8.RuneLen(r))
		}
		marks := max(0, int(math.Ceil(lacking/(byteWidth*float64(len(roomMark))))))
		end := len(text) - 1
		return append(append(bytes.Clone(text[:end]), strings.Repeat("&#173;", marks)...), text[end])
	})
	return out, failed
}
