// Package realtest tests auth-go with an OpenID provider that this project did
// not write: the server library github.com/zitadel/oidc, on loopback. Its
// tests sign in through the authorization code flow with PKCE, as a browser
// would, and show the tokens they get to all four adapters. The one of back-channel
// logout runs npm oidc-provider instead, and is skipped where node or the registry
// is missing.
//
// It is a separate module, so that no other module gets its dependencies.
package realtest
