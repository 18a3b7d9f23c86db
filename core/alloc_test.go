package core_test

import (
	"net/http"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/internal/test"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
)

// allocationCase is a Clerk session token as the benchmarks use it, and the
// contract that accepts it.
func allocationCase(t *testing.T) (contract *core.Contract, token string) {
	t.Helper()
	if test.Race {
		t.Skip("the race detector allocates")
	}
	const origin = "https://app.northwind.example"
	issuer := authtest.NewIssuer(t)
	contract, err := clerk.NewContract(clerk.Config{IssuerURL: issuer.URL(), AuthorizedParties: []string{origin}})
	if err != nil {
		t.Fatal(err)
	}
	return contract, clerktest.SessionToken(issuer, clerktest.Token{
		AuthorizedParty: origin, OrganizationID: "org_1", OrganizationSlug: "northwind", Role: "admin",
		Permissions: []string{"org:invoices:read", "org:reports:read"},
	})
}

func atMost(t *testing.T, what string, limit float64, op func()) {
	t.Helper()
	if got := testing.AllocsPerRun(100, op); got > limit {
		t.Errorf("%s: %v allocations, want at most %v", what, got, limit)
	}
}

func TestAllocationsOfVerify(t *testing.T) {
	contract, token := allocationCase(t)
	first, err := core.NewVerifier(contract, core.TokenCache{Disabled: true})
	if err != nil {
		t.Fatal(err)
	}
	seen, err := core.NewVerifier(contract)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	verify := func(v *core.Verifier, token string, want core.Code) func() {
		if _, err := v.Verify(ctx, token); core.CodeOf(err) != want { // which allocates
			t.Errorf("code %q, want %q", core.CodeOf(err), want)
		}
		return func() {
			if _, err := v.Verify(ctx, token); (err == nil) != (want == "") {
				t.Errorf("error %v, want code %q", err, want)
			}
		}
	}
	// The limit is what was measured, with one to spare for
	// another release of Go.
	atMost(t, "RS256, first sight", 6, verify(first, token, ""))
	atMost(t, "RS256, seen before", 0, verify(seen, token, ""))
	// The error is all there is.
	atMost(t, "garbage", 1, verify(seen, "oat_2vA7bYtR3MwXz5SlJo0UdCe8FzN", core.CodeInvalidFormat))
	if hits := seen.Stats().Hits; hits == 0 {
		t.Error("nothing was seen before")
	}
}

// response is a http.ResponseWriter that allocates nothing.
type response struct {
	header http.Header
	status int
}

func (r *response) Header() http.Header         { return r.header }
func (r *response) WriteHeader(status int)      { r.status = status }
func (r *response) Write(b []byte) (int, error) { return len(b), nil }

func TestAllocationsOfMiddleware(t *testing.T) {
	contract, token := allocationCase(t)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if core.UserID(r.Context()) == "" {
			w.WriteHeader(http.StatusTeapot)
		}
	})
	r := request(http.MethodGet, "http://api.example.com/things", "Authorization", "Bearer "+token)
	w := &response{header: http.Header{}}
	serve := func(h http.Handler, want int) func() {
		return func() {
			w.status = http.StatusOK
			if h.ServeHTTP(w, r); w.status != want {
				t.Errorf("status %d, want %d", w.status, want)
			}
		}
	}
	bare := testing.AllocsPerRun(100, serve(handler, http.StatusTeapot))
	atMost(t, "guarded, seen before", bare+4, serve(guard.Middleware(contract)(handler), http.StatusOK))
}
