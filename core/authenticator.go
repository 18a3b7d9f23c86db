package core

import (
	"context"

	"github.com/revstackhq/auth-go/core/internal/bearer"
	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jws"
	"github.com/revstackhq/auth-go/core/internal/refusal"
)

// Authenticator turns credentials into a session. [*Contract], [*Verifier] and
// the result of [FirstOf] are authenticators; a guard and every adapter's New
// accept any of them.
//
// Authenticate returns a session that a contract made, or an error. The code of
// an [*Error] determines the response; any other error is answered with status
// 500. Authenticate must be safe for concurrent use and must not keep the
// credentials.
//
// An authenticator may also implement these methods of [*Verifier], with the same
// meaning: Recognizes, Reauthenticate, Recheck, ReportRejection, Confirmations,
// Issuers, Now and Logger. Without Reauthenticate, a guard inside another guard
// authenticates each request again. Without ReportRejection, the guard logs every
// rejection itself.
type Authenticator interface {
	Authenticate(ctx context.Context, c Credentials) (*Session, error)
}

var (
	_ Authenticator = (*Contract)(nil)
	_ Authenticator = (*Verifier)(nil)
)

// Authenticate verifies the token in c, which must be a compact JWT. Every error
// is an [*Error].
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

// Authenticate verifies the token in c with a verifier that has default options.
// The verifier is created on first use and kept. Use [NewVerifier] to set
// options.
func (k *Contract) Authenticate(ctx context.Context, c Credentials) (*Session, error) {
	v, err := k.verifier()
	if err != nil {
		return nil, err
	}
	return v.Authenticate(ctx, c)
}

// verifier returns the contract's verifier with default options.
func (k *Contract) verifier() (*Verifier, error) {
	if !k.valid() {
		return nil, refuse(CodeUnknownError, "the contract is nil or zero: make it with NewContract or a provider's")
	}
	k.c.defaultOnce.Do(func() { k.c.defaultVerifier, k.c.defaultFault = NewVerifier(k) })
	return k.c.defaultVerifier, k.c.defaultFault
}

// checkScheme refuses schemes that no contract accepts. A DPoP token without its
// proof may be stolen.
func (v *Verifier) checkScheme(scheme string) *Error {
	switch {
	case scheme == "", scheme == schemeBearer, scheme == schemeDPoP && v.valid() && v.mayConfirm():
		return nil
	default:
		return refuse(CodeInvalidRequest, "the scheme "+quoted(scheme)+" is not accepted here, expected Bearer")
	}
}

// Reauthenticate is like Authenticate, for a request that already has the session
// s, for example from an outer guard. It returns s itself if s was made from the
// token in c, by a contract of v, and v would still accept it (see
// [Verifier.Recheck]). Otherwise it authenticates c.
func (v *Verifier) Reauthenticate(ctx context.Context, s *Session, c Credentials) (*Session, error) {
	t, ok := segmentsOf(c.Token)
	if ok && v.valid() && s.valid() && s.isOf(t, jws.DigestOf(t.signature), nil) {
		if now := v.clock.Now(); v.checkScheme(c.Scheme) == nil && v.chooses(s, now) {
			err, decided := v.recheck(ctx, s, now)
			if decided && err == nil {
				err = s.engine.confirms.check(ctx, s.bound, &c, now)
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

// Recognizes reports whether c looks like a token for v: a JWT whose issuer one
// of v's contracts names, or that v may ask its resolver about. It verifies
// nothing. [FirstOf] uses it to choose an authenticator.
func (v *Verifier) Recognizes(c Credentials) bool {
	if !v.valid() || len(c.Token) > v.maxBytes {
		return false
	}
	var t jose.Token
	if v.parse(&t, c.Token) != nil {
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

// made reports whether s is a session of one of v's contracts.
func (v *Verifier) made(s *Session) bool {
	return v.valid() && s.valid() && (v.fixed[s.engine] || v.tenants != nil && v.tenants.mayResolve(s.issuer))
}
