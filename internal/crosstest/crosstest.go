// Package crosstest holds one program for each adapter and one for plain net/http,
// which serve the routes of core/adaptertest. Its tests certify the adapters and
// compare their answers, byte for byte, with testdata/answers.txtar: the
// documentation of the HTTP behavior. A change in that file is a change of the API.
//
//	go test ./internal/crosstest                          certify and compare
//	cd internal/crosstest && go test . -update            update the recorded answers, from chi
//	go run ./examples/demo -check                         print the answers of all side by side
//
// testdata/table.md lists the scenarios. What a request and its answer alone
// don't show (WebSockets, streams, CORS, discovery) is tested with a program in
// each framework, see surface_test.go.
package crosstest

import "github.com/revstackhq/auth-go/core/adaptertest"

// Adapters returns the adapters, and the middleware of package guard for plain
// net/http, each with its program.
func Adapters() []adaptertest.Adapter {
	return []adaptertest.Adapter{
		{
			Name:    "chiauth",
			Start:   startChi,
			Routers: chiRouters(),
			HTTP2:   true,
		},
		{
			Name:            "ginauth",
			Start:           startGin,
			Routers:         ginRouters(),
			HasErrorHandler: true,
			HTTP2:           true,
		},
		{
			Name:            "echoauth",
			Start:           startEcho,
			Routers:         echoRouters(),
			HasErrorHandler: true,
			HTTP2:           true,
		},
		{
			Name:            "echo5auth",
			Start:           startEcho5,
			Routers:         echo5Routers(),
			HasErrorHandler: true,
			HTTP2:           true,
		},
		{
			Name:            "fiberauth",
			Start:           startFiber,
			Routers:         fiberRouters(),
			HasErrorHandler: true,
		},
		{
			Name:            "fiber3auth",
			Start:           startFiber3,
			Routers:         fiber3Routers(),
			HasErrorHandler: true,
		},
		{
			Name:  "net/http",
			Start: startHTTP,
			HTTP2: true,
		},
	}
}
