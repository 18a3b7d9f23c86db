package guard_test

import (
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// NewRenderer is for code that answers errors without a guard, such as a handler
// that verifies a token from a form field itself.
func ExampleNewRenderer() {
	verifier, err := core.NewVerifier(exampleContract("my-gateway"))
	if err != nil {
		log.Fatal(err)
	}
	renderer, err := guard.NewRenderer(guard.Realm("reports"), guard.ProblemDetails())
	if err != nil {
		log.Fatal(err)
	}
	download := func(w http.ResponseWriter, r *http.Request) {
		session, err := verifier.Verify(r.Context(), r.PostFormValue("access_token"))
		if err != nil {
			renderer.Render(guard.HTTPRequest(r), err).ServeHTTP(w, r)
			return
		}
		fmt.Fprintln(w, "the report of", session.UserID())
	}
	w := httptest.NewRecorder()
	download(w, httptest.NewRequest(http.MethodPost, "/report", http.NoBody))
	fmt.Println(w.Header().Get("WWW-Authenticate"))
	fmt.Print(w.Code, " ", w.Body)
	// Output:
	// Bearer realm="reports", error="invalid_token"
	// 401 {"type":"about:blank","title":"Unauthorized","status":401,"detail":"The token is malformed.","code":"INVALID_FORMAT"}
}

// The zero Renderer renders with the defaults. Its rejection is an error whose
// text is safe to show to the client; the detail for the log is in Err.
func ExampleRenderer_Render() {
	err := &core.Error{Code: core.CodeForbidden, Detail: "the order belongs to another tenant"}
	rejection := new(guard.Renderer).Render(nil, err)
	fmt.Println(rejection.Status, rejection)
	fmt.Println(rejection.Err)
	fmt.Println(errors.Is(rejection, core.CodeForbidden))
	// Output:
	// 403 You are not allowed to do this.
	// auth: FORBIDDEN: the order belongs to another tenant
	// true
}

func ExampleMust() {
	defer func() { fmt.Println(recover()) }()
	guard.Must("myauth", exampleContract("my-gateway"), guard.SkipPaths("health"), guard.Revocation(nil, guard.FailOpen))
	// Output:
	// myauth.New: auth: SkipPaths "health": must begin with "/"
	// auth: Revocation: is nil: leave the option out to check no revocations
	// see https://github.com/revstackhq/auth-go/blob/main/docs/config-errors.md#invalid
}
