package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// progress shows on a terminal, after a second, what goes on and for how long.
// The function that it returns ends it.
func progress(w io.Writer, what string) (stop func()) {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		begin := time.Now()
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				fmt.Fprint(w, "\r\033[K")
				return
			case <-ticker.C:
				fmt.Fprintf(w, "\r%s for %v", what, time.Since(begin).Round(time.Second))
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}
