package main

import (
	"net/http"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

// scenario is one row: the same request to every framework, and the answer that
// is documented.
type scenario struct {
	name   string
	before func(*stage) // what happens in the world first

	method string // GET
	path   string // /api/profile
	origin string // of the page that asks, if one does

	// The token is what /token gives for query, or what token makes. headers
	// are the Authorization lines, by default "Bearer <token>".
	query   string
	token   func(*stage) string
	headers func(token string) []string

	want answer
	// fetches is how often each framework asks the issuer for its keys here.
	fetches int
}

// answer is what is compared of a response.
type answer struct {
	status    int
	code      core.Code // of the body; "" where it carries none
	challenge string    // WWW-Authenticate
	body      string    // compared if not empty, without the line's end
	allowed   string    // Access-Control-Allow-Origin
}

// stage is the world in which the scenarios play: time passes there only when a
// scenario says so.
type stage struct {
	clock *authtest.Clock
	site  *site
	last  string // the token of the row before
	kept  string // a token put aside for a later row
}

func passes(d time.Duration) func(*stage) { return func(st *stage) { st.clock.Advance(d) } }

// The documented answers, see docs/answers.md.

func ok(body string) answer { return answer{status: http.StatusOK, body: body} }

func missing() answer {
	return answer{status: http.StatusUnauthorized, code: core.CodeTokenMissing, challenge: "Bearer"}
}

func malformed() answer {
	return answer{status: http.StatusBadRequest, code: core.CodeInvalidRequest, challenge: `Bearer error="invalid_request"`}
}

func refused(code core.Code) answer {
	return answer{status: http.StatusUnauthorized, code: code, challenge: `Bearer error="invalid_token"`}
}

func expired() answer {
	a := refused(core.CodeTokenExpired)
	a.body = `{"error":"Session expired. Please sign in again.","code":"TOKEN_EXPIRED"}`
	return a
}

func forbidden() answer {
	return answer{status: http.StatusForbidden, code: core.CodeForbidden, challenge: `Bearer error="insufficient_scope"`}
}

func outage() answer {
	return answer{status: http.StatusServiceUnavailable, code: core.CodeKeysUnavailable}
}

// readable is a for a page of that origin.
func (a answer) readable(origin string) answer {
	a.allowed = origin
	return a
}

// Authorization lines out of the ordinary.

func scheme(s string) func(string) []string {
	return func(token string) []string { return []string{s + " " + token} }
}

func twice(token string) []string { return []string{"Bearer " + token, "Bearer " + token} }

func joined(token string) []string { return []string{"Bearer " + token + ", Bearer " + token} }

func plainly(values ...string) func(string) []string {
	return func(string) []string { return values }
}

func fixed(token string) func(*stage) string { return func(*stage) string { return token } }

// tampered puts another user into the claims and keeps the signature.
func tampered(st *stage) string {
	parts := strings.Split(st.site.issuer.ClerkSession(authtest.Clerk{}), ".")
	other := strings.Split(st.site.issuer.ClerkSession(authtest.Clerk{UserID: "user_666"}), ".")
	return parts[0] + "." + other[1] + "." + parts[2]
}
