package clerk_test

import (
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

func claimsOf(tb testing.TB, cfg clerk.Config, t token) clerk.Claims {
	tb.Helper()
	c, err := core.Claims[clerk.Claims](core.NewContext(tb.Context(), verified(tb, cfg, t)))
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func TestClaims(t *testing.T) {
	all := clerk.Config{Accept: []clerk.Token{
		clerk.SessionToken, clerk.TemplateToken, clerk.OAuthToken, clerk.MachineToken,
	}}
	for name, tt := range map[string]struct {
		token token
		want  clerk.Claims
		org   string
	}{
		"v2": {
			session2().with(object{
				"act":      object{"iss": "https://dashboard.clerk.com", "sid": "sess_a", "sub": "user_admin", "type": "agent"},
				"metadata": object{"tier": "gold"},
			}),
			clerk.Claims{
				Issuer:          issuer,
				Subject:         userID,
				ExpiresAt:       minted + 60,
				IssuedAt:        minted,
				NotBefore:       minted - 10,
				ID:              "8f1c2d7be04a96513c22",
				SessionID:       "sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL",
				AuthorizedParty: "https://app.northwind.example",
				Version:         2,
				Status:          "active",
				FactorAges:      []int{4, -1}, Features: "o:invoices,o:reports", Plan: "o:pro",
				Active: &clerk.ActiveOrganization{
					ID:                    orgID,
					Slug:                  "northwind",
					Role:                  "admin",
					Permissions:           "read,create,delete",
					FeaturePermissionBits: "7,1",
				},
				Actor: &clerk.Actor{
					Issuer:    "https://dashboard.clerk.com",
					SessionID: "sess_a",
					Subject:   "user_admin",
					Type:      "agent",
				},
				Metadata: map[string]any{"tier": "gold"},
			},
			orgID,
		},
		"v1": {
			session1(),
			clerk.Claims{
				Issuer: issuer, Subject: userID, ExpiresAt: minted + 60, IssuedAt: minted, NotBefore: minted - 10,
				SessionID:       "sess_2t7GkW0aVbR5nXyE8MzQhCuD4sL",
				AuthorizedParty: "https://app.northwind.example",
				FactorAges:      []int{12, 3},
				OrgID:           orgID, OrgSlug: "northwind", OrgRole: "org:billing", OrgPermissions: []string{
					"org:invoices:read", "org:invoices:create",
				},
			},
			orgID,
		},
		"oauth": {
			oauth(),
			clerk.Claims{
				Issuer: issuer, Subject: userID, ExpiresAt: minted + 86400, IssuedAt: minted, NotBefore: minted - 10,
				ID:       "oat_2vA7bYtR3MwXz5SlJo0UdCe8FzN",
				OrgID:    orgID,
				ClientID: "k3v9QxTn2LmZ8RdY",
				Scope:    "openid profile user:org:read",
			},
			orgID,
		},
		"machine": {
			machine(),
			clerk.Claims{
				Issuer:    issuer,
				Subject:   "mch_2uFg9RkDs6MnXv2QjTw8BzLhCyE",
				ExpiresAt: minted + 3600,
				IssuedAt:  minted,
				NotBefore: minted - 10,
				ID:        "mt_2uG1aXsQ7LzVw4RkHn9TcBd6EyM", Scopes: "mch_2uFh5NqWvC8xZrT3KpYd0LmSgJb",
			},
			"",
		},
		"template with the guide's claim": {
			template().with(object{"organization_id": "org_custom"}),
			clerk.Claims{
				Issuer: issuer, Subject: userID, ExpiresAt: minted + 60, IssuedAt: minted, NotBefore: minted - 10, ID: "1b",
				AuthorizedParty: "https://app.northwind.example", CustomOrganizationID: "org_custom",
			},
			"org_custom",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := claimsOf(t, all, tt.token)
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
			if got.OrganizationID() != tt.org {
				t.Errorf("organization %q, want %q", got.OrganizationID(), tt.org)
			}
			if s := verified(t, all, tt.token); s.Organization().ID != tt.org {
				t.Errorf("the session says organization %q, want %q", s.Organization().ID, tt.org)
			}
		})
	}
}

func TestActor(t *testing.T) {
	s := verified(t, clerk.Config{}, session2().with(object{"act": object{"sub": "user_admin"}}))
	if s.Actor() != "user_admin" {
		t.Errorf("actor %q", s.Actor())
	}
}

// Your own claims stand beside Clerk's.
func TestEmbeddedClaims(t *testing.T) {
	type mine struct {
		clerk.Claims
		Plan string `json:"tier"`
	}
	var c mine
	if err := verified(t, clerk.Config{}, session2().with(object{"tier": "gold"})).Decode(&c); err != nil {
		t.Fatal(err)
	}
	if c.Plan != "gold" || c.SessionID == "" || c.OrganizationID() != orgID {
		t.Errorf("got %+v", c)
	}
}

func TestFeaturesAndPlans(t *testing.T) {
	c := clerk.Claims{Features: "o:invoices, u:chat ,uo:support,ou:sync,x:other,:bare,plain,ux:odd,o:", Plan: "u:free"}
	for feature, want := range map[string]bool{
		"invoices":              true,
		"org:invoices":          true,
		"o:invoices":            true,
		"organization:invoices": true,
		"user:invoices":         false,
		"u:invoices":            false,
		"chat":                  true, "user:chat": true, "u:chat": true, "org:chat": false,
		"support": true, "org:support": true, "user:support": true, "o:sync": true, "u:sync": true,
		"": false, "org:": false, ":": false, ":chat": false, "team:chat": false, "uo:support": false,
		"other":        false,
		"bare":         false,
		"plain":        false,
		"odd":          false,
		"Invoices":     false,
		"invoice":      false,
		"o:o:invoices": false,
	} {
		if got := c.HasFeature(feature); got != want {
			t.Errorf("HasFeature(%q) is %v", feature, got)
		}
	}
	for plan, want := range map[string]bool{"free": true, "user:free": true, "org:free": false, "pro": false, "": false} {
		if got := c.HasPlan(plan); got != want {
			t.Errorf("HasPlan(%q) is %v", plan, got)
		}
	}
	if (clerk.Claims{}).HasFeature("") || (clerk.Claims{}).HasPlan("u:") {
		t.Error("no claim has a feature")
	}
}

func TestPackedPermissions(t *testing.T) {
	for name, tt := range map[string]struct {
		fea, per, fpm string
		want          []string
	}{
		"docs": {"o:dashboard,o:teams", "manage,read", "3,2", []string{
			"org:dashboard:manage", "org:dashboard:read", "org:teams:read",
		}},
		"spaces, which one trims": {" o:dashboard , o:teams", "manage, read", "3, 2", nil},
		"none":                    {"o:dashboard", "manage,read", "0", nil},
		// Clerk's SDK for JavaScript reads teams 3, bills 1; the one for Go reads teams 1, bills 2.
		"only what both SDKs say": {"u:chat,o:teams,o:bills", "read,write", "3,1,2", []string{"org:teams:read"}},
		"where they agree":        {"u:chat,o:teams", "read,write", "3,1", []string{"org:teams:read"}},
		"user's after org's":      {"o:teams,u:chat", "read", "1,1", []string{"org:teams:read"}},
		"both scopes":             {"uo:teams", "read", "1", []string{"org:teams:read"}},
		"bits beyond":             {"o:teams", "read", "3", nil},
		"too few masks":           {"o:teams,o:bills", "read", "1", []string{"org:teams:read"}},
		"malformed mask":          {"o:teams,o:bills", "read", "x,1", []string{"org:bills:read"}},
		"negative mask":           {"o:teams", "read", "-1", nil},
		"signed mask":             {"o:teams", "read", "+1", nil},
		"hexadecimal mask":        {"o:teams", "read", "0x1", nil},
		"no scope":                {"teams", "read", "1", nil},
		"no features":             {"", "read", "1", nil},
		"no permissions":          {"o:teams", "", "1", nil},
		"62 bits": {
			"o:teams", strings.Repeat("p,", 62) + "last", new(big.Int).Lsh(big.NewInt(1), 62).String(),
			[]string{"org:teams:last"},
		},
		"beyond 63 bits, which one can't read": {
			"o:teams", strings.Repeat("p,", 69) + "last", new(big.Int).Lsh(big.NewInt(1), 69).String(), nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := verified(t, clerk.Config{}, session2().with(object{
				"fea": tt.fea, "o": object{"id": orgID, "rol": "admin", "per": tt.per, "fpm": tt.fpm},
			}))
			if got := s.Permissions(); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Whatever the packed claims hold, a permission is granted only if both of
// Clerk's SDKs would grant it.
func FuzzPackedPermissions(f *testing.F) {
	f.Add("o:dashboard,o:teams", "manage,read", "3,2")
	f.Add("o:reservations,u:dashboard,uo:support-chat,o:impersonation", "manage,read", "2,3")
	f.Add("u:a,o:b", "x", "1,1")
	f.Add("o:a,,o:b,:", "x,,y", "7,,9999999999999999999999")
	contract, err := clerk.NewContract(clerk.Config{IssuerURL: issuer})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, fea, per, fpm string) {
		for _, s := range []string{fea, per, fpm} {
			if len(s) > 1000 || strings.ToValidUTF8(s, "") != s {
				return
			}
		}
		s := authtest.Session(userID, object{
			"fea": fea,
			"o":   object{"id": orgID, "per": per, "fpm": fpm},
		}, authtest.LikeContract(contract))
		js, sdk := grants(fea, per, fpm, true), grants(fea, per, fpm, false)
		for _, p := range s.Permissions() {
			if !js[p] || !sdk[p] {
				t.Errorf("%q is granted, by JS %v, by Go %v", p, js[p], sdk[p])
			}
		}
	})
}

// grants is the rule in words, with the position counted among the features of
// the organization (JS) or among all (Go).
func grants(fea, per, fpm string, scoped bool) map[string]bool {
	granted := map[string]bool{}
	masks, position := strings.Split(fpm, ","), 0
	for entry := range strings.SplitSeq(fea, ",") {
		scope, feature, _ := strings.Cut(strings.TrimSpace(entry), ":")
		counts := strings.Contains(scope, "o")
		if counts && position < len(masks) {
			mask, ok := new(big.Int).SetString(strings.TrimSpace(masks[position]), 10)
			for bit, name := range strings.Split(per, ",") {
				if ok && mask.Sign() > 0 && mask.Bit(bit) == 1 {
					granted["org:"+feature+":"+strings.TrimSpace(name)] = true
				}
			}
		}
		if counts || !scoped {
			position++
		}
	}
	return granted
}
