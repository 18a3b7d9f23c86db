package fleet_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/guard"
)

func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	idp, err := authtest.StartIssuer(authtest.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = idp.Close() }()

	log := fleet.NewMemoryLog(0) // several replicas share a FileLog or redisauth.Log instead
	revocations, err := fleet.Open(ctx, log, fleet.Options{
		Secret:    core.NewSecret("32 random bytes from your vault."),
		OnFailure: fleet.FailClosed,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := revocations.AwaitReady(ctx); err != nil { // a readiness probe asks Ready
		fmt.Println(err)
		return
	}

	api := guard.Middleware(idp.Contract(), revocations.Guard())(http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello ", core.UserID(r.Context())) }))
	get := func(token string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		authtest.Authorize(r, token)
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		fmt.Println(w.Code, strings.TrimSpace(w.Body.String()))
	}

	alice, bob := idp.Token(authtest.Claims{"sub": "alice"}), idp.Token(authtest.Claims{"sub": "bob"})
	get(alice)
	// In a handler for administrators:
	if err := revocations.Revoke(ctx, fleet.User(idp.URL(), "alice")); err != nil {
		fmt.Println(err)
	}
	get(alice)
	get(bob)
	// Output:
	// 200 hello alice
	// 401 {"error":"The session has been revoked. Please sign in again.","code":"TOKEN_REVOKED"}
	// 200 hello bob
}
