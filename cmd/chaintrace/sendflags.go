package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/chaintrace/chaintrace/trace/export"
)

// sendHelp says in a command's help what the environment does to sending.
const sendHelp = `ENDPOINT is http://HOST:PORT, https://HOST:PORT, grpc://HOST:PORT,
grpcs://HOST:PORT, or HOST:PORT (http; gRPC if the port is 4317). Without --otlp,
OpenTelemetry's environment says where to: OTEL_TRACES_EXPORTER (otlp, console,
none), OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL (grpc,
http/protobuf, http/json), OTEL_SDK_DISABLED. In both cases these count, and the
same with OTEL_EXPORTER_OTLP_TRACES_ in front: OTEL_EXPORTER_OTLP_HEADERS,
_CERTIFICATE, _CLIENT_CERTIFICATE, _CLIENT_KEY, _COMPRESSION, and _TIMEOUT, which
is in milliseconds, for each batch of 512 spans, and 10000 by default.

When all is sent, the trace ID goes to stdout, and with --jaeger-ui the link to
the trace. When it is not, the reason is told, and which file holds the trace; the
exit code is 3.`

// sendFlags are the flags of every command that sends a trace.
type sendFlags struct {
	otlp, jaegerUI string
	getenv         func(string) string
}

func (f *sendFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.otlp, "otlp", "", "send the trace to this `ENDPOINT`, by OTLP over HTTP or gRPC")
	flags.StringVar(&f.jaegerUI, "jaeger-ui", "", "`URL` of a Jaeger's web page, such as http://localhost:16686: print the link to the trace there")
	completeWith(cmd, "otlp")
	completeWith(cmd, "jaeger-ui")
}

// wanted reports whether the flags or the environment ask for sending.
func (f *sendFlags) wanted(cmd *cobra.Command) bool {
	return cmd.Flags().Changed("otlp") || export.Requested(f.getenv)
}

// beside returns what sends a trace of which there are pictures too, or nil if
// nobody asks for that.
func (f *sendFlags) beside(cmd *cobra.Command, pics pictures) (*sender, error) {
	if !f.wanted(cmd) {
		if f.jaegerUI != "" {
			return nil, withCode(exitUsage, errors.New("--jaeger-ui: nothing is sent; give --otlp as well, or set OTEL_EXPORTER_OTLP_ENDPOINT"))
		}
		return nil, nil
	}
	ids := cmd.OutOrStdout()
	if slices.ContainsFunc(pics.targets, target.isStdout) {
		ids = cmd.ErrOrStderr()
	}
	return f.open(cmd, ids, pics.quiet)
}

// open checks the flags and the environment, and returns what sends. IDs of
// traces that were sent go to ids.
func (f *sendFlags) open(cmd *cobra.Command, ids io.Writer, quiet bool) (*sender, error) {
	if f.otlp == "" && cmd.Flags().Changed("otlp") {
		return nil, withCode(exitUsage, errors.New("--otlp: the endpoint is empty; give one such as http://localhost:4318"))
	}
	ui, err := checkUI(f.jaegerUI)
	if err != nil {
		return nil, withCode(exitUsage, err)
	}
	stderr := cmd.ErrOrStderr()
	exporter, err := export.New(cmd.Context(), export.Config{
		Endpoint: f.otlp, Getenv: f.getenv,
		Warn: func(message string) { fmt.Fprintf(stderr, "warning: %s\n", message) },
	})
	var unreadable *fs.PathError
	switch {
	case errors.As(err, &unreadable):
		return nil, withCode(exitWork, err)
	case err != nil && f.otlp != "":
		return nil, withCode(exitUsage, fmt.Errorf("--otlp: %w", err))
	case err != nil:
		return nil, withCode(exitUsage, err)
	}
	return &sender{exporter: exporter, endpoint: f.otlp, ui: ui, quiet: quiet, ids: ids, stderr: stderr}, nil
}

// checkUI checks the address of a Jaeger's page and takes off its last slashes.
func checkUI(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("--jaeger-ui: %q is not the address of a web page; give one such as http://localhost:16686", s)
	}
	return strings.TrimRight(s, "/"), nil
}
