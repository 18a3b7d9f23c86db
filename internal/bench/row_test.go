package main

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// Every row makes every check; what its user has to add is known.
func TestRows(t *testing.T) {
	hand := map[string]string{
		"cristalhq/jwt v5":           "exp, nbf, iss, azp by hand",
		"golang-jwt v5 + keyfunc v3": "azp by hand",
		"go-jose v4":                 "azp by hand",
		"go-oidc v3":                 "azp by hand",
		"clerk-sdk-go v2":            "iss by hand",
	}
	for _, alg := range algorithms() {
		f, err := newFixture(alg)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range append(authGo(), peers()...) {
			t.Run(alg+"/"+l.name, func(t *testing.T) {
				p, err := l.prepare(f)
				if errors.Is(err, errUnsupported) && alg == "HS256" && l.name == "go-oidc v3" {
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if got := strings.Join(p.notes, "; "); got != hand[l.name] {
					t.Errorf("notes %q, want %q", got, hand[l.name])
				}
			})
		}
	}
}

func TestPrepareNamesWhatIsNotChecked(t *testing.T) {
	f, err := newFixture("RS256")
	if err != nil {
		t.Fatal(err)
	}
	strict, err := ours(true, true)(f, false)
	if err != nil {
		t.Fatal(err)
	}
	good, err := f.token()
	if err != nil {
		t.Fatal(err)
	}
	_, claims, err := strict(good)
	if err != nil {
		t.Fatal(err)
	}
	always := func(*fixture, bool) (verify, error) {
		return func(string) (string, *clerk.Claims, error) { return userID, claims, nil }, nil
	}
	p, err := library{name: "credulous", make: always}.prepare(f)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"does not check signature, exp, nbf, iss, azp, alg"}; !slices.Equal(p.notes, want) {
		t.Errorf("notes %q, want %q", p.notes, want)
	}

	lacking := *claims
	lacking.FactorAges = nil
	for name, answer := range map[string]verify{
		"refuses the good token": func(string) (string, *clerk.Claims, error) { return "", nil, errExpired },
		"another user":           func(string) (string, *clerk.Claims, error) { return "user_1", claims, nil },
		"lost claims":            func(string) (string, *clerk.Claims, error) { return userID, &lacking, nil },
		"no claims":              func(string) (string, *clerk.Claims, error) { return userID, nil, nil },
	} {
		l := library{name: name, make: func(*fixture, bool) (verify, error) { return answer, nil }}
		if _, err := l.prepare(f); err == nil {
			t.Errorf("%s: prepared all the same", name)
		}
	}
}

// The guarded apps are held to the same tokens, in all frameworks.
func TestApps(t *testing.T) {
	f, err := newFixture("RS256")
	if err != nil {
		t.Fatal(err)
	}
	good, err := f.token()
	if err != nil {
		t.Fatal(err)
	}
	for _, fw := range frameworks() {
		for _, v := range fw.variants {
			t.Run(fw.name+"/"+v.name, func(t *testing.T) {
				serve, err := v.make(f)
				if err != nil {
					t.Fatal(err)
				}
				notes, err := checkApp(f, serve, "Bearer "+good)
				if err != nil || len(notes) > 0 {
					t.Errorf("notes %q, error %v", notes, err)
				}
			})
		}
		t.Run(fw.name+"/bare", func(t *testing.T) {
			serve, err := fw.bare.make(f)
			if err != nil {
				t.Fatal(err)
			}
			if status, _ := serve(""); status != 200 {
				t.Errorf("status %d", status)
			}
			if _, err := checkApp(f, serve, "Bearer "+good); err == nil {
				t.Error("an app without a guard passes for a guarded one")
			}
		})
	}
}

func TestLimitChecks(t *testing.T) {
	for _, alg := range algorithms() {
		f, err := newFixture(alg)
		if err != nil {
			t.Fatal(err)
		}
		good, err := f.token()
		if err != nil {
			t.Fatal(err)
		}
		for token, want := range map[string]bool{good: true, tampered(good): false} {
			check, err := limit(f, token)
			if err != nil {
				t.Fatal(err)
			}
			if got := check() == nil; got != want {
				t.Errorf("%s: accepted %t, want %t", alg, got, want)
			}
		}
	}
}
