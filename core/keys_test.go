package core_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/keys"
)

// Verifiers made in a loop share one key set and its fetches.
func TestVerifiersShareKeys(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	contract, clock := newContract(t, server.Rules()), newClock()
	token := rs256(t, "k1", nil)
	before := runtime.NumGoroutine()
	for range 1000 {
		v, err := core.NewVerifier(contract, core.WithClock(clock), core.WithObserver(func(context.Context, event.Event) {}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	if n := server.Fetches.Load(); n != 1 {
		t.Errorf("%d fetches", n)
	}
	if after := runtime.NumGoroutine(); after > before+20 {
		t.Errorf("%d goroutines became %d", before, after)
	}
	v, err := core.NewVerifier(contract, core.WithClock(newClock())) // another clock is another engine
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(t.Context(), token); err != nil || server.Fetches.Load() != 2 {
		t.Errorf("%v, %d fetches", err, server.Fetches.Load())
	}
}

func TestReady(t *testing.T) {
	up, down := newKeyServer(
		t,
		publicJWK(rsaKey().Public(), "k1", ""),
	), newKeyServer(
		t,
		publicJWK(rsaKey().Public(), "k1", ""),
	)
	down.Down.Store(true)
	other := down.Rules()
	other.Issuer = "https://b.example"
	clock := newClock()
	v := newVerifier(t, up.Rules(), core.WithClock(clock), newContract(t, other))
	err := v.Ready(t.Context())
	wantCode(t, err, core.CodeKeysUnavailable)
	if !errors.Is(err, core.CodeNetworkError) {
		t.Error("not a NETWORK_ERROR")
	}
	if text := err.Error(); !strings.Contains(text, "issuer https://b.example: ") || strings.Contains(text, kitIssuer) {
		t.Errorf("which issuer is not ready? %s", text)
	}
	health := v.KeyHealth()
	if len(health) != 2 || health[0].State != "fresh" || len(health[0].Keys) != 1 || health[0].Keys[0].ID != "k1" ||
		health[0].LastError != "" ||
		health[1].State != "unavailable" || health[1].LastError == "" || health[1].NextTry.IsZero() || health[1].Keys == nil {
		t.Errorf("health: %+v", health)
	}
	_, err = v.Verify(t.Context(), rs256(t, "k1", map[string]any{"iss": "https://b.example"}))
	wantCode(t, err, core.CodeKeysUnavailable)
	down.Down.Store(false)
	clock.Advance(time.Minute)
	if err := v.Ready(t.Context()); err != nil {
		t.Errorf("not healed: %v", err)
	}
	if got := v.KeyHealth()[0]; got.Age != time.Minute || got.Issuer != kitIssuer || got.Fetches != 1 {
		t.Errorf("health: %+v", got)
	}
	secret := newVerifier(t, secretRules())
	if err := secret.Ready(t.Context()); err != nil || secret.KeyHealth() != nil {
		t.Errorf("a secret needs no keys: %v", err)
	}
}

// When a key leaves the set, its remembered tokens are refused.
func TestRememberedTokensEndWithTheirKey(t *testing.T) {
	server, clock := newKeyServer(
		t,
		publicJWK(rsaKey().Public(), "k1", ""),
		publicJWK(otherRSA().Public(), "k2", ""),
	), newClock()
	v := newVerifier(t, server.Rules(), core.WithClock(clock))
	token := rs256(t, "k1", nil)
	for range 2 {
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	server.Publish(t, publicJWK(otherRSA().Public(), "k2", ""))
	clock.Advance(11 * time.Minute)
	_, err := v.Verify(t.Context(), token)
	wantCode(t, err, core.CodeUnknownKey)
	server.Publish(t, publicJWK(otherRSA().Public(), "k1", "")) // another key under the name
	clock.Advance(11 * time.Minute)
	_, err = v.Verify(t.Context(), token)
	wantCode(t, err, core.CodeInvalidSignature)
}

func TestFileKeyCache(t *testing.T) {
	if cache, err := keys.NewFileCache(""); err == nil || cache != nil {
		t.Errorf("a directory without a name: %v %v", cache, err)
	}
	cache, err := keys.NewFileCache(t.TempDir() + "/keys")
	if err != nil {
		t.Fatal(err)
	}
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	token := rs256(t, "k1", nil)
	for range 2 { // a program, and the same one restarted in an outage
		v := newVerifier(t, server.Rules(), core.WithKeyCache(cache))
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		server.Down.Store(true)
	}
	if n := server.Fetches.Load(); n != 1 {
		t.Errorf("%d fetches", n)
	}
}

// TestKeyCacheSecret: with a secret, what another party put into the cache is not
// used. Without one it is, for then the cache is trusted.
func TestKeyCacheSecret(t *testing.T) {
	forger := must(rsa.GenerateKey(rand.Reader, 2048))
	server := newKeyServer(t, publicJWK(forger.Public(), "k1", ""))
	contract := newContract(t, server.Rules())
	secret := core.NewSecret(strings.Repeat("s", 32))
	forged := mint(t, "RS256", forger, map[string]any{"kid": "k1"}, claimsWith(nil))
	for name, c := range map[string]struct {
		planted, reads []core.Secret
		want           core.Code
	}{
		"no secret":               {nil, nil, ""},
		"the secret is not known": {nil, []core.Secret{secret}, core.CodeInvalidSignature},
		"another secret": {
			[]core.Secret{core.NewSecret(secret.Reveal() + "x")}, []core.Secret{secret}, core.CodeInvalidSignature,
		},
		"the same secret, so no fraud": {[]core.Secret{secret}, []core.Secret{secret}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cache, err := keys.NewFileCache(t.TempDir() + "/keys")
			if err != nil {
				t.Fatal(err)
			}
			server.Publish(t, publicJWK(forger.Public(), "k1", ""))
			clock := newClock()
			planter := must(core.NewVerifier(contract, core.WithClock(clock), core.WithKeyCache(cache, c.planted...)))
			if err := planter.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
			server.Publish(t, publicJWK(rsaKey().Public(), "k1", ""))
			failed := make(chan event.KeyCacheFailed, 1)
			v := must(core.NewVerifier(contract, core.WithClock(newClock()), core.WithKeyCache(cache, c.reads...),
				core.WithObserver(func(_ context.Context, e event.Event) {
					if e, ok := e.(event.KeyCacheFailed); ok {
						failed <- e
					}
				})))
			_, err = v.Verify(t.Context(), forged)
			wantCode(t, err, c.want)
			if c.want != "" && (<-failed).Op != "load" {
				t.Error("another event")
			}
		})
	}
	for name, secrets := range map[string][]core.Secret{"short": {core.NewSecret("short")}, "two": {secret, secret}} {
		cache, err := keys.NewFileCache(t.TempDir() + "/keys")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := core.NewVerifier(contract, core.WithKeyCache(cache, secrets...)); err == nil ||
			strings.Contains(err.Error(), secrets[0].Reveal()) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Verifiers with the same cache and secret share the contract's keys.
	cache := must(keys.NewFileCache(t.TempDir() + "/keys"))
	before := server.Fetches.Load()
	clock := newClock()
	for range 3 {
		v := must(core.NewVerifier(contract, core.WithClock(clock), core.WithKeyCache(cache, secret)))
		if err := v.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := server.Fetches.Load() - before; n != 1 {
		t.Errorf("%d fetches", n)
	}
}

func TestHTTPClient(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	var used atomic.Int64
	client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		used.Add(1)
		return server.Client().Transport.RoundTrip(r)
	})}
	v := newVerifier(t, server.Rules(), core.WithHTTPClient(client))
	if _, err := v.Verify(t.Context(), rs256(t, "k1", nil)); err != nil || used.Load() != 1 {
		t.Errorf("%v, used %d times", err, used.Load())
	}
}

// Keys are fetched over plain http from another machine only if the contract says
// so.
func TestInsecureHTTP(t *testing.T) {
	for _, insecure := range []bool{true, false} {
		t.Run(fmt.Sprint(insecure), func(t *testing.T) {
			var discoveryKeys string
			server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
			wire := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				if strings.HasSuffix(r.URL.Path, "/openid-configuration") {
					body := `{"issuer":"http://id.internal","jwks_uri":"` + discoveryKeys + `"}`
					return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
				}
				r = r.Clone(r.Context())
				r.URL.Host = strings.TrimPrefix(server.URL, "http://")
				return server.Client().Transport.RoundTrip(r)
			})}
			for _, c := range []struct {
				discovery bool
				keys      string
				works     bool
			}{
				{false, "http://id.internal/jwks", true},
				{true, "http://id.internal/jwks", true},
				{true, "http://other.internal/jwks", false},
			} {
				discoveryKeys = c.keys
				rules := core.Rules{
					Issuer:       "http://id.internal",
					Audiences:    []string{kitAudience},
					InsecureHTTP: insecure,
					Discovery:    c.discovery,
				}
				if !c.discovery {
					rules.JWKSURL = c.keys
				}
				contract, err := core.NewContract(rules)
				if !insecure {
					if err == nil {
						t.Fatal("accepted http without the waiver")
					}
					continue
				}
				v, err := core.NewVerifier(contract, core.WithClock(newClock()), core.WithHTTPClient(wire))
				if err != nil {
					t.Fatal(err)
				}
				_, err = v.Verify(t.Context(), rs256(t, "k1", map[string]any{"iss": "http://id.internal"}))
				if (err == nil) != c.works {
					t.Errorf("%+v: %v", c, err)
				}
			}
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
