package clerktest

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/authtest"
)

// Token describes a token as Clerk signs it. Its zero value is a session of
// version 2, of a user without an organization. The shapes are those of
// https://clerk.com/docs/guides/sessions/session-tokens, the values invented.
type Token struct {
	// Version is 1 or 2 (the default).
	Version int
	// UserID is sub; "user_2sB3zPq6JrT1vXwN9KdLm8YhCeF" by default. For machine
	// tokens it is the machine's, "mch_2uFg9RkDs6MnXv2QjTw8BzLhCyE" by default.
	UserID string
	// SessionID is sid; "sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL" by default.
	SessionID string
	// AuthorizedParty is azp, an origin; left out if empty.
	AuthorizedParty string

	// OrganizationID makes an organization active. Slug, Role ("admin" or
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
	// Extra are custom claims, and replacements: nil removes a claim.
	Extra authtest.Claims
}

// Claims returns the claims of a session token without iss and dates, for
// [authtest.Issuer.Token], or for [authtest.Session] with your contract.
func Claims(t Token) authtest.Claims { return t.sessionClaims() }

func (t *Token) user() string {
	if t.UserID == "" {
		return "user_2sB3zPq6JrT1vXwN9KdLm8YhCeF"
	}
	return t.UserID
}

func (t *Token) setParty(claims authtest.Claims) {
	if t.AuthorizedParty != "" {
		claims["azp"] = t.AuthorizedParty
	}
}

func (t *Token) sessionClaims() authtest.Claims {
	claims := authtest.Claims{"sub": t.user(), "sid": t.SessionID, "fva": t.FactorAges}
	if t.SessionID == "" {
		claims["sid"] = "sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL"
	}
	if t.FactorAges == nil {
		claims["fva"] = []int{0, -1}
	}
	t.setParty(claims)
	switch t.Version {
	case 0, 2:
		t.version2(claims)
	case 1:
		t.version1(claims)
	default:
		panic(fmt.Sprintf("clerktest: Token.Version is %d, not 1 or 2", t.Version))
	}
	maps.Copy(claims, t.Extra)
	return claims
}

func (t *Token) version1(claims authtest.Claims) {
	if t.OrganizationID == "" {
		return
	}
	claims["org_id"] = t.OrganizationID
	if t.OrganizationSlug != "" {
		claims["org_slug"] = t.OrganizationSlug
	}
	if t.Role != "" {
		claims["org_role"] = "org:" + strings.TrimPrefix(t.Role, "org:")
	}
	if t.Permissions != nil {
		claims["org_permissions"] = t.Permissions
	}
}

func (t *Token) version2(claims authtest.Claims) {
	claims["v"], claims["jti"], claims["sts"] = 2, "8f1c2d7be04a96513c22", "active"
	if t.Pending {
		claims["sts"] = "pending"
	}
	if t.OrganizationID == "" {
		return
	}
	o := map[string]any{"id": t.OrganizationID}
	if t.OrganizationSlug != "" {
		o["slg"] = t.OrganizationSlug
	}
	if t.Role != "" {
		o["rol"] = strings.TrimPrefix(t.Role, "org:")
	}
	if len(t.Permissions) > 0 {
		features, names, masks := packPermissions(t.Permissions)
		claims["fea"] = "o:" + strings.Join(features, ",o:")
		o["per"], o["fpm"] = strings.Join(names, ","), strings.Join(masks, ",")
	}
	claims["o"] = o
}

// packPermissions writes permissions as bit masks: bit j of mask i grants
// permission j of feature i.
func packPermissions(permissions []string) (features, names, masks []string) {
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
			panic(fmt.Sprintf(`clerktest: the permission %q is not written "org:<feature>:<permission>"`, p))
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
	return features, names, masks
}
