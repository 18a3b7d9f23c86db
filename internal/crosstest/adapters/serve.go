// Package adapters serves one program through the adapter of each HTTP framework, for the tests and programs that
// compare what the adapters do.
package adapters

import (
	"net"
	"net/http"
	"time"
)

// Serve calls serve until the function that it returns is called. That function stops it by shutdown, waits for it, and
// returns the error of shutdown; what serve returns says only that it was stopped.
func Serve(l net.Listener, serve func(net.Listener) error, shutdown func() error) (stop func() error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = serve(l)
	}()
	return func() error {
		err := shutdown()
		_ = l.Close() // a server that was stopped before it served leaves it open
		<-done
		return err
	}
}

// HTTP returns what serves a handler, and what stops that.
func HTTP(handler http.Handler) (serve func(net.Listener) error, shutdown func() error) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	return server.Serve, server.Close
}
