package core

import (
	"time"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// times are the dates of a token; the zero time means an absent claim.
type times struct {
	expires, notBefore, issued          time.Time
	hasExpires, hasNotBefore, hasIssued bool
}

// read refuses dates of a wrong type: a quoted exp is not an exp (RFC 7519 §4.1.4).
func (t *times) read(claims jose.Object) (err *Error) {
	if t.expires, t.hasExpires, err = readDate(claims, "exp"); err != nil {
		return err
	}
	if t.notBefore, t.hasNotBefore, err = readDate(claims, "nbf"); err != nil {
		return err
	}
	t.issued, t.hasIssued, err = readDate(claims, "iat")
	return err
}

func readDate(claims jose.Object, name string) (at time.Time, has bool, refused *Error) {
	v, ok := claims.Lookup(name)
	if !ok {
		return time.Time{}, false, nil
	}
	at, err := v.Time()
	if err != nil {
		return time.Time{}, false, refuseClaim(CodeInvalidFormat, name, name+" is not a NumericDate")
	}
	return at, true, nil
}

// check runs for every use of a token, even one that was verified before.
func (t *times) check(r *Rules, leeway time.Duration, now time.Time) *Error {
	switch {
	case !t.hasExpires && !r.InsecureNoExpiry:
		return refuseClaim(CodeMissingClaim, "exp", "exp is missing")
	case t.hasExpires && !now.Before(t.expires.Add(leeway)): // RFC 7519 §4.1.4: on or after
		return refuseClaim(CodeTokenExpired, "exp", "expired at "+stamp(t.expires)+", it is "+stamp(now))
	case t.hasNotBefore && now.Add(leeway).Before(t.notBefore): // RFC 7519 §4.1.5
		return refuseClaim(CodeTokenNotActive, "nbf", "not before "+stamp(t.notBefore)+", it is "+stamp(now))
	case t.hasIssued && now.Add(leeway).Before(t.issued):
		return refuseClaim(CodeTokenNotActive, "iat", "issued in the future at "+stamp(t.issued)+", it is "+stamp(now))
	case r.MaxAge > 0 && !t.hasIssued:
		return refuseClaim(CodeMissingClaim, "iat", "iat is missing, and the contract bounds the age")
	case r.MaxAge > 0 && now.Sub(t.issued) > r.MaxAge+leeway:
		return refuseClaim(CodeTokenExpired, "iat", "issued at "+stamp(t.issued)+", older than "+r.MaxAge.String())
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
