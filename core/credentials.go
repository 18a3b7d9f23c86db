package core

import (
	"crypto/x509"
	"fmt"
	"log/slog"

	"github.com/revstackhq/auth-go/core/dpop"
)

// Credentials are the token of a request and the proofs that come with it. They
// print and log without the token and the proof.
type Credentials struct {
	// Token is the compact JWT or opaque token, without its scheme.
	Token string
	// Scheme is "Bearer" or "DPoP" if the token was in the Authorization header,
	// "" if it was elsewhere, such as in a cookie.
	Scheme string
	// Proof is the DPoP proof (RFC 9449 §4), "" without one.
	Proof string
	// Proofs checks Proof. A guard sets it, see guard.Proofs; without it, tokens
	// that are bound to a key by DPoP are refused.
	Proofs *dpop.Checker
	// Method and URL are those of the request as the client made it, which a DPoP
	// proof names (htm and htu); "" if unknown. A guard takes the URL from
	// guard.ExternalURL and guard.TrustedProxies. Without them it is the URL that
	// this server saw, which has another scheme behind a proxy that terminates TLS.
	Method, URL string
	// PeerCertificate is the client's TLS certificate (RFC 8705), nil if there is
	// none. The client has proved that it holds the key; whether an authority that
	// the service trusts signed the certificate depends on the server's ClientAuth.
	PeerCertificate *x509.Certificate
	// Request is the request that carries the credentials, for log lines about it;
	// nil if there is none. It is a guard.Request.
	Request interface {
		Method() string
		Path() string
		Header(name string) []string
	}
}

// String describes the credentials without the token and the proof.
func (c Credentials) String() string {
	switch {
	case c.Token == "":
		return "no credentials"
	case c.Scheme == "":
		return "a token"
	default:
		return "a " + c.Scheme + " token"
	}
}

// GoString is [Credentials.String].
func (c Credentials) GoString() string { return c.String() }

// Format writes [Credentials.String] for every verb: %d and %x would print the
// fields.
func (c Credentials) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(c.String())) }

// LogValue is [Credentials.String].
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText returns [Credentials.String]. It keeps the token out of JSON too,
// also when the credentials are part of another value that is logged.
func (c Credentials) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// The schemes of the Authorization header that [Credentials] names.
const (
	schemeBearer = "Bearer"
	schemeDPoP   = "DPoP"
)
