//go:build !race

package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

// tenantBytes bounds the heap of one tenant, the session of its token included.
const tenantBytes = 10 << 10

// tenants are issuers on loopback, each with a key set at a URL of its own, and one good token of each. All sets have
// the same two public keys, because making them takes long; each has key ids of its own, and a verifier reads every set
// by itself.
type tenants struct {
	signer *fixture
	server *httptest.Server
	tokens []string
}

func newTenants(tb testing.TB, n int) *tenants {
	tb.Helper()
	ts := &tenants{signer: newFixture(tb, "ES256")}
	second := newFixture(tb, "RS256").jwk()
	ts.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		keys := []jose.JSONWebKey{ts.signer.jwk(), second}
		path := strings.TrimSuffix(r.URL.Path, "/keys")
		keys[0].KeyID, keys[1].KeyID = keyID+path, "rsa_"+keyID+path
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(must(json.Marshal(jose.JSONWebKeySet{Keys: keys})))
	}))
	tb.Cleanup(ts.server.Close)
	for i := range n {
		token := ts.signer.token(authtest.Claims{"iss": ts.issuer(i)}, authtest.WithKeyID(keyID+tenantPath(i)))
		ts.tokens = append(ts.tokens, token)
	}
	return ts
}

func tenantPath(i int) string { return fmt.Sprintf("/tenant-%04d", i) }

func (ts *tenants) issuer(i int) string { return ts.server.URL + tenantPath(i) }

// contract is made as a service makes it for a customer: by the preset, with the customer's issuer.
func (ts *tenants) contract(issuer string) *core.Contract {
	return ts.signer.contract(func(r *core.Rules) {
		r.Issuer, r.JWKS, r.JWKSURL, r.Algorithms = issuer, nil, issuer+"/keys", []string{"RS256", "ES256"}
	})
}

// fixed knows every tenant when it is made.
func (ts *tenants) fixed() *core.Verifier {
	contracts := make([]*core.Contract, len(ts.tokens))
	for i := range contracts {
		contracts[i] = ts.contract(ts.issuer(i))
	}
	return must(core.NewVerifier(contracts))
}

// resolved has a contract of its own, and finds a tenant when its first token comes.
func (ts *tenants) resolved() *core.Verifier {
	return must(core.NewVerifier(ts.signer.contract(), core.Resolver{
		Resolve: func(_ context.Context, issuer string) (*core.Contract, error) { return ts.contract(issuer), nil },
	}))
}

// keptForProfile is what -memprofile shows: go test writes the profile after the last test.
var keptForProfile []*core.Verifier

// TestTenantFootprint measures what one of many tenants takes: its contract, its fetched keys, and the session of
// one token. BENCH_TENANTS sets their number; -memprofile with -memprofilerate 1 shows what keeps the bytes.
func TestTenantFootprint(t *testing.T) {
	n := setting("BENCH_TENANTS", 250)
	ts := newTenants(t, n)
	for name, build := range map[string]func() *core.Verifier{"contracts": ts.fixed, "resolver": ts.resolved} {
		t.Run(name, func(t *testing.T) {
			verifyAll(t, build(), ts.tokens[:1]) // what a program has once, such as net/http's default transport
			goroutines, before, stacksBefore := runtime.NumGoroutine(), heap(), stacks()
			v := build()
			verifyAll(t, v, ts.tokens)
			each, more := (heap()-before)/float64(n), runtime.NumGoroutine()-goroutines
			t.Logf("%.0f bytes of heap a tenant, %.0f of stacks, %d goroutines more, %d tokens remembered",
				each, (stacks()-stacksBefore)/float64(n), more, v.Stats().Entries)
			if each > tenantBytes {
				t.Errorf("a tenant takes %.0f bytes, want at most %d", each, tenantBytes)
			}
			if more > n/100 {
				t.Errorf("%d goroutines more than before, for %d tenants: a tenant keeps none", more, n)
			}
			runtime.KeepAlive(ts)
			runtime.KeepAlive(v)
			if f := flag.Lookup("test.memprofile"); f != nil && f.Value.String() != "" {
				keptForProfile = append(keptForProfile, v)
			}
		})
	}
}

// stacks returns the bytes that the goroutines' stacks take.
func stacks() float64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.StackInuse)
}
