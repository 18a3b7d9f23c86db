package providers

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/jose"
)

// ParseContract reads a contract from JSON as [core.ParseContract] does, and
// the wire form of the TypeScript package @revstackhq/auth with the preset's
// own rules added: the wire form has no place for what keeps an ID token out of
// an API, or an API key out of a user's session.
//
// JSON is taken for the wire form if it has no version and only its members
// (provider, strategy, jwksUri, issuer, audience, userIdClaim, signingSecret,
// and signingSecretEnv in its place) and names one of the package's six
// providers. All of them survive, with these exceptions:
//
//   - A slash too many, at the end of the issuer or inside jwksUri, goes.
//   - Supabase's jwksUri /rest/v1/auth/jwks, which does not exist, becomes
//     /auth/v1/.well-known/jwks.json, and ES256 is accepted beside RS256.
//     A missing audience becomes "authenticated".
//   - Cognito's audience is an app client id. Access tokens, which have no
//     aud, are accepted if client_id names it, ID tokens if aud does: the id
//     stands in claimRules then.
//   - A literal signingSecret is marshalled as [REDACTED].
//
// Any other jwksUri than the preset's own is kept, and a contract without an
// audience stays without one and says so in its Warnings. Firebase's
// contracts keep accepting every tenant of the project.
//
// Every mistake is returned at once, as [*core.ConfigError] whose Field is the
// JSON member at fault.
func (c *Catalogue) ParseContract(data []byte) (*core.Contract, error) {
	w, ok := readWire(data)
	if ok {
		if p, known := c.Lookup(w.Provider); known {
			if upgrade := upgrades()[w.Provider]; upgrade != nil {
				return w.upgraded(p, upgrade(w))
			}
		}
	}
	contract, err := core.ParseContract(data)
	if err != nil {
		return nil, inJSONWords(err, wireNames())
	}
	return contract, nil
}

// ParseContract reads a contract with the presets of this module; see
// [Catalogue.ParseContract].
func ParseContract(data []byte) (*core.Contract, error) { return builtin().ParseContract(data) }

// wire is the wire form of the TypeScript package.
type wire struct {
	Provider         string       `json:"provider"`
	Strategy         string       `json:"strategy"`
	JWKSURI          string       `json:"jwksUri"`
	Issuer           string       `json:"issuer"`
	Audience         core.Strings `json:"audience"`
	UserIDClaim      string       `json:"userIdClaim"`
	SigningSecret    *core.Secret `json:"signingSecret"`
	SigningSecretEnv string       `json:"signingSecretEnv"`
}

// readWire is false for whatever is not exactly the wire form; core then says
// what it is.
func readWire(data []byte) (*wire, bool) {
	object, err := jose.ParseObject(bytes.TrimSpace(data), jose.Limits{})
	if err != nil {
		return nil, false
	}
	known := []string{"provider", "strategy", "jwksUri", "issuer", "audience", "userIdClaim", "signingSecret", "signingSecretEnv"}
	for name := range object.All() {
		if !slices.Contains(known, name) {
			return nil, false
		}
	}
	var w wire
	if json.Unmarshal(data, &w) != nil {
		return nil, false
	}
	return &w, true
}

// wireNames are the wire's words for core's.
func wireNames() names {
	return names{words: map[string]string{ //nolint:gosec // names of members, no secrets
		"JWKSURL": "jwksUri", "Secret": "signingSecret", "SecretEnv": "signingSecretEnv", "Algorithms": "strategy",
		"Issuer": "issuer", "Issuers": "issuer", "Audiences": "audience", "UserIDClaim": "userIdClaim", "PEM": "pem", "JWKS": "jwks",
		"Discovery": "discovery", "IssuerTemplate": "issuerTemplate", "ClaimRules": "claimRules", "RequiredClaims": "requiredClaims",
		"AuthorizedParties": "authorizedParties", "RequireAuthorizedParty": "requireAuthorizedParty", "Leeway": "leewaySeconds",
		"MaxAge": "maxAgeSeconds", "MaxTokenBytes": "maxTokenBytes", "InsecureAnyAudience": "insecureAnyAudience",
		"InsecureAnyIssuer": "insecureAnyIssuer", "InsecureShortSecret": "insecureShortSecret", "InsecureHTTP": "insecureHttp",
	}}
}

// upgrade is the preset's configuration that a wire contract amounts to.
type upgrade struct {
	config map[string]any
	// field is the wire's member for each of the configuration's.
	field map[string]string
	// wrongKeys is the path of a jwksUri that the TypeScript package made up.
	wrongKeys string
}

// upgrades read the wire forms of the providers that have more rules than the
// wire form can hold. "custom" has none: core reads it.
func upgrades() map[string]func(*wire) upgrade {
	return map[string]func(*wire) upgrade{
		"auth0": func(w *wire) upgrade {
			u := upgrade{config: map[string]any{"domain": w.Issuer}, field: map[string]string{"domain": "issuer", "algorithms": "strategy"}}
			if len(w.Audience) == 0 {
				u.config["insecureAnyAudience"] = true
			} else {
				u.config["audience"] = w.Audience
			}
			if w.Strategy != "" {
				u.config["algorithms"] = []string{w.Strategy}
			}
			return u
		},
		"clerk": func(w *wire) upgrade {
			u := upgrade{config: map[string]any{"issuerUrl": w.Issuer}, field: map[string]string{"issuerUrl": "issuer"}}
			if len(w.Audience) > 0 {
				u.config["audience"] = w.Audience
			}
			return u
		},
		"supabase": func(w *wire) upgrade {
			u := upgrade{config: map[string]any{}, field: map[string]string{"projectUrl": "issuer"}, wrongKeys: "/rest/v1/auth/jwks"}
			u.config["projectUrl"] = strings.TrimRight(w.Issuer, "/")
			if len(w.Audience) > 0 {
				u.config["audience"] = w.Audience
			}
			return u
		},
		"cognito": func(w *wire) upgrade {
			u := upgrade{
				config: map[string]any{"issuerUrl": w.Issuer, "tokenUse": "either"},
				field:  map[string]string{"issuerUrl": "issuer", "clientId": "audience"},
			}
			if len(w.Audience) == 0 {
				u.config["insecureAnyClient"] = true
			} else {
				u.config["clientId"] = w.Audience
			}
			return u
		},
		"firebase": func(w *wire) upgrade {
			project, _ := strings.CutPrefix(w.Issuer, "https://securetoken.google.com/")
			return upgrade{
				config: map[string]any{"projectId": project, "insecureAnyTenant": true}, field: map[string]string{"projectId": "issuer"},
			}
		},
	}
}

// upgraded builds the preset's contract and puts back what the wire says apart
// from it.
func (w *wire) upgraded(p Provider, u upgrade) (*core.Contract, error) {
	if w.UserIDClaim != "" && w.UserIDClaim != "sub" {
		u.config["userIdClaim"] = w.UserIDClaim
	}
	secret := w.SigningSecret != nil || w.SigningSecretEnv != ""
	var f faults
	if w.Issuer == "" {
		f.add("issuer", "", "is required: the exact value of the tokens' iss claim")
	}
	if secret && p.Slug != "auth0" && p.Slug != "supabase" {
		f.add("signingSecret", "", "is of no use: %s signs with published keys", p.Slug)
	}
	if len(f) > 0 {
		return nil, f.join()
	}
	if w.SigningSecretEnv != "" {
		u.config["signingSecretEnv"] = w.SigningSecretEnv
	}
	if w.SigningSecret != nil {
		u.config["signingSecret"] = string(*w.SigningSecret)
	}
	config, err := json.Marshal(u.config)
	if err != nil {
		return nil, err
	}
	built, err := p.Build(config)
	if err != nil {
		return nil, u.inWireWords(err)
	}
	if fault := w.fault(built, p.Slug, secret); fault != nil {
		return nil, fault
	}
	rules := built.Rules()
	rules.JWKSURL = w.keysOf(&rules, u)
	rules.Algorithms = firstOf(rules.Algorithms, w.Strategy)
	userID := firstOf(append([]string{rules.UserIDClaim}, rules.UserIDFallbacks...), w.UserIDClaim)
	rules.UserIDClaim, rules.UserIDFallbacks = userID[0], userID[1:] // Clerk has several names for one thing
	if w.SigningSecret != nil {
		rules.Secret = *w.SigningSecret
	}
	return core.NewContract(rules)
}

// inWireWords tells the configuration's mistakes by the wire's members.
func (u *upgrade) inWireWords(err error) error {
	var f faults
	for _, e := range core.ConfigErrors(err) {
		base, _, _ := strings.Cut(e.Field, "[")
		if member, ok := u.field[base]; ok {
			base = member
		}
		f = append(f, &core.ConfigError{Field: base, Value: e.Value, Reason: e.Reason})
	}
	return f.join()
}

// fault tells what the preset would have passed over in silence.
func (w *wire) fault(built *core.Contract, slug string, secret bool) error {
	rules := built.Rules()
	var f faults
	if w.Strategy != "" && !slices.Contains(rules.Algorithms, w.Strategy) {
		f.add("strategy", w.Strategy, "does not fit: with this key %s signs with %s", slug, strings.Join(rules.Algorithms, " or "))
	}
	if secret && w.JWKSURI != "" {
		f.add("jwksUri", w.JWKSURI, "stands beside a secret: the wire form has one of the two")
	}
	if strings.TrimRight(w.Issuer, "/") != strings.TrimRight(rules.Issuer, "/") {
		f.add("issuer", w.Issuer, "is no issuer of %s: it would be %s", slug, rules.Issuer)
	}
	if slug == "firebase" && len(w.Audience) > 0 && !slices.Equal(w.Audience, rules.Audiences) {
		f.add("audience", strings.Join(w.Audience, " "), "is not the project of the issuer, %s", strings.Join(rules.Audiences, " "))
	}
	return f.join()
}

// keysOf is the wire's jwksUri, unless it is the preset's with a mistake.
func (w *wire) keysOf(rules *core.Rules, u upgrade) string {
	scheme, rest, _ := strings.Cut(w.JWKSURI, "://")
	clean := scheme + "://" + strings.ReplaceAll(rest, "//", "/")
	switch {
	case w.JWKSURI == "", clean == rules.JWKSURL:
		return rules.JWKSURL
	case u.wrongKeys != "" && strings.HasSuffix(clean, u.wrongKeys):
		return rules.JWKSURL
	default:
		return w.JWKSURI
	}
}

// firstOf puts first before the others, so that the wire's choice survives.
func firstOf(all []string, first string) []string {
	if !slices.Contains(all, first) {
		return all
	}
	return append([]string{first}, slices.DeleteFunc(slices.Clone(all), func(alg string) bool { return alg == first })...)
}
