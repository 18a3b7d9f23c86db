package providers

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/strictjson"
	"github.com/revstackhq/auth-go/core/providers/auth0"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/cognito"
	"github.com/revstackhq/auth-go/core/providers/firebase"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
	"github.com/revstackhq/auth-go/core/providers/supabase"
)

// wire is the wire form of the TypeScript package, and what may be written
// with it: the members of core.Rules that a preset's rules can take without
// losing any of their own.
type wire struct {
	Provider         string       `json:"provider"`
	Strategy         string       `json:"strategy"`
	JWKSURI          string       `json:"jwksUri"`
	Issuer           string       `json:"issuer"`
	Audience         core.Strings `json:"audience"`
	UserIDClaim      string       `json:"userIdClaim"`
	SigningSecret    core.Secret  `json:"signingSecret"`
	SigningSecretEnv string       `json:"signingSecretEnv"`

	AuthorizedParties    []string         `json:"authorizedParties"`
	InsecureMissingParty bool             `json:"insecureMissingParty"`
	RequiredClaims       []string         `json:"requiredClaims"`
	ClaimRules           []core.ClaimRule `json:"claimRules"`
	TokenTypes           []string         `json:"tokenTypes"`
	Leeway               time.Duration    `json:"-"`
	MaxAge               time.Duration    `json:"-"`
	MaxTokenBytes        int              `json:"maxTokenBytes"`

	Tests json.RawMessage `json:"tests"` // for authtest.RunContract

	// adjust adds to the preset's rules what its Config has no field for.
	adjust func(*core.Rules)
}

// upgrade makes a preset's contract of the wire form.
type upgrade struct {
	build func(*wire) (*core.Contract, error)
	// members are the wire's names for the fields of the preset's Config.
	members map[string]string
	// wrongKeys is the path of a jwksUri that the TypeScript package made up.
	wrongKeys string
}

// upgrades are the providers that have more rules than the wire form can hold.
// "custom" is not among them: core reads it.
func upgrades() map[string]upgrade {
	common := func(members map[string]string) map[string]string {
		members["SigningSecret"], members["SigningSecretEnv"] = "signingSecret", "signingSecretEnv"
		members["Algorithms"], members["Audience"] = "strategy", "audience"
		return members
	}
	return map[string]upgrade{
		"auth0": {
			build:   func(w *wire) (*core.Contract, error) { return auth0.NewContract(w.auth0()) },
			members: common(map[string]string{"Domain": "issuer"}),
		},
		"clerk": {
			build:   func(w *wire) (*core.Contract, error) { return clerk.NewContract(w.clerk()) },
			members: common(map[string]string{"IssuerURL": "issuer"}),
		},
		"supabase": {
			build:     func(w *wire) (*core.Contract, error) { return supabase.NewContract(w.supabase()) },
			members:   common(map[string]string{"ProjectURL": "issuer", "Issuer": "issuer"}),
			wrongKeys: "/rest/v1/auth/jwks",
		},
		"cognito": {
			build: func(w *wire) (*core.Contract, error) { return cognito.NewContract(w.cognito()) },
			members: common(map[string]string{
				"IssuerURL":  "issuer",
				"UserPoolID": "issuer",
				"Region":     "issuer",
				"ClientID":   "audience",
			}),
		},
		"firebase": {
			build:   func(w *wire) (*core.Contract, error) { return firebase.NewContract(w.firebase()) },
			members: common(map[string]string{"ProjectID": "issuer"}),
		},
	}
}

func (w *wire) auth0() auth0.Config {
	c := auth0.Config{
		Domain:              w.Issuer,
		Audience:            w.Audience,
		InsecureAnyAudience: len(w.Audience) == 0,
		SigningSecret:       w.SigningSecret,
		SigningSecretEnv:    w.SigningSecretEnv,
		UserIDClaim:         w.UserIDClaim,
		Leeway:              w.Leeway,
		Adjust:              w.adjust,
	}
	if w.Strategy != "" {
		c.Algorithms = []string{w.Strategy}
	}
	return c
}

func (w *wire) clerk() clerk.Config {
	return clerk.Config{
		IssuerURL:            w.Issuer,
		Audience:             w.Audience,
		AuthorizedParties:    w.AuthorizedParties,
		InsecureMissingParty: w.InsecureMissingParty,
		UserIDClaim:          w.UserIDClaim,
		Leeway:               w.Leeway,
		Adjust:               w.adjust,
	}
}

func (w *wire) supabase() supabase.Config {
	return supabase.Config{
		ProjectURL:       strings.TrimRight(w.Issuer, "/"),
		Audience:         w.Audience,
		SigningSecret:    w.SigningSecret,
		SigningSecretEnv: w.SigningSecretEnv,
		UserIDClaim:      w.UserIDClaim,
		Leeway:           w.Leeway,
		Adjust:           w.adjust,
	}
}

// cognito accepts both kinds of tokens: the wire form can't say which is meant.
func (w *wire) cognito() cognito.Config {
	return cognito.Config{
		IssuerURL:         w.Issuer,
		TokenUse:          cognito.Either,
		ClientID:          w.Audience,
		InsecureAnyClient: len(w.Audience) == 0,
		UserIDClaim:       w.UserIDClaim,
		Leeway:            w.Leeway,
		Adjust:            w.adjust,
	}
}

func (w *wire) firebase() firebase.Config {
	project, _ := strings.CutPrefix(w.Issuer, "https://securetoken.google.com/")
	return firebase.Config{
		ProjectID:         project,
		InsecureAnyTenant: true,
		UserIDClaim:       w.UserIDClaim,
		Leeway:            w.Leeway,
		Adjust:            w.adjust,
	}
}

// contract builds the preset's contract, with what the wire form says apart
// from the preset's configuration. Fields of errors are the wire's.
func (w *wire) contract(slug string, u upgrade) (*core.Contract, error) {
	var f preset.Faults
	if w.Issuer == "" {
		f.Missing("issuer", "is required: the exact value of the tokens' iss claim")
	}
	if w.hasSecret() && slug != "auth0" && slug != "supabase" {
		f.Conflict("signingSecret", "", "is of no use: %s signs with published keys", slug)
	}
	if !f.Empty() {
		return nil, f.Err()
	}
	if w.UserIDClaim == "sub" {
		w.UserIDClaim = "" // the default of the TypeScript package, not a choice
	}
	w.adjust = func(r *core.Rules) {
		w.check(r, slug, &f)
		w.nameFields(r, u.members)
		w.tighten(r, u)
	}
	contract, err := u.build(w)
	if err == nil && f.Empty() {
		return contract, nil
	}
	var all preset.Faults
	all.AppendAs(err, w.names(u.members))
	at := core.ConfigErrors(all.Err())
	all.AppendIf(f.Err(), func(e *core.ConfigError) bool { // not what follows from the preset's mistakes
		return !slices.ContainsFunc(at, func(known *core.ConfigError) bool { return known.Field == e.Field })
	})
	return nil, all.Err()
}

// names are the wire's names for the fields of a preset's Config.
func (w *wire) names(members map[string]string) map[string]string {
	names := strictjson.Names(reflect.TypeFor[core.Rules]())
	maps.Copy(names, members)
	return names
}

// nameFields makes core call the fields by the wire's names. The preset may lack
// some of them.
func (w *wire) nameFields(r *core.Rules, members map[string]string) {
	names := w.names(members)
	own := slices.Collect(maps.Values(strictjson.Names(reflect.TypeFor[wire]())))
	fields := maps.Clone(r.FieldNames)
	for field := range names {
		if fields[field] == "" && slices.Contains(own, names[field]) {
			fields[field] = field
		}
	}
	for field, name := range fields {
		if member, ok := names[name]; ok {
			fields[field] = member
		}
	}
	if w.JWKSURI != "" {
		fields["JWKSURL"] = "jwksUri"
	}
	// The wire's entries follow the preset's, see tighten.
	for i := range w.RequiredClaims {
		fields[entry("RequiredClaims", len(r.RequiredClaims)+i)] = entry("requiredClaims", i)
	}
	for i := range w.ClaimRules {
		fields[entry("ClaimRules", len(r.ClaimRules)+i)] = entry("claimRules", i)
	}
	r.FieldNames = fields
}

func (w *wire) hasSecret() bool { return !w.SigningSecret.IsZero() || w.SigningSecretEnv != "" }

func entry(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

// check notes what the preset would have passed over in silence.
func (w *wire) check(rules *core.Rules, slug string, f *preset.Faults) {
	if w.Strategy != "" && !slices.Contains(rules.Algorithms, w.Strategy) {
		f.Conflict(
			"strategy",
			w.Strategy,
			"does not fit: with this key %s signs with %s",
			slug,
			strings.Join(rules.Algorithms, " or "),
		)
	}
	if w.hasSecret() && w.JWKSURI != "" {
		f.Conflict("jwksUri", w.JWKSURI, "conflicts with the secret: the wire form has one of the two")
	}
	switch {
	case strings.TrimRight(w.Issuer, "/") != strings.TrimRight(rules.Issuer, "/"):
		f.Add("issuer", w.Issuer, "is not an issuer of %s: it would be %s", slug, rules.Issuer)
	case slug == "firebase" && len(w.Audience) > 0 && !slices.Equal(w.Audience, rules.Audiences):
		f.Conflict(
			"audience",
			strings.Join(w.Audience, " "),
			"is not the project of the issuer, %s",
			strings.Join(rules.Audiences, " "),
		)
	}
	if len(w.TokenTypes) > 0 && len(w.typesOf(rules.TokenTypes)) == 0 {
		f.Conflict(
			"tokenTypes",
			strings.Join(w.TokenTypes, " "),
			"are not among those of %s: %s",
			slug,
			strings.Join(rules.TokenTypes, ", "),
		)
	}
}

// tighten adds to the preset's rules, and never replaces a condition of theirs.
func (w *wire) tighten(r *core.Rules, u upgrade) {
	r.JWKSURL = w.keysOf(r, u)
	r.Algorithms = firstOf(r.Algorithms, w.Strategy)
	userID := firstOf(append([]string{r.UserIDClaim}, r.UserIDFallbacks...), w.UserIDClaim)
	r.UserIDClaim, r.UserIDFallbacks = userID[0], userID[1:] // Clerk has several names for one thing
	r.RequiredClaims = append(r.RequiredClaims, w.RequiredClaims...)
	r.ClaimRules = append(r.ClaimRules, w.ClaimRules...)
	if len(w.AuthorizedParties) > 0 {
		r.AuthorizedParties, r.InsecureMissingParty = w.AuthorizedParties, w.InsecureMissingParty
	}
	if len(w.TokenTypes) > 0 {
		r.TokenTypes = w.typesOf(r.TokenTypes)
	}
	if w.MaxAge != 0 && (r.MaxAge == 0 || w.MaxAge < r.MaxAge) {
		r.MaxAge = w.MaxAge
	}
	if w.MaxTokenBytes != 0 {
		r.MaxTokenBytes = w.MaxTokenBytes
	}
}

// typesOf are the preset's types that the wire names too, all of the wire's if
// the preset has none.
func (w *wire) typesOf(preset []string) []string {
	bare := func(typ string) string { return strings.TrimPrefix(strings.ToLower(typ), "application/") }
	if len(preset) == 0 {
		return w.TokenTypes
	}
	return slices.DeleteFunc(slices.Clone(preset), func(typ string) bool {
		return !slices.ContainsFunc(w.TokenTypes, func(wanted string) bool { return bare(wanted) == bare(typ) })
	})
}

// keysOf is the wire's jwksUri, unless it is the preset's with a mistake.
func (w *wire) keysOf(rules *core.Rules, u upgrade) string {
	scheme, rest, _ := strings.Cut(w.JWKSURI, "://")
	clean := scheme + "://" + strings.ReplaceAll(rest, "//", "/")
	switch {
	case w.JWKSURI == "", clean == rules.JWKSURL, w.hasSecret(): // check notes the last
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
	return append([]string{first}, slices.DeleteFunc(slices.Clone(all), func(one string) bool { return one == first })...)
}
