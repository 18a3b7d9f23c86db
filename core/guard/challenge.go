package guard

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/dpop"
)

// challenges returns the WWW-Authenticate fields of an answer, one for each scheme
// that is accepted; nil if it has none. The error belongs to the scheme that the
// request used (RFC 9449 §7.1).
func (a *Renderer) challenges(r Request, err *core.Error, status int) []string {
	switch status {
	case http.StatusServiceUnavailable, http.StatusInternalServerError, statusClientClosedRequest:
		return nil // signing in again would not help
	}
	if a.dpop == nil {
		return []string{a.challenge(schemeBearer, errorParameter(err), err)}
	}
	if usesDPoP(r) {
		return []string{a.challenge(schemeDPoP, dpopError(err), err)}
	}
	if !a.dpop.bearer && err.Code == core.CodeTokenMissing {
		return []string{a.challenge(schemeDPoP, "", err)}
	}
	bearer := a.challenge(schemeBearer, errorParameter(err), err)
	switch {
	case err.Code == core.CodeTokenMissing:
		return []string{bearer, a.challenge(schemeDPoP, "", err)}
	case status != http.StatusUnauthorized || err.Code == core.CodeReauthenticationRequired:
		return []string{bearer} // another scheme would not help
	default:
		return []string{bearer, a.challenge(schemeDPoP, "", &core.Error{Code: core.CodeTokenMissing})}
	}
}

// challenge returns the challenge of one scheme.
func (a *Renderer) challenge(scheme, code string, err *core.Error) string {
	c := challenge{b: []byte(scheme), bare: len(scheme)}
	if a.realm != "" {
		c.param("realm", a.realm)
	}
	if code != "" {
		c.param("error", code)
	}
	if err.Code == core.CodeReauthenticationRequired {
		if len(err.ACR) > 0 {
			c.param("acr_values", strings.Join(err.ACR, " "))
		}
		if err.MaxAge > 0 {
			c.param("max_age", strconv.FormatInt(int64(err.MaxAge/time.Second), 10))
		}
	}
	if len(err.Scopes) > 0 {
		c.param("scope", strings.Join(err.Scopes, " "))
	}
	if scheme == schemeDPoP {
		c.param("algs", a.dpop.checker.Algorithms())
	}
	if a.metadataURL != "" {
		c.param("resource_metadata", a.metadataURL) // RFC 9728 §5.1
	}
	return string(c.b)
}

// errorParameter returns the error of a challenge (RFC 6750 §3.1).
func errorParameter(err *core.Error) string {
	switch err.Code {
	case core.CodeTokenMissing: // no error code: the request has no credentials
		return ""
	case core.CodeInvalidRequest:
		return "invalid_request"
	case core.CodeInsufficientScope, core.CodeForbidden:
		return "insufficient_scope"
	case core.CodeReauthenticationRequired: // RFC 9470 §3
		return "insufficient_user_authentication"
	default:
		return "invalid_token"
	}
}

// dpopError is errorParameter for the scheme DPoP, which has its own errors for
// proofs (RFC 9449 §7.1, §9).
func dpopError(err *core.Error) string {
	var proof *dpop.Error
	if errors.As(err.Err, &proof) && proof != nil && proof.Kind != dpop.KindUnavailable {
		return string(proof.Kind)
	}
	return errorParameter(err)
}

// nonce returns the DPoP-Nonce of an answer to a request whose proof was refused,
// "" if it has none.
func (a *Renderer) nonce(err *core.Error) string {
	var proof *dpop.Error
	if a.dpop == nil || !errors.As(err.Err, &proof) || proof == nil || proof.Kind == dpop.KindUnavailable {
		return ""
	}
	return a.dpop.checker.Nonce(a.dpop.now())
}

// challenge writes auth-params as quoted strings (RFC 9110 §5.6.4, §11.2).
type challenge struct {
	b    []byte
	bare int // length of the scheme
}

func (c *challenge) param(name, value string) {
	if value == "" || !quotable(value) {
		// Not allowed in a header, or as a list of scopes (RFC 6749 §3.3). The challenge is valid without the parameter.
		return
	}
	if len(c.b) > c.bare {
		c.b = append(c.b, ',')
	}
	c.b = append(c.b, ' ')
	c.b = append(c.b, name...)
	c.b = append(c.b, '=', '"')
	for i := range len(value) {
		if value[i] == '"' || value[i] == '\\' {
			c.b = append(c.b, '\\')
		}
		c.b = append(c.b, value[i])
	}
	c.b = append(c.b, '"')
}

// quotable reports whether s may be in a quoted string: printable ASCII.
func quotable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}
