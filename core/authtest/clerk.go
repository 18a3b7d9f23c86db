package authtest

import (
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Clerk describes a token as Clerk signs it. Its zero value is a session of
// version 2, of a user without an organisation. The shapes are those of
// https://clerk.com/docs/guides/sessions/session-tokens, the values invented.
type Clerk struct {
	// Version is 1 or 2 (the default).
	Version int
	// UserID is sub; "user_2sB3zPq6JrT1vXwN9KdLm8YhCeF" by default. For machine
	// tokens it is the machine's, "mch_2uFg9RkDs6MnXv2QjTw8BzLhCyE" by default.
	UserID string
	// SessionID is sid; "sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL" by default.
	SessionID string
	// AuthorizedParty is azp, an origin; left out if empty.
	AuthorizedParty string

	// OrganizationID makes an organisation active. Slug, Role ("admin" or
	// "org:admin") and Permissions ("org:<feature>:<permission>") belong to it.
	OrganizationID   string
	OrganizationSlug string
	Role             string
	Permissions      []string

	// FactorAges are the minutes since both factors were verified, [0, -1] by
	// default: signed in just now, with no second factor.
	FactorAges []int
	// Pending is a session with tasks left to do (sts, version 2).
	Pending bool
	// TTL is a minute by default, as Clerk's.
	TTL time.Duration
	// Extra are custom claims, and replacements: nil takes a claim away.
	Extra Claims
}

// Values of the header parameter cat, by which Clerk tells its tokens apart.
const (
	clerkSessionCategory  = "cl_B7d4PD111AAA"
	clerkTemplateCategory = "cl_B7d4PD222AAA"
	clerkMachineCategory  = "cl_B7d4PD333AAA"
)

// ClerkClaims returns the claims of a session token, without iss and dates, for
// [Context] and [Session]. It panics on a permission that is not
// "org:<feature>:<permission>".
func ClerkClaims(c Clerk) Claims {
	claims, err := c.sessionClaims()
	if err != "" {
		panic("authtest: ClerkClaims: " + err)
	}
	return claims
}

// ClerkSession returns a session token. Make the contract with
// clerk.Config{IssuerURL: issuer.URL()}.
func (i *Issuer) ClerkSession(c Clerk, opts ...TokenOption) string {
	i.t.Helper()
	claims, fault := c.sessionClaims()
	if fault != "" {
		i.fail("authtest: ClerkSession: %s", fault)
	}
	return i.clerk(c, claims, clerkSessionCategory, "JWT", time.Minute, opts)
}

// ClerkTemplate returns a token of a JWT template, getToken({template}): it has
// no session id and no organisation, but the template's own claims.
func (i *Issuer) ClerkTemplate(c Clerk, template Claims, opts ...TokenOption) string {
	i.t.Helper()
	claims := Claims{"sub": c.user(), "jti": "8f1c2d7be04a96513c22"}
	c.party(claims)
	maps.Copy(claims, template)
	return i.clerk(c, claims, clerkTemplateCategory, "JWT", time.Minute, opts)
}

// ClerkMachine returns a machine-to-machine token in JWT form, for the machines
// in audience.
func (i *Issuer) ClerkMachine(c Clerk, audience []string, opts ...TokenOption) string {
	i.t.Helper()
	claims := Claims{"sub": c.UserID, "jti": "mt_2uG1aXsQ7LzVw4RkHn9TcBd6EyM", "scopes": strings.Join(audience, " ")}
	if c.UserID == "" {
		claims["sub"] = "mch_2uFg9RkDs6MnXv2QjTw8BzLhCyE"
	}
	if len(audience) > 0 {
		claims["aud"] = audience
	}
	return i.clerk(c, claims, clerkMachineCategory, "JWT", time.Hour, opts)
}

// ClerkOAuth returns an access token of Clerk as an OAuth server (RFC 9068),
// for a client and with scopes.
func (i *Issuer) ClerkOAuth(c Clerk, clientID, scope string, opts ...TokenOption) string {
	i.t.Helper()
	claims := Claims{"sub": c.user(), "jti": "oat_2vA7bYtR3MwXz5SlJo0UdCe8FzN", "client_id": clientID, "scope": scope}
	if c.OrganizationID != "" {
		claims["org_id"] = c.OrganizationID
	}
	return i.clerk(c, claims, "", "at+jwt", 24*time.Hour, opts)
}

func (i *Issuer) clerk(c Clerk, claims Claims, category, typ string, ttl time.Duration, opts []TokenOption) string {
	i.t.Helper()
	maps.Copy(claims, c.Extra)
	if c.TTL != 0 {
		ttl = c.TTL
	}
	if _, set := claims["nbf"]; !set {
		const skew = 10 * time.Second // as Clerk's
		claims["nbf"] = i.cfg.Clock.Now().Add(-skew).Unix()
	}
	defaults := []TokenOption{ExpiresIn(ttl), WithHeader("typ", typ)}
	if category != "" && c.Version != 1 {
		defaults = append(defaults, WithHeader("cat", category))
	}
	return i.issue(claims, append(defaults, opts...))
}

func (c *Clerk) user() string {
	if c.UserID == "" {
		return "user_2sB3zPq6JrT1vXwN9KdLm8YhCeF"
	}
	return c.UserID
}

func (c *Clerk) party(claims Claims) {
	if c.AuthorizedParty != "" {
		claims["azp"] = c.AuthorizedParty
	}
}

// sessionClaims says in words why the description makes no token.
func (c *Clerk) sessionClaims() (claims Claims, fault string) {
	claims = Claims{"sub": c.user(), "sid": c.SessionID, "fva": c.FactorAges}
	if c.SessionID == "" {
		claims["sid"] = "sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL"
	}
	if c.FactorAges == nil {
		claims["fva"] = []int{0, -1}
	}
	c.party(claims)
	switch c.Version {
	case 0, 2:
		fault = c.version2(claims)
	case 1:
		c.version1(claims)
	default:
		fault = "Version is 1 or 2"
	}
	maps.Copy(claims, c.Extra)
	return claims, fault
}

func (c *Clerk) version1(claims Claims) {
	if c.OrganizationID == "" {
		return
	}
	claims["org_id"] = c.OrganizationID
	if c.OrganizationSlug != "" {
		claims["org_slug"] = c.OrganizationSlug
	}
	if c.Role != "" {
		claims["org_role"] = "org:" + strings.TrimPrefix(c.Role, "org:")
	}
	if c.Permissions != nil {
		claims["org_permissions"] = c.Permissions
	}
}

func (c *Clerk) version2(claims Claims) (fault string) {
	claims["v"], claims["jti"], claims["sts"] = 2, "8f1c2d7be04a96513c22", "active"
	if c.Pending {
		claims["sts"] = "pending"
	}
	if c.OrganizationID == "" {
		return ""
	}
	o := map[string]any{"id": c.OrganizationID}
	if c.OrganizationSlug != "" {
		o["slg"] = c.OrganizationSlug
	}
	if c.Role != "" {
		o["rol"] = strings.TrimPrefix(c.Role, "org:")
	}
	if len(c.Permissions) > 0 {
		features, names, masks, ok := packPermissions(c.Permissions)
		if !ok {
			return `a permission is written "org:<feature>:<permission>"`
		}
		claims["fea"], o["per"], o["fpm"] = "o:"+strings.Join(features, ",o:"), strings.Join(names, ","), strings.Join(masks, ",")
	}
	claims["o"] = o
	return ""
}

// packPermissions writes permissions as bit masks: bit j of mask i grants
// permission j of feature i.
func packPermissions(permissions []string) (features, names, masks []string, ok bool) {
	var bits []*big.Int
	index := func(list *[]string, s string) int {
		at := slices.Index(*list, s)
		if at < 0 {
			at = len(*list)
			*list = append(*list, s)
		}
		return at
	}
	for _, p := range permissions {
		parts := strings.Split(p, ":")
		if len(parts) != 3 || parts[0] != "org" || parts[1] == "" || parts[2] == "" || strings.Contains(p, ",") {
			return nil, nil, nil, false
		}
		i, j := index(&features, parts[1]), index(&names, parts[2])
		if i == len(bits) {
			bits = append(bits, new(big.Int))
		}
		bits[i].SetBit(bits[i], j, 1)
	}
	for _, b := range bits {
		masks = append(masks, b.String())
	}
	return features, names, masks, true
}
