package jwks_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

// look asks for an ES256 key by kid.
func look(s *jwks.Source, kid string) ([]*jwks.Key, error) {
	return s.Lookup(context.Background(), kid, true, "ES256")
}

// found fails the test unless kid is served, and returns its key.
func found(t *testing.T, s *jwks.Source, kid string) *jwks.Key {
	t.Helper()
	keys, err := look(s, kid)
	if err != nil || len(keys) != 1 || keys[0].ID != kid {
		t.Fatalf("key %q: %v, %v", kid, keys, err)
	}
	return keys[0]
}

func unknown(t *testing.T, err error, throttled bool) {
	t.Helper()
	var uk *jwks.UnknownKeyError
	if !errors.As(err, &uk) || uk.Throttled != throttled {
		t.Fatalf("err = %v, want an unknown key, throttled %v", err, throttled)
	}
}

// unavailable fails the test unless err says so, and returns when to try again.
func unavailable(t *testing.T, err error) time.Duration {
	t.Helper()
	var ua *jwks.UnavailableError
	if !errors.As(err, &ua) {
		t.Fatalf("err = %v, want unavailable", err)
	}
	return ua.RetryAfter
}

func kindOf(err error) jwks.FetchKind {
	var fe *jwks.FetchError
	if errors.As(err, &fe) {
		return fe.Kind
	}
	return ""
}

func hits(t *testing.T, i *issuer, want int64) {
	t.Helper()
	if got := i.hits.Load(); got != want {
		t.Fatalf("%d requests reached the issuer, want %d", got, want)
	}
}

func policy(p keys.Policy) func(*jwks.Config) {
	return func(c *jwks.Config) { c.Policy = p }
}
