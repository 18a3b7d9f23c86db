package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/revstackhq/auth-go/core"
)

// tenantBytes bounds the heap of one tenant, the session of its token included.
const tenantBytes = 10 << 10

// tenants are few, because signing their tokens takes most of the time. BENCH_TENANTS=1000 makes a thousand.
func tenants() int {
	if given := os.Getenv("BENCH_TENANTS"); given != "" {
		return must(strconv.Atoi(given))
	}
	return 250
}

// issuers are tenants' issuers on loopback, each with a key set at a URL of its own, and one good token of each. All
// sets have the same two public keys, RSA of 2,048 bits and P-256, because making a thousand takes minutes; each has
// key ids of its own, and a verifier reads every set by itself.
type issuers struct {
	server *httptest.Server
	urls   []string
	sets   map[string][]byte // by path
	tokens []string
	base   *fixture
}

func newIssuers(tb testing.TB, n int) *issuers {
	tb.Helper()
	base, second := newFixture("RS256"), newFixture("ES256")
	is := &issuers{
		urls:   make([]string, n),
		sets:   map[string][]byte{},
		tokens: make([]string, n),
		base:   base,
	}
	is.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(is.sets[r.URL.Path])
	}))
	tb.Cleanup(is.server.Close)
	for i := range n {
		path := fmt.Sprintf("/tenant-%04d", i)
		is.urls[i] = is.server.URL + path
		keys := []jose.JSONWebKey{base.jwk(), second.jwk()}
		keys[0].KeyID, keys[1].KeyID = fmt.Sprintf("%s_%d", keyID, i), fmt.Sprintf("ec_%s_%d", keyID, i)
		is.sets[path+"/keys"] = must(json.Marshal(jose.JSONWebKeySet{Keys: keys}))
	}
	var wait sync.WaitGroup
	for worker := range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := worker; i < n; i += runtime.GOMAXPROCS(0) {
				header := base.header().with(object{"kid": fmt.Sprintf("%s_%d", keyID, i)})
				is.tokens[i] = base.sign(header, base.claims().with(object{"iss": is.urls[i]}))
			}
		})
	}
	wait.Wait()
	return is
}

// contract is made as a service makes it for a customer: by the preset, with the customer's issuer.
func (is *issuers) contract(issuer string) *core.Contract {
	return is.base.contract(func(r *core.Rules) {
		r.Issuer, r.JWKS, r.JWKSURL, r.Algorithms = issuer, nil, issuer+"/keys", []string{"RS256", "ES256"}
	})
}

// fixed knows every tenant when it is made.
func (is *issuers) fixed() *core.Verifier {
	contracts := make([]*core.Contract, len(is.urls))
	for i, issuer := range is.urls {
		contracts[i] = is.contract(issuer)
	}
	return must(core.NewVerifier(contracts))
}

// resolved has a contract of its own, and finds a tenant when its first token comes.
func (is *issuers) resolved() *core.Verifier {
	return must(core.NewVerifier(is.base.contract(), core.Resolver{
		Resolve: func(_ context.Context, issuer string) (*core.Contract, error) { return is.contract(issuer), nil },
	}))
}

// keptForProfile is what -memprofile shows: go test writes the profile after the last test.
var keptForProfile []*core.Verifier

// TestTenantFootprint measures what one of many tenants takes: its contract, its fetched keys, and the session of
// one token. -memprofile with -memprofilerate 1 shows what keeps the bytes.
func TestTenantFootprint(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	n := tenants()
	is := newIssuers(t, n)
	for _, way := range []struct {
		name string
		make func(*issuers) *core.Verifier
	}{
		{"contracts", (*issuers).fixed},
		{"resolver", (*issuers).resolved},
	} {
		t.Run(way.name, func(t *testing.T) {
			verifyAll(t, way.make(is), is.tokens[:1]) // what a program has once, such as net/http's default transport
			goroutines := runtime.NumGoroutine()
			heapBefore, stacksBefore := heap(), stacks()
			v := way.make(is)
			verifyAll(t, v, is.tokens)
			each := (heap() - heapBefore) / float64(n)
			t.Logf("%.0f bytes of heap a tenant, %.0f of stacks, %d goroutines more, %d tokens remembered",
				each, (stacks()-stacksBefore)/float64(n), runtime.NumGoroutine()-goroutines, v.Stats().Entries)
			if each > tenantBytes {
				t.Errorf("a tenant takes %.0f bytes, want at most %d", each, tenantBytes)
			}
			if more := runtime.NumGoroutine() - goroutines; more > n/100 {
				t.Errorf("%d goroutines more than before, for %d tenants: a tenant keeps none", more, n)
			}
			runtime.KeepAlive(is)
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
