// Package betterauth is the preset for the JWT plugin of Better Auth
// (https://www.better-auth.com).
//
//	contract, err := betterauth.NewContract(betterauth.Config{BaseURL: "https://app.example.com"})
//
// It accepts the tokens of the plugin's /token endpoint and set-auth-jwt header.
// The cookies of Better Auth are no such tokens: better-auth.session_token is
// opaque.
package betterauth

import (
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which Better Auth server to trust. BaseURL is required.
type Config struct {
	// BaseURL is Better Auth's baseURL, such as https://app.example.com. A
	// trailing slash is dropped: if your baseURL is written with one, so is
	// iss, and Issuer and Audience must say so.
	BaseURL string `json:"baseUrl"`
	// Issuer and Audience are BaseURL by default. Name them if the plugin's
	// options jwt.issuer and jwt.audience do.
	Issuer   string       `json:"issuer,omitempty"`
	Audience core.Strings `json:"audience,omitempty"`
	// JWKSPath is where the keys are below BaseURL, /api/auth/jwks by default:
	// Better Auth's basePath and the plugin's jwksPath.
	JWKSPath string `json:"jwksPath,omitempty"`
	// Algorithms are EdDSA by default: name the one of the plugin's
	// jwks.keyPairConfig if there is one (ES256, ES512, PS256, RS256).
	Algorithms []string `json:"algorithms,omitempty"`
	// UserIDClaim is "sub" by default: name another one if definePayload or
	// getSubject say so.
	UserIDClaim string `json:"userIdClaim,omitempty"`
	// Session maps what definePayload adds, such as a session's id or an active
	// organization: by default a token has neither.
	Session core.Mapping `json:"session,omitzero"`
	// Leeway is 30 s by default.
	Leeway time.Duration `json:"-"`
}

// Claims are the claims of the plugin's tokens: the user by default, or what
// definePayload returns; a field is zero if the token lacks its claim. Embed Claims
// in a struct with fields of your own.
//
// Source: https://www.better-auth.com/docs/plugins/jwt.
type Claims struct {
	Issuer    string       `json:"iss"`
	Subject   string       `json:"sub"`
	Audience  core.Strings `json:"aud"`
	ExpiresAt int64        `json:"exp"` // seconds since 1970
	IssuedAt  int64        `json:"iat"`

	// ID is the user's, the same as Subject.
	ID            string `json:"id,omitempty"`
	Name          string `json:"name,omitempty"`
	Email         string `json:"email,omitempty"`
	EmailVerified bool   `json:"emailVerified,omitempty"`
	Image         string `json:"image,omitempty"`
	// CreatedAt and UpdatedAt are the account's.
	CreatedAt time.Time `json:"createdAt,omitzero"`
	UpdatedAt time.Time `json:"updatedAt,omitzero"`
}

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	f.Required("BaseURL", cfg.BaseURL, "the baseURL of the Better Auth server, such as https://app.example.com")
	base := f.BaseURL("BaseURL", cfg.BaseURL)
	path := cfg.JWKSPath
	if path == "" {
		path = "/api/auth/jwks"
	}
	if !strings.HasPrefix(path, "/") || strings.Contains(path, "//") || strings.ContainsAny(path, "?#") {
		f.Add("JWKSPath", path, "must be a path below {BaseURL}, such as /api/auth/jwks")
	}
	rules := core.Rules{
		Provider: "better-auth", Issuer: cfg.Issuer, JWKSURL: base + path, Algorithms: cfg.Algorithms,
		Audiences: f.Values("Audience", cfg.Audience), TokenTypes: []string{"", "JWT"}, UserIDClaim: cfg.UserIDClaim,
		ClaimRules: []core.ClaimRule{{Header: "kid", Format: "nonEmpty", Reason: "Better Auth names the key in every token"}},
		Leeway:     cfg.Leeway, Session: cfg.Session,
	}
	fields := map[string]string{"JWKSURL": "BaseURL", "Audiences": "Audience"}
	if rules.Issuer == "" {
		rules.Issuer, fields["Issuer"] = base, "BaseURL"
	}
	if len(rules.Audiences) == 0 {
		rules.Audiences = []string{base}
	}
	if len(rules.Algorithms) == 0 {
		rules.Algorithms = []string{"EdDSA"}
	}
	return f.Contract(rules, fields)
}
