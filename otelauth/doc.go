// Package otelauth reports what auth-go does through OpenTelemetry: metrics and
// spans about verified and rejected tokens, keys, caches and revocation.
//
//	telemetry, err := otelauth.New()
//	if err != nil { … }
//	verifier, err := core.NewVerifier(contract, telemetry.Observer())
//	if err != nil { … }
//	stop, err := telemetry.Watch(verifier)
//
// Give the verifier to the guards. Without options the global providers are used;
// they may be set later. [Metrics] lists what is measured.
//
// # What is recorded
//
// Attributes take few values: the contract's provider, the outcome, the code of a
// rejection. No attribute holds a token, a key id, a path, an issuer that a token
// chose, or an id of a person. [WithPseudonyms] and [Telemetry.Annotate] add a keyed
// pseudonym of the user to the current span.
//
// A span is recorded only inside a recorded span, so that its trace id connects it to
// the request. A remembered token costs well under a microsecond and has no span.
//
// # Concurrency and errors
//
// A Telemetry is safe for concurrent use and owns no goroutine. Stop functions may
// be called more than once; only the first call has an effect.
package otelauth
