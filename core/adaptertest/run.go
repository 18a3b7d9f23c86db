package adaptertest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// Run tests an adapter: every row of [Scenarios], and the rules that one request
// cannot show. Each rule is a sub-test that logs its reason if it is broken.
func Run(t *testing.T, adapter Adapter) {
	t.Helper()
	stage, err := NewStage()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &suite{Stage: stage, adapter: adapter}
	s.table(t, HTTP1)
	if adapter.HTTP2 {
		s.table(t, HTTP2)
		s.table(t, HTTP2NoTLS)
	}
	for _, rule := range []struct {
		name, why string
		check     func(*testing.T)
	}{
		{"every bad token is rejected", "a bad token of authtest reaches no handler", s.badTokens},
		{"one request is verified once", "middleware that is applied twice reuses the session", s.verifiedOnce},
		{
			"kept strings do not change",
			"a framework may reuse its buffers for a connection's next request; strings and sessions must not change", s.kept,
		},
		{
			"the authenticator gets all credentials",
			"the proof that a token belongs to its client (DPoP proof, URL, certificate) reaches the authenticator",
			s.credentials,
		},
		{
			"a client learns nonces", "a proof is accepted with the nonce of the answer that demanded one (RFC 9449 §9)",
			s.learnsNonces,
		},
		{
			"a token bound to a certificate needs it", "only the holder of the certificate may send the token (RFC 8705 §3)",
			s.certificateOnly,
		},
		{"no path bypasses the guard", "a path that routers interpret differently is never skipped", s.skippedPaths},
		{"routers agree", "settings of the router do not change how the Authorization header is read", s.routers},
		{
			"header fields cannot be split", "client input that a responder copies into a field does not start another field",
			s.splitting,
		},
		{
			"rejections leak nothing", "a framework's error handler gets status, header fields and a sentence for the client",
			s.delegated,
		},
		{
			"errors take the framework's own way",
			"guard.DelegateErrors leaves the answer to the framework, with an error that errors.As finds to be a *core.Error",
			s.nativeErrors,
		},
		{
			"HEAD leaves the connection usable", "a body after the answer to HEAD would be read as the next answer",
			s.keepAlive,
		},
		{"a panic affects no other request", "after a handler panics, middleware and server still work", s.panics},
		{"users are not mixed up", "each of a thousand concurrent requests gets its own user", s.concurrency},
		{
			"users of one connection are not mixed up", "each of 200 requests at once over one HTTP/2 connection gets its own user",
			s.multiplexed,
		},
		{"New panics on programming errors", "an invalid option must not become a 401 for every request", s.constructor},
	} {
		t.Run(strings.ReplaceAll(rule.name, " ", "_"), func(t *testing.T) {
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("the rule: %s", rule.why)
				}
			})
			rule.check(t)
		})
	}
}

type suite struct {
	*Stage

	adapter Adapter
}

// table plays the scenarios.
func (s *suite) table(t *testing.T, protocol Protocol) {
	t.Helper()
	s.PlayAll(t.Context(), s.adapter, protocol, Scenarios(), func(scenario Scenario, x Exchange, err error) {
		if err == nil {
			err = scenario.Check(x)
		}
		t.Run(protocol.String()+"/"+scenario.Name, func(t *testing.T) {
			if err != nil {
				t.Errorf("%v\nthe rule: %s\nthe request: %s %s %q\nthe answer:\n%s",
					err, scenario.Why, scenario.method(), scenario.target(), scenario.Fields, x.Golden())
			}
		})
	})
}

// start runs the adapter's program in a mode until the test ends.
func (s *suite) start(t *testing.T, mode Mode, change func(*Config)) (*Server, *routes) {
	t.Helper()
	cfg, err := s.config(mode)
	if err != nil {
		t.Fatal(err)
	}
	ran := &routes{}
	cfg.ran = ran.add
	if change != nil {
		change(&cfg)
	}
	server, err := s.adapter.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("closing the server: %v", err)
		}
	})
	return server, ran
}

func (s *suite) connect(t *testing.T, server *Server) *wire {
	t.Helper()
	w, err := dial(t.Context(), server.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.close() })
	return w
}

func (s *suite) mustToken(t *testing.T, name string) string {
	t.Helper()
	token, err := s.token(name)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (s *suite) constructor(t *testing.T) {
	for name, cfg := range map[string]Config{
		"a nil contract":       {},
		"a zero contract":      {Source: &core.Contract{}},
		"an impossible option": {Source: s.contract, Options: []guard.Option{guard.Extractors()}},
		"a nil policy":         {Source: s.contract, Policies: []core.Policy{nil}},
	} {
		if said := startPanics(s.adapter, cfg); said == "" {
			t.Errorf("%s: no panic", name)
		}
	}
}

func startPanics(adapter Adapter, cfg Config) (said string) {
	defer func() {
		if p := recover(); p != nil {
			said = fmt.Sprint(p)
		}
	}()
	server, err := adapter.Start(cfg)
	if err == nil {
		_ = server.Close()
	}
	return ""
}
