package core

import (
	"context"
	"crypto/x509"
	"log/slog"
	"time"

	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/internal/bearer"
	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jws"
	"github.com/revstackhq/auth-go/core/internal/refusal"
)

// Credentials are what a request proves itself with. They hold a secret: they
// print and log without it.
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
	// Method and URL are those of the request as its client made it, which a DPoP
	// proof names (htm and htu). A guard takes the URL from guard.ExternalURL and
	// guard.TrustedProxies; without them it is what this server saw, which behind
	// a proxy that terminates TLS has another scheme. "" if unknown.
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

// GoString is [Credentials.String], so that %#v does not print the token.
func (c Credentials) GoString() string { return c.String() }

// LogValue is [Credentials.String].
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Authenticator turns credentials into a session. [*Contract], [*Verifier] and
// [FirstOf] are authenticators; a guard and every adapter's New take any.
//
// Authenticate returns a session that a contract made, or an error: an [*Error]
// decides the answer by its code, any other is answered with status 500. It must
// be safe for concurrent use and must not keep the credentials.
//
// An authenticator may have more of the methods of [*Verifier], with the same
// meaning: Recognizes, Reauthenticate, Recheck, ReportRejection, Confirmations,
// Issuers, Now and Logger.
// Without Reauthenticate, a guard inside another one authenticates each request
// again; without Report, the guard logs every rejection itself.
type Authenticator interface {
	Authenticate(ctx context.Context, c Credentials) (*Session, error)
}

var (
	_ Authenticator = (*Contract)(nil)
	_ Authenticator = (*Verifier)(nil)
)

// Authenticate verifies the token of c, a compact JWT. Every error is an
// [*Error].
func (v *Verifier) Authenticate(ctx context.Context, c Credentials) (*Session, error) {
	o := origin{request: c.Request}
	s, err := v.authenticate(ctx, c, &o)
	if err != nil {
		v.rejected(ctx, err, &o)
		return nil, err
	}
	return s, nil
}

func (v *Verifier) authenticate(ctx context.Context, c Credentials, o *origin) (*Session, *Error) {
	if err := v.checkScheme(c.Scheme); err != nil {
		return nil, err
	}
	if c.Token == "" {
		return nil, refuse(CodeTokenMissing, "the credentials hold no token")
	}
	s, err := v.verify(ctx, c.Token, &c, o)
	if err != nil && c.Scheme != "" && !bearer.IsToken(c.Token) {
		// Looking at every character costs as much as the digest, so only a
		// refused token is looked at.
		err = refuse(CodeInvalidRequest, bearer.NotOneToken)
	}
	return s, err
}

// checkScheme refuses schemes that no contract knows how to judge. A DPoP token
// without its proof may be a stolen one.
func (v *Verifier) checkScheme(scheme string) *Error {
	switch {
	case scheme == "", scheme == schemeBearer, scheme == schemeDPoP && v.valid() && v.mayConfirm():
		return nil
	default:
		return refuse(CodeInvalidRequest, "the scheme "+quoted(scheme)+" is not accepted here, expected Bearer")
	}
}

// Reauthenticate is Authenticate for a request that s was already
// authenticated for, such as by an outer guard. It returns s itself if the token
// is the one that s was made from, v's contract is the one that accepted it, and
// v would still accept it (see [Verifier.Recheck]). Otherwise it authenticates c.
func (v *Verifier) Reauthenticate(ctx context.Context, s *Session, c Credentials) (*Session, error) {
	if v.valid() && s.valid() && s.token == jws.DigestOf(c.Token) {
		if now := v.clock.Now(); v.checkScheme(c.Scheme) == nil && v.chooses(s, now) {
			err, decided := v.recheck(ctx, s, now)
			if decided && err == nil {
				err = s.engine.confirm(ctx, s.bound, &c, now)
			}
			if err != nil {
				v.rejected(ctx, err, &origin{engine: s.engine, header: s.header, request: c.Request})
				return nil, err
			}
			if decided {
				return s, nil
			}
		}
	}
	return v.Authenticate(ctx, c)
}

// VerifyHeader verifies a whole Authorization header value, "Bearer <token>"
// (RFC 6750 §2.1), for programs without a guard.
func (v *Verifier) VerifyHeader(ctx context.Context, authorization string) (*Session, error) {
	token, problem := bearer.Token(authorization)
	switch {
	case problem != "":
		err := refuse(CodeInvalidRequest, problem)
		v.ReportRejection(ctx, err)
		return nil, err
	case token == "":
		err := refuse(CodeTokenMissing, bearer.Found([]string{authorization}))
		v.ReportRejection(ctx, err)
		return nil, err
	}
	return v.Verify(ctx, token)
}

// Recognizes reports whether c looks like a token for v: a JWT whose issuer is
// one that v's contracts name, or that its resolver may be asked about. It
// verifies nothing; [FirstOf] chooses by it.
func (v *Verifier) Recognizes(c Credentials) bool {
	if !v.valid() || len(c.Token) > v.maxBytes {
		return false
	}
	var t jose.Token
	if parse(&t, c.Token, v.cache.headers, jose.Limits{Unsecured: v.only != nil && v.only.rules.InsecureEmulator}) != nil {
		return false
	}
	var reg registered
	if reg.read(t.Claims) != nil {
		return false
	}
	if v.anyIssuer != nil || v.tenants != nil && v.tenants.mayResolve(reg.issuer) {
		return true
	}
	return v.named(reg.issuer, t.Claims) != nil
}

// ReportRejection reports a rejection that v did not make itself, such as that of a
// guard's policy, to v's observers and in its log. v reports its own.
func (v *Verifier) ReportRejection(ctx context.Context, err *Error) {
	v.rejected(ctx, err, originOf(refusal.From(ctx)))
}

// Issuers returns the issuers that v's contracts name, in order.
func (v *Verifier) Issuers() []string {
	if !v.valid() {
		return nil
	}
	var all []string
	for _, e := range v.engines {
		all = append(all, e.issuers...)
	}
	return all
}

// Now returns the time by v's clock, see [WithClock].
func (v *Verifier) Now() time.Time {
	if !v.valid() {
		return time.Now()
	}
	return v.clock.Now()
}

// Logger returns the logger of [WithLogger], for packages that build on v.
func (v *Verifier) Logger() *slog.Logger {
	if !v.valid() {
		return slog.Default()
	}
	return v.logger
}

// made reports whether s is a session of one of v's contracts.
func (v *Verifier) made(s *Session) bool {
	return v.valid() && s.valid() && (v.fixed[s.engine] || v.tenants != nil && v.tenants.mayResolve(s.issuer))
}
