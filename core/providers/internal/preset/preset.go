// Package preset is what the provider presets have in common: reading hosts and
// base URLs the forgiving way people paste them, and reporting mistakes in terms
// of the preset's own configuration.
package preset

import (
	"net/url"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// Faults collects a preset's configuration mistakes. In reasons a field of the
// preset's Config is written {FieldName}: errors name it as its user wrote it.
type Faults struct {
	configErrors
	// Adjust, if set, changes the rules before the contract is made of them.
	Adjust func(*core.Rules)
}

type configErrors = faults.List[core.ConfigError, *core.ConfigError]

// Add notes a value that can't work; value must not be a secret.
func (f *Faults) Add(field, value, reason string, args ...any) {
	f.Invalid(field, show(value), reason, args...)
}

// Conflict notes a value that contradicts another one; value must not be a
// secret.
func (f *Faults) Conflict(field, value, reason string, args ...any) {
	f.configErrors.Conflict(field, show(value), reason, args...)
}

// Prohibit notes a value that would work, and must not be used; value must not
// be a secret.
func (f *Faults) Prohibit(field, value, reason string, args ...any) {
	f.configErrors.Prohibit(field, show(value), reason, args...)
}

func show(value string) faults.Shown {
	if value == "" {
		return ""
	}
	return faults.Show(value)
}

// Required notes an empty value; where says where to find it.
func (f *Faults) Required(field, value, where string) {
	if strings.TrimSpace(value) == "" {
		f.Missing(field, "is required: "+where)
	}
}

// BaseURL reads a base URL, with or without scheme and trailing slashes, and
// returns it as scheme://host[/path] without a trailing slash. http is left for
// loopback only.
func (f *Faults) BaseURL(field, raw string) string {
	s := strings.TrimSpace(raw)
	if s == "" {
		return ""
	}
	if !strings.Contains(s, "://") {
		host, _, _ := strings.Cut(s, "/")
		if !strings.ContainsAny(host, ".:") && host != "localhost" {
			f.Add(field, raw, "is not a host name: write all of it, such as %s.example.com", host)
			return ""
		}
		s = "https://" + s
	}
	// Whether http is accepted for this host is decided when the contract is made.
	if !f.URL(field, s, faults.URLRules{IssuerHost: true, InsecureHTTP: true}) {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil {
		return "" // URL has noted it
	}
	return strings.ToLower(u.Scheme) + "://" + strings.ToLower(u.Host) + strings.TrimRight(u.EscapedPath(), "/")
}
