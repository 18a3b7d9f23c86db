// Package realtest tests auth-go with providers and clients that this project did
// not write, on loopback.
//
// TestConformance plays the npm packages oidc-provider, as the issuer of bound and
// plain access tokens, JWT and opaque, and oauth4webapi and dpop, as clients, at
// seven programs: gin, echo v4 and v5, chi, fiber v2 and v3, and net/http. It prints
// the table of what came of it, which is conformance.md:
//
//	go test -v -run TestConformance ./internal/realtest
//
// The programs in node are in npm/, with the versions of their packages. The test is
// skipped where node, npm or the packages cannot be had, and fails there if CI is
// true. TestRealProvider verifies the tokens of the Go library
// github.com/zitadel/oidc through the same adapters.
//
// It is a separate module, so that no other module gets its dependencies.
package realtest
