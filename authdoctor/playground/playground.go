// Package playground is a web page on which people try tokens: mint one of any
// provider, break it, see what a verifier makes of it step by step, send it to
// gin, echo, chi and fiber at once, and take the issuer's keys away. The page,
// the issuer and the four programs are in this process, on loopback, and need no
// network.
//
// Everything here is for demonstrations: tokens of the playground are signed by
// keys that are made when it starts, and no contract outside it trusts them.
package playground

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/keys"
	"github.com/revstackhq/auth-go/core/providers/providertest"
)

// Config configures a Playground. The zero value is usable.
type Config struct {
	// Scenes are offered before those of the providers.
	Scenes []Scene
	// IssuerURL is the iss of the tokens that Issuer mints. Default: the URL of
	// Issuer.
	IssuerURL string
	// Clock is the clock that the page's clock starts from. Default: the system's.
	Clock keys.Clock
}

// Playground is the page and what it talks to. It is an http.Handler that must
// be served on loopback; Serve does so. It is safe for concurrent use. Make it
// with New.
type Playground struct {
	issuer  *authtest.Issuer
	client  *http.Client // reaches the issuer under every name
	clock   *clock
	scenes  []*scene
	servers []server
	mux     http.Handler

	mu      sync.Mutex
	down    bool
	revoked map[string]bool     // by what identifies a session
	running map[string]*service // by scene
}

// New starts the issuer and the four programs on free ports of 127.0.0.1. The
// caller closes the playground.
func New(cfg Config) (_ *Playground, err error) {
	p := &Playground{
		clock:   newClock(cfg.Clock),
		revoked: map[string]bool{},
		running: map[string]*service{},
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	p.issuer, err = authtest.StartIssuer(authtest.Config{
		IssuerURL:  cfg.IssuerURL,
		Algorithms: providertest.Algorithms(),
		Clock:      p.clock,
		UUIDKeyIDs: true, // an AWS load balancer accepts no others
	})
	if err != nil {
		return p, fmt.Errorf("playground: %w", err)
	}
	p.client = &http.Client{Transport: newInternet(p.issuer), Timeout: 10 * time.Second}
	if p.scenes, err = allScenes(cfg.Scenes, p.issuer); err != nil {
		return p, err
	}
	if p.servers, err = p.startServers(); err != nil {
		return p, err
	}
	p.mux = Protect(p.routes())
	return p, nil
}

// Issuer returns the issuer that signs the tokens of the page. The page's user
// can rotate its keys and make it fail.
func (p *Playground) Issuer() *authtest.Issuer { return p.issuer }

// Clock returns the page's clock, which its user can move ahead.
func (p *Playground) Clock() keys.Clock { return p.clock }

// Close ends the issuer and the four programs.
func (p *Playground) Close() error {
	var errs []error
	for _, s := range p.servers {
		errs = append(errs, s.close())
	}
	if p.issuer != nil {
		errs = append(errs, p.issuer.Close())
	}
	return errors.Join(errs...)
}

// ServeHTTP serves the page and its API.
func (p *Playground) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.mux.ServeHTTP(w, r) }

// shutdownTimeout bounds how long running requests may take at shutdown.
const shutdownTimeout = 2 * time.Second

// Serve serves the page until ctx ends. It refuses a listener that other
// machines can reach: anyone who can open the page can mint its tokens.
func (p *Playground) Serve(ctx context.Context, l net.Listener) error {
	if addr, ok := l.Addr().(*net.TCPAddr); !ok || !addr.IP.IsLoopback() {
		return fmt.Errorf("playground: %s is not a loopback address: listen on 127.0.0.1", l.Addr())
	}
	server := &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan error, 1)
	defer context.AfterFunc(ctx, func() {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		stopped <- server.Shutdown(limited)
	})()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
