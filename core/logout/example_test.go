package logout_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/logout"
)

// A provider ends a session, and the handler records which one.
func ExampleNewBackChannel() {
	issuer, err := authtest.StartIssuer(authtest.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer issuer.Close()
	sink := logout.SinkFunc(func(_ context.Context, entries ...logout.Entry) error {
		for _, e := range entries {
			fmt.Println("revoke", e.Kind, e.Value)
		}
		return nil
	})
	handler, err := logout.NewBackChannel(issuer.Contract(), sink, logout.Audience("my-client-id"))
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("POST /logout/backchannel", handler)

	token := issuer.Token(authtest.Claims{
		"aud": "my-client-id", "jti": "1", "sid": "session-7",
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}, authtest.WithHeader("typ", "logout+jwt"), authtest.ExpiresIn(2*time.Minute))
	form := url.Values{"logout_token": {token}}.Encode()
	r := httptest.NewRequest(http.MethodPost, "/logout/backchannel", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	fmt.Println(w.Code)
	// Output:
	// revoke session session-7
	// 200
}
