package logout_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/logout"
)

func subjects(find func(logout.Subject) ([]logout.Entry, error)) logout.Option {
	return logout.Subjects(func(_ context.Context, s logout.Subject) ([]logout.Entry, error) { return find(s) })
}

// TestMistakes: every mistake is reported, at once, with its field.
func TestMistakes(t *testing.T) {
	f := newFixture(t)
	anyAudience := newFixture(t, func(r *core.Rules) {
		r.Audiences, r.InsecureAnyAudience, r.AuthorizedParties = nil, true, []string{"https://app.example"}
	})
	ownIDs := newFixture(t, func(r *core.Rules) {
		r.UserIDClaim, r.Session.SessionID = "app_user", []core.ClaimRef{{Path: "session"}}
	})
	hmac := newFixture(t, func(r *core.Rules) {
		r.Secret, r.Algorithms = core.NewSecret(strings.Repeat("k", 32)), []string{"RS256", "HS256"}
	})
	fallback := newFixture(t, func(r *core.Rules) {
		r.UserIDClaim, r.UserIDFallbacks = "app_user", []string{"sub"}
	})
	noSessions := newFixture(t, func(r *core.Rules) { r.Session.SessionID = []core.ClaimRef{} })
	oneOfTwo, err := core.NewVerifier(f.issuer.Contract(), ownIDs.issuer.Contract(func(r *core.Rules) {
		r.UserIDClaim, r.Session.SessionID = "app_user", []core.ClaimRef{{Path: "session"}}
	}))
	if err != nil {
		t.Fatal(err)
	}
	const good = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
	secret := core.NewSecret(good)
	for name, tt := range map[string]struct {
		make func() (*logout.Handler, error)
		want []string // fields
	}{
		"nothing": {
			func() (*logout.Handler, error) { return logout.NewBackChannel(nil, nil) },
			[]string{"sink", "source"},
		},
		"nil contract": {
			func() (*logout.Handler, error) { return logout.NewBackChannel((*core.Contract)(nil), f.sink) },
			[]string{"source"},
		},
		"zero contract": {
			func() (*logout.Handler, error) { return logout.NewBackChannel(new(core.Contract), f.sink) },
			[]string{"source"},
		},
		"FirstOf": {
			func() (*logout.Handler, error) { return logout.NewBackChannel(core.FirstOf(f.verifier), f.sink) },
			[]string{"source"},
		},
		"no audience": {
			func() (*logout.Handler, error) { return logout.NewBackChannel(anyAudience.verifier, f.sink) },
			[]string{"Audience"},
		},
		"claims of its own": {
			func() (*logout.Handler, error) { return logout.NewBackChannel(ownIDs.verifier, f.sink) },
			[]string{"Subjects", "WholeUser"},
		},
		"a claim of its own before sub": {
			func() (*logout.Handler, error) { return logout.NewBackChannel(fallback.verifier, f.sink) },
			[]string{"Subjects"},
		},
		"claims of its own in one contract of two": {
			func() (*logout.Handler, error) { return logout.NewBackChannel(oneOfTwo, f.sink) },
			[]string{"Subjects", "WholeUser"},
		},
		"Clerk with claims of its own": {
			func() (*logout.Handler, error) { return logout.NewClerk(ownIDs.verifier, secret, f.sink) },
			[]string{"Subjects"},
		},
		"WorkOS with claims of its own": {
			func() (*logout.Handler, error) { return logout.NewWorkOS(ownIDs.verifier, secret, f.sink) },
			[]string{"Subjects"},
		},
		"Supabase with claims of its own": {
			func() (*logout.Handler, error) { return logout.NewSupabase(ownIDs.verifier, secret, f.sink) },
			[]string{"Subjects"},
		},
		"Clerk without session ids": {
			func() (*logout.Handler, error) { return logout.NewClerk(noSessions.verifier, secret, f.sink) },
			[]string{"source"},
		},
		"options": {
			func() (*logout.Handler, error) {
				return logout.NewBackChannel(f.verifier, f.sink, nil, logout.Audience(), logout.TokenLifetime(5),
					logout.MaxConcurrent(0), logout.Subjects(nil))
			},
			[]string{"Audience", "MaxConcurrent", "Subjects", "TokenLifetime", "option"},
		},
		"options of others": {
			func() (*logout.Handler, error) {
				return logout.NewBackChannel(f.verifier, f.sink, logout.Callers("c"), logout.PushToken(secret),
					logout.SubjectIssuers("i"))
			},
			[]string{"Callers", "PushToken", "SubjectIssuers"},
		},
		"global without an audience": {
			func() (*logout.Handler, error) { return logout.NewGlobalRevocation(f.verifier, f.sink) },
			[]string{"Audience"},
		},
		"global with HMAC": {
			func() (*logout.Handler, error) {
				return logout.NewGlobalRevocation(hmac.verifier, f.sink, logout.Audience("https://api.example/gtr"))
			},
			[]string{"source"},
		},
		"short secrets": {
			func() (*logout.Handler, error) {
				return logout.NewSecurityEvents(f.verifier, f.sink, logout.PushToken(core.NewSecret("short")))
			},
			[]string{"PushToken"},
		},
		"no secret": {
			func() (*logout.Handler, error) { return logout.NewClerk(f.verifier, core.Secret{}, f.sink) },
			[]string{"secret"},
		},
		"not a Svix secret": {
			func() (*logout.Handler, error) {
				return logout.NewClerk(f.verifier, core.NewSecret("sk_test_0123456789abcdef"), f.sink)
			},
			[]string{"secret"},
		},
		"half a Svix secret": {
			func() (*logout.Handler, error) { return logout.NewClerk(f.verifier, core.NewSecret(good[:20]), f.sink) },
			[]string{"secret"},
		},
		"not base64": {
			func() (*logout.Handler, error) { return logout.NewClerk(f.verifier, core.NewSecret(good+"!"), f.sink) },
			[]string{"secret"},
		},
		"short WorkOS secret": {
			func() (*logout.Handler, error) { return logout.NewWorkOS(f.verifier, core.NewSecret("short"), f.sink) },
			[]string{"secret"},
		},
		"bad Standard Webhooks secret": {
			func() (*logout.Handler, error) {
				return logout.NewSupabase(f.verifier, core.NewSecret("v1,whsec_0123456789!!"), f.sink)
			},
			[]string{"secret"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, err := tt.make()
			var fields []string
			for _, e := range core.ConfigErrors(err) {
				fields = append(fields, e.Field)
				if strings.Contains(e.Error(), "0123456789") || strings.Contains(e.Error(), good) {
					t.Errorf("the error has the secret: %v", e)
				}
			}
			slices.Sort(fields)
			if h != nil || !slices.Equal(fields, tt.want) {
				t.Errorf("got %v and %v (%v), want the fields %v", h, fields, err, tt.want)
			}
		})
	}
}

// TestLifetime: entries live as long as tokens are accepted, which is the contract's leeway after they expire.
func TestLifetime(t *testing.T) {
	for name, user := range map[string]bool{"session": false, "user": true} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			h, sid := f.backChannel(logout.TokenLifetime(time.Minute)), any("s1")
			if user {
				sid = nil
			}
			token := f.issuer.Token(authtest.Claims{"sid": "s1"}, authtest.ExpiresIn(time.Minute))
			message := form(f.logoutToken(authtest.Claims{"sid": sid}))
			f.clock.Advance(time.Minute + 29*time.Second)
			if got := f.status(token); got != 200 {
				t.Fatalf("the token is answered with %d within the leeway", got)
			}
			post(t, h, formType, message)
			if got := f.status(token); got != 401 {
				t.Errorf("the token of a session that ended is answered with %d", got)
			}
			if got := f.sink.all(); len(got) != 1 || got[0].Expires.Before(epoch().Add(time.Minute+30*time.Second)) {
				t.Errorf("the sink may forget %+v while the token is accepted", got)
			}
		})
	}
}

func TestZeroHandler(t *testing.T) {
	for _, h := range []*logout.Handler{nil, {}} {
		if w := post(t, h, formType, ""); w.Code != 500 {
			t.Errorf("got %d", w.Code)
		}
	}
}

func TestSinkFunc(t *testing.T) {
	err := logout.SinkFunc(func(_ context.Context, entries ...logout.Entry) error {
		if len(entries) != 1 {
			t.Errorf("got %v", entries)
		}
		return errDown
	}).Revoke(t.Context(), logout.Entry{})
	if !errors.Is(err, errDown) {
		t.Errorf("got %v", err)
	}
}
