package main

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// verify checks a token as a program would, and returns whose it is. claims are
// nil if they are left undecoded.
type verify func(token string) (user string, claims *clerk.Claims, err error)

// library is one way to verify tokens.
type library struct {
	name string
	// make prepares it for a key. With bare it makes only the library's own
	// checks; without, its user adds by hand those that are missing.
	make func(f *fixture, bare bool) verify
	// byHand are the checks that its user has to add.
	byHand string
	// lacks is an algorithm that it does not support.
	lacks string
	// sessionOnly rows leave the claims undecoded.
	sessionOnly bool
}

// prepare returns the library's verify after it has accepted the good token.
// missing are the checks that it does not make, byHand those that its user has
// to add.
func (l library) prepare(f *fixture) (v verify, missing, byHand []string, err error) {
	good, forgeries := f.token(), f.forgeries()
	refuses := map[string]bool{}
	for _, bare := range []bool{true, false} {
		v = l.make(f, bare)
		for range 2 { // the second time from a cache, if there is one
			user, claims, err := v(good)
			if err != nil {
				return nil, nil, nil, fmt.Errorf("%s refuses the good %s token: %w", l.name, f.alg, err)
			}
			if user != userID || !l.sessionOnly && !complete(claims) {
				return nil, nil, nil, fmt.Errorf("%s: user %q, claims %+v", l.name, user, claims)
			}
		}
		for _, bad := range forgeries {
			_, _, err := v(bad.token)
			switch {
			case bare:
				refuses[bad.check] = err != nil
			case err == nil:
				missing = append(missing, bad.check)
			case !refuses[bad.check]:
				byHand = append(byHand, bad.check)
			}
		}
	}
	return v, missing, byHand, nil
}

// complete reports whether everything is there that the good token carries.
func complete(c *clerk.Claims) bool {
	return c != nil && c.Subject == userID && c.Issuer == issuerURL && c.AuthorizedParty == party && c.ExpiresAt != 0 &&
		c.NotBefore != 0 && c.IssuedAt != 0 && c.ID != "" && c.SessionID != "" && c.Status != "" && c.Features != "" &&
		c.Plan != "" &&
		c.Version == 2 && len(c.FactorAges) == 2 && c.FactorAges[0] == 4 && c.FactorAges[1] == -1 &&
		c.Active != nil && *c.Active == clerk.ActiveOrganization{
		ID:                    "org_2sB4hQm9TzKx7LrVd1YwNc3FpJu",
		Slug:                  "northwind",
		Role:                  "admin",
		Permissions:           "read,create,delete",
		FeaturePermissionBits: "7,1",
	}
}
