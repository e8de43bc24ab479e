package export

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

// Error says that a trace was not delivered in full.
type Error struct {
	// Delivered of Spans were accepted by the collector. Those of a batch that
	// failed do not count, though they may have arrived.
	Delivered, Spans int
	// Err is the reason, in words for people.
	Err error
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("%v: %d of %d spans were delivered", e.Err, e.Delivered, e.Spans)
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// delivery sums up what became of the batches.
type delivery struct {
	total, delivered, rejected int
	message                    string // of the first rejection
	failure                    error  // of the batch that failed
}

// add counts a batch of n spans. Where all of it was accepted with a remark of
// the collector, it returns that and true.
func (d *delivery) add(n int, err error) (remark string, ok bool) {
	rejected, message, partial := partialSuccess(err)
	switch {
	case err == nil:
		d.delivered += n
	case !partial:
		d.failure = err
	case rejected == 0:
		d.delivered += n
		return message, true
	default:
		d.delivered += n - min(n, rejected)
		if d.rejected == 0 {
			d.message = message
		}
		d.rejected += min(n, rejected)
	}
	return "", false
}

func (d *delivery) err() error {
	if d.failure == nil && d.rejected == 0 {
		return nil
	}
	err := d.failure
	if d.rejected > 0 {
		rejection := fmt.Sprintf("the collector rejected %d spans: %s", d.rejected, d.message)
		if d.message == "" {
			rejection = fmt.Sprintf("the collector rejected %d spans without a reason", d.rejected)
		}
		if err == nil {
			err = errors.New(rejection)
		} else {
			err = fmt.Errorf("%w, and before that %s", err, rejection)
		}
	}
	return &Error{Delivered: d.delivered, Spans: d.total, Err: err}
}

// partialText is the text of the exporters' error for a partial success. Its
// type is internal to them.
var partialText = regexp.MustCompile(`(?s)OTLP partial success: (.*) \((\d+) spans rejected\)`)

// partialSuccess tells an error that stands for a partial success from others.
func partialSuccess(err error) (rejected int, message string, ok bool) {
	if err == nil {
		return 0, "", false
	}
	found := partialText.FindStringSubmatch(err.Error())
	if found == nil {
		return 0, "", false
	}
	rejected, convErr := strconv.Atoi(found[2])
	if convErr != nil {
		return 0, "", false
	}
	if message = clean(found[1]); message == "empty message" {
		message = ""
	}
	return rejected, message, true
}
