package export

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// tracesPath is where OTLP/HTTP takes traces, below the endpoint.
const tracesPath = "/v1/traces"

// grpcPort is OTLP/gRPC's.
const grpcPort = "4317"

// endpoint is a place to send to, as somebody wrote it.
type endpoint struct {
	url    string // of scheme http or https, with the path of OTLP/HTTP
	grpc   bool
	secure bool // by TLS
}

// parseEndpoint reads an endpoint. The protocol, unless the scheme is grpc or
// grpcs, is the one that the environment sets, if it sets one, else gRPC on
// gRPC's own port and HTTP on others.
func parseEndpoint(s, protocol string) (endpoint, error) {
	u, err := parseEndpointURL(s)
	if err != nil {
		return endpoint{}, fmt.Errorf("endpoint %q: %w", s, err)
	}
	var e endpoint
	switch u.Scheme {
	case "grpc", "grpcs":
		e.grpc = true
		if u.Port() == "" {
			u.Host = net.JoinHostPort(u.Hostname(), grpcPort)
		}
	default:
		e.grpc = protocol == protocolGRPC || protocol == "" && u.Port() == grpcPort
	}
	e.secure = u.Scheme == "https" || u.Scheme == "grpcs"
	u.Scheme = "http"
	if e.secure {
		u.Scheme = "https"
	}
	switch u.Path = strings.TrimRight(u.Path, "/"); {
	case e.grpc && u.Path != "":
		return endpoint{}, fmt.Errorf("endpoint %q: gRPC has no paths; leave out %s", s, u.Path)
	case !e.grpc && !strings.HasSuffix(u.Path, tracesPath):
		u.Path += tracesPath
	}
	u.RawPath = ""
	e.url = u.String()
	return e, nil
}

// parseEndpointURL takes HOST:PORT for a URL of http.
func parseEndpointURL(s string) (*url.URL, error) {
	full := s
	if !strings.Contains(s, "://") {
		full = "http://" + s
	}
	u, err := url.Parse(full)
	if err != nil {
		var detail *url.Error
		if errors.As(err, &detail) {
			err = detail.Err
		}
		return nil, fmt.Errorf("%w; want HOST:PORT, or a URL such as http://localhost:4318", err)
	}
	switch u.Scheme {
	case "http", "https", "grpc", "grpcs":
	default:
		return nil, fmt.Errorf("%q is not one of http, https, grpc, grpcs", u.Scheme)
	}
	switch port := u.Port(); {
	case u.Hostname() == "":
		return nil, errors.New("it names no host; want HOST:PORT, or a URL such as http://localhost:4318")
	case port == "" && full != s:
		return nil, errors.New("it names no port; want HOST:PORT, or a URL such as http://localhost:4318")
	case port != "":
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, fmt.Errorf("%s is not a port", port)
		}
	}
	switch {
	case u.User != nil:
		return nil, errors.New("it holds a user name; credentials go into OTEL_EXPORTER_OTLP_HEADERS")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("it holds a query or a fragment, which cannot be sent; leave that out")
	}
	return u, nil
}
