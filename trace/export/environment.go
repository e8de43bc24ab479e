package export

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Values of OTEL_TRACES_EXPORTER.
const (
	exporterOTLP = "otlp"
	exporterNone = "none"
)

// Values of OTEL_EXPORTER_OTLP_PROTOCOL.
const (
	protocolGRPC     = "grpc"
	protocolProtobuf = "http/protobuf"
	protocolJSON     = "http/json"
)

// defaultTimeout is what the standard says of OTEL_EXPORTER_OTLP_TIMEOUT.
const defaultTimeout = 10 * time.Second

// Requested reports whether the standard environment asks for traces to be
// sent: OTEL_TRACES_EXPORTER is set to other than none, or it is not set and an
// endpoint is. OTEL_SDK_DISABLED=true turns all of it off.
//
// The standard's default is to send. A tool that is run by hand should not try
// to reach a collector that nobody has mentioned.
func Requested(getenv func(string) string) bool {
	e := environment{getenv}
	if e.disabled() {
		return false
	}
	if exporter := e.exporter(); exporter != "" {
		return exporter != exporterNone
	}
	_, variable := e.otlp("ENDPOINT")
	return variable != ""
}

// environment is the part of OpenTelemetry's standard environment that is
// looked at here. The exporters read all of it, but only log what is wrong.
type environment struct {
	getenv func(string) string
}

func (e environment) disabled() bool {
	return strings.EqualFold(strings.TrimSpace(e.getenv("OTEL_SDK_DISABLED")), "true")
}

func (e environment) exporter() string { return strings.TrimSpace(e.getenv("OTEL_TRACES_EXPORTER")) }

// otlpPrefixes begin the names of OTLP's variables; those for traces alone win.
var otlpPrefixes = [...]string{"OTEL_EXPORTER_OTLP_TRACES_", "OTEL_EXPORTER_OTLP_"}

// otlp returns a setting for OTLP and the variable that holds it.
func (e environment) otlp(name string) (value, variable string) {
	for _, prefix := range otlpPrefixes {
		if v := strings.TrimSpace(e.getenv(prefix + name)); v != "" {
			return v, prefix + name
		}
	}
	return "", ""
}

// protocol returns the protocol that is set, or "".
func (e environment) protocol() (string, error) {
	v, variable := e.otlp("PROTOCOL")
	switch v {
	case "", protocolGRPC, protocolProtobuf, protocolJSON:
		return v, nil
	}
	return "", fmt.Errorf("%s: %q is not one of %s, %s, %s", variable, v, protocolGRPC, protocolProtobuf, protocolJSON)
}

// timeout returns how long one export may take; 0 is no limit. A wrong value
// is ignored with a warning, as the standard asks.
func (e environment) timeout(warn func(string)) time.Duration {
	v, variable := e.otlp("TIMEOUT")
	if v == "" {
		return defaultTimeout
	}
	ms, err := strconv.ParseInt(v, 10, 32)
	if err != nil || ms < 0 {
		warn(fmt.Sprintf("%s: %q is not a number of milliseconds; %v is used", variable, v, defaultTimeout))
		return defaultTimeout
	}
	return time.Duration(ms) * time.Millisecond
}

// endpoint describes where the environment sends OTLP to.
func (e environment) endpoint(protocol string) (string, error) {
	v, variable := e.otlp("ENDPOINT")
	if v == "" {
		// The exporters' own defaults.
		if protocol == protocolGRPC {
			return "https://localhost:4317", nil
		}
		return "http://localhost:4318", nil
	}
	u, err := url.Parse(v)
	if err != nil {
		return "", fmt.Errorf("%s: %q is not a URL; give one such as http://localhost:4318", variable, v)
	}
	if protocol != protocolGRPC && (u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return "", fmt.Errorf("%s: %q is not a URL of http or https; give one such as http://localhost:4318", variable, v)
	}
	return u.Redacted(), nil
}

// tls returns the certificates that are set, or nil if none are.
func (e environment) tls() (*tls.Config, error) {
	config := &tls.Config{}
	if file, variable := e.otlp("CERTIFICATE"); variable != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", variable, err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s: %s holds no certificate in PEM format", variable, file)
		}
	}
	for _, prefix := range otlpPrefixes {
		certificate := strings.TrimSpace(e.getenv(prefix + "CLIENT_CERTIFICATE"))
		key := strings.TrimSpace(e.getenv(prefix + "CLIENT_KEY"))
		if certificate == "" || key == "" {
			continue
		}
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			return nil, fmt.Errorf("%sCLIENT_CERTIFICATE, %[1]sCLIENT_KEY: %w", prefix, err)
		}
		config.Certificates = []tls.Certificate{pair}
		break
	}
	if config.RootCAs == nil && config.Certificates == nil {
		return nil, nil
	}
	return config, nil
}
