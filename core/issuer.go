package core

import (
	"crypto/subtle"
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/faults"
	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jwks"
)

// issuerTemplate is https://host/{claim}/…, taken apart.
type issuerTemplate struct{ before, claim, after string }

// issuerRule says which issuers a contract accepts.
type issuerRule struct {
	issuers  []string        // exact values
	template *issuerTemplate // nil if there is none
	any      bool            // see Rules.InsecureAnyIssuer
}

func compileIssuers(r *Rules, f *configErrors) issuerRule {
	c := issuerRule{any: r.InsecureAnyIssuer}
	c.issuers = slices.Compact(append([]string{r.Issuer}, r.Issuers...))
	if r.Issuer == "" {
		c.issuers = slices.Clone(r.Issuers)
	}
	named := len(c.issuers) > 0 || r.IssuerTemplate != ""
	switch {
	case !named && !r.InsecureAnyIssuer:
		f.Missing("Issuer", "is empty: name the exact value of the tokens' iss claim")
	case named && r.InsecureAnyIssuer:
		f.Conflict("InsecureAnyIssuer", "true", "issuers are named: remove one of the two")
	}
	if r.Issuer != "" {
		checkIssuer("Issuer", r.Issuer, r.InsecureHTTP, f)
	}
	for i, issuer := range r.Issuers {
		checkIssuer("Issuers["+itoa(i)+"]", issuer, r.InsecureHTTP, f)
	}
	switch {
	case r.Discovery && (len(c.issuers) != 1 || r.IssuerTemplate != ""):
		f.Conflict("Discovery", "true", "needs exactly one {Issuer}: a discovery document speaks for one")
	case r.Discovery && !strings.Contains(c.issuers[0], "://"):
		f.Conflict("Discovery", "true", "needs an {Issuer} that is a URL; set {JWKSURL} for this one")
	}
	if r.IssuerTemplate != "" {
		c.template = compileTemplate(r.IssuerTemplate, r.InsecureHTTP, f)
	}
	return c
}

func compileTemplate(s string, insecureHTTP bool, f *configErrors) *issuerTemplate {
	before, rest, open := strings.Cut(s, "{")
	claim, after, closed := strings.Cut(rest, "}")
	if !open || !closed || claim == "" || strings.ContainsAny(after, "{}") {
		f.Invalid("IssuerTemplate", faults.Show(s), "must hold exactly one {claim}, e.g. https://login.example/{tid}/v2.0")
		return nil
	}
	if before == "" && after == "" {
		f.Invalid("IssuerTemplate", faults.Show(s), "fixes no part of the issuer; {InsecureAnyIssuer} says that openly")
		return nil
	}
	checkIssuer("IssuerTemplate", before+"x"+after, insecureHTTP, f)
	return &issuerTemplate{before, claim, after}
}

// String returns the template as the rules write it.
func (t *issuerTemplate) String() string { return t.before + "{" + t.claim + "}" + t.after }

// reservedInIssuer are the characters that a claim in a template must not
// contain: they would end its segment.
const reservedInIssuer = `/\?#@:%`

// matches reports whether issuer is the template filled with the token's claim.
// The claim's value must lie between the two fixed parts and must not extend
// beyond its segment. It does not build the string.
func (t *issuerTemplate) matches(issuer string, claims jose.Object) bool {
	middle, ok := strings.CutPrefix(issuer, t.before)
	if !ok {
		return false
	}
	middle, ok = strings.CutSuffix(middle, t.after)
	if !ok || middle == "" || middle == "." || middle == ".." || strings.ContainsAny(middle, reservedInIssuer) {
		return false
	}
	v, _ := claims.Lookup(t.claim)
	return v.TextIs(middle)
}

func (c *issuerRule) accepts(issuer string, claims jose.Object) bool {
	return c.any || slices.Contains(c.issuers, issuer) ||
		c.template != nil && c.template.matches(issuer, claims)
}

// checkIssuer requires what RFC 8414 §2 and OpenID Connect Core §2 require, if the
// issuer has a scheme. Some real issuers are not URLs (Stytch, Descope, Google's
// older form): without a scheme, any printable text passes.
func checkIssuer(field, issuer string, insecureHTTP bool, f *configErrors) {
	if !faults.Printable(issuer) {
		f.Invalid(
			field,
			faults.Show(issuer),
			"must be printable ASCII without spaces, at most 2048 bytes, exactly as in the tokens' iss claim",
		)
		return
	}
	if f.Unexpanded(field, issuer) {
		return
	}
	scheme, _, _ := strings.Cut(issuer, ":")
	if strings.Contains(issuer, "://") || strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http") {
		f.URL(field, issuer, faults.URLRules{InsecureHTTP: insecureHTTP, Issuer: true})
	}
}

// checkKeyURL requires the kid to fill exactly one segment of the path: a token
// must not choose the host or another resource.
func checkKeyURL(template string, insecureHTTP bool, f *configErrors) {
	const field = "KeyURLTemplate"
	before, after, _ := strings.Cut(template, jwks.KidPlaceholder)
	_, path, _ := strings.Cut(before, "://")
	segment := strings.Contains(path, "/") && strings.HasSuffix(before, "/") &&
		(after == "" || strings.HasPrefix(after, "/"))
	if strings.Count(template, jwks.KidPlaceholder) != 1 || !segment || strings.ContainsAny(before+after, "{}?#") {
		f.Invalid(field, "", "must hold {kid} once, as a whole segment of its path, e.g. https://keys.example/{kid}")
		return
	}
	f.URL(field, before+"kid"+after, faults.URLRules{InsecureHTTP: insecureHTTP})
}

func checkValues(field string, values []string, f *configErrors) {
	for i, v := range values {
		at := field + "[" + itoa(i) + "]"
		switch {
		case v == "":
			f.Missing(at, "is empty: remove it, or set the environment variable that it comes from")
		case strings.TrimSpace(v) != v:
			f.Invalid(at, faults.Show(v), "is padded with white space: write it exactly as in the token")
		case f.Unexpanded(at, v):
		case strings.Contains(v, "*"):
			f.Invalid(at, faults.Show(v), "holds a wildcard, which is compared literally and matches no token: name each value")
		}
	}
}

func compilePath(field, path string, f *configErrors) jose.Path {
	p, err := jose.ParsePath(path)
	if err != nil {
		f.Invalid(field, faults.Show(path), "%v", err)
	}
	return p
}

func sameSecret(a, b func() []byte) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return subtle.ConstantTimeCompare(a(), b()) == 1
}

func (c *issuerRule) expectedIssuers() string {
	all := c.issuers
	if c.template != nil {
		all = append(slices.Clip(all), c.template.String())
	}
	return strings.Join(all, " or ")
}
