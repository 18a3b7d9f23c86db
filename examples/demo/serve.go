package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// server is the part that the frameworks' servers share.
type server interface {
	Serve(l net.Listener) error
	Shutdown(ctx context.Context) error
}

// maxHeaderBytes exceeds the 16 KiB limit on tokens, so that the guard and not
// the server rejects a token that is too long.
const maxHeaderBytes = 32 << 10

func httpServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: maxHeaderBytes}
}

// listeners are open ports by what is served there.
type listeners map[string]net.Listener

// listen opens all ports or none, and reports every port that it can't open.
func listen(ctx context.Context, cfg config, names []string) (listeners, error) {
	open := listeners{}
	var faults []error
	for _, name := range names {
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(cfg.ports[name]))
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
		switch {
		case errors.Is(err, syscall.EADDRINUSE):
			faults = append(faults, fmt.Errorf("port %d for %s is taken: choose another with %s, or any free one with %s 0",
				cfg.ports[name], name, portFlag(name), portFlag(name)))
		case err != nil:
			faults = append(
				faults,
				fmt.Errorf("can't open a port for %s: %w; choose another with %s", name, err, portFlag(name)),
			)
		default:
			open[name] = l
		}
	}
	if len(faults) > 0 {
		open.close()
		return nil, errors.Join(faults...)
	}
	return open, nil
}

func (ls listeners) close() {
	for _, l := range ls {
		_ = l.Close() // nothing was served there
	}
}

func urlOf(l net.Listener) string { return "http://" + l.Addr().String() }

// running is a server that has been started.
type running struct {
	name     string
	url      string
	server   server
	listener net.Listener
	ended    chan error
}

func start(name string, s server, l net.Listener) *running {
	r := &running{name: name, url: urlOf(l), server: s, listener: l, ended: make(chan error, 1)}
	go func() { r.ended <- s.Serve(l) }()
	return r
}

func (r *running) stop(ctx context.Context) error {
	err := r.server.Shutdown(ctx)
	_ = r.listener.Close() // ends a Serve that had not begun when Shutdown came
	served := <-r.ended
	if errors.Is(served, http.ErrServerClosed) || errors.Is(served, net.ErrClosed) {
		served = nil
	}
	if err = errors.Join(err, served); err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	return nil
}

// fleet is a set of running servers.
type fleet []*running

// wait returns when ctx ends, or the first server does.
func (f fleet) wait(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for _, r := range f {
		go func() {
			select {
			case err := <-r.ended:
				r.ended <- err // for stop
				cancel(fmt.Errorf("%s has stopped serving: %w", r.name, err))
			case <-ctx.Done():
			}
		}()
	}
	<-ctx.Done()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// stop shuts the servers down after their running requests.
func (f fleet) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	var errs []error
	for _, r := range f {
		errs = append(errs, r.stop(ctx))
	}
	return errors.Join(errs...)
}
