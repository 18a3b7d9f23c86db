package guard_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// greeting is a handler that greets the user of the session.
func greeting(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, "hello", core.UserID(r.Context()))
}

func ExampleFirst() {
	protect := guard.Middleware(exampleContract("my-gateway"),
		guard.Extractors(guard.First(guard.Bearer(), guard.Cookie("__session"))))
	handler := protect(http.HandlerFunc(greeting))
	call := func(authorization string) {
		r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		r.AddCookie(&http.Cookie{Name: "__session", Value: exampleToken("my-gateway", "browser_user")})
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		fmt.Print(w.Code, " ", w.Body)
	}
	call("Bearer " + exampleToken("my-gateway", "api_user"))
	call("")
	call("Bearer not-a-token") // an invalid token is rejected; the cookie is not read
	// Output:
	// 200 hello api_user
	// 200 hello browser_user
	// 401 {"error":"The token is malformed.","code":"INVALID_FORMAT"}
}

// proofChecker is an authenticator that gets the DPoP proof with the token.
type proofChecker struct{}

// Authenticate checks that the proof was made for this request and this token
// (RFC 9449 §4.3), then verifies the token. This one only shows what it is given.
func (proofChecker) Authenticate(_ context.Context, c core.Credentials) (*core.Session, error) {
	fmt.Println(c.Scheme, c.Token, c.Proof, c.Method, c.URL)
	return nil, &core.Error{Code: core.CodeInvalidProof, Detail: "the proof was made for another URL"}
}

func ExampleDPoP() {
	protect := guard.Middleware(proofChecker{}, guard.Extractors(guard.DPoP(), guard.Bearer()))
	r := httptest.NewRequest(http.MethodGet, "http://api.example.com/orders", http.NoBody)
	r.Header.Set("Authorization", "DPoP access.token.signature")
	r.Header.Set("DPoP", "proof.of.possession")
	w := httptest.NewRecorder()
	protect(http.HandlerFunc(greeting)).ServeHTTP(w, r)
	fmt.Print(w.Code, " ", w.Body)
	// Output:
	// DPoP access.token.signature proof.of.possession GET http://api.example.com/orders
	// 401 {"error":"The proof that the token belongs to its sender is missing or not valid.","code":"INVALID_PROOF"}
}
