package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/internal/crosstest/adapters"
	"github.com/revstackhq/auth-go/internal/faultrun/protocols"
)

// externalURL is the URL that proofs name, the same for all servers.
const externalURL = "https://soak.example"

// The guarded paths.
const (
	pathMe  = "/me"
	pathMCP = "/mcp"
)

// startFunc starts a server behind an adapter, whose guard authenticates with source.
type startFunc func(source core.Authenticator, opts ...guard.Option) (*server, error)

// adapter is one of auth-go's adapters, with the server that it guards and the results of the requests.
type adapter struct {
	name, method, path string
	startServer        startFunc

	server *server
	counts counts
}

func (a *adapter) start(w *world, i int) (err error) {
	a.counts = counts{}
	a.server, err = a.startServer(w.source, w.options(i)...)
	return err
}

// server is a running server, and a way to send a request to it.
type server struct {
	ask   func(ctx context.Context, header http.Header) answer
	close func() error
}

// answer is what a client got.
type answer struct {
	text string    // what the handler wrote
	code core.Code // why the request was refused, "" if it was not
	err  error     // there was no answer, or the client could not read it
}

// claims are the claims that the handlers read from the token.
type claims struct {
	Subject string `json:"sub"`
}

// saw returns the user that a handler sees in each way of asking. Other requests run in between, so it shows if a
// value by then belongs to another request.
func saw(user func() string, ctx context.Context) (string, error) { //nolint:revive // the adapter comes first
	first := user()
	runtime.Gosched()
	c, err := core.Claims[claims](ctx)
	return first + " " + c.Subject + " " + core.UserID(ctx), err
}

// allAdapters returns an adapter for each framework and protocol, net/http first.
func allAdapters() []*adapter {
	var all []*adapter
	for _, a := range adapters.All() {
		all = append(all, &adapter{name: a.Name, method: http.MethodGet, path: pathMe, startServer: startWith(a.Build)})
	}
	return append(all,
		&adapter{name: "gRPC", method: http.MethodPost, path: protocols.Procedure, startServer: startGRPC},
		&adapter{name: "Connect", method: http.MethodPost, path: protocols.Procedure, startServer: startConnect},
		&adapter{name: "MCP", method: http.MethodPost, path: pathMCP, startServer: startMCP},
	)
}

// startWith starts a server with the Build of package adapters.
func startWith(build func(adapters.Program) (func(net.Listener) error, func() error)) startFunc {
	return func(source core.Authenticator, opts ...guard.Option) (*server, error) {
		serve, shutdown := build(adapters.Program{Guarded: []adapters.Route{route(pathMe, source, opts)}})
		return overHTTP(serve, shutdown, pathMe, getMe)
	}
}

// exchange is a request over HTTP, and a function that reads what the handler wrote from a successful response.
type exchange struct {
	method, body string
	text         func(body []byte) (string, error)
}

var getMe = exchange{http.MethodGet, "", func(body []byte) (string, error) { return string(body), nil }}

// overHTTP starts a server for HTTP whose rejections are rendered by package guard.
func overHTTP(serve func(net.Listener) error, shutdown func() error, path string, e exchange) (*server, error) {
	addr, stop, err := serveOn(serve, shutdown)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 2 * clientsPerAdapter}
	c := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	ask := func(ctx context.Context, header http.Header) answer {
		req, err := http.NewRequestWithContext(ctx, e.method, "http://"+addr+path, strings.NewReader(e.body))
		if err != nil {
			return answer{err: err}
		}
		req.Header = header
		if e.body != "" {
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Accept", protocols.ToolAccept)
		}
		resp, err := c.Do(req)
		if err != nil {
			return answer{err: err}
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
		if err != nil {
			return answer{err: err}
		}
		return e.read(resp, body)
	}
	return &server{ask: ask, close: func() error {
		transport.CloseIdleConnections()
		return stop()
	}}, nil
}

func (e exchange) read(resp *http.Response, body []byte) answer {
	if resp.StatusCode == http.StatusOK {
		text, err := e.text(body)
		return answer{text: text, err: err}
	}
	var refused struct{ Code core.Code }
	if err := json.Unmarshal(body, &refused); err != nil || refused.Code.Status() != resp.StatusCode {
		return answer{err: fmt.Errorf("the answer is %d %.100q", resp.StatusCode, body)}
	}
	if resp.StatusCode == http.StatusServiceUnavailable && resp.Header.Get("Retry-After") == "" {
		return answer{err: errors.New("a 503 has no Retry-After")}
	}
	return answer{code: refused.Code}
}

// serveOn runs a server on a loopback address until stop is called.
func serveOn(serve func(net.Listener) error, shutdown func() error) (addr string, stop func() error, err error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	return listener.Addr().String(), adapters.Serve(listener, serve, shutdown), nil
}
