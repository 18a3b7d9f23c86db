// Package logout ends sessions when an identity provider says so. Each of its
// handlers receives one kind of message, verifies it and writes what it revokes to
// a [Sink], which a guard's revocation check reads:
//
//	NewBackChannel       OpenID Connect Back-Channel Logout 1.0
//	NewGlobalRevocation  Global Token Revocation, which Okta calls Universal Logout
//	NewSecurityEvents    Shared Signals (CAEP, RISC), pushed as RFC 8935 says
//	NewClerk, NewWorkOS, NewSupabase   the webhooks of these providers
//
// A handler is an http.Handler. Mount it without a guard: the message itself proves its origin. The method Sink of
// fleet.Revocations returns a sink for the replicas of a service. Mount a handler with gin.WrapH, echo.WrapHandler,
// fiber's adaptor.HTTPHandler, or as it is:
//
//	contract, err := keycloak.NewContract(keycloak.Config{…})
//	handler, err := logout.NewBackChannel(contract, sink, logout.Audience("my-client-id"))
//	http.Handle("POST /logout/backchannel", handler)
//
// # What is verified
//
// A signed token is verified with the keys, issuers and algorithms of a contract.
// It never becomes a session, and guards refuse it as an access token. A webhook
// is verified by its shared secret, in constant time.
//
// A message that is not authentic changes nothing. A message that arrives twice
// changes nothing the second time: its id is remembered, and it revokes tokens
// issued before the time in the message, not before its arrival. A replica that
// receives a replay of a message to another replica writes an entry that the log
// already has.
//
// # Bounds
//
// Bodies are bounded and must arrive within ten seconds, and [MaxConcurrent]
// messages are verified at a time. Rejected messages are counted, and logged in at
// most one line in ten seconds. No log line holds a user's id, a token or a secret.
//
// # Concurrency and errors
//
// Handlers are safe for concurrent use, own no goroutine and have nothing to close.
// Constructors do no I/O and return every mistake at once, as [*core.ConfigError].
package logout
