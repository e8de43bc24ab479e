package export

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// warnOfIgnored warns of what OTLP's exporters leave out: of all this they at
// most write a log.
func (e environment) warnOfIgnored(warn func(string)) {
	if v, variable := e.otlp("COMPRESSION"); v != "" && v != "gzip" && v != "none" {
		warn(fmt.Sprintf("%s: %q is not one of gzip, none; nothing is compressed", variable, v))
	}
	v, variable := e.otlp("HEADERS")
	if v == "" {
		return
	}
	var bad []string
	for i, entry := range strings.Split(v, ",") {
		if strings.TrimSpace(entry) == "" {
			continue // a comma too many does no harm
		}
		if err := checkHeader(entry); err != nil {
			bad = append(bad, fmt.Sprintf("entry %d %v", i+1, err))
		}
	}
	if len(bad) > 0 {
		warn(fmt.Sprintf("%s: %s; what is wrong is not sent", variable, strings.Join(bad, ", ")))
	}
}

// tokenChars are what names of headers are made of.
const tokenChars = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// checkHeader says what is wrong with an entry, and nothing of what is in it,
// which may be a token: also where its name should be, if the = was forgotten.
func checkHeader(entry string) error {
	name, value, found := strings.Cut(entry, "=")
	if !found {
		return errors.New("has no =")
	}
	if name = strings.TrimSpace(name); name == "" || strings.Trim(name, tokenChars) != "" {
		return errors.New("has a name that no header can have")
	}
	if _, err := url.PathUnescape(value); err != nil {
		return errors.New("has a % that is not written as %25")
	}
	return nil
}
