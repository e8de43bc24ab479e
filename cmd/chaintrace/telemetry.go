package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"sync"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/resource"
)

// tellTelemetry has OpenTelemetry's errors told as warnings, in this process,
// and its log discarded: of wrong settings that writes the values, which may be
// tokens, and trace/export warns of them.
func tellTelemetry(stderr io.Writer) {
	otel.SetLogger(logr.Discard())
	otel.SetErrorHandler(&teller{stderr: stderr, told: make(map[string]bool)})
}

// teller tells each error once, since every TracerProvider reports its own. It
// is an otel.ErrorHandler, and safe for concurrent use.
type teller struct {
	stderr io.Writer

	mu   sync.Mutex
	told map[string]bool
}

// Handle implements otel.ErrorHandler.
func (t *teller) Handle(err error) {
	text := telemetryText(err)
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.told[text] {
		t.told[text] = true
		fmt.Fprintf(t.stderr, "warning: %s\n", text)
	}
}

// telemetryText names the variable where the SDK does not.
func telemetryText(err error) string {
	const variable = "OTEL_RESOURCE_ATTRIBUTES: "
	var escape url.EscapeError
	switch {
	case errors.Is(err, resource.ErrPartialResource):
		return variable + "what has no = in it is ignored"
	case errors.As(err, &escape):
		return variable + escape.Error() + "; the value is taken as it is written"
	}
	return err.Error()
}
