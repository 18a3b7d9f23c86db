// Package guard protects requests: it finds the credentials, has them
// authenticated by a contract or verifier of package core, checks revocation and
// policies, and renders the answer to a request that is rejected.
//
//	handler := guard.Middleware(contract)(mux) // net/http
//
// Programs that use gin, echo, chi or fiber give the options of this package to
// the New of their adapter: ginauth.New(contract, guard.Optional()). A handler
// reads the session with core.UserID, core.Claims and core.FromContext.
//
// # Errors
//
// [New] and [NewRenderer] return all mistakes in their options at once, as
// [*core.ConfigError]; [Middleware], [Must] and [Require] panic with them. A
// rejected request is a [*Rejection]: status, header and body for the client, and
// in Err a [*core.Error] with the code and the detail for the log. Its own text
// is the sentence that the client may see. An outage is never answered with 401.
//
// # Concurrency
//
// Guards, requirements and renderers are safe for concurrent use and need not be
// closed. Every extractor, policy, revoker and function that is given to an option
// must be safe for concurrent use too. A [*Rejection] belongs to its caller.
//
// # Compatibility
//
// Statuses, header fields and bodies are part of the API. Other packages may
// implement [Request], so it never gets more methods: further capabilities of a
// request are optional methods.
package guard
