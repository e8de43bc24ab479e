package jaeger

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode"
)

// verdict says what an answer is good for.
type verdict int

const (
	hasData   verdict = iota // its body is for trace.Read
	isEmpty                  // there is no such trace, or none at all
	isNoAPI                  // what answers does not know the path asked for
	isRefusal                // Jaeger says why it does not answer
)

// answer is what a server said.
type answer struct {
	verdict verdict
	status  int
	body    io.ReadCloser // of hasData only; otherwise it is closed
	says    string        // of all but hasData: what it was, for an error
}

// headSize is how much of an answer is looked at before it is handed on. All
// that is no traces is shorter.
const headSize = 64 << 10

// judge finds out what an answer is, and closes the body of one without data.
// Its error means that reading failed.
func judge(resp *http.Response) (answer, error) {
	body := bufio.NewReaderSize(resp.Body, headSize)
	head, err := body.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		resp.Body.Close()
		return answer{}, err
	}
	a := judgeHead(resp, head, err != nil)
	a.status = resp.StatusCode
	if a.verdict != hasData {
		resp.Body.Close()
		return a, nil
	}
	a.body = struct {
		io.Reader
		io.Closer
	}{body, resp.Body}
	return a, nil
}

// judgeHead is told the beginning of the body, and whether that is all of it.
// Jaeger's content types tell nothing: api/v3 answers JSON as plain text.
func judgeHead(resp *http.Response, head []byte, whole bool) answer {
	if isHTML(resp, head) {
		return answer{verdict: isNoAPI, says: fmt.Sprintf("an HTML page (status %d)", resp.StatusCode)}
	}
	ok := resp.StatusCode == http.StatusOK
	if ok && !whole && strings.HasPrefix(strings.TrimSpace(string(head)), "{") {
		return answer{verdict: hasData}
	}
	r := parseReply(head)
	complaint := r.complaint()
	if complaint == "" {
		a := answer{says: fmt.Sprintf("status %d, %q", resp.StatusCode, clip(string(head)))}
		switch {
		case ok:
			a.verdict = r.verdict()
		case isForeign(resp.StatusCode):
			a.verdict = isNoAPI
		default:
			a.verdict = isRefusal
		}
		return a
	}
	if resp.StatusCode == http.StatusNotFound {
		// Version 2 answers so to a search, too, that finds nothing.
		return answer{verdict: isEmpty, says: complaint}
	}
	return answer{verdict: isRefusal, says: complaint}
}

// isForeign reports whether a status, without a word from Jaeger, tells that
// the server does not know the path.
func isForeign(status int) bool {
	return status == http.StatusNotFound || status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented
}

func isHTML(resp *http.Response, head []byte) bool {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return kind == "text/html" || strings.HasPrefix(strings.TrimSpace(string(head)), "<")
}

// reply is what the short answers of both APIs have. Of what is not there at
// all, the list is empty; null is there.
type reply struct {
	Result struct{ ResourceSpans json.RawMessage } // api/v3
	Error  struct{ Message string }                // api/v3

	Data   json.RawMessage        // the older one
	Errors []struct{ Msg string } // the older one
}

// parseReply returns the first object of an answer; of what is none, nothing.
// Old versions' api/v3 answers with one object after the other.
func parseReply(head []byte) reply {
	var r reply
	if json.NewDecoder(bytes.NewReader(head)).Decode(&r) != nil {
		return reply{}
	}
	return r
}

// complaint returns what Jaeger itself says is wrong.
func (r reply) complaint() string {
	if len(r.Errors) > 0 && r.Errors[0].Msg != "" {
		return clip(r.Errors[0].Msg)
	}
	return clip(r.Error.Message)
}

// verdict is that of an answer without a complaint.
func (r reply) verdict() verdict {
	list := r.Result.ResourceSpans
	if list == nil {
		list = r.Data
	}
	switch strings.Join(strings.Fields(string(list)), "") {
	case "":
		return isNoAPI
	case "null", "[]":
		return isEmpty
	}
	return hasData
}

// clip makes text from elsewhere fit for an error: one line, not long, and
// nothing in it that a terminal obeys.
func clip(s string) string {
	const limit = 200
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s[:min(len(s), 8*limit)])
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return s
}
