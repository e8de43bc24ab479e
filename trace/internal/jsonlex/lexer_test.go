package jsonlex_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/chaintrace/chaintrace/trace/internal/jsonlex"
	"github.com/chaintrace/chaintrace/trace/internal/window"
)

// build makes of the next value what encoding/json makes of it with UseNumber.
func build(l *jsonlex.Lexer) any {
	switch c := l.Peek(); c {
	case '{':
		m := map[string]any{}
		l.Open(c)
		for first := true; ; first = false {
			key, ok := l.NextKey(first)
			if !ok {
				return m
			}
			name := string(key)
			m[name] = build(l)
		}
	case '[':
		list := []any{}
		l.Open(c)
		for first := true; l.NextElement(first); first = false {
			list = append(list, build(l))
		}
		return list
	case '"':
		return string(l.String())
	case 't', 'f':
		return l.Bool()
	case 'n':
		l.Null()
		return nil
	}
	return json.Number(l.Scalar())
}

// parse reads one value and what follows it.
func parse(r io.Reader) (any, error) {
	l := jsonlex.New(r, 1000, 1<<20)
	v := build(l)
	if l.Peek() != 0 {
		return v, errors.New("there is more")
	}
	return v, l.Err()
}

// reference is parse by encoding/json.
func reference(in []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(in))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return v, errors.New("there is more")
	}
	return v, nil
}

var texts = []string{
	`{}`, `[]`, `null`, `true`, `false`, `0`, `-0`, `12.5e-3`, `1E+9`, `""`, ` [ 1 , "two" , { "three" : [ null ] } ] `,
	`{"a":{"b":{"c":[[[]]]}},"d":"e"}`, `"\"\\\/\b\f\n\r\t\u00e9\u0000"`, `"\ud83d\ude80 \ud83d \ude80 \ud83dx \ud83d\n"`,
	`"\ud800\ud83d\ude80"`, `"é漢🚀` + "\u2028\x7f" + `"`, "\"bad \xff\xfe \xc3 \xed\xa0\x80\"", "\"bad \xff \\n\"",
	`"` + strings.Repeat("long ", 5000) + `"`, `"12345678\"1234567\\12345678"`, "[\"1234567\",\"12345678\",\"123456789\"]",
	// What is no JSON.
	``, ` `, `{`, `[`, `"`, `"\`, `"\u12`, `{"a"`, `{"a":`, `{"a":1`, `[1`, `[1,`, `tru`, `nul`, `-`, `1.`, `1e`, `01`, `+1`, `.5`, `0x1`,
	`[1,]`, `{"a":1,}`, `{,}`, `[,]`, `{a:1}`, `{"a" 1}`, `{"a":1 "b":2}`, `[1 2]`, `{"a":1]`, `[1}`, `{1:2}`, `nulL`, `trues`, `"a` + "\n" + `"`,
	`"\x"`, `"\u12g4"`, "\x00", `[1]]`, `1 2`, `{"a":1}{"b":2}`, `'a'`, `NaN`, `[1],`, `"a" : 1`,
}

func TestSameAsEncodingJSON(t *testing.T) {
	for _, text := range texts {
		compare(t, []byte(text))
	}
}

func compare(t *testing.T, in []byte) {
	t.Helper()
	want, wantErr := reference(in)
	for how, r := range map[string]io.Reader{
		"at once": bytes.NewReader(in), "byte by byte": iotest.OneByteReader(bytes.NewReader(in)), "end with data": iotest.DataErrReader(bytes.NewReader(in)),
	} {
		got, err := parse(r)
		if (err == nil) != (wantErr == nil) {
			t.Errorf("%.100q, %s: error %v, want %v", in, how, err, wantErr)
		}
		if err == nil {
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%.100q, %s (-want +got):\n%s", in, how, d)
			}
		}
	}
	skipper := jsonlex.New(bytes.NewReader(in), 1000, 1<<20)
	skipper.Skip()
	more := skipper.Peek() != 0
	if err := skipper.Err(); (err == nil && !more) != (wantErr == nil) {
		t.Errorf("%.100q skipped: error %v, more %v, want %v", in, err, more, wantErr)
	}
}

func FuzzSameAsEncodingJSON(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if bytes.Count(in, []byte("["))+bytes.Count(in, []byte("{")) > 900 {
			return // encoding/json allows other depths
		}
		compare(t, in)
	})
}

func TestDigits(t *testing.T) {
	for in, want := range map[string]struct {
		n  uint64
		ok bool
	}{
		`"0"`: {0, true}, `"1700000000000000000"`: {1700000000000000000, true}, `12,`: {12, true}, `12}`: {12, true}, `12]`: {12, true},
		`"9999999999999999999"`: {9999999999999999999, true},
		// Left to Scalar: what has another form, or may go on.
		`"18446744073709551615"`: {}, `12`: {}, `"12`: {}, `-1,`: {}, `"-1"`: {}, `1.5,`: {}, `"1e3"`: {}, `01,`: {}, `""`: {}, `null`: {}, `"x"`: {}, ``: {}, `12 ,`: {},
	} {
		l := jsonlex.New(strings.NewReader(in), 10, 1<<20)
		l.Peek()
		n, ok := l.Digits()
		if n != want.n || ok != want.ok {
			t.Errorf("%s: %d, %v", in, n, ok)
		}
		if at := l.Offset(); ok != (at > 0) {
			t.Errorf("%s: %v, but %d bytes are consumed", in, ok, at)
		}
	}
}

func TestDigitsOfAnyLength(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		want := rnd.Uint64() >> rnd.IntN(64)
		in := strconv.FormatUint(want, 10)
		// Any byte in place of a digit, those beside the digits included.
		if rnd.IntN(2) == 0 {
			broken := []byte(in)
			broken[rnd.IntN(len(broken))] = byte(rnd.IntN(256))
			in = strings.ReplaceAll(string(broken), `"`, "/") // a quote would end it
		}
		l := jsonlex.New(strings.NewReader(`"`+in+`"`), 10, 1<<20)
		l.Peek()
		got, ok := l.Digits()
		ref, err := strconv.ParseUint(in, 10, 64)
		canonical := err == nil && strconv.FormatUint(ref, 10) == in && len(in) < 20
		if ok != canonical || ok && got != ref {
			t.Fatalf("%q: %d, %v", in, got, ok)
		}
	}
}

func TestTry(t *testing.T) {
	const form = `{"key":"`
	l := jsonlex.New(strings.NewReader(`{"key":"a\tb","value":1,"x":[]}`), 10, 1<<20)
	l.Peek()
	if l.Try(`{"kex":"`) || !l.Try(form) {
		t.Fatal("Try takes what is not there, or not what is")
	}
	if got := string(l.StringRest()); got != "a\tb" {
		t.Errorf("the rest of the string is %q", got)
	}
	l.Opened()
	var keys []string
	for {
		key, ok := l.NextKey(false)
		if !ok {
			break
		}
		keys = append(keys, string(key))
		l.Skip()
	}
	if strings.Join(keys, " ") != "value x" || l.Err() != nil || l.Peek() != 0 {
		t.Errorf("keys %q, error %v", keys, l.Err())
	}
}

func TestPositions(t *testing.T) {
	l := jsonlex.New(iotest.OneByteReader(strings.NewReader("\n\n[1,\n x]")), 10, 1<<20)
	build(l)
	if l.Err() == nil || l.Line() != 4 || l.Offset() != 7 {
		t.Errorf("line %d, offset %d, error %v", l.Line(), l.Offset(), l.Err())
	}
}

func TestLimits(t *testing.T) {
	deep := strings.Repeat("[", 11) + strings.Repeat("]", 11)
	long := `"` + strings.Repeat("x", 200_000) + `"`
	escaped := `"` + strings.Repeat(`\n`, 200_000) + `"`
	for in, want := range map[string]error{deep: jsonlex.ErrTooDeep, deep[1 : len(deep)-1]: nil, long: window.ErrTooLong, escaped: window.ErrTooLong} {
		for _, how := range []func(*jsonlex.Lexer){func(l *jsonlex.Lexer) { build(l) }, (*jsonlex.Lexer).Skip} {
			l := jsonlex.New(strings.NewReader(in), 10, 100_000)
			how(l)
			if !errors.Is(l.Err(), want) {
				t.Errorf("%.20s: error %v, want %v", in, l.Err(), want)
			}
		}
	}
}

func TestErrorsOfTheReader(t *testing.T) {
	broken := errors.New("broken")
	for _, in := range []string{``, ` `, `{`, `{"a`, `{"a"`, `{"a":`, `{"a":t`, `{"a":1`, `{"a":"\u1`, `["x",`} {
		_, err := parse(io.MultiReader(strings.NewReader(in), iotest.ErrReader(broken)))
		if !errors.Is(err, broken) {
			t.Errorf("%q: error %v", in, err)
		}
		if _, err := parse(strings.NewReader(in)); strings.TrimSpace(in) != "" && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q cut: error %v", in, err)
		}
	}
	if _, err := parse(&idle{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a reader that gives nothing: %v", err)
	}
}

// idle is a reader that never gives anything.
type idle struct{}

func (*idle) Read([]byte) (int, error) { return 0, nil }
