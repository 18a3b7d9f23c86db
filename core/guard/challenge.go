package guard

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// challenge returns the WWW-Authenticate of an answer, "" if it has none.
func (a *Renderer) challenge(err *core.Error, status int) string {
	switch status {
	case http.StatusServiceUnavailable, http.StatusInternalServerError, statusClientClosedRequest:
		return "" // signing in again would not help
	}
	c := challenge{b: []byte("Bearer")}
	if a.realm != "" {
		c.param("realm", a.realm)
	}
	switch err.Code {
	case core.CodeTokenMissing: // no error code: the request has no credentials (RFC 6750 §3.1)
	case core.CodeInvalidRequest:
		c.param("error", "invalid_request")
	case core.CodeInsufficientScope, core.CodeForbidden:
		c.param("error", "insufficient_scope")
	case core.CodeReauthenticationRequired: // RFC 9470 §3
		c.param("error", "insufficient_user_authentication")
		if len(err.ACR) > 0 {
			c.param("acr_values", strings.Join(err.ACR, " "))
		}
		if err.MaxAge > 0 {
			c.param("max_age", strconv.FormatInt(int64(err.MaxAge/time.Second), 10))
		}
	default:
		c.param("error", "invalid_token")
	}
	if len(err.Scopes) > 0 {
		c.param("scope", strings.Join(err.Scopes, " "))
	}
	if a.metadataURL != "" {
		c.param("resource_metadata", a.metadataURL) // RFC 9728 §5.1
	}
	return string(c.b)
}

// challenge writes auth-params as quoted strings (RFC 9110 §5.6.4, §11.2).
type challenge struct{ b []byte }

func (c *challenge) param(name, value string) {
	if !quotable(value) {
		return // not allowed in a header; the challenge is valid without the parameter
	}
	if len(c.b) > len("Bearer") {
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
