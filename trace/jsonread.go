package trace

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// ErrTruncated is in the error of a reader whose input ends in the middle of a
// value: the file was cut off, or its writer died or is still at work.
var ErrTruncated = errors.New("the input ends in the middle of a value")

// ReadJSON reads spans in OTLP JSON: one TracesData object or many one after
// the other, on a line each or spread over lines, plain or gzipped. Unknown
// fields are ignored. IDs are hex in either case, 64-bit integers strings or
// numbers, enumerations numbers or names. Spans come in the order of the
// input; equal resources and scopes are shared between them.
//
// With an error ReadJSON still returns the spans before the place the error
// names. For an input that was merely cut off, errors.Is(err, ErrTruncated)
// holds, and those spans are what there is.
func ReadJSON(r io.Reader) (*Trace, error) { return readJSON(r, defaultReadLimits()) }

func readJSON(r io.Reader, limits readLimits) (*Trace, error) {
	d := decoder{
		t:         &Trace{},
		resources: make(map[string]*Resource),
		scopes:    make(map[string]*Scope),
	}
	in, err := newSource(r, limits)
	if err != nil {
		return d.t, fmt.Errorf("reading OTLP JSON: %w", err)
	}
	d.in = in
	d.dec = json.NewDecoder(in)
	if err := d.documents(); err != nil {
		return d.t, fmt.Errorf("reading OTLP JSON: %w", err)
	}
	return d.t, nil
}

// decoder walks the outer objects token by token and decodes span by span, so
// that a document of any length takes little memory and a damaged one yields
// what comes before the damage.
type decoder struct {
	in  *source
	dec *json.Decoder
	t   *Trace

	resources map[string]*Resource // by encoded content
	scopes    map[string]*Scope    // by encoded content

	found   bool     // some document has spans to it, even if none
	foreign []string // keys met instead, a few of them
}

// documents reads to the end of the input.
func (d *decoder) documents() error {
	for {
		opened, err := d.open('{', "the document")
		switch {
		case errors.Is(err, io.EOF) && !d.found:
			return d.nothingFound()
		case errors.Is(err, io.EOF):
			return nil
		case err == nil && opened:
			err = d.members(d.document)
		}
		if err != nil {
			return d.fail(err)
		}
	}
}

func (d *decoder) document(key string) error {
	if key == "resourceSpans" {
		d.found = true
		return d.array(key, d.resourceSpans)
	}
	if len(d.foreign) < 5 {
		d.foreign = append(d.foreign, strconv.Quote(clip(key)))
	}
	return d.skip()
}

func (d *decoder) resourceSpans() error {
	first := len(d.t.Spans)
	res := new(Resource)
	// The resource may come behind its spans, so they get it first and it is
	// shared with its equals last.
	defer func() {
		if known := share(d.resources, res, encodeResource); known != res {
			for i := first; i < len(d.t.Spans); i++ {
				d.t.Spans[i].Resource = known
			}
		}
	}()
	return d.object("an element of resourceSpans", func(key string) error {
		switch key {
		case "resource":
			var in jsonResource
			if err := d.decode(&in); err != nil {
				return err
			}
			attrs, err := attrsFromJSON(in.Attributes, maxValueDepth)
			res.Attrs, res.Dropped = attrs, uint32(in.Dropped)
			return err
		case "schemaUrl":
			return d.decode(&res.SchemaURL)
		case "scopeSpans":
			return d.array(key, func() error { return d.scopeSpans(res) })
		}
		return d.skip()
	})
}

func (d *decoder) scopeSpans(res *Resource) error {
	first := len(d.t.Spans)
	scope := new(Scope)
	defer func() {
		if known := share(d.scopes, scope, encodeScope); known != scope {
			for i := first; i < len(d.t.Spans); i++ {
				d.t.Spans[i].Scope = known
			}
		}
	}()
	return d.object("an element of scopeSpans", func(key string) error {
		switch key {
		case "scope":
			var in jsonScope
			if err := d.decode(&in); err != nil {
				return err
			}
			attrs, err := attrsFromJSON(in.Attributes, maxValueDepth)
			scope.Name, scope.Version = in.Name, in.Version
			scope.Attrs, scope.Dropped = attrs, uint32(in.Dropped)
			return err
		case "schemaUrl":
			return d.decode(&scope.SchemaURL)
		case "spans":
			return d.array(key, func() error { return d.span(res, scope) })
		}
		return d.skip()
	})
}

func (d *decoder) span(res *Resource, scope *Scope) error {
	var in jsonSpan
	if err := d.decode(&in); err != nil {
		return err
	}
	s, err := in.span()
	if err != nil {
		return err
	}
	s.Resource, s.Scope = res, scope
	d.t.Spans = append(d.t.Spans, s)
	return nil
}

// share returns the first value met whose encoded content is v's.
func share[T any](known map[string]*T, v *T, encode func(*T) (head, tail string)) *T {
	head, tail := encode(v)
	key := head + "\x00" + tail
	if first, ok := known[key]; ok {
		return first
	}
	known[key] = v
	return v
}

// object reads an object, or null, which counts as empty. For each member it
// calls member, which must read the value.
func (d *decoder) object(what string, member func(key string) error) error {
	opened, err := d.open('{', what)
	if err != nil || !opened {
		return inside(err)
	}
	return d.members(member)
}

// members reads what follows an object's opening brace.
func (d *decoder) members(member func(key string) error) error {
	for d.dec.More() {
		tok, err := d.dec.Token()
		if err != nil {
			return inside(err)
		}
		// The decoder lets nothing but strings be keys.
		key, _ := tok.(string)
		if err := member(key); err != nil {
			return err
		}
	}
	return d.close()
}

// array reads an array, or null, which counts as empty. For each element it
// calls element, which must read it.
func (d *decoder) array(what string, element func() error) error {
	opened, err := d.open('[', what)
	if err != nil || !opened {
		return inside(err)
	}
	for d.dec.More() {
		if err := element(); err != nil {
			return err
		}
	}
	return d.close()
}

// open reads the delimiter that begins an object or array; false means null.
func (d *decoder) open(delim json.Delim, what string) (bool, error) {
	tok, err := d.dec.Token()
	if err != nil {
		return false, err
	}
	d.in.advance(d.dec.InputOffset())
	switch tok {
	case nil:
		return false, nil
	case delim:
		return true, nil
	}
	want := "an object"
	if delim == '[' {
		want = "an array"
	}
	return false, fmt.Errorf("%s is not %s", what, want)
}

func (d *decoder) close() error {
	_, err := d.dec.Token()
	d.in.advance(d.dec.InputOffset())
	return inside(err)
}

func (d *decoder) decode(v any) error {
	err := d.dec.Decode(v)
	if err == nil {
		d.in.advance(d.dec.InputOffset())
	}
	return inside(err)
}

func (d *decoder) skip() error {
	var ignored json.RawMessage
	return d.decode(&ignored)
}

// inside makes an end of the input what it is within a document.
func inside(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// fail says where reading ended and, for a cut input, what that leaves.
func (d *decoder) fail(err error) error {
	offset := d.dec.InputOffset()
	d.in.advance(offset)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("line %d, byte %d: %w after %d whole spans: use those, or record the trace again",
			d.in.line, offset, ErrTruncated, len(d.t.Spans))
	}
	return fmt.Errorf("line %d, byte %d: %w", d.in.line, offset, err)
}

func (d *decoder) nothingFound() error {
	if len(d.foreign) == 0 {
		return errors.New(`the input is empty: expected objects with "resourceSpans"`)
	}
	return fmt.Errorf(`expected objects with "resourceSpans", found %s: the input is of another format`,
		strings.Join(d.foreign, ", "))
}

// clip shortens a name out of the input for an error.
func clip(s string) string {
	const limit = 40
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
