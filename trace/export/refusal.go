package export

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"

	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// refusal is what a collector answered to the last request, if it did not take
// the spans. The exporters' errors do not tell all of it: of an answer after
// which they try again, the HTTP status is lost, and a body of protobuf, which
// the standard demands of collectors, is not decoded.
type refusal struct {
	mu   sync.Mutex
	text string
}

func (r *refusal) set(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.text = clean(text)
}

func (r *refusal) get() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text
}

// keeper keeps the refusals of an HTTP server.
type keeper struct {
	next    *http.Transport
	refusal *refusal
}

// maxAnswer is how much of a refusal's body is read for its message.
const maxAnswer = 64 << 10

// RoundTrip implements http.RoundTripper.
func (k *keeper) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := k.next.RoundTrip(req)
	if err != nil {
		if req.Context().Err() == nil {
			k.refusal.set("")
		}
		return nil, err
	}
	isSuccess := resp.StatusCode < 300
	if media := mediaType(resp); isSuccess && (media == mediaProtobuf || media == mediaJSON) {
		k.refusal.set("")
		return resp, nil
	}
	// What cannot be read here cannot be read by the exporter either, which
	// reports that.
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch {
	case !isSuccess:
		k.refusal.set(refusalText(resp, body))
	case len(body) > 0:
		k.refusal.set("")
		_ = resp.Body.Close()
		return nil, &explained{foreignText(resp, body), nil}
	default:
		// Some collectors take spans without a word.
		k.refusal.set("")
	}
	rest := resp.Body
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), rest), rest}
	return resp, nil
}

// CloseIdleConnections is what http.Client looks for.
func (k *keeper) CloseIdleConnections() { k.next.CloseIdleConnections() }

// foreignText says in one line what a server answered that took the request,
// but as what does not know OTLP.
func foreignText(resp *http.Response, body []byte) string {
	const advice = "; that of HTTP has port 4318, mostly"
	switch media := mediaType(resp); media {
	case mediaHTML:
		// Such as Jaeger's own, which answers any request with its page.
		return "the answer is a web page, so this is no OTLP endpoint" + advice
	case "":
		return "the answer has no content type of OTLP, so this is no OTLP endpoint" + advice + ": " + clean(string(body))
	default:
		return "the answer is " + media + ", so this is no OTLP endpoint" + advice + ": " + clean(string(body))
	}
}

// refusalText says in one line what the server answered.
func refusalText(resp *http.Response, body []byte) string {
	text := strings.TrimSpace(resp.Status)
	if message := strings.TrimSpace(refusalMessage(mediaType(resp), body)); message != "" {
		text += ": " + message
	}
	return text
}

// refusalMessage finds the message in a body: a Status message of protobuf or
// JSON, as OTLP has it, or plain text. A page for browsers tells nothing more
// than the status does.
func refusalMessage(media string, body []byte) string {
	switch media {
	case mediaProtobuf:
		var s statuspb.Status
		if proto.Unmarshal(body, &s) != nil {
			return ""
		}
		return s.GetMessage()
	case mediaJSON:
		var s struct{ Message string }
		if json.Unmarshal(body, &s) == nil && s.Message != "" {
			return s.Message
		}
	case mediaHTML:
		return ""
	}
	return string(body)
}

// Types of bodies: the two of OTLP, and that of pages for browsers.
const (
	mediaProtobuf = "application/x-protobuf"
	mediaJSON     = "application/json"
	mediaHTML     = "text/html"
)

// mediaType returns the type of a response's body, or "".
func mediaType(resp *http.Response) string {
	media, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return media
}

// intercept keeps the refusals of a gRPC server. It is a
// grpc.UnaryClientInterceptor.
//
// Where there is no connection at all, its error is no longer one of gRPC, so
// that the exporter does not go on trying until the time limit: the user is
// there and can send again.
func (r *refusal) intercept(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	err := invoke(ctx, method, req, reply, cc, options...)
	switch s := status.Convert(err); {
	case err == nil:
		r.set("")
	case ctx.Err() != nil || s.Code() == codes.DeadlineExceeded:
		// The time is over, perhaps by the server's clock first. What was
		// refused before that is the reason.
	case s.Code() == codes.Unavailable && isNoConnection(s.Message()):
		r.set("")
		return &explained{connectionText(s.Message()), nil}
	case s.Code() == codes.Unavailable && brokenConnection.MatchString(s.Message()):
		r.set(connectionText(s.Message()))
	default:
		r.set(statusText(s))
	}
	return err
}

func statusText(s *status.Status) string { return s.Code().String() + ": " + s.Message() }
