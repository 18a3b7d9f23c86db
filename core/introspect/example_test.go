package introspect_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/clientauth"
	"github.com/revstackhq/auth-go/core/introspect"
)

func Example() {
	// An authorization server that knows one token. It is on loopback, for the example.
	as := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.FormValue("token") != "opaque-token-of-ada" {
			_, _ = w.Write([]byte(`{"active": false}`))
			return
		}
		_, _ = w.Write([]byte(`{"active": true, "sub": "ada", "aud": "https://orders.example.com", "scope": "orders:read",
			"exp": 32503680000}`))
	}))
	defer as.Close()

	client, err := introspect.New(introspect.Config{
		Server: introspect.Server{URL: as.URL},
		Auth:   clientauth.Basic("orders-api", core.NewSecret("from the environment")),
		Rules:  core.Rules{Issuer: "https://id.example.com", Audiences: core.Strings{"https://orders.example.com"}},
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, token := range []string{"opaque-token-of-ada", "made-up"} {
		session, err := client.Authenticate(context.Background(), core.Credentials{Token: token})
		if err != nil {
			fmt.Println(core.CodeOf(err))
			continue
		}
		fmt.Println(session.UserID(), session.Kind(), session.Scopes())
	}
	// Output:
	// ada access [orders:read]
	// TOKEN_INACTIVE
}
