package term

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// Progress shows on w, a terminal, what the program is waiting for, and the
// seconds that have passed. The returned function removes the line. Nothing is
// shown if w is nil or if the wait is very short.
func Progress(w io.Writer, what string) (end func()) {
	if w == nil {
		return func() {}
	}
	const interval = 200 * time.Millisecond
	started := time.Now()
	done, finished := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(finished)
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		shown := false
		for {
			select {
			case <-ticker.C:
				shown = true
				_, _ = fmt.Fprintf(w, "\r%s … %.1f s\x1b[K", Safe(what), time.Since(started).Seconds())
			case <-done:
				if shown {
					_, _ = io.WriteString(w, "\r\x1b[K")
				}
				return
			}
		}
	}()
	var once sync.Once
	return func() {
		once.Do(func() { close(done) })
		<-finished
	}
}
