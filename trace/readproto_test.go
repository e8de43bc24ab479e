package trace_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/internal/tracegen"
)

// message appends fields with a length to a protobuf message.
func message(fields ...[]byte) []byte { return bytes.Join(fields, nil) }

func field(num protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, num, protowire.BytesType), content)
}

func spanMessage(fields ...[]byte) []byte {
	return field(1, field(2, field(2, message(fields...))))
}

func TestReadProtoErrors(t *testing.T) {
	name := field(5, []byte("n"))
	deep := field(5, nil) // an empty list
	for range 200 {
		deep = field(5, field(1, deep))
	}
	for what, tt := range map[string]struct {
		in   []byte
		want string
	}{
		"a short ID":            {spanMessage(name, field(1, []byte{1, 2})), `span "n": trace_id has 2 bytes, not 16`},
		"a long span ID":        {spanMessage(name, field(2, make([]byte, 9))), `span "n": span_id has 9 bytes, not 8`},
		"a link's ID":           {spanMessage(name, field(13, field(2, []byte{1}))), `span "n": link 0: span_id`},
		"a deep value":          {spanMessage(name, field(9, field(2, deep))), "nested deeper than the limit of 128"},
		"a field beyond":        {field(1, field(2, append(field(2, name), 0x12, 0x7f))), "field 2 is longer than the message"},
		"a field of a span":     {spanMessage([]byte{0x2a, 0x7f, 'x'}), "longer than the message"},
		"a group":               {field(1, []byte{0x0b}), "field 1 has the type 3"},
		"a field without a tag": {append(field(1, nil), field(1, []byte{0x00})...), "invalid field tag"},
		"an endless number":     {append(field(1, nil), bytes.Repeat([]byte{0xff}, 20)...), "invalid number"},
		"an invalid field":      {spanMessage(name, []byte{0x0c}), "an invalid field"},
	} {
		got, err := read(bytes.NewReader(tt.in))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v lacks %q", what, err, tt.want)
		}
		if errors.Is(err, trace.ErrTruncated) {
			t.Errorf("%s: error %q claims that the input was cut", what, err)
		}
		if len(got.Spans) > 1 {
			t.Errorf("%s: %d spans", what, len(got.Spans))
		}
	}
}

// What is not known is passed over, wherever it is.
func TestReadProtoUnknownFields(t *testing.T) {
	unknown := message(
		protowire.AppendVarint(protowire.AppendTag(nil, 100, protowire.VarintType), 7),
		protowire.AppendFixed32(protowire.AppendTag(nil, 101, protowire.Fixed32Type), 7),
		protowire.AppendFixed64(protowire.AppendTag(nil, 102, protowire.Fixed64Type), 7),
		field(103, bytes.Repeat([]byte("x"), 100_000)),
	)
	span := message(field(5, []byte("n")), unknown, field(9, message(field(1, []byte("k")), unknown, field(2, message(unknown, field(1, []byte("v")))))))
	in := message(unknown, field(1, message(unknown, field(1, unknown), field(2, message(unknown, field(1, unknown), field(2, span), unknown)))), unknown)
	want := &trace.Trace{Spans: []trace.Span{{
		Name: "n", Attrs: []trace.Attr{{"k", trace.String("v")}}, Resource: &trace.Resource{}, Scope: &trace.Scope{},
	}}}
	// A field 103 in front is no beginning that a trace has, so the format is
	// told by a first empty ResourceSpans.
	if d := diffTraces(want, mustRead(t, append(field(1, nil), in...))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A resource may come behind its spans, and a string be no UTF-8.
func TestReadProtoOddities(t *testing.T) {
	resource := field(1, field(1, message(field(1, []byte("service.name")), field(2, field(1, []byte("s\xff"))))))
	in := field(1, message(field(2, message(field(2, field(5, []byte("a\xfe"))), field(1, field(1, []byte("scope"))))), resource, field(3, []byte("url"))))
	want := &trace.Trace{Spans: []trace.Span{{
		Name: "a\ufffd", Scope: &trace.Scope{Name: "scope"},
		Resource: &trace.Resource{Attrs: []trace.Attr{{"service.name", trace.String("s\ufffd")}}, SchemaURL: "url"},
	}}}
	if d := diffTraces(want, mustRead(t, in)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestReadProtoTruncated(t *testing.T) {
	whole := tracegen.Everything()
	in := protoBytes(t, whole)
	for n := 2; n < len(in); n++ {
		got, err := read(bytes.NewReader(in[:n]))
		// Between two messages a cut cannot be seen.
		if err == nil {
			if proto.Unmarshal(in[:n], protoMessage(&trace.Trace{})) != nil {
				t.Fatalf("cut after %d bytes: no error", n)
			}
			continue
		}
		if !errors.Is(err, trace.ErrTruncated) {
			t.Fatalf("cut after %d bytes: error %v", n, err)
		}
		for _, s := range got.Spans {
			if s.Resource == nil || s.Scope == nil {
				t.Fatalf("cut after %d bytes: span %q lacks resource or scope", n, s.Name)
			}
		}
	}
}
