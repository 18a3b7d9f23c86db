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
	"github.com/revstackhq/auth-go/internal/crosstest/doors"
	"github.com/revstackhq/auth-go/internal/faultrun/protocols"
)

// externalURL is the URL that proofs name, the same for all doors.
const externalURL = "https://soak.example"

// The guarded paths of HTTP doors.
const (
	pathMe  = "/me"
	pathMCP = "/mcp"
)

// opener starts the server of a door, whose guard authenticates with source.
type opener func(source core.Authenticator, opts ...guard.Option) (*server, error)

// door is a server behind a guard, for one framework or protocol.
type door struct {
	name, method, path string
	open               opener

	server *server
	counts counts
}

func (d *door) start(w *world, i int) (err error) {
	d.counts = counts{}
	d.server, err = d.open(w.source, w.options(i)...)
	return err
}

// server is the running server of a door.
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
func saw(adapter func() string, ctx context.Context) (string, error) { //nolint:revive // the adapter comes first
	first := adapter()
	runtime.Gosched()
	c, err := core.Claims[claims](ctx)
	return first + " " + c.Subject + " " + core.UserID(ctx), err
}

// allDoors returns a door for each module.
func allDoors() []*door {
	var all []*door
	for _, d := range doors.All() {
		all = append(all, &door{name: d.Name, method: http.MethodGet, path: pathMe, open: openWith(d.Build)})
	}
	return append(all,
		&door{name: "gRPC", method: http.MethodPost, path: protocols.Procedure, open: openGRPC},
		&door{name: "Connect", method: http.MethodPost, path: protocols.Procedure, open: openConnect},
		&door{name: "MCP", method: http.MethodPost, path: pathMCP, open: openMCP},
	)
}

// openWith opens a door of package doors.
func openWith(build func(doors.Program) (func(net.Listener) error, func() error)) opener {
	return func(source core.Authenticator, opts ...guard.Option) (*server, error) {
		serve, shutdown := build(doors.Program{Guarded: []doors.Route{route(pathMe, source, opts)}})
		return overHTTP(serve, shutdown, pathMe, getMe)
	}
}

// exchange makes the request to a door over HTTP, and reads what the handler wrote from a successful response.
type exchange struct {
	method, body string
	text         func(body []byte) (string, error)
}

var getMe = exchange{http.MethodGet, "", func(body []byte) (string, error) { return string(body), nil }}

// overHTTP serves a door over HTTP whose rejections are rendered by package guard.
func overHTTP(serve func(net.Listener) error, shutdown func() error, path string, e exchange) (*server, error) {
	addr, stop, err := serveOn(serve, shutdown)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 2 * clientsPerDoor}
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
	return listener.Addr().String(), doors.Serve(listener, serve, shutdown), nil
}
