package trace

import (
	"fmt"
	"io"
)

// lineTarget is the length at which WriteJSON ends a line and starts another.
// A whole chain's trace stays on one line, which is what people paste and what
// tools that read a document at a time want. Lines of a large trace stay below
// 1 MiB: the collector's readers of log files cut longer ones by default, and
// a damaged line costs its reader no more than that.
const lineTarget = 768 << 10

// bufferSize is how much WriteJSON gathers before it writes.
const bufferSize = 64 << 10

// WriteJSON writes t as OTLP JSON lines, as the OpenTelemetry collector's file
// exporter does: one TracesData object a line, IDs in lower-case hex, 64-bit
// integers as decimal strings, enumerations as numbers, empty fields left out.
// Spans are grouped by resource and scope, these in the order of their first
// span; within a group the order is kept. Invalid UTF-8 is replaced by U+FFFD.
// The output depends on t alone. It is written in large pieces; w needs no
// buffer of its own.
func WriteJSON(w io.Writer, t *Trace) error {
	e := encoder{w: w, buf: make([]byte, 0, bufferSize+bufferSize/4), line: 1}
	for _, g := range groupSpans(t.Spans) {
		for _, sg := range g.scopes {
			for _, i := range sg.spans {
				if err := e.span(g, sg, &t.Spans[i]); err != nil {
					return err
				}
			}
		}
	}
	if len(t.Spans) == 0 {
		e.buf = append(e.buf, `{"resourceSpans":[`...)
	}
	return e.endLine()
}

// resourceGroup is the spans of one resource. Head is its encoded "resource"
// and tail its schema URL, as they stand before and behind the scopes.
type resourceGroup struct {
	resource   *Resource
	head, tail string
	scopes     []*scopeGroup
}

// scopeGroup is the spans of one scope within a resource, as indexes.
type scopeGroup struct {
	scope      *Scope
	head, tail string
	spans      []int
}

// groupKey finds a span's group by pointers, which is nearly always enough.
type groupKey struct {
	resource *Resource
	scope    *Scope
}

// groupSpans groups by what resources and scopes hold, not by where they are:
// traces put together by hand or out of several files repeat them.
func groupSpans(spans []Span) []*resourceGroup {
	var groups []*resourceGroup
	byResource := make(map[string]*resourceGroup)
	byScope := make(map[string]*scopeGroup)
	byKey := make(map[groupKey]*scopeGroup)
	for i := range spans {
		key := groupKey{spans[i].Resource, spans[i].Scope}
		sg, ok := byKey[key]
		if !ok {
			rhead, rtail := encodeResource(key.resource)
			shead, stail := encodeScope(key.scope)
			// A NUL never occurs in encoded JSON.
			rkey := rhead + "\x00" + rtail
			rg, ok := byResource[rkey]
			if !ok {
				rg = &resourceGroup{resource: key.resource, head: rhead, tail: rtail}
				byResource[rkey] = rg
				groups = append(groups, rg)
			}
			skey := rkey + "\x00" + shead + "\x00" + stail
			if sg, ok = byScope[skey]; !ok {
				sg = &scopeGroup{scope: key.scope, head: shead, tail: stail}
				byScope[skey] = sg
				rg.scopes = append(rg.scopes, sg)
			}
			byKey[key] = sg
		}
		sg.spans = append(sg.spans, i)
	}
	return groups
}

// encoder writes lines span by span.
type encoder struct {
	w        io.Writer
	buf      []byte         // what is not written yet
	line     int            // number of the current line
	written  int            // bytes of the current line that are written
	resource *resourceGroup // the one that is open on this line
	scope    *scopeGroup    // the one that is open on this line
}

func (e *encoder) span(rg *resourceGroup, sg *scopeGroup, s *Span) error {
	if e.written+len(e.buf) >= lineTarget {
		if err := e.endLine(); err != nil {
			return err
		}
	}
	if e.written+len(e.buf) == 0 {
		e.buf = append(e.buf, `{"resourceSpans":[`...)
	}
	if e.resource != rg {
		if e.resource != nil {
			e.closeResource()
			e.buf = append(e.buf, ',')
		}
		e.buf = append(e.buf, rg.head...)
		e.resource = rg
	}
	if e.scope != sg {
		if e.scope != nil {
			e.closeScope()
			e.buf = append(e.buf, ',')
		}
		e.buf = append(e.buf, sg.head...)
		e.scope = sg
	} else {
		e.buf = append(e.buf, ',')
	}
	e.buf = appendSpan(e.buf, s)
	if len(e.buf) < bufferSize {
		return nil
	}
	return e.flush()
}

func (e *encoder) closeScope() {
	e.buf = append(append(e.buf, ']'), e.scope.tail...)
	e.scope = nil
}

func (e *encoder) closeResource() {
	if e.scope != nil {
		e.closeScope()
	}
	e.buf = append(append(e.buf, ']'), e.resource.tail...)
	e.resource = nil
}

func (e *encoder) endLine() error {
	if e.resource != nil {
		e.closeResource()
	}
	e.buf = append(e.buf, "]}\n"...)
	err := e.flush()
	e.line++
	e.written = 0
	return err
}

func (e *encoder) flush() error {
	if _, err := e.w.Write(e.buf); err != nil {
		return fmt.Errorf("writing line %d of the trace: %w", e.line, err)
	}
	e.written += len(e.buf)
	e.buf = e.buf[:0]
	return nil
}

// encodeResource returns what stands before and behind a resource's scopes.
func encodeResource(r *Resource) (head, tail string) {
	if r == nil {
		r = &Resource{}
	}
	b := fields(append([]byte(nil), `{"resource":{`...))
	b.attrs(r.Attrs)
	b.count("droppedAttributesCount", r.Dropped)
	return string(b) + `},"scopeSpans":[`, encodeTail(r.SchemaURL)
}

// encodeScope returns what stands before and behind a scope's spans.
func encodeScope(s *Scope) (head, tail string) {
	if s == nil {
		s = &Scope{}
	}
	b := fields(append([]byte(nil), `{"scope":{`...))
	b.str("name", s.Name)
	b.str("version", s.Version)
	b.attrs(s.Attrs)
	b.count("droppedAttributesCount", s.Dropped)
	return string(b) + `},"spans":[`, encodeTail(s.SchemaURL)
}

func encodeTail(schemaURL string) string {
	if schemaURL == "" {
		return "}"
	}
	return string(appendString([]byte(`,"schemaUrl":`), schemaURL)) + "}"
}
