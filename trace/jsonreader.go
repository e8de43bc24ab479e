package trace

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/chaintrace/chaintrace/trace/internal/jsonlex"
)

// maxForeign is how many unknown keys are named when nothing else was found.
const maxForeign = 5

// jsonReader reads spans from JSON documents. Errors stick to lex, so that the
// methods that walk the input return none.
type jsonReader struct {
	*builder
	lex *jsonlex.Lexer

	guesses []keyGuess // by place on the pile of attributes

	depth   int  // of lists and maps in the attribute
	marked  bool // an attribute of the current span may be a mark of Portable
	jaeger  bool // the document is an answer of Jaeger's, which flattens lists
	found   bool // some document has spans to it, even if none
	foreign []string
	refused string // what an answer says instead of spans
}

func newJSONReader(b *builder, in io.Reader) *jsonReader {
	o := b.options
	// A value waits in the buffer, where it counts as memory.
	longest := int(min(max(o.MaxMemory/4, 1<<20), o.MaxInput+1))
	lex := jsonlex.New(in, 4*o.MaxDepth+outerDepth, longest)
	b.offset = lex.Offset
	return &jsonReader{builder: b, lex: lex}
}

// outerDepth is how deep attributes lie in a document. Each level of a map in
// an attribute takes four of JSON.
const outerDepth = 16

// documents reads to the end of the input.
func (r *jsonReader) documents() error {
	for r.lex.Peek() != 0 {
		r.document()
	}
	if err := r.lex.Err(); err != nil {
		return r.failure(err)
	}
	switch {
	case !r.found:
		return r.nothingFound()
	case r.refused != "":
		return fmt.Errorf("the answer is incomplete; it says %q", r.refused)
	}
	return nil
}

// document reads an object, or an array of them.
func (r *jsonReader) document() {
	if r.lex.Peek() == '[' {
		r.array(r.document)
		return
	}
	was, jaeger := r.jaeger, jaegerTrace{first: r.count}
	r.object(func(key []byte) {
		switch string(key) {
		case "resourceSpans", "batches":
			r.found = true
			r.array(r.resourceSpans)
		case "result": // api/v3 of Jaeger, which makes OTLP of its own spans
			r.jaeger = true
			r.document()
		case "trace": // api/v2 of Tempo
			r.document()
		case "data": // the query API of Jaeger and what its pages save
			if !r.lex.Null() {
				r.found = true
				r.document()
			}
		case "spans":
			r.found, r.jaeger = true, true
			r.array(func() { r.jaegerSpan(&jaeger) })
		case "processes":
			r.found, r.jaeger = true, true
			r.jaegerProcesses(&jaeger)
		case "error", "errors":
			r.refusal()
		default:
			r.unknown(key)
		}
	})
	r.finish(&jaeger)
	r.jaeger = was
}

// refusal keeps what an API says instead of spans.
func (r *jsonReader) refusal() {
	switch r.lex.Peek() {
	case '{':
		r.object(func(key []byte) {
			if name := string(key); (name == "message" || name == "msg") && r.lex.Peek() == '"' {
				r.refused = clip(string(r.lex.String()))
				return
			}
			r.lex.Skip()
		})
	case '[':
		r.array(r.refusal)
	case '"':
		r.refused = clip(string(r.lex.String()))
	default:
		r.lex.Skip()
	}
}

func (r *jsonReader) unknown(key []byte) {
	if len(r.foreign) < maxForeign {
		r.foreign = append(r.foreign, strconv.Quote(clip(string(key))))
	}
	r.lex.Skip()
}

func (r *jsonReader) resourceSpans() {
	first, res := r.count, new(Resource)
	r.object(func(key []byte) {
		switch string(key) {
		case "resource":
			r.object(func(key []byte) {
				switch string(key) {
				case "attributes":
					res.Attrs = r.fromJaeger(r.attributes())
				case "droppedAttributesCount":
					res.Dropped = r.uint32()
				default:
					r.lex.Skip()
				}
			})
		case "schemaUrl":
			res.SchemaURL = r.text()
		case "scopeSpans", "instrumentationLibrarySpans":
			r.array(func() { r.scopeSpans(res) })
		default:
			r.lex.Skip()
		}
	})
	r.shareResource(first, res)
}

func (r *jsonReader) scopeSpans(res *Resource) {
	first, scope := r.count, new(Scope)
	r.object(func(key []byte) {
		switch string(key) {
		case "scope", "instrumentationLibrary":
			r.object(func(key []byte) { r.scopeField(scope, key) })
		case "schemaUrl":
			scope.SchemaURL = r.text()
		case "spans":
			r.array(func() { r.span(res, scope) })
		default:
			r.lex.Skip()
		}
	})
	r.shareScope(first, scope)
}

func (r *jsonReader) scopeField(scope *Scope, key []byte) {
	switch string(key) {
	case "name":
		scope.Name = r.text()
	case "version":
		scope.Version = r.text()
	case "attributes":
		scope.Attrs = r.attributes()
	case "droppedAttributesCount":
		scope.Dropped = r.uint32()
	default:
		r.lex.Skip()
	}
}

// object reads an object, or null, which counts as empty. For each member it
// calls member, which must read the value.
func (r *jsonReader) object(member func(key []byte)) {
	if r.lex.Null() || !r.lex.Open('{') {
		return
	}
	for i := 0; ; i++ {
		key, ok := r.lex.NextKey(i == 0)
		if !ok {
			return
		}
		member(key)
		r.checkMemory(i)
	}
}

// array reads an array, or null, which counts as empty. For each element it
// calls element, which must read it.
func (r *jsonReader) array(element func()) {
	if r.lex.Null() || !r.lex.Open('[') {
		return
	}
	for i := 0; r.lex.NextElement(i == 0); i++ {
		element()
		r.checkMemory(i)
	}
}

// checkMemory fails, at every so manieth element, when too much was taken.
func (r *jsonReader) checkMemory(i int) {
	if i%often == often-1 && !r.affordable() {
		r.lex.Fail(&LimitError{LimitMemory, r.limit})
	}
}

// failure says where reading ended and, for a cut input, what that leaves.
func (r *jsonReader) failure(err error) error {
	line, offset := r.lex.Line(), r.lex.Offset()
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, ErrTruncated):
		return fmt.Errorf("line %d, byte %d: %w after %d whole spans: use those, or record the trace again",
			line, offset, ErrTruncated, r.wholeSpans)
	case errors.Is(err, jsonlex.ErrTooDeep):
		err = &LimitError{LimitDepth, int64(r.options.MaxDepth)}
	}
	return fmt.Errorf("line %d, byte %d: %w", line, offset, r.builder.limitError(err))
}

func (r *jsonReader) nothingFound() error {
	const want = `"resourceSpans" (OTLP) or "data" (Jaeger)`
	switch {
	case r.refused != "":
		return fmt.Errorf("the input is no trace but an answer that says %q", r.refused)
	case len(r.foreign) == 0:
		return errors.New("the input has no traces: expected objects with " + want)
	}
	return fmt.Errorf("expected objects with %s, found %s: the input is of another format", want, strings.Join(r.foreign, ", "))
}

// clip shortens a text out of the input for an error.
func clip(s string) string {
	const limit = 80
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
