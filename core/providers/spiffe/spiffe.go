// Package spiffe is the preset for JWT-SVIDs, the tokens of SPIFFE workloads
// (https://github.com/spiffe/spiffe/blob/main/standards/JWT-SVID.md).
//
//	contract, err := spiffe.NewContract(spiffe.Config{
//		TrustDomain: "prod.example.com",
//		Audience:    []string{"spiffe://prod.example.com/invoices"},
//		JWKSURL:     "https://spire.example.com/bundle",
//	})
package spiffe

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

// Config says which trust domain to trust. TrustDomain, Audience, and one of
// JWKSURL, JWKS and Issuer are required.
type Config struct {
	// TrustDomain is the host of the workloads' SPIFFE IDs, prod.example.com. It
	// is compared exactly.
	TrustDomain string `json:"trustDomain"`
	// Audience is what the workload asks for: the name of this service alone.
	Audience core.Strings `json:"audience"`
	// Paths are the paths of workloads that are accepted, /ns/billing/sa/invoicer;
	// PathPrefixes are paths that they lie below, /ns/billing for
	// /ns/billing/sa/invoicer. Without either the whole trust domain is accepted.
	Paths        []string `json:"paths,omitempty"`
	PathPrefixes []string `json:"pathPrefixes,omitempty"`

	// JWKSURL is where the trust domain's bundle is published, the bundle
	// endpoint with the https_web profile. JWKS is the bundle itself.
	JWKSURL string          `json:"jwksUri,omitempty"`
	JWKS    json.RawMessage `json:"jwks,omitempty"`
	// Issuer is the exact iss, if the SVIDs have one: SPIRE's jwt_issuer, such as
	// the URL of its OIDC discovery provider. Without JWKSURL and JWKS the keys
	// are found by discovery there. SPIFFE leaves iss open: without Issuer any is
	// accepted, and the keys decide.
	Issuer string `json:"issuer,omitempty"`
	// Leeway is 30 s by default.
	Leeway time.Duration `json:"-"`
}

// NewContract returns the contract, or every mistake in cfg at once as
// [*core.ConfigError]. It does no I/O.
func NewContract(cfg Config) (*core.Contract, error) {
	var f preset.Faults
	cfg.checkTrustDomain(&f)
	if len(cfg.Audience) == 0 {
		f.Missing("Audience", "is required: the name of this service that workloads ask for")
	}
	bundle := cfg.JWKSURL != "" || len(cfg.JWKS) > 0
	switch {
	case !bundle && cfg.Issuer == "":
		f.Missing("JWKSURL", "is required, or {JWKS} or {Issuer}: the URL of the trust domain's bundle")
	case cfg.JWKSURL != "" && len(cfg.JWKS) > 0:
		f.Conflict("JWKS", "", "does not go with {JWKSURL}: keep one of the two")
	}
	rules := core.Rules{
		Provider:          "spiffe",
		Issuer:            cfg.Issuer,
		InsecureAnyIssuer: cfg.Issuer == "",
		Discovery:         !bundle && cfg.Issuer != "",
		JWKSURL:           cfg.JWKSURL,
		JWKS:              cfg.JWKS,
		// JWT-SVID §2.1: these and no others.
		Algorithms: []string{"RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"},
		Audiences:  f.Values("Audience", cfg.Audience),
		TokenTypes: []string{"", "JWT", "JOSE"}, // JWT-SVID §2.3
		ClaimRules: cfg.rules(&f),
		Leeway:     cfg.Leeway,
		Session:    mapping(),
		Warnings:   cfg.warnings(),
	}
	if bundle || rules.Discovery {
		// SPIFFE Trust Domain and Bundle §4.2.2: a bundle's keys name their use,
		// and those for certificates (x509-svid) sign no tokens. SPIRE's discovery
		// provider calls the keys for tokens sig.
		rules.KeyUses = []string{"jwt-svid", "sig"}
	}
	return f.Contract(rules, map[string]string{"Audiences": "Audience", "Discovery": "Issuer"})
}

func (c *Config) warnings() []string {
	if len(c.Paths)+len(c.PathPrefixes) > 0 {
		return nil
	}
	return []string{"any workload: the whole trust domain is accepted; set Paths or PathPrefixes"}
}

// checkTrustDomain holds the name to SPIFFE-ID §2.1.
func (c *Config) checkTrustDomain(f *preset.Faults) {
	f.Required("TrustDomain", c.TrustDomain, "the trust domain's name, such as prod.example.com")
	if strings.Trim(c.TrustDomain, "abcdefghijklmnopqrstuvwxyz0123456789.-_") != "" || len(c.TrustDomain) > 255 {
		f.Add(
			"TrustDomain",
			c.TrustDomain,
			"must be the name alone, in lower case: prod.example.com of spiffe://prod.example.com/…",
		)
	}
}

func (c *Config) rules(f *preset.Faults) []core.ClaimRule {
	domain := "spiffe://" + c.TrustDomain
	rules := []core.ClaimRule{{
		Claim:    "sub",
		Prefixes: []string{domain + "/"}, // the slash keeps prod.example.com apart from prod.example.com.evil
		Code:     core.CodePartyMismatch,
		Reason:   "the trust domain",
	}}
	var paths core.ClaimRule
	for _, path := range c.Paths {
		c.checkPath("Paths", path, f)
		paths.OneOf = append(paths.OneOf, domain+path)
	}
	for _, prefix := range c.PathPrefixes {
		c.checkPath("PathPrefixes", prefix, f)
		paths.Prefixes = append(paths.Prefixes, domain+prefix+"/")
	}
	if len(c.Paths) > 0 && len(c.PathPrefixes) > 0 {
		f.Conflict("PathPrefixes", "", "does not go with {Paths}: write all of the workloads one way")
	}
	if len(c.Paths)+len(c.PathPrefixes) > 0 {
		paths.Claim, paths.Code, paths.Reason = "sub", core.CodePartyMismatch, "the workloads that are accepted"
		rules = append(rules, paths)
	}
	return rules
}

// checkPath holds a path to SPIFFE-ID §2.2.
func (c *Config) checkPath(field, path string, f *preset.Faults) {
	bad := !strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") || strings.ContainsAny(path, "?#%*: ")
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		bad = bad || segment == "" || segment == "." || segment == ".."
	}
	if bad {
		f.Add(field, path, "must be a path such as /ns/billing/sa/invoicer: with a leading slash and without a trailing one")
	}
}

func mapping() core.Mapping {
	none := []core.ClaimRef{}
	return core.Mapping{
		SessionID:        none,
		OrganizationID:   none,
		OrganizationSlug: none,
		OrganizationName: none,
		OrganizationRole: none,
		Roles:            none,
		Permissions:      none,
		Scopes:           none,
		Email:            none,
		ClientID:         preset.Refs("sub"),
		Kind:             core.KindMachine,
	}
}
