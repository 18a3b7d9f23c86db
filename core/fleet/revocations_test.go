package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/fleet"
	"github.com/revstackhq/auth-go/core/guard/guardtest"
)

func TestEveryKindReachesTheOtherReplica(t *testing.T) {
	for name, c := range map[string]struct {
		target func(s *core.Session) fleet.Target
		same   authtest.Claims // another session that is revoked too
		other  authtest.Claims // one that is not
	}{
		"token": {
			target: fleet.TokenOf,
			same:   authtest.Claims{"sid": "x"},
			other:  authtest.Claims{"jti": "x"},
		},
		"token by jti": {
			target: func(*core.Session) fleet.Target { return fleet.Token(issuer, "t-u") },
			same:   authtest.Claims{"sid": "x"},
			other:  authtest.Claims{"jti": "x"},
		},
		"session": {
			target: fleet.SessionOf,
			same:   authtest.Claims{"jti": "x"},
			other:  authtest.Claims{"sid": "x"},
		},
		"user": {
			target: fleet.UserOf,
			same:   authtest.Claims{"jti": "x", "sid": "x"},
			other:  authtest.Claims{"iat": time.Now().Add(time.Minute).Unix()},
		},
		"client": {
			target: func(*core.Session) fleet.Target { return fleet.Client(issuer, "c-u") },
			same:   authtest.Claims{"jti": "x", "sid": "x"},
			other:  authtest.Claims{"client_id": "x"},
		},
		"issuer": {
			target: func(*core.Session) fleet.Target { return fleet.Issuer(issuer) },
			same:   authtest.Claims{"jti": "x", "sid": "x", "client_id": "x"},
			other:  authtest.Claims{"iss": "https://other.example"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, same, other := session("u", nil), session("u", c.same), session("u", c.other)
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(s.IssuedAt()) + 500*time.Millisecond) // the bubble's clock starts in 2000
				ctx, cancel := context.WithCancel(t.Context())
				log := fleet.NewMemoryLog(0)
				a, b := open(ctx, t, log), open(ctx, t, log)
				synctest.Wait()
				for _, s := range []*core.Session{s, same, other} {
					want(t, "before", b, s, "good")
				}
				if err := a.Revoke(ctx, c.target(s)); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				for _, r := range []*fleet.Revocations{a, b} {
					want(t, "revoked", r, s, "revoked")
					want(t, "the same one", r, same, "revoked")
					want(t, "another one", r, other, "good")
				}
				late := open(ctx, t, log)
				synctest.Wait()
				want(t, "a replica that starts later", late, s, "revoked")
				want(t, "a replica that starts later", late, other, "good")
				cancel()
				for _, r := range []*fleet.Revocations{a, b, late} {
					r.Wait()
				}
			})
		})
	}
}

// The latest watermark of all that apply counts, in whatever order they arrive (CVE-2026-8922 took the wrong one).
func TestWatermarksAreAMaximum(t *testing.T) {
	at := time.Now().Truncate(time.Second)
	s := session("u", authtest.Claims{"iat": at.Unix()})
	targets := map[string]fleet.Target{
		"user":   fleet.User(issuer, "u"),
		"client": fleet.Client(issuer, "c-u"),
		"issuer": fleet.Issuer(issuer),
	}
	for name, later := range targets {
		for _, laterFirst := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(at) + time.Minute)
				ctx, cancel := context.WithCancel(t.Context())
				r := open(ctx, t, fleet.NewMemoryLog(0))
				defer r.Wait()
				defer cancel()
				synctest.Wait()
				later.Before = at.Add(time.Second / 2)
				all := []fleet.Target{later}
				for other, earlier := range targets {
					earlier.Before = at.Add(-time.Hour)
					if all = append(all, earlier); !laterFirst {
						all[0], all[len(all)-1] = all[len(all)-1], all[0]
					}
					if other != name && verdict(r, s) != "good" {
						t.Error("an earlier watermark revokes the token")
					}
				}
				for _, target := range all {
					if err := r.Revoke(ctx, target); err != nil {
						t.Fatal(err)
					}
				}
				want(t, name, r, s, "revoked")
			})
		}
	}
}

// A check of an age that passes when the claim is missing would let every such token through.
func TestNoIssuedAtIsRevokedByAWatermark(t *testing.T) {
	contract, err := core.NewContract(core.Rules{
		Issuer:     issuer,
		Secret:     core.NewSecret("0123456789abcdef0123456789abcdef"),
		Algorithms: []string{"HS256"},
		Audiences:  []string{"api"},
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := contract.Accept([]byte(`{"iss":"` + issuer + `","sub":"u","aud":"api","exp":4102444800}`))
	if err != nil {
		t.Fatal(err)
	}
	r := open(t.Context(), t, fleet.NewMemoryLog(0))
	if err := r.Revoke(t.Context(), fleet.User(issuer, "u")); err != nil {
		t.Fatal(err)
	}
	want(t, "a token without iat", r, s, "revoked")
	if err := r.Revoke(t.Context(), fleet.TokenOf(s)); !strings.Contains(err.Error(), "neither a jti nor a token") {
		t.Errorf("a session that has no token: %v", err)
	}
}

func TestFailureModes(t *testing.T) {
	for name, c := range map[string]struct {
		onFailure  fleet.Failure
		old, young string // during the outage
	}{
		"closed": {fleet.FailClosed, "behind", "behind"},
		"open":   {fleet.FailOpen, "good", "good"},
		"short":  {fleet.FailShort(time.Minute), "behind", "good"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				old, young, revoked := accepted(t, "old", -10*time.Minute), accepted(t, "young", 0), accepted(t, "gone", 0)
				ctx, cancel := context.WithCancel(t.Context())
				s := newStore()
				c1, c2 := s.connect(), s.connect()
				a := open(ctx, t, c1)
				b := open(ctx, t, c2, func(o *fleet.Options) { o.OnFailure = c.onFailure })
				defer b.Wait()
				defer a.Wait()
				defer cancel()
				time.Sleep(2 * time.Second)
				if err := a.Revoke(ctx, fleet.SessionOf(revoked)); err != nil {
					t.Fatal(err)
				}
				time.Sleep(2 * time.Second)
				c2.set(true, false, 0)
				time.Sleep(3500 * time.Millisecond)
				want(t, "before MaxLag", b, old, "good")
				want(t, "before MaxLag", b, young, "good")
				time.Sleep(1500 * time.Millisecond)
				want(t, "after MaxLag, an old token", b, old, c.old)
				want(t, "after MaxLag, a young token", b, young, c.young)
				want(t, "after MaxLag, a revoked token", b, revoked, "revoked")
				var p *fleet.NotReadyError
				if err := b.Ready(); !errors.As(err, &p) || p.Reason != fleet.Behind || !errors.Is(err, errDown) {
					t.Errorf("Ready returns %v, want the lag and the log's error", err)
				}
				want(t, "the other replica", a, old, "good")
				c2.set(false, false, 0)
				time.Sleep(4 * time.Second)
				want(t, "after the outage", b, old, "good")
				if err := b.Ready(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// accepted returns a session with the clock of the bubble, which was issued age ago.
func accepted(t *testing.T, user string, age time.Duration) *core.Session {
	t.Helper()
	contract, err := core.NewContract(core.Rules{
		Issuer:     issuer,
		Secret:     core.NewSecret("0123456789abcdef0123456789abcdef"),
		Algorithms: []string{"HS256"},
		Audiences:  []string{"api"},
	})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	s, err := contract.Accept(fmt.Appendf(nil, `{"iss":%q,"sub":%q,"sid":%q,"aud":"api","iat":%d,"exp":%d}`,
		issuer, user, "s-"+user, now.Add(age).Unix(), now.Add(time.Hour).Unix()))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStartWithoutTheStore(t *testing.T) {
	s := session("u", nil)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(s.IssuedAt()))
		ctx, cancel := context.WithCancel(t.Context())
		connection := newStore().connect()
		connection.set(true, false, 0)
		r := open(ctx, t, connection)
		defer r.Wait()
		defer cancel()
		time.Sleep(time.Second)
		want(t, "without the store", r, s, "starting")
		if err := r.Ready(); err == nil || !strings.Contains(err.Error(), "has not been read yet: the store is down") {
			t.Errorf("Ready returns %v", err)
		}
		err := r.Revoke(ctx, fleet.UserOf(s))
		if !errors.Is(err, fleet.ErrNotPublished) || !errors.Is(err, errDown) {
			t.Errorf("Revoke returns %v", err)
		}
		want(t, "revoked here", r, s, "revoked")
		connection.set(false, false, 0)
		time.Sleep(5 * time.Second)
		if err := r.Ready(); err != nil {
			t.Error(err)
		}
		late := open(ctx, t, connection.store.connect())
		defer late.Wait()
		synctest.Wait()
		want(t, "published once the store is there", late, s, "revoked")
		cancel()
	})
}

func TestOnEntry(t *testing.T) {
	s := session("u", nil)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(s.IssuedAt()))
		ctx, cancel := context.WithCancel(t.Context())
		log := fleet.NewMemoryLog(0)
		a := open(ctx, t, log)
		synctest.Wait()
		if err := a.Revoke(ctx, fleet.Client(issuer, "before")); err != nil {
			t.Fatal(err)
		}
		var got []fleet.Entry
		b := open(ctx, t, log, func(o *fleet.Options) {
			o.OnEntry = func(e fleet.Entry) {
				got = append(got, e)
				if e.Kind() == fleet.KindUser {
					panic("of the user's code")
				}
			}
		})
		synctest.Wait()
		until := time.Now().Add(time.Hour)
		for _, err := range []error{
			a.Revoke(ctx, fleet.UserOf(s)),
			a.Revoke(ctx, fleet.UserOf(s)), // changes nothing
			a.Revoke(ctx, fleet.Target{Kind: fleet.KindSession, Issuer: issuer, ID: "x", Until: until}),
			a.KeysChanged(ctx, "https://id.example/jwks.json"),
		} {
			if err != nil {
				t.Error(err)
			}
		}
		synctest.Wait()
		cancel()
		a.Wait()
		b.Wait()
		if len(got) != 3 || got[0].Kind() != fleet.KindUser || got[1].Kind() != fleet.KindSession ||
			got[2].Kind() != fleet.KindKeys {
			t.Fatalf("got %v", got)
		}
		if !b.Covers(got[0], s) || b.Covers(got[1], s) || b.Covers(got[2], s) {
			t.Error("Covers is wrong")
		}
		if got[0].Before().Before(time.Now()) || !got[0].Until().IsZero() || got[1].Until().Before(until) {
			t.Errorf("times: %v %v %v", got[0].Before(), got[0].Until(), got[1].Until())
		}
	})
}

func TestTargetsThatCannotBeRevoked(t *testing.T) {
	r := open(t.Context(), t, fleet.NewMemoryLog(0))
	tooLate := time.Now().Add(25 * time.Hour)
	noID := session("u", authtest.Claims{"sid": nil})
	for want, target := range map[string]fleet.Target{
		"Kind is not a kind":             {},
		"Issuer is empty":                fleet.User("", "u"),
		"user: ID is empty":              fleet.User(issuer, ""),
		"ID must be empty":               {Kind: fleet.KindIssuer, Issuer: issuer, ID: "x"},
		"has no session id":              fleet.SessionOf(noID),
		"Until does not apply":           {Kind: fleet.KindUser, Issuer: issuer, ID: "x", Until: time.Now()},
		"Before does not apply":          {Kind: fleet.KindToken, Issuer: issuer, ID: "x", Before: time.Now()},
		"Before is more than":            {Kind: fleet.KindUser, Issuer: issuer, ID: "x", Before: time.Now().Add(time.Hour)},
		"further ahead than Options.Max": {Kind: fleet.KindToken, Issuer: issuer, ID: "x", Until: tooLate},
	} {
		err := r.Revoke(t.Context(), fleet.User(issuer, "innocent"), target)
		var typed *fleet.TargetError
		if !errors.As(err, &typed) || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", target, err, want)
		}
	}
	if n := r.Stats().Entries; n != 0 {
		t.Errorf("%d entries were revoked although a target was wrong", n)
	}
}

func TestOptionMistakesAreAllReported(t *testing.T) {
	_, err := fleet.Open(t.Context(), nil, fleet.Options{
		Secret:       core.NewSecret("short"),
		MaxLag:       5,
		MaxTokenLife: 60,
		OnFailure:    fleet.FailShort(0),
	})
	for _, want := range []string{"Log", "Options.Secret", "Options.MaxLag", "Options.MaxTokenLife", "Options.OnFailure"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "short") {
		t.Error("the error shows the secret")
	}
	_, err = fleet.Open(t.Context(), fleet.NewMemoryLog(0), fleet.Options{})
	if !strings.Contains(err.Error(), "FailShort(d)") {
		t.Errorf("got %v", err)
	}
}

func TestRevokerSuite(t *testing.T) {
	guardtest.TestRevoker(t, func(t *testing.T) guardtest.Revocations {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		t.Cleanup(cancel)
		connection := newStore().connect()
		r := open(ctx, t, connection, func(o *fleet.Options) { o.MaxLag = 50 * time.Millisecond })
		if err := r.AwaitReady(ctx); err != nil {
			t.Fatal(err)
		}
		return guardtest.Revocations{
			Revoker: r,
			Revoke:  func(ctx context.Context, s *core.Session) error { return r.Revoke(ctx, fleet.SessionOf(s)) },
			Break: func() {
				connection.set(true, false, 0)
				for r.Ready() == nil { // real time: the suite has no bubble
					time.Sleep(time.Millisecond)
				}
			},
		}
	})
}

func TestSessionsThatNobodyMade(t *testing.T) {
	r := open(t.Context(), t, fleet.NewMemoryLog(0))
	for _, s := range []*core.Session{nil, {}} {
		if revoked, err := r.Revoked(t.Context(), s); revoked || !errors.Is(err, core.ErrNoSession) {
			t.Errorf("%v %v, want ErrNoSession", revoked, err)
		}
	}
}
