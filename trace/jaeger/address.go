package jaeger

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// defaultPort is the one of Jaeger's query API and of its page.
const defaultPort = "16686"

// IsAddress reports whether s is meant as an address for ParseAddress, and not
// as the name of a file.
func IsAddress(s string) bool {
	scheme, _, found := strings.Cut(s, "://")
	return found && httpScheme(scheme) != ""
}

func httpScheme(scheme string) string {
	switch strings.ToLower(scheme) {
	case "jaeger":
		return "http"
	case "jaegers":
		return "https"
	}
	return ""
}

// ParseAddress reads one of
//
//	jaeger://HOST:PORT/TRACE
//	jaeger://HOST:PORT/?service=NAME&lookback=1h&limit=20
//
// or, for HTTPS, the same with jaegers. The port may be left out and is then
// 16686. In front of the host there may be USER:PASSWORD@ for basic
// authentication, in front of the trace's ID or the question mark the base path
// that Jaeger was told with --query.base-path. What its page has in the
// browser's address bar for a trace will do too: jaeger://HOST:PORT/trace/TRACE.
//
// A search has these parameters, of which only service must be there:
// operation; start and end, in RFC 3339; lookback, instead of start; minDuration
// and maxDuration; limit; tag, as KEY:VALUE, which may be repeated. Durations are
// Go's, and whole days as in 2d.
//
// The errors never hold the password.
func ParseAddress(s string) (Query, error) {
	q, err := parse(s)
	if err != nil {
		return Query{}, fmt.Errorf("address of a Jaeger: %w", err)
	}
	return q, nil
}

func parse(s string) (Query, error) {
	var q Query
	if !IsAddress(s) {
		return q, errors.New("it begins with neither jaeger:// nor, for HTTPS, jaegers://")
	}
	u, err := url.Parse(s)
	if err != nil {
		// The error of url.Parse may hold the password.
		return q, errors.New("host or port are not well-formed: write special characters, in a password too, as %2F for /")
	}
	if u.Fragment != "" || strings.HasSuffix(s, "#") {
		return q, errors.New("# ends an address: write it as %23")
	}
	host, err := hostAndPort(u)
	if err != nil {
		return q, err
	}
	q.User = u.User.Username()
	q.Password, _ = u.User.Password()
	if q.User == "" && q.Password != "" {
		return q, errors.New("there is a password without a user: write USER:PASSWORD@HOST")
	}

	parameters, err := q.setParameters(u.RawQuery)
	if err != nil {
		return q, err
	}
	base, err := q.setPath(u.Path, parameters)
	if err != nil {
		return q, err
	}
	server := url.URL{Scheme: httpScheme(u.Scheme), Host: host, Path: base}
	q.Server = server.String()
	return q, nil
}

func hostAndPort(u *url.URL) (string, error) {
	host, port := u.Hostname(), u.Port()
	if host == "" {
		return "", errors.New("it names no host: write jaeger://HOST:PORT/TRACE")
	}
	if strings.Contains(host, ":") && !strings.HasPrefix(u.Host, "[") {
		return "", fmt.Errorf("host %s has more than one colon: write [ and ] round an IPv6 address", clip(u.Host))
	}
	if port == "" {
		port = defaultPort
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return "", fmt.Errorf("port %s is not between 1 and 65535", clip(port))
	}
	return net.JoinHostPort(host, port), nil
}

// setPath takes the trace's ID from the end of the path and returns the base
// path in front of it. It is told which parameters of a search there are.
func (q *Query) setPath(p string, parameters []string) (base string, err error) {
	front, last := path.Split(p)
	isID, searching := isTraceID(last), slices.Contains(parameters, "service")
	switch {
	case isID && searching:
		return "", fmt.Errorf("it names both the trace %s and a service: leave out one, or write a base path with / at its end", last)
	case isID && len(parameters) > 0:
		return "", fmt.Errorf("%s= is for a search, and it names the trace %s: leave out one", parameters[0], last)
	case isID:
		q.TraceID = strings.ToLower(last)
		// The page has traces below /trace, the API has not.
		return clean(strings.TrimSuffix(clean(front), "/trace")), nil
	case searching:
		return clean(p), nil
	case len(parameters) > 0:
		return "", fmt.Errorf("%s= is for a search, which needs service=NAME too", parameters[0])
	case last != "":
		return "", fmt.Errorf("%q is not a trace ID, which is 1 to 32 hex digits; a search ends with ?service=NAME", clip(last))
	}
	return "", errors.New("it names neither a trace, as /TRACE, nor a search, as /?service=NAME")
}

// clean returns a base path that others can be put behind.
func clean(p string) string {
	if p = path.Clean("/" + p); p != "/" {
		return p
	}
	return ""
}

func isTraceID(s string) bool {
	return len(s) >= 1 && len(s) <= 32 && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}
