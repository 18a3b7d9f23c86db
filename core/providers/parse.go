package providers

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/strictjson"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// ParseContract reads a contract from JSON as [core.ParseContract] does, and
// the wire form of the TypeScript package @revstackhq/auth with the preset's
// own rules added: the wire form has no place for what keeps an ID token out of
// an API, or an API key out of a user's session.
//
// JSON without a version that names a preset is always read with the preset's
// rules. Its members are provider, strategy, jwksUri, issuer, audience,
// userIdClaim, signingSecret, and signingSecretEnv in its place. These may be
// added, and tighten the preset's rules: authorizedParties (with
// insecureMissingParty), requiredClaims, claimRules, tokenTypes, leewaySeconds,
// maxAgeSeconds and maxTokenBytes. Others are refused. With a version, JSON is
// what [core.Contract.MarshalJSON] wrote, the preset's rules included.
//
// Every provider of the catalog, also one that the TypeScript package does not
// have, may be written with the configuration that [Catalog.Build] takes:
//
//	{"provider": "okta", "config": {"issuer": "https://northwind.okta.com/oauth2/default", "audience": "api://default"}}
//
// A member "tests" has no effect, see [core.ParseContract].
//
// All members of the wire form survive, with these exceptions:
//
//   - A slash too many, at the end of the issuer or inside jwksUri, goes.
//   - Supabase's jwksUri /rest/v1/auth/jwks, which does not exist, becomes
//     /auth/v1/.well-known/jwks.json, and ES256 is accepted along with RS256.
//     A missing audience becomes "authenticated".
//   - Cognito's audience is an app client id. Access tokens, which have no
//     aud, are accepted if client_id names it, ID tokens if aud does: the id
//     is in claimRules then.
//   - A literal signingSecret is marshaled as [REDACTED].
//
// Any other jwksUri than the preset's own is kept, and a contract without an
// audience stays without one and says so in its Warnings. Firebase's
// contracts keep accepting every tenant of the project.
//
// Every mistake is returned at once, as [*core.ConfigError] whose Field is the
// JSON member at fault.
func (c *Catalog) ParseContract(data []byte) (*core.Contract, error) {
	document, problems := strictjson.Parse(data)
	if len(problems) > 0 {
		return nil, problemsOf("contract", data, problems)
	}
	slug := document.Text("provider")
	known, isPreset := c.spelled(slug)
	var f preset.Faults
	switch {
	case isPreset && known != slug:
		f.Add("provider", slug, "is not spelled exactly: write %s", known)
	case document.Has("config") && slug == "":
		f.Missing("provider", "is required with config: name the preset that config is for")
	case document.Has("config") && !isPreset:
		f.Add("provider", slug, "is unknown: use one of %s", strings.Join(c.slugs(), ", "))
	case document.Has("config"):
		contract, err := c.buildConfig(slug, data, document)
		return contract, from(slug, err)
	case !isPreset || slug == "custom":
		return core.ParseContract(data)
	case document.Has("version") && document.Has("session"):
		return core.ParseContract(data)
	case document.Has("version"):
		f.Conflict("version", "", "marks a complete contract, which this is not, and %s's own rules would be missing: "+
			"remove version, or name provider custom", slug)
	default:
		if u, ok := upgrades()[slug]; ok {
			contract, err := parseWire(data, document, slug, u)
			return contract, from(slug, err)
		}
		f.Add(
			"provider",
			slug,
			`has no wire form: write {"provider": %q, "config": {…}} with the preset's configuration`,
			slug,
		)
	}
	return nil, from(known, inJSON(f.Err(), document, nil))
}

// spelled returns the slug of the catalog that s means, white space and case
// aside.
func (c *Catalog) spelled(s string) (string, bool) {
	i := slices.IndexFunc(c.list, func(p Provider) bool { return strings.EqualFold(p.Slug, strings.TrimSpace(s)) })
	if i < 0 {
		return "", false
	}
	return c.list[i].Slug, true
}

// ParseContract reads a contract with the presets of this module; see
// [Catalog.ParseContract].
func ParseContract(data []byte) (*core.Contract, error) { return builtin().ParseContract(data) }

func parseWire(data []byte, document *strictjson.Document, slug string, u upgrade) (*core.Contract, error) {
	var w wire
	if problems := document.Decode(&w); len(problems) > 0 {
		whole := slices.Collect(maps.Values(strictjson.Names(reflect.TypeFor[core.Rules]())))
		for i := range problems {
			if p := &problems[i]; p.Unknown && slices.Contains(whole, p.Path) {
				p.Reason = "can't be combined with the preset's rules: make the contract with providers.Build, or name provider custom"
			}
		}
		return nil, problemsOf("contract", data, problems)
	}
	contract, err := w.contract(slug, u)
	if err != nil {
		return nil, inJSON(err, document, nil)
	}
	return contract, nil
}
