package main

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

const (
	member  = "user=user_123&org=org_9&role=org:member"
	admin   = "user=user_123&org=org_9&role=org:admin"
	myself  = `{"userId":"user_123","sessionId":"sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL","organizationId":"org_9"}`
	alone   = `{"userId":"user_123","sessionId":"sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL"}`
	another = "https://attacker.example"
)

// scenarios are played in this order, in one world: keys that are fetched, and
// tokens that are remembered, stay so for the rows that follow. page is the
// origin whose pages may call the APIs.
func scenarios(page string) []scenario {
	return slices.Concat(beforeAnyKey(), goodTokens(), noToken(), unreadable(), forged(), foreign(), roles(), anonymous(),
		pages(page), keysInMotion())
}

func beforeAnyKey() []scenario {
	down := func(st *stage) { st.site.issuer.Unavailable(true) }
	back := func(st *stage) {
		st.site.issuer.Unavailable(false)
		st.clock.Advance(2 * time.Second) // past the first back-off
	}
	return []scenario{
		{name: "issuer down before any key was fetched", before: down, query: member, want: outage(), fetches: 1},
		{name: "… the next request, without a fetch", query: member, want: outage()},
		{name: "… no token", want: missing()},
		{name: "… a token of another issuer", token: otherIssuer, want: refused(core.CodeIssuerMismatch)},
		{name: "issuer back", before: back, query: member, want: ok(myself), fetches: 1},
	}
}

func goodTokens() []scenario {
	return []scenario{
		{name: "session token, version 2", query: member, want: ok(myself)},
		{name: "… the same again", token: again, want: ok(myself)},
		{name: "… the same once it has expired", before: passes(66 * time.Second), token: again, want: expired()},
		{name: "session token, version 1", query: member + "&v=1", want: ok(myself)},
		{name: "no organisation", query: "user=user_123", want: ok(alone)},
		{name: "no azp, as of a native app", query: member + "&azp=", want: ok(myself)},
		{name: "scheme in lower case", query: member, headers: scheme("bearer"), want: ok(myself)},
		{name: "expired 4 s ago, within the leeway", query: member + "&ttl=-4s", want: ok(myself)},
		{name: "expired 10 min ago", query: member + "&ttl=-10m", want: expired()},
		{name: "HEAD", method: http.MethodHead, query: member, want: answer{status: http.StatusOK}},
		{name: "HEAD, no token", method: http.MethodHead, want: answer{status: http.StatusUnauthorized, challenge: "Bearer"}},
	}
}

func noToken() []scenario {
	return []scenario{
		{name: "no token", want: missing()},
		{name: "empty header", headers: plainly(""), want: missing()},
		{name: "scheme Basic", headers: plainly("Basic dXNlcjpwYXNz"), want: missing()},
		{name: "the token without a scheme", query: member, headers: func(token string) []string { return []string{token} }, want: missing()},
		{name: "scheme and nothing else", headers: plainly("Bearer"), want: malformed()},
		{name: "two headers", query: member, headers: twice, want: malformed()},
		{name: "two tokens in one header", query: member, headers: joined, want: malformed()},
		{name: "a space inside", headers: plainly("Bearer one two"), want: malformed()},
	}
}

func unreadable() []scenario {
	return []scenario{
		{name: "garbage", token: fixed("garbage"), want: refused(core.CodeInvalidFormat)},
		{name: "three dots of garbage", token: fixed("a.b.c"), want: refused(core.CodeInvalidFormat)},
		{name: "cut off", token: cutOff, want: refused(core.CodeInvalidFormat)},
		{name: "padded", token: padded, want: refused(core.CodeInvalidFormat)},
		{name: "longer than 16 KiB", token: fixed(strings.Repeat("a", 16<<10+1)), want: refused(core.CodeTokenTooLarge)},
		{name: "claims twice", token: claimsTwice, want: refused(core.CodeInvalidFormat)},
		{name: "crit unknown", token: session(authtest.WithHeader("crit", []string{"x"}), authtest.WithHeader("x", 1)), want: refused(core.CodeInvalidFormat)},
	}
}

func forged() []scenario {
	return []scenario{
		{name: "alg none, no signature", token: unsigned, want: refused(core.CodeInvalidFormat)},
		{name: "alg none, some signature", token: func(st *stage) string { return unsigned(st) + "AAAA" }, want: refused(core.CodeAlgorithmNotAllowed)},
		{name: "HS256 with the public key", token: confused, want: refused(core.CodeAlgorithmNotAllowed)},
		{name: "tampered claims", token: tampered, want: refused(core.CodeInvalidSignature)},
		{name: "another's key under this kid", token: session(authtest.WithForeignKey()), want: refused(core.CodeInvalidSignature)},
		{name: "unknown kid", token: session(authtest.WithKeyID("nobodys")), want: refused(core.CodeUnknownKey), fetches: 1},
	}
}

func foreign() []scenario {
	clerk := func(c authtest.Clerk) func(*stage) string {
		return func(st *stage) string { return st.site.issuer.ClerkSession(c) }
	}
	return []scenario{
		{name: "another issuer", token: otherIssuer, want: refused(core.CodeIssuerMismatch)},
		{name: "for another origin (azp)", query: member + "&azp=" + another, want: refused(core.CodePartyMismatch)},
		{name: "not valid yet", token: clerk(authtest.Clerk{Extra: authtest.Claims{"nbf": int64(4102444800)}}), want: refused(core.CodeTokenNotActive)},
		{name: "without exp", token: clerk(authtest.Clerk{Extra: authtest.Claims{"exp": nil}}), want: refused(core.CodeMissingClaim)},
		{name: "session with tasks left (pending)", query: member + "&pending=true", want: refused(core.CodeClaimMismatch)},
		{name: "JWT-template token", query: "kind=template&user=user_123", want: refused(core.CodeClaimMismatch)},
		{name: "machine token", query: "kind=m2m", want: refused(core.CodeClaimMismatch)},
		{name: "OAuth access token", query: "kind=oauth&user=user_123", want: refused(core.CodeClaimMismatch)},
	}
}

func roles() []scenario {
	const path = "/api/admin"
	return []scenario{
		{name: "/api/admin, role org:admin", path: path, query: admin, want: ok(`{"message":"user_123 may administer."}`)},
		{name: "/api/admin, the same in version 1", path: path, query: admin + "&v=1", want: ok(`{"message":"user_123 may administer."}`)},
		{name: "/api/admin, role org:member", path: path, query: member, want: forbidden()},
		{name: "/api/admin, no organisation", path: path, query: "user=user_123", want: forbidden()},
		{name: "/api/admin, no token", path: path, want: missing()},
		{name: "/api/admin, expired and no role", path: path, query: member + "&ttl=-10m", want: expired()},
	}
}

func anonymous() []scenario {
	const path = "/api/public"
	return []scenario{
		{name: "/api/public, no token", path: path, want: ok(`{"message":"Hello, stranger."}`)},
		{name: "/api/public, signed in", path: path, query: member, want: ok(`{"message":"Hello, user_123."}`)},
		{name: "/api/public, expired", path: path, query: member + "&ttl=-10m", want: expired()},
		{name: "/api/public, tampered", path: path, token: tampered, want: refused(core.CodeInvalidSignature)},
		{name: "/api/public, two headers", path: path, query: member, headers: twice, want: malformed()},
	}
}

func pages(page string) []scenario {
	return []scenario{
		{name: "preflight of the page", method: http.MethodOptions, origin: page, want: answer{status: http.StatusNoContent}.readable(page)},
		{name: "the page, signed in", origin: page, query: member, want: ok(myself).readable(page)},
		{name: "the page, expired", origin: page, query: member + "&ttl=-10m", want: expired().readable(page)},
		{name: "a page of another origin", origin: another, query: member, want: ok(myself)},
	}
}

func keysInMotion() []scenario {
	down := func(st *stage) {
		st.site.issuer.Unavailable(true)
		st.clock.Advance(2 * time.Hour) // past the freshness of the keys at hand
	}
	rotate := func(st *stage) {
		st.kept = st.last
		st.site.issuer.Unavailable(false)
		st.site.issuer.RotateKeys(false)
		st.clock.Advance(time.Minute) // past the back-off after the failed fetch
	}
	return []scenario{
		{name: "issuer down, last-known-good keys", before: down, query: member + "&ttl=10m", want: ok(myself), fetches: 1},
		{name: "keys replaced, token of the new key", before: rotate, query: member, want: ok(myself), fetches: 1},
		{name: "… the accepted token of the old key", token: func(st *stage) string { return st.kept }, want: refused(core.CodeUnknownKey), fetches: 1},
	}
}

// Tokens that /token does not give.

func again(st *stage) string { return st.last }

func session(opts ...authtest.TokenOption) func(*stage) string {
	return func(st *stage) string { return st.site.issuer.ClerkSession(authtest.Clerk{}, opts...) }
}

func otherIssuer(st *stage) string {
	return st.site.issuer.ClerkSession(authtest.Clerk{Extra: authtest.Claims{"iss": "https://clerk.northwind.example"}})
}

func cutOff(st *stage) string {
	token := session()(st)
	return token[:strings.LastIndexByte(token, '.')]
}

func padded(st *stage) string { return session()(st) + "==" }

func confused(st *stage) string {
	i := st.site.issuer
	return i.ClerkSession(authtest.Clerk{}, authtest.WithSecret([]byte(i.PublicKeyPEM())), authtest.WithKeyID(i.KeyID()))
}

func unsigned(st *stage) string {
	claims := strings.Split(session()(st), ".")[1]
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + claims + "."
}

func claimsTwice(st *stage) string {
	i := st.site.issuer
	return i.TokenRaw(`{"alg":"RS256","kid":"`+i.KeyID()+`"}`, `{"iss":"`+i.URL()+`","sub":"user_123","sub":"user_666","exp":9999999999}`)
}
