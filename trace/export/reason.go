package export

import (
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"google.golang.org/grpc/status"
)

// explained is an error in words for people.
type explained struct {
	text string
	err  error
}

// Error implements error.
func (e *explained) Error() string { return e.text }

// Unwrap returns the error that is explained.
func (e *explained) Unwrap() error { return e.err }

const closedText = "the connection was closed without an answer"

// explain puts into words why nothing was answered.
func explain(err error) error {
	var (
		known   *explained
		dns     *net.DNSError
		syscall *os.SyscallError
		request *url.Error
		answer  interface{ GRPCStatus() *status.Status }
	)
	text := strings.TrimPrefix(err.Error(), "traces export: ")
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &dns):
		text = dns.Err + " " + dns.Name
	case errors.As(err, &syscall):
		text = syscall.Err.Error()
	case errors.As(err, &request):
		text = request.Err.Error()
	case errors.As(err, &answer):
		text = statusText(answer.GRPCStatus())
	}
	if errors.Is(err, io.EOF) {
		text = closedText
	}
	return &explained{clean(withAdvice(text)), err}
}

// spokeFirst is what net/http says of a server that sends before it was asked,
// as one of gRPC does with its settings: whether they come before or after the
// request is written, chance decides.
const spokeFirst = "readLoopPeekFailLocked: %!w(<nil>)"

// withAdvice says what to do about mistakes that are made easily.
func withAdvice(text string) string {
	switch {
	case strings.Contains(text, "malformed HTTP response"), strings.Contains(text, spokeFirst):
		return "the answer is not HTTP; for gRPC, write grpc://HOST:PORT, or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc"
	case strings.Contains(text, "looked like an HTTP/1.1 header"):
		return "the answer is not gRPC; for HTTP, write http://HOST:PORT, or set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
	case strings.Contains(text, "certificate signed by unknown authority"):
		return text + "; OTEL_EXPORTER_OTLP_CERTIFICATE names a file with the authority's certificate"
	}
	return text
}

// noConnection begins what gRPC says when it has no connection.
var noConnection = []string{"connection error: ", "last connection error: ", "name resolver error: ", "dns: "}

// brokenConnection matches what gRPC says of a connection that it had.
var brokenConnection = regexp.MustCompile(`^(?:error reading from server: )?(?:EOF|(?:read|write) \w+ .*: (?:read|write): .*)$`)

func isNoConnection(message string) bool {
	for _, begin := range noConnection {
		if strings.HasPrefix(message, begin) {
			return true
		}
	}
	return false
}

// systemError finds the last part of an error of package net.
var systemError = regexp.MustCompile(`^(?:dial|read|write) \w+ .*: (?:connect|read|write): (.*)$`)

// connectionText takes off what gRPC wraps round the reason why there is no
// connection, or no more.
func connectionText(message string) string {
	text := message
	if _, quoted, ok := strings.Cut(text, `desc = "`); ok {
		if inner, err := strconv.Unquote(`"` + quoted); err == nil {
			text = inner
		}
	}
	for _, wrap := range []string{"name resolver error: ", "transport: ", "authentication handshake failed: ", "Error while dialing: ", "error reading server preface: ", "error reading from server: "} {
		text = strings.TrimPrefix(text, wrap)
	}
	if found := systemError.FindStringSubmatch(text); found != nil {
		text = found[1]
	}
	switch text {
	case "produced zero addresses":
		text = "no such host"
	case "EOF":
		text = closedText
	}
	return clean(withAdvice(text))
}

// maxText is how long a text from the other side may be here.
const maxText = 500

// clean makes one short line of what somebody else wrote, with nothing in it
// that a terminal acts on.
func clean(s string) string {
	s = strings.Join(strings.FieldsFunc(valid(s), func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if runes := []rune(s); len(runes) > maxText {
		s = string(runes[:maxText]) + "…"
	}
	return s
}
