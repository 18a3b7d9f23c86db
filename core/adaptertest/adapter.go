package adaptertest

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// Adapter is what is certified.
type Adapter struct {
	// Name is the package's, for reports.
	Name string
	// Start serves the routes of [Config] on loopback, in the framework. It
	// panics where the adapter's New does.
	Start func(Config) (*Server, error)
	// Routers are programs like Start's, by name, with other settings of the
	// router: those that change which paths match, and how headers are read.
	Routers map[string]func(Config) (*Server, error)
	// HasErrorHandler: the framework has an error handling of its own, which
	// guard.DelegateErrors leaves rejections to.
	HasErrorHandler bool
}

// Paths that an adapter's program serves, for every method.
const (
	// PathPublic stands behind no middleware.
	PathPublic = "/public"
	// PathPrivate stands behind New(Source, Options...).
	PathPrivate = "/private"
	// PathTwice is in a group behind New(Source, InnerOptions...) within a group
	// behind New(Source, Options...).
	PathTwice = "/twice"
	// PathRequire stands behind New and Require(Policies...).
	PathRequire = "/require"
	// PathUnguarded stands behind Require(Policies...) alone.
	PathUnguarded = "/unguarded"
	// PathPanic stands behind New; its handler panics, and a recovery
	// middleware of the framework answers with 500.
	PathPanic = "/panic"
	// PathStream stands behind New; its handler sends StreamLine of UserID for
	// 0, 1 and 2 as text/plain, each flushed by itself.
	PathStream = "/stream"
	// PathItem and one more segment, a parameter of the route, stands behind New.
	PathItem = "/item/"
	// PathFiles and whatever follows stands behind New.
	PathFiles = "/files/"
)

// Config is one program of the suite. All handlers but those of PathPanic and
// PathStream answer with [Config.Report], status 200 and Content-Type
// application/json. If the guard has a MetadataPath, the program serves the
// adapter's Metadata there.
type Config struct {
	Source   core.Authenticator
	Options  []guard.Option
	Policies []core.Policy
	// InnerOptions are those of the inner guard of PathTwice.
	InnerOptions []guard.Option

	// SawError is called by the framework's error handling (gin's error
	// middleware, echo's HTTPErrorHandler, fiber's ErrorHandler) with every
	// error it gets, before the framework answers as it does by default.
	SawError func(error)
	// OwnErrors: that error handling answers with status 418 instead.
	OwnErrors bool
	// ran notes that a handler ran.
	ran func(path string)
	// tls makes the program serve HTTPS, nil HTTP.
	tls *tls.Config
}

// Claims are what the suite's handlers ask of the adapter's Claims.
type Claims struct {
	Subject   string `json:"sub"`
	SessionID string `json:"sid"`
}

// Report is what a handler saw of the session.
type Report struct {
	Route        string `json:"route"`
	UserID       string `json:"userId"`           // by the adapter's UserID
	SessionID    string `json:"sessionId"`        // by the adapter's Session
	Organization string `json:"organization"`     // likewise
	Subject      string `json:"subject"`          // by the adapter's Claims
	ClaimsError  string `json:"claimsError"`      // "no session", or what else went wrong
	Service      string `json:"serviceSeesUser"`  // by core.UserID of the request's context
	ServiceOrg   string `json:"serviceSeesOrg"`   // by core.FromContext of it
	HasSession   bool   `json:"handlerHasIt"`     // by the adapter's Session
	ServiceHas   bool   `json:"serviceHasIt"`     // by core.FromContext
	ServiceClaim string `json:"serviceSeesClaim"` // by core.Claims of it
}

// Report returns the body of a handler's answer. ctx is what a service would be
// given, the others are the adapter's UserID, Session and Claims.
func (c Config) Report(ctx context.Context, route, userID string, session *core.Session, ok bool, claims Claims, err error) []byte {
	if c.ran != nil {
		c.ran(route)
	}
	r := Report{Route: route, UserID: userID, HasSession: ok, Subject: claims.Subject, Service: core.UserID(ctx)}
	if ok {
		r.SessionID, r.Organization = session.SessionID(), session.Organization().ID
	}
	switch {
	case errors.Is(err, core.ErrNoSession):
		r.ClaimsError = "no session"
	case err != nil:
		r.ClaimsError = err.Error()
	}
	if s, has := core.FromContext(ctx); has {
		r.ServiceHas, r.ServiceOrg = true, s.Organization().ID
	}
	if own, claimsErr := core.Claims[Claims](ctx); claimsErr == nil {
		r.ServiceClaim = own.SessionID
	}
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(r); err != nil {
		return nil // strings and booleans always encode
	}
	return b.Bytes()
}

// Ran notes that a handler without a Report has run.
func (c Config) Ran(path string) {
	if c.ran != nil {
		c.ran(path)
	}
}

// StreamLine is the n-th line of PathStream's answer.
func StreamLine(userID string, n int) string { return fmt.Sprintf("%d %s\n", n, userID) }

// Server is a running program.
type Server struct {
	// Addr is where it listens, host:port.
	Addr string
	// Close stops it.
	Close func() error
}

// Serve runs a framework that is an http.Handler.
func (c Config) Serve(handler http.Handler) (*Server, error) {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
	}
	return c.ServeListener(server.Serve, server.Close)
}

// ServeListener runs a framework with a server of its own: serve answers on a
// listener until stop is called.
func (c Config) ServeListener(serve func(net.Listener) error, stop func() error) (*Server, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	if c.tls != nil {
		listener = tls.NewListener(listener, c.tls)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = serve(listener) // says only that it was stopped
	}()
	return &Server{Addr: listener.Addr().String(), Close: func() error {
		err := stop()
		_ = listener.Close() // a server that was stopped before it served leaves it open
		<-done
		return err
	}}, nil
}
