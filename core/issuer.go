package core

import (
	"crypto/subtle"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/internal/netaddr"
	"github.com/revstackhq/auth-go/core/internal/wrongurl"
)

// issuerTemplate is https://host/{claim}/…, taken apart.
type issuerTemplate struct{ before, claim, after string }

func (c *contract) compileIssuers(f *faults) {
	r := &c.rules
	c.issuers = slices.Compact(append([]string{r.Issuer}, r.Issuers...))
	if r.Issuer == "" {
		c.issuers = slices.Clone(r.Issuers)
	}
	named := len(c.issuers) > 0 || r.IssuerTemplate != ""
	switch {
	case !named && !r.InsecureAnyIssuer:
		f.missing("Issuer", "is empty: name the exact value of the tokens' iss claim")
	case named && r.InsecureAnyIssuer:
		f.conflict("InsecureAnyIssuer", "true", "issuers are named: remove one of the two")
	}
	if r.Issuer != "" {
		checkIssuer("Issuer", r.Issuer, r.InsecureHTTP, f)
	}
	for i, issuer := range r.Issuers {
		checkIssuer("Issuers["+itoa(i)+"]", issuer, r.InsecureHTTP, f)
	}
	switch {
	case r.Discovery && (len(c.issuers) != 1 || r.IssuerTemplate != ""):
		f.conflict("Discovery", "true", "needs exactly one {Issuer}: a discovery document speaks for one")
	case r.Discovery && !strings.Contains(c.issuers[0], "://"):
		f.conflict("Discovery", "true", "needs an {Issuer} that is a URL; set {JWKSURL} for this one")
	}
	if r.IssuerTemplate != "" {
		c.template = compileTemplate(r.IssuerTemplate, r.InsecureHTTP, f)
	}
}

func compileTemplate(s string, insecureHTTP bool, f *faults) *issuerTemplate {
	before, rest, open := strings.Cut(s, "{")
	claim, after, closed := strings.Cut(rest, "}")
	if !open || !closed || claim == "" || strings.ContainsAny(after, "{}") {
		f.add("IssuerTemplate", quoted(s), "must hold exactly one {claim}, e.g. https://login.example/{tid}/v2.0")
		return nil
	}
	if before == "" && after == "" {
		f.add("IssuerTemplate", quoted(s), "fixes no part of the issuer; {InsecureAnyIssuer} says that openly")
		return nil
	}
	checkIssuer("IssuerTemplate", before+"x"+after, insecureHTTP, f)
	return &issuerTemplate{before, claim, after}
}

// reservedInIssuer are the characters by which a part of an issuer would reach
// into the next.
const reservedInIssuer = `/\?#@:%`

// matches compares without building the string: the claim's own value must
// stand between the two fixed parts, and must not reach out of its segment.
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

func (c *contract) accepts(issuer string, claims jose.Object) bool {
	return c.rules.InsecureAnyIssuer || slices.Contains(c.issuers, issuer) ||
		c.template != nil && c.template.matches(issuer, claims)
}

// checkIssuer demands of an issuer with a scheme what RFC 8414 §2 and OpenID
// Connect Core §2 do. Some real issuers are no URLs (Stytch, Descope, Google's
// older form): without a scheme any printable text passes.
func checkIssuer(field, issuer string, insecureHTTP bool, f *faults) {
	if !printable(issuer) {
		f.add(field, quoted(issuer), "must be printable ASCII without spaces, at most 2048 bytes, exactly as in the tokens' iss claim")
		return
	}
	if unreplaced(field, issuer, f) {
		return
	}
	scheme, _, _ := strings.Cut(issuer, ":")
	if strings.Contains(issuer, "://") || strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http") {
		checkURL(field, issuer, urlRules{insecureHTTP: insecureHTTP, issuer: true}, f)
	}
}

type urlRules struct{ insecureHTTP, mayQuery, issuer bool }

// checkURL never repeats a URL's credentials in its error.
func checkURL(field, raw string, rules urlRules, f *faults) {
	u, err := url.Parse(raw)
	if unreplaced(field, raw, f) {
		return
	}
	if err != nil || !printable(raw) {
		f.add(field, "", "is not a URL: write https://host/path")
		return
	}
	shown := *u
	shown.User, shown.RawQuery, shown.Fragment = nil, "", ""
	value := quoted(shown.String())
	switch {
	case u.User != nil:
		f.prohibit(field, value, "holds credentials: remove the part before @")
	case u.Host == "" || u.Opaque != "":
		f.add(field, value, "has no host: write https://host/path")
	case netaddr.CheckHost(u.Hostname()) != nil:
		f.add(field, value, "%v", netaddr.CheckHost(u.Hostname()))
	case u.Scheme == "http" && !rules.insecureHTTP && !netaddr.Loopback(u.Hostname()):
		f.prohibit(field, value, "must be https: plain http is for loopback only")
	case u.Scheme != "https" && u.Scheme != "http":
		f.add(field, value, "must be https")
	case rules.issuer && wrongurl.Issuer(u) != "":
		f.add(field, value, "%s", wrongurl.Issuer(u))
	}
	if !rules.mayQuery && (u.RawQuery != "" || u.ForceQuery) {
		f.add(field, value, "must not have a query")
	}
	if u.Fragment != "" || strings.HasSuffix(raw, "#") {
		f.add(field, value, "must not have a fragment")
	}
}

// checkKeyURL demands that the kid fills one segment of the path: a token must
// not choose the host, nor what else is asked for.
func checkKeyURL(template string, insecureHTTP bool, f *faults) {
	const field = "KeyURLTemplate"
	before, after, _ := strings.Cut(template, jwks.KidPlaceholder)
	_, path, _ := strings.Cut(before, "://")
	segment := strings.Contains(path, "/") && strings.HasSuffix(before, "/") && (after == "" || strings.HasPrefix(after, "/"))
	if strings.Count(template, jwks.KidPlaceholder) != 1 || !segment || strings.ContainsAny(before+after, "{}?#") {
		f.add(field, "", "must hold {kid} once, as a whole segment of its path, e.g. https://keys.example/{kid}")
		return
	}
	checkURL(field, before+"kid"+after, urlRules{insecureHTTP: insecureHTTP}, f)
}

var unexpanded = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*\}`)

// unreplaced notes a ${VARIABLE} that a template engine should have replaced: no
// token ever names it.
func unreplaced(field, value string, f *faults) bool {
	found := unexpanded.FindString(value)
	if found != "" {
		f.add(field, quoted(found), "was not replaced by a value: expand variables before the configuration is read")
	}
	return found != ""
}

func checkValues(field string, values []string, f *faults) {
	for i, v := range values {
		at := field + "[" + itoa(i) + "]"
		switch {
		case strings.TrimSpace(v) != v || v == "":
			f.add(at, quoted(v), "must not be empty or padded with spaces")
		case unreplaced(at, v, f):
		case strings.Contains(v, "*"):
			f.add(at, quoted(v), "holds a wildcard, which is compared literally and matches no token: name each value")
		}
	}
}

// CheckClaimPath returns an error if path can't be read as the path of a claim,
// written like [Rules.UserIDClaim]. It is for code that takes paths before there
// is a session to ask, as package policy does.
func CheckClaimPath(path string) error {
	_, err := jose.ParsePath(path)
	return err
}

func compilePath(field, path string, f *faults) jose.Path {
	p, err := jose.ParsePath(path)
	if err != nil {
		f.add(field, quoted(path), "%v", err)
	}
	return p
}

func sameSecret(a, b func() []byte) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return subtle.ConstantTimeCompare(a(), b()) == 1
}

func (c *contract) expectedIssuers() string {
	all := c.issuers
	if c.template != nil {
		all = append(slices.Clip(all), c.rules.IssuerTemplate)
	}
	return strings.Join(all, " or ")
}
