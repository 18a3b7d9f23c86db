package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// verify checks a token as a program would, and returns whose it is. claims are
// nil if they are left undecoded.
type verify func(token string) (user string, claims *clerk.Claims, err error)

// library is one way to verify tokens.
type library struct {
	name string
	// make prepares it for a key. With bare it makes only the library's own
	// checks; without, its user adds by hand those that are missing. It returns
	// errUnsupported for an algorithm that it lacks.
	make func(f *fixture, bare bool) (verify, error)
	// sessionOnly rows leave the claims undecoded.
	sessionOnly bool
}

var errUnsupported = errors.New("the library does not support the algorithm")

// prepared is a library ready to be timed.
type prepared struct {
	verify verify
	notes  []string
}

// prepare holds the library to the forged tokens. What it lets pass even so is
// noted, and so is what its user has to check by hand.
func (l library) prepare(f *fixture) (*prepared, error) {
	good, err := f.token()
	if err != nil {
		return nil, err
	}
	forgeries, err := f.forgeries()
	if err != nil {
		return nil, err
	}
	p := &prepared{}
	var passed [2][]string // whole, bare
	for i, bare := range []bool{false, true} {
		v, err := l.make(f, bare)
		if err != nil {
			return nil, err
		}
		if !bare {
			p.verify = v
		}
		for range 2 { // the second time from a cache, if there is one
			user, claims, err := v(good)
			if err != nil {
				return nil, fmt.Errorf("%s refuses the good %s token: %w", l.name, f.alg, err)
			}
			if user != userID || !l.sessionOnly && !complete(claims) {
				return nil, fmt.Errorf("%s: user %q, claims %+v", l.name, user, claims)
			}
		}
		for _, bad := range forgeries {
			if _, _, err := v(bad.token); err == nil {
				passed[i] = append(passed[i], bad.name)
			}
		}
	}
	if len(passed[0]) > 0 {
		p.notes = append(p.notes, "does not check "+strings.Join(passed[0], ", "))
	}
	if hand := without(passed[1], passed[0]); len(hand) > 0 {
		p.notes = append(p.notes, strings.Join(hand, ", ")+" by hand")
	}
	return p, nil
}

// complete reports whether everything is there that the good token carries.
func complete(c *clerk.Claims) bool {
	return c != nil && c.Subject == userID && c.Issuer == issuerURL && c.AuthorizedParty == party && c.ExpiresAt != 0 &&
		c.NotBefore != 0 && c.IssuedAt != 0 && c.ID != "" && c.SessionID != "" && c.Status != "" && c.Features != "" && c.Plan != "" &&
		c.Version == 2 && len(c.FactorAges) == 2 && c.FactorAges[0] == 4 && c.FactorAges[1] == -1 &&
		c.Active != nil && *c.Active == clerk.ActiveOrganization{
		ID: "org_2sB4hQm9TzKx7LrVd1YwNc3FpJu", Slug: "northwind", Role: "admin", Permissions: "read,create,delete", FeaturePermissionBits: "7,1",
	}
}

func without(list, drop []string) []string {
	var rest []string
	for _, s := range list {
		if !strings.Contains(" "+strings.Join(drop, " ")+" ", " "+s+" ") {
			rest = append(rest, s)
		}
	}
	return rest
}
