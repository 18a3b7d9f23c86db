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

// Adapter describes the adapter under test.
type Adapter struct {
	// Name is the name of the package, for reports.
	Name string
	// Start serves the routes of [Config] on loopback, in the framework. It
	// panics if the adapter's New panics.
	Start func(Config) (*Server, error)
	// Routers are programs like Start's, by name, with other settings of the
	// router that change which paths match or how headers are read.
	Routers map[string]func(Config) (*Server, error)
	// HasErrorHandler reports that the framework has error handling to which
	// guard.DelegateErrors can delegate rejections.
	HasErrorHandler bool
	// HTTP2 reports that the programs are served with [Config.Serve], by net/http.
	// [Run] then plays the table over HTTP/2 too.
	HTTP2 bool
}

// Paths that an adapter's program serves, for every method.
const (
	// PathPublic is behind no middleware.
	PathPublic = "/public"
	// PathPrivate is behind New(Source, Options...).
	PathPrivate = "/private"
	// PathTwice is in a group behind New(Source, InnerOptions...) within a group
	// behind New(Source, Options...).
	PathTwice = "/twice"
	// PathRequire is behind New and Require(Policies...).
	PathRequire = "/require"
	// PathUnguarded is only behind Require(Policies...).
	PathUnguarded = "/unguarded"
	// PathPanic is behind New; its handler panics, and a recovery
	// middleware of the framework answers with 500.
	PathPanic = "/panic"
	// PathStream is behind New; its handler sends StreamLine of UserID for
	// 0, 1 and 2 as text/plain, each flushed separately.
	PathStream = "/stream"
	// PathItem is followed by one segment, a parameter of the route. It is behind
	// New.
	PathItem = "/item/"
	// PathFiles is followed by any path. It is behind New.
	PathFiles = "/files/"
)

// Config is one program of the suite. All handlers except those of PathPanic and
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
	// OwnErrors makes that error handling answer with status 418 instead.
	OwnErrors bool
	// ran records that a handler ran.
	ran func(path string)
	// tls makes the program serve HTTPS, nil HTTP.
	tls *tls.Config
	// http2 makes a program that is served with Serve speak HTTP/2.
	http2 bool
}

// Claims is the type that the suite's handlers pass to the adapter's Claims.
type Claims struct {
	Subject   string `json:"sub"`
	SessionID string `json:"sid"`
}

// Report is what a handler saw of the session.
type Report struct {
	Route        string `json:"route"`
	UserID       string `json:"userId"`           // from the adapter's UserID
	SessionID    string `json:"sessionId"`        // from the adapter's Session
	Organization string `json:"organization"`     // likewise
	Subject      string `json:"subject"`          // from the adapter's Claims
	ClaimsError  string `json:"claimsError"`      // "no session", or another error
	Service      string `json:"serviceSeesUser"`  // from core.UserID with the request's context
	ServiceOrg   string `json:"serviceSeesOrg"`   // from core.FromContext
	HasSession   bool   `json:"handlerHasIt"`     // from the adapter's Session
	ServiceHas   bool   `json:"serviceHasIt"`     // from core.FromContext
	ServiceClaim string `json:"serviceSeesClaim"` // from core.Claims
}

// Report returns the body of a handler's answer. ctx is the context that a service
// gets; the other arguments are the results of the adapter's UserID, Session and
// Claims.
func (c Config) Report(
	ctx context.Context,
	route, userID string,
	session *core.Session,
	ok bool,
	claims Claims,
	err error,
) []byte {
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

// Ran records that a handler without a Report ran.
func (c Config) Ran(path string) {
	if c.ran != nil {
		c.ran(path)
	}
}

// StreamLine returns the n-th line of PathStream's answer.
func StreamLine(userID string, n int) string { return fmt.Sprintf("%d %s\n", n, userID) }

// Server is a running program.
type Server struct {
	// Addr is the address on which it listens, host:port.
	Addr string
	// Close stops it.
	Close func() error
}

// Serve serves a framework that is an http.Handler on loopback.
func (c Config) Serve(handler http.Handler) (*Server, error) {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
	}
	if c.http2 {
		server.Protocols = new(http.Protocols)
		server.Protocols.SetHTTP2(true)
		server.Protocols.SetUnencryptedHTTP2(true)
	}
	return c.ServeListener(server.Serve, server.Close)
}

// ServeListener runs a framework that has its own server: serve handles requests of
// a listener until stop is called.
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
		_ = serve(listener) // the error only reports that it was stopped
	}()
	return &Server{Addr: listener.Addr().String(), Close: func() error {
		err := stop()
		_ = listener.Close() // a server that is stopped before it serves leaves it open
		<-done
		return err
	}}, nil
}
