package export

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func getenv(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

func TestRequested(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"OTEL_TRACES_EXPORTER": "otlp"}, true},
		{map[string]string{"OTEL_TRACES_EXPORTER": "console"}, true},
		{map[string]string{"OTEL_TRACES_EXPORTER": "none"}, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318"}, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_HEADERS": "a=b"}, false},
		{map[string]string{"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, false},
		{map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "True"}, false},
		{map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "1"}, true},
	} {
		if got := Requested(getenv(tt.env)); got != tt.want {
			t.Errorf("%v: got %v", tt.env, got)
		}
	}
}

func TestTimeout(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want time.Duration
		warn string
	}{
		{nil, 10 * time.Second, ""},
		{map[string]string{"OTEL_EXPORTER_OTLP_TIMEOUT": "1500"}, 1500 * time.Millisecond, ""},
		{map[string]string{"OTEL_EXPORTER_OTLP_TIMEOUT": "1", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "2"}, 2 * time.Millisecond, ""},
		{map[string]string{"OTEL_EXPORTER_OTLP_TIMEOUT": "0"}, 0, ""},
		{map[string]string{"OTEL_EXPORTER_OTLP_TIMEOUT": "10s"}, 10 * time.Second, `OTEL_EXPORTER_OTLP_TIMEOUT: "10s" is not a number of milliseconds; 10s is used`},
		{map[string]string{"OTEL_EXPORTER_OTLP_TIMEOUT": "-1"}, 10 * time.Second, `OTEL_EXPORTER_OTLP_TIMEOUT: "-1" is not a number of milliseconds; 10s is used`},
	} {
		warned := ""
		got := environment{getenv(tt.env)}.timeout(func(message string) { warned = message })
		if got != tt.want || warned != tt.warn {
			t.Errorf("%v: got %v and the warning %q", tt.env, got, warned)
		}
	}
}

func TestWrongEnvironment(t *testing.T) {
	dir := t.TempDir()
	nothing := filepath.Join(dir, "nothing.pem")
	empty := filepath.Join(dir, "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		env  map[string]string
		want string
		file bool // it is about a file that cannot be read
	}{
		{map[string]string{"OTEL_TRACES_EXPORTER": "none"}, "OTEL_TRACES_EXPORTER is none, which forbids sending; unset it, or give an endpoint", false},
		{map[string]string{"OTEL_SDK_DISABLED": "true"}, "OTEL_SDK_DISABLED is true, which forbids sending", false},
		{map[string]string{"OTEL_TRACES_EXPORTER": "zipkin"}, `OTEL_TRACES_EXPORTER: "zipkin": unknown exporter`, false},
		{map[string]string{"OTEL_TRACES_EXPORTER": "otlp,console"}, `there are otlp, console, none`, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": "http"}, `OTEL_EXPORTER_OTLP_PROTOCOL: "http" is not one of grpc, http/protobuf, http/json`, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "localhost:4318"}, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "localhost:4318" is not a URL of http or https; give one such as http://localhost:4318`, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:x"}, `OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:x" is not a URL`, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_CERTIFICATE": nothing}, "OTEL_EXPORTER_OTLP_CERTIFICATE: open " + nothing, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_CERTIFICATE": empty}, empty + " holds no certificate in PEM format", false},
		{map[string]string{"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": nothing, "OTEL_EXPORTER_OTLP_CLIENT_KEY": nothing}, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE, OTEL_EXPORTER_OTLP_CLIENT_KEY: open ", true},
	} {
		clearEnvironment(t)
		for name, value := range tt.env {
			t.Setenv(name, value)
		}
		_, err := New(context.Background(), Config{Getenv: getenv(tt.env)})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: got error %v, want one with %s", tt.env, err, tt.want)
			continue
		}
		var path *fs.PathError
		if errors.As(err, &path) != tt.file {
			t.Errorf("%v: a file that cannot be read: %v", err, !tt.file)
		}
		if _, off := tt.env["OTEL_TRACES_EXPORTER"]; off || tt.env["OTEL_SDK_DISABLED"] != "" {
			continue // an endpoint goes before these
		}
		withEndpoint := maps.Clone(tt.env)
		_, err = New(context.Background(), Config{Endpoint: "127.0.0.1:4318", Getenv: getenv(withEndpoint)})
		if _, endpoint := (environment{getenv(tt.env)}).otlp("ENDPOINT"); (err == nil) != (endpoint != "") {
			t.Errorf("%v with an endpoint: %v", tt.env, err)
		}
	}
}
