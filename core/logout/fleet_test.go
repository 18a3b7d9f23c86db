package logout_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/logout"
)

// TestFleet: a message to one replica ends sessions on another one, and lets the
// user sign in again.
func TestFleet(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	log := fleet.NewMemoryLog(0)
	heard := make(chan fleet.Entry, 10)
	open := func(onEntry func(fleet.Entry)) *fleet.Revocations {
		r, err := fleet.Open(ctx, log, fleet.Options{
			Secret:    core.NewSecret("a secret of 32 bytes, for a test"),
			OnFailure: fleet.FailOpen, // a slow machine must not make the test fail
			OnEntry:   onEntry,
			Logger:    slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	here, elsewhere := open(nil), open(func(e fleet.Entry) { heard <- e })
	t.Cleanup(func() { cancel(); here.Wait(); elsewhere.Wait() })

	issuer := authtest.NewIssuer(t)
	contract := issuer.Contract(func(r *core.Rules) { r.UserIDClaim = "app_user" })
	h, err := logout.NewBackChannel(contract, here.Sink(), logout.Audience(client))
	must(t, h, err)
	f := &fixture{t: t, issuer: issuer}
	status := func(claims authtest.Claims) int {
		claims["app_user"] = "7"
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		authtest.Authorize(r, issuer.Token(claims))
		guard.Middleware(contract, elsewhere.Guard())(http.NotFoundHandler()).ServeHTTP(w, r)
		return w.Code
	}
	now := time.Now().Unix()
	old := authtest.Claims{"sid": "s2", "iat": now}
	if w := post(t, h, formType, form(f.logoutToken(nil))); w.Code != 200 {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	if e := <-heard; e.Kind() != fleet.KindSession {
		t.Errorf("the other replica heard of a %v", e.Kind())
	}
	if a, b := status(authtest.Claims{"sid": "s1"}), status(old); a != 401 || b != 404 {
		t.Errorf("after the logout of s1: %d and %d, want 401 and 404", a, b)
	}
	token := f.logoutToken(authtest.Claims{"sid": nil, "jti": "2", "iat": now})
	if w := post(t, h, formType, form(token)); w.Code != 200 {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	<-heard
	if a, b := status(old), status(authtest.Claims{"sid": "s3", "iat": now + 1}); a != 401 || b != 404 {
		t.Errorf("after the logout of the user: %d and, signed in a second later, %d, want 401 and 404", a, b)
	}
}
