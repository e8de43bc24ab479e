package report

import (
	"time"

	"github.com/chaintrace/chaintrace/render"
)

// duration writes nanoseconds for people, with about three digits.
func duration(ns int64) string { return render.Duration(time.Duration(ns)) }
