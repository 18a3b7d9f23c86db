package test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/revstackhq/auth-go/core"
)

// KeyServer publishes a key set on loopback.
type KeyServer struct {
	*httptest.Server

	Fetches atomic.Int64                  // how often the keys were requested
	Down    atomic.Bool                   // answer with 500
	Gate    atomic.Pointer[chan struct{}] // answer once it is closed
	keys    atomic.Pointer[[]byte]
}

// NewKeyServer starts a server of keys. It runs until the test ends.
func NewKeyServer(tb testing.TB, keys ...jose.JSONWebKey) *KeyServer {
	tb.Helper()
	s := &KeyServer{}
	s.Publish(tb, keys...)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.Fetches.Add(1)
		if gate := s.Gate.Load(); gate != nil {
			<-*gate
		}
		if s.Down.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/jwk-set+json")
		_, _ = w.Write(*s.keys.Load())
	}))
	tb.Cleanup(s.Close)
	return s
}

// Publish replaces the key set.
func (s *KeyServer) Publish(tb testing.TB, keys ...jose.JSONWebKey) {
	tb.Helper()
	set := []byte(JWKS(tb, keys...))
	s.keys.Store(&set)
}

// Rules accept tokens that are signed with the server's keys.
func (s *KeyServer) Rules() core.Rules {
	return core.Rules{Issuer: Issuer, Audiences: []string{Audience}, JWKSURL: s.URL + "/jwks"}
}
