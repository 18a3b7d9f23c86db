package crosstest_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/internal/crosstest/adapters"
)

// Routes of a surface: a program as a user would write it, with what a request
// and its answer alone don't show.
const (
	pathMCP    = "/mcp"    // behind the guard and Require(Scope(scopeMCP)): the user id
	pathSocket = "/socket" // behind the guard: a WebSocket that answers every message with the user's greeting
	pathEvents = "/events" // behind the guard: a stream, see surface.gate
)

const (
	scopeMCP = "mcp:tools"
	marker   = "auth.bearer"
	page     = "https://app.northwind.example" // the origin that CORS allows
)

// subprotocols are the ones that the sockets accept. The marker is among them,
// because browsers close a connection if none of the offered is chosen.
func subprotocols() []string { return []string{"chat", marker} }

// greeting is what a socket's handler answers, by core.UserID of the request's
// context.
func greeting(ctx context.Context, message string) string {
	return core.UserID(ctx) + " says " + message
}

// framework builds surfaces: CORS first, then the public metadata, then the
// guard.
type framework struct {
	name  string
	build func(s *surface) (serve func(net.Listener) error, stop func() error)
}

func frameworks() []framework {
	return []framework{
		{"chi", surfaceChi},
		{"gin", surfaceGin},
		{"echo", surfaceEcho},
		{"echo v5", surfaceEcho5},
		{"fiber", surfaceFiber},
	}
}

// surface is one program.
type surface struct {
	issuer *authtest.Issuer
	guard  *guard.Guard
	url    string
	// gate blocks the stream between its first and its second line.
	gate chan struct{}
}

// start runs a surface until the test ends.
func (f framework) start(t *testing.T) *surface {
	t.Helper()
	listener := listen(t)
	s := &surface{issuer: authtest.NewIssuer(t), url: "http://" + listener.Addr().String(), gate: make(chan struct{})}
	var err error
	s.guard, err = guard.New(s.issuer.Contract(),
		guard.Extractors(guard.Bearer(), guard.WebSocketProtocol(marker)),
		guard.Metadata(guard.ResourceMetadata{Resource: s.url + pathMCP, Scopes: []string{scopeMCP}}))
	if err != nil {
		t.Fatal(err)
	}
	serve, shutdown := f.build(s)
	serveUntilEnd(t, listener, serve, shutdown)
	return s
}

// serveUntilEnd calls serve until the test ends.
func serveUntilEnd(t *testing.T, l net.Listener, serve func(net.Listener) error, shutdown func() error) {
	t.Helper()
	stop := adapters.Serve(l, serve, shutdown)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// listen returns a listener on loopback.
func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// answer is a response whose body ends with the test.
type answer struct {
	status int
	header http.Header
	body   io.Reader
}

// send makes a request whose fields come in pairs.
func send(t *testing.T, method, url string, fields ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return answer{response.StatusCode, response.Header, response.Body}
}
