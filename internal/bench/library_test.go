package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// verify checks a token as a program would, and returns whose it is. claims are
// nil if they are left undecoded.
type verify func(token string) (user string, claims *clerk.Claims, err error)

// library is one way to verify tokens.
type library struct {
	name   string
	make   func(*fixture) verify // its own checks
	byHand string                // checks that its user has to add
	lacks  string                // an algorithm that it does not support
}

var (
	errRejected    = errors.New("the token is rejected")
	errNotRejected = errors.New("the token is not rejected")
)

// complete adds the checks by hand to the library's own.
func (l library) complete(own verify) verify {
	exp, nbf := strings.Contains(l.byHand, "expired"), strings.Contains(l.byHand, "nbf")
	iss, azp := strings.Contains(l.byHand, "iss"), strings.Contains(l.byHand, "azp")
	if l.byHand == "" {
		return own
	}
	return func(token string) (string, *clerk.Claims, error) {
		user, c, err := own(token)
		switch {
		case err != nil:
			return "", nil, err
		case exp && time.Now().Add(-leeway).Unix() >= c.ExpiresAt,
			nbf && time.Now().Add(leeway).Unix() < c.NotBefore,
			iss && c.Issuer != issuerURL,
			azp && c.AuthorizedParty != party:
			return "", nil, errRejected
		}
		return user, c, nil
	}
}

// prepare returns the checks after they have accepted the good token and rejected
// all others. Those by hand have to be exactly the ones that the library lacks.
func (l library) prepare(f *fixture) (verify, error) {
	own, good := l.make(f), f.token(nil)
	v, byHand := l.complete(own), strings.Fields(l.byHand)
	var want clerk.Claims
	must(0, json.Unmarshal([]byte(f.claims), &want))
	for range 2 { // the second time from a cache, if there is one
		user, claims, err := v(good)
		if err != nil || user != userID || claims != nil && !reflect.DeepEqual(claims, &want) {
			return nil, fmt.Errorf("%s: the good %s token: user %q, claims %+v, error %w", l.name, f.alg, user, claims, err)
		}
		for check, bad := range f.forgeries() {
			if _, _, err := v(bad); err == nil {
				return nil, fmt.Errorf("%s does not check for %s tokens of %s", l.name, check, f.alg)
			}
			if _, _, err := own(bad); (err == nil) != slices.Contains(byHand, check) {
				return nil, fmt.Errorf("%s: checks by hand %q, and itself %s: %w", l.name, byHand, check, err)
			}
		}
	}
	return v, nil
}

func TestPrepareFindsWhatIsNotChecked(t *testing.T) {
	f := newFixture(t, "RS256")
	honest := ours(decoded, core.TokenCache{})(f)
	for want, l := range map[string]library{
		"does not check": {make: func(*fixture) verify {
			return func(string) (string, *clerk.Claims, error) { return honest(f.token(nil)) }
		}},
		`user ""`: {make: func(*fixture) verify {
			return func(string) (string, *clerk.Claims, error) { return "", nil, errRejected }
		}},
		"Version:0": {make: ours(func(s *core.Session) (string, *clerk.Claims, error) {
			return s.UserID(), &clerk.Claims{Subject: userID}, nil
		}, core.TokenCache{})},
		"checks by hand": {make: func(*fixture) verify { return honest }, byHand: "azp"},
	} {
		if _, err := l.prepare(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
