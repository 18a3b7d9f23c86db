package guard_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// exampleSecret would come from the environment of a real program.
const exampleSecret = "0123456789abcdef0123456789abcdef"

// exampleToken returns a token like the one that the sign-in would issue.
func exampleToken(issuer, user string) string {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": issuer, "aud": "my-api", "sub": user, "role": "admin", "exp": time.Now().Add(time.Hour).Unix(),
	}).SignedString([]byte(exampleSecret))
	if err != nil {
		log.Fatal(err)
	}
	return token
}

// exampleContract returns a contract that accepts the token.
func exampleContract(issuer string) *core.Contract {
	contract, err := core.NewContract(core.Rules{
		Issuer:    issuer,
		Audiences: []string{"my-api"},
		Secret:    core.NewSecret(exampleSecret),
	})
	if err != nil {
		log.Fatal(err)
	}
	return contract
}

// exampleCall sends a request with the token to h and prints the answer.
func exampleCall(h http.Handler, token string) {
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Print(w.Code, " ", w.Body)
}

func ExampleNew() {
	g, err := guard.New(exampleContract("my-gateway"), guard.Realm("things"))
	if err != nil {
		log.Fatal(err)
	}
	handler := g.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "hello", core.UserID(r.Context()))
	}))
	exampleCall(handler, exampleToken("my-gateway", "user_123"))
	exampleCall(handler, "")
	// Output:
	// 200 hello user_123
	// 401 {"error":"Sign in to continue.","code":"TOKEN_MISSING"}
}

func ExampleMiddleware() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "hello", core.UserID(r.Context()))
	})
	protect := guard.Middleware(exampleContract("my-gateway"))
	exampleCall(protect(mux), exampleToken("my-gateway", "user_123"))
	// Output: 200 hello user_123
}

// isAdmin is a custom policy; package policy has the usual ones.
type isAdmin struct{}

func (isAdmin) Check(s *core.Session) error {
	if role, _ := s.Claim("role"); role != "admin" {
		return errors.New("not an admin")
	}
	return nil
}

func ExampleRequire() {
	protect := guard.Middleware(exampleContract("my-gateway"), guard.Optional())
	admin := protect(guard.Require(isAdmin{}).Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "welcome")
	})))
	exampleCall(admin, exampleToken("my-gateway", "user_123"))
	exampleCall(admin, "")
	// Output:
	// 200 welcome
	// 401 {"error":"Sign in to continue.","code":"TOKEN_MISSING"}
}

func ExampleExtractors() {
	protect := guard.Middleware(exampleContract("my-gateway"),
		guard.Extractors(guard.Bearer(), guard.Cookie("session", "https://app.example.com")))
	handler := protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "hello", core.UserID(r.Context()))
	}))
	for _, site := range []string{"same-origin", "cross-site"} {
		r := httptest.NewRequest(http.MethodPost, "/", http.NoBody)
		r.AddCookie(&http.Cookie{Name: "session", Value: exampleToken("my-gateway", "user_123")})
		r.Header.Set("Sec-Fetch-Site", site)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	// Output:
	// 200
	// 403
}

func ExampleRevocation() {
	blocked := map[string]bool{"user_666": true}
	protect := guard.Middleware(
		exampleContract("my-gateway"),
		guard.Revocation(guard.RevokerFunc(func(_ context.Context, s *core.Session) (bool, error) {
			return blocked[s.UserID()], nil
		}), guard.FailClosed),
	)
	handler := protect(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "hello") }))
	exampleCall(handler, exampleToken("my-gateway", "user_123"))
	exampleCall(handler, exampleToken("my-gateway", "user_666"))
	// Output:
	// 200 hello
	// 401 {"error":"The session has been revoked. Please sign in again.","code":"TOKEN_REVOKED"}
}
