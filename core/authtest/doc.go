// Package authtest tests programs that use auth-go.
//
// To test a handler or a service, put a session into its context: no issuer, no
// keys, no HTTP.
//
//	ctx := authtest.Context(t.Context(), "user_1", authtest.Claims{"org_id": "org_9"})
//
// To test a whole program, run an [Issuer] on loopback, mint tokens with it,
// rotate its keys or take it down:
//
//	issuer := authtest.NewIssuer(t)
//	router := newRouter(issuer.Contract())
//	authtest.Authorize(req, issuer.Token(authtest.Claims{"sub": "user_1"}))
//
// [Issuer.Bad] lists the tokens that a contract must refuse, and why.
//
// Everything here is for tests and demonstrations. Nothing of it makes a
// contract accept what it would not accept otherwise.
package authtest
