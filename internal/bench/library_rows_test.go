package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// TestLibraries: every row makes every check, and the checks that its user has
// to add are those that docs/benchmarks.md names.
func TestLibraries(t *testing.T) {
	for _, alg := range algorithms() {
		f := newFixture(alg)
		for _, l := range append(authGo(), peers()...) {
			t.Run(alg+"/"+l.name, func(t *testing.T) {
				if alg == l.lacks {
					t.Skip("not supported")
				}
				_, missing, byHand, err := l.prepare(f)
				if err != nil || len(missing) > 0 {
					t.Fatalf("checks that are missing: %q, error %v", missing, err)
				}
				if got := strings.Join(byHand, " "); got != l.byHand {
					t.Errorf("checks by hand %q, want %q", got, l.byHand)
				}
			})
		}
	}
}

func TestPrepareFindsWhatIsNotChecked(t *testing.T) {
	f := newFixture("RS256")
	_, claims, err := ours(true, true)(f, false)(f.token())
	if err != nil {
		t.Fatal(err)
	}
	always := func(*fixture, bool) verify {
		return func(string) (string, *clerk.Claims, error) { return userID, claims, nil }
	}
	_, missing, _, err := library{name: "credulous", make: always}.prepare(f)
	if want := []string{"signature", "exp", "nbf", "iss", "azp", "alg"}; err != nil || !slices.Equal(missing, want) {
		t.Errorf("missing %q, want %q, error %v", missing, want, err)
	}

	lacking := *claims
	lacking.FactorAges = nil
	for name, answer := range map[string]verify{
		"refuses the good token": func(string) (string, *clerk.Claims, error) { return "", nil, errExpired },
		"another user":           func(string) (string, *clerk.Claims, error) { return "user_1", claims, nil },
		"lost claims":            func(string) (string, *clerk.Claims, error) { return userID, &lacking, nil },
		"no claims":              func(string) (string, *clerk.Claims, error) { return userID, nil, nil },
	} {
		l := library{name: name, make: func(*fixture, bool) verify { return answer }}
		if _, _, _, err := l.prepare(f); err == nil {
			t.Errorf("%s: prepare returns no error", name)
		}
	}
}

// TestApps: the guarded apps, and not the bare ones, refuse the forged tokens.
func TestApps(t *testing.T) {
	f := newFixture("RS256")
	for _, fw := range frameworks() {
		for _, v := range fw.variants {
			if err := checkApp(f, v.make(f)); err != nil {
				t.Errorf("%s/%s: %v", fw.name, v.name, err)
			}
		}
		if status, _ := fw.bare(""); status != http.StatusOK {
			t.Errorf("%s, no guard: status %d", fw.name, status)
		}
		if err := checkApp(f, fw.bare); err == nil {
			t.Errorf("%s: an app without a guard passes for a guarded one", fw.name)
		}
	}
}

func TestLimitChecks(t *testing.T) {
	for _, alg := range algorithms() {
		f := newFixture(alg)
		good := f.token()
		if err := limit(f, good)(); err != nil {
			t.Errorf("%s: the good token: %v", alg, err)
		}
		if limit(f, tampered(good))() == nil {
			t.Errorf("%s: a tampered token is accepted", alg)
		}
	}
}
