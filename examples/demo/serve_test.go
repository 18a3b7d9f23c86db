package main

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestPages: a page of an allowed origin may send a token and read a refusal;
// a page of another origin may not.
func TestPages(t *testing.T) {
	printed := serving(t, unset)
	addresses := address.FindAllString(printed, 1+len(frameworks()))
	page, apis := addresses[0], addresses[1:]
	const other = "https://attacker.example"
	for _, api := range apis {
		for _, c := range []struct {
			method, origin string
			status         int
			allowed        string
		}{
			{http.MethodOptions, page, http.StatusNoContent, page},
			{http.MethodGet, page, http.StatusUnauthorized, page},
			{http.MethodGet, other, http.StatusUnauthorized, ""},
		} {
			header := http.Header{"Origin": {c.origin}}
			if c.method == http.MethodOptions {
				header.Set("Access-Control-Request-Method", http.MethodGet)
			}
			status, _, answer := request(t, c.method, api+"/api/profile", header)
			if got := answer.Get("Access-Control-Allow-Origin"); status != c.status || got != c.allowed {
				t.Errorf(
					"%s %s from %s: %d, allowed origin %q, want %d, %q",
					c.method,
					api,
					c.origin,
					status,
					got,
					c.status,
					c.allowed,
				)
			}
		}
	}
}

// TestStopBeforeServe stops servers that may not have begun to serve.
func TestStopBeforeServe(t *testing.T) {
	s, _ := newTestSite(t)
	contract, err := s.contract()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range frameworks() {
		t.Run(f.name, func(t *testing.T) {
			ports, err := listen(t.Context(), config{}, []string{f.name})
			if err != nil {
				t.Fatal(err)
			}
			apis := fleet{start(f.name, f.serve(contract, s.origins()), ports[f.name])}
			if err := apis.stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

type brokenServer struct{}

func (brokenServer) Serve(net.Listener) error       { return net.ErrWriteToConnected }
func (brokenServer) Shutdown(context.Context) error { return nil }

// TestServerFails: when one server ends, the program ends.
func TestServerFails(t *testing.T) {
	ports, err := listen(t.Context(), config{}, []string{"gin"})
	if err != nil {
		t.Fatal(err)
	}
	all := fleet{start("gin", brokenServer{}, ports["gin"])}
	if err := all.wait(t.Context()); err == nil || !strings.Contains(err.Error(), "gin has stopped serving") {
		t.Errorf("got %v", err)
	}
	if err := all.stop(); err == nil {
		t.Error("stop does not report the failure")
	}
}
