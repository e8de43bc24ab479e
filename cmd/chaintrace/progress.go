package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// progress shows on a terminal, after a second, what goes on and for how long.
// The function that it returns ends it, and is to be called once.
func progress(w io.Writer, what string) (stop func()) {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) || os.Getenv("TERM") == "dumb" {
		return func() {}
	}
	ticker := time.NewTicker(time.Second)
	end := showAt(ticker.C, time.Now(), w, what)
	return func() {
		ticker.Stop()
		end()
	}
}

// showAt shows at each tick, in a line that changes, what has gone on since when. The
// function that it returns takes the line away, if there is one.
func showAt(ticks <-chan time.Time, since time.Time, w io.Writer, what string) (end func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		shown := false
		for {
			select {
			case <-quit:
				if shown {
					fmt.Fprint(w, "\r\033[K")
				}
				return
			case now := <-ticks:
				// 2m0s is shorter than 1m59s, of which nothing may be left.
				fmt.Fprintf(w, "\r%s for %v\033[K", what, now.Sub(since).Round(time.Second))
				shown = true
			}
		}
	}()
	return func() {
		close(quit)
		<-done
	}
}
