package collectortest

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/bytedance/sonic"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/mailru/easyjson/jlexer"
	segmentio "github.com/segmentio/encoding/json"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/chaintrace/chaintrace/trace"
	"github.com/chaintrace/chaintrace/trace/internal/tracegen"
)

// BenchmarkDecoders shows why trace has a lexer of its own: well-kept fast
// decoders walk the tokens of the same bytes, without keeping anything, or
// decode them into structs of their kind; beside them Read and the collector
// do the whole work.
func BenchmarkDecoders(b *testing.B) {
	in := jsonBytes(b, collect(b, written(b, tracegen.Chain(10_000, 1))))
	for _, d := range []struct {
		name string
		run  func() error
	}{
		{"collector", func() error {
			_, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(in)
			return err
		}},
		{"chaintrace", func() error {
			_, err := trace.Read(bytes.NewReader(in), trace.ReadOptions{})
			return err
		}},
		{"jsontext-tokens", func() error { return walkJSONText(jsontext.NewDecoder(bytes.NewReader(in))) }},
		{"segmentio-tokens", func() error {
			t := segmentio.NewTokenizer(in)
			for t.Next() {
			}
			return t.Err
		}},
		{"easyjson-tokens", func() error {
			l := &jlexer.Lexer{Data: in}
			walkEasyJSON(l)
			return l.Error()
		}},
		{"sonic-structs", func() error {
			var d document
			return sonic.Unmarshal(in, &d)
		}},
	} {
		b.Run("decoder="+d.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(in)))
			for b.Loop() {
				if err := d.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func walkJSONText(d *jsontext.Decoder) error {
	for {
		if _, err := d.ReadToken(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

func walkEasyJSON(l *jlexer.Lexer) {
	switch {
	case l.IsDelim('{'):
		l.Delim('{')
		for !l.IsDelim('}') && l.Ok() {
			l.UnsafeFieldName(true)
			l.WantColon()
			walkEasyJSON(l)
			l.WantComma()
		}
		l.Delim('}')
	case l.IsDelim('['):
		l.Delim('[')
		for !l.IsDelim(']') && l.Ok() {
			walkEasyJSON(l)
			l.WantComma()
		}
		l.Delim(']')
	default:
		l.SkipRecursive()
	}
}

// document holds what the generated traces have, as sonic decodes it.
type document struct {
	ResourceSpans []struct {
		Resource struct {
			Attributes []attribute `json:"attributes"`
		} `json:"resource"`
		ScopeSpans []struct {
			Spans []struct {
				TraceID      string      `json:"traceId"`
				SpanID       string      `json:"spanId"`
				ParentSpanID string      `json:"parentSpanId"`
				Flags        uint32      `json:"flags"`
				Name         string      `json:"name"`
				Kind         int         `json:"kind"`
				Start        string      `json:"startTimeUnixNano"`
				End          string      `json:"endTimeUnixNano"`
				Attributes   []attribute `json:"attributes"`
			} `json:"spans"`
		} `json:"scopeSpans"`
	} `json:"resourceSpans"`
}

type attribute struct {
	Key   string `json:"key"`
	Value value  `json:"value"`
}

type value struct {
	String *string `json:"stringValue"`
	Bool   *bool   `json:"boolValue"`
	Int    *string `json:"intValue"`
	Array  *struct {
		Values []value `json:"values"`
	} `json:"arrayValue"`
}
