package export

import (
	"context"
	"slices"
	"testing"
)

// What the exporters leave out is told once, and never what a header holds.
func TestWarnOfIgnored(t *testing.T) {
	const ignored = "; what is wrong is not sent"
	for _, tt := range []struct {
		env  map[string]string
		want []string
	}{
		{nil, nil},
		{map[string]string{"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"}, nil},
		{map[string]string{"OTEL_EXPORTER_OTLP_COMPRESSION": " none "}, nil},
		{map[string]string{"OTEL_EXPORTER_OTLP_COMPRESSION": "zstd"}, []string{`OTEL_EXPORTER_OTLP_COMPRESSION: "zstd" is not one of gzip, none; nothing is compressed`}},
		{map[string]string{"OTEL_EXPORTER_OTLP_COMPRESSION": "zstd", "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION": "gzip"}, nil},
		{map[string]string{"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip", "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION": "GZIP"}, []string{`OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: "GZIP" is not one of gzip, none; nothing is compressed`}},
		{map[string]string{"OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20s3cret, x-tenant = t1 ,,empty=,"}, nil},
		{map[string]string{"OTEL_EXPORTER_OTLP_HEADERS": "s3cret"}, []string{"OTEL_EXPORTER_OTLP_HEADERS: entry 1 has no =" + ignored}},
		{map[string]string{"OTEL_EXPORTER_OTLP_HEADERS": "a=b,Bearer s3cret==,=s3cret,c=s3cret%zz"}, []string{"OTEL_EXPORTER_OTLP_HEADERS: " +
			"entry 2 has a name that no header can have, entry 3 has a name that no header can have, entry 4 has a % that is not written as %25" + ignored}},
		{map[string]string{"OTEL_EXPORTER_OTLP_HEADERS": "s3cret", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "a=b,s3cret"}, []string{"OTEL_EXPORTER_OTLP_TRACES_HEADERS: entry 2 has no =" + ignored}},
	} {
		clearEnvironment(t)
		for _, endpoint := range []string{"", "grpc://127.0.0.1:4317", "http://127.0.0.1:4318"} {
			var got []string
			c := Config{Endpoint: endpoint, Getenv: getenv(tt.env), Warn: func(message string) { got = append(got, message) }}
			if _, err := New(context.Background(), c); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%v to %q:\n%q\nwant\n%q", tt.env, endpoint, got, tt.want)
			}
		}
	}
}
