package startup

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
)

// Fingerprint returns a value that two starts have in common if all that is known
// of them is the same: then the one is a copy of the other, in whatever format. Of
// a simulated start the time of day does not count: it was run again, which with
// a simulated clock says nothing new.
func (s *Startup) Fingerprint() ([sha256.Size]byte, error) {
	known := *s
	if known.Simulated() {
		known.Start = time.Time{}
	}
	b, err := json.Marshal(&known)
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("taking the fingerprint of a start: %w", err)
	}
	return sha256.Sum256(b), nil
}
