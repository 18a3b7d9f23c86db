package core

import (
	"strings"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// registered holds the registered claims, which must have the right types if they
// are present. They are read before the signature is checked, because the issuer
// determines the keys.
type registered struct {
	issuer    string
	hasIssuer bool
	// numericSub is set if sub is a number. RFC 7519 §4.1.2 requires a string, but
	// some issuers write their database's number; the contract decides.
	numericSub bool
	audience   jose.Value
	times      times
}

// read reads them into r, which is zero.
func (r *registered) read(claims jose.Object) *Error {
	if v, ok := claims.Lookup("iss"); ok {
		if r.issuer, r.hasIssuer = v.Text(); !r.hasIssuer {
			return refuseClaim(CodeInvalidFormat, "iss", "iss is not a string")
		}
	}
	if v, ok := claims.Lookup("sub"); ok && v.Kind() != jose.KindString {
		if r.numericSub = v.Kind() == jose.KindNumber; !r.numericSub {
			return refuseClaim(CodeInvalidFormat, "sub", "sub is not a string")
		}
	}
	if v, ok := claims.Lookup("aud"); ok {
		r.audience = v
		for e := range v.Elements() {
			if e.Kind() != jose.KindString {
				return refuseClaim(CodeInvalidFormat, "aud", "aud holds something that is not a string")
			}
		}
		if k := v.Kind(); k != jose.KindString && k != jose.KindArray {
			return refuseClaim(CodeInvalidFormat, "aud", "aud is neither a string nor an array")
		}
	}
	return r.times.read(claims)
}

func (c *contract) checkSubject(r *registered) *Error {
	if r.numericSub && !c.rules.NumericUserID {
		return refuseClaim(CodeInvalidFormat, "sub", "sub is a number, not a string; NumericUserID accepts integers")
	}
	return nil
}

func (c *contract) checkIssuer(r *registered, claims jose.Object) *Error {
	if c.accepts(r.issuer, claims) {
		return nil
	}
	found := "iss is " + quoted(r.issuer)
	if !r.hasIssuer {
		found = "iss is missing"
	}
	return refuseClaim(CodeIssuerMismatch, "iss", found+", expected "+c.expectedIssuers()+c.issuerHint(r))
}

// issuerHint returns the contract's hint about the token's issuer, "" if there is
// none: that of the longest prefix that fits.
func (c *contract) issuerHint(r *registered) string {
	longest, says := -1, ""
	for prefix, hint := range c.rules.IssuerHints {
		fits := prefix != "" && strings.HasPrefix(r.issuer, prefix) || prefix == "" && r.issuer == ""
		if fits && len(prefix) > longest {
			longest, says = len(prefix), "; "+hint
		}
	}
	return says
}
