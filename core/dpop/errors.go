package dpop

import "strings"

// Kind says what is wrong with a proof. KindInvalidProof and KindUseNonce are the error codes of RFC 9449 §7.1 and
// §9.
type Kind string

// The kinds.
const (
	// KindInvalidProof marks a proof that is missing, malformed, forged, out of date, made for another request or
	// token, or used before.
	KindInvalidProof Kind = "invalid_dpop_proof"
	// KindUseNonce marks a proof without a current nonce of this server. The client repeats the request with the nonce
	// of the answer's DPoP-Nonce header.
	KindUseNonce Kind = "use_dpop_nonce"
	// KindUnavailable marks a proof that cannot be judged because the replay store failed or is full.
	KindUnavailable Kind = "unavailable"
)

// CodeUnavailable is the core.Code of an error of [KindUnavailable]: the answer has status 503. It is declared here
// because package core imports this package.
const CodeUnavailable = "PROOF_CHECK_UNAVAILABLE"

// Error says why a [Checker] does not accept a proof. Its text is for the server's log: it may show values of the
// request, but never the proof or the token.
type Error struct {
	Kind   Kind
	Detail string
	Err    error // the cause, if any
}

// Error returns detail and cause.
func (e *Error) Error() string {
	if e == nil {
		return "dpop: nil"
	}
	text := "dpop: " + e.Detail
	if e.Err != nil && !strings.Contains(text, e.Err.Error()) {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

func invalid(detail string) *Error { return &Error{Kind: KindInvalidProof, Detail: detail} }

// ConfigError is one mistake in a [Config]. [New] returns all of them, joined; guard.New returns each as a
// core.ConfigError.
type ConfigError struct {
	Field  string // of Config
	Value  string // what was given, "" if it is missing
	Reason string // what is wrong, and what to write instead
}

// Error names field, value and remedy.
func (e *ConfigError) Error() string {
	text := "dpop: " + e.Field
	if e.Value != "" {
		text += " " + e.Value
	}
	return text + ": " + e.Reason
}
