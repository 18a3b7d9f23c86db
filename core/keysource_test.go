package core_test

import (
	"context"
	"crypto/rsa"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/keys"
)

// vault is a key source that counts its calls.
type vault struct {
	calls atomic.Int64
	keys  func(ctx context.Context) ([]keys.Key, error)
}

func (v *vault) Keys(ctx context.Context) ([]keys.Key, error) {
	v.calls.Add(1)
	return v.keys(ctx)
}

func externalRules() core.Rules {
	return core.Rules{Issuer: kitIssuer, Audiences: []string{kitAudience}, ExternalKeys: true}
}

func TestKeySource(t *testing.T) {
	clock := newClock()
	good := []keys.Key{
		{ID: "k1", Public: &rsaKey().PublicKey},
		{ID: "private", Public: otherRSA()},
		{ID: "nil", Public: (*rsa.PublicKey)(nil)},
		{ID: "empty", Public: &rsa.PublicKey{}},
		{ID: "text", Public: "PEM"},
	}
	source := &vault{keys: func(ctx context.Context) ([]keys.Key, error) {
		if _, bounded := ctx.Deadline(); !bounded || ctx.Value(traceKey{}) != "t1" {
			t.Error("the context has no deadline, or not the request's values")
		}
		return good, nil
	}}
	v := newVerifier(t, externalRules(), core.WithClock(clock), core.WithKeySource(source))
	verify := func(what, kid string, want core.Code) {
		t.Helper()
		_, err := v.Verify(traced(t, "t1"), rs256(t, kid, nil))
		if core.CodeOf(err) != want {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
	}
	verify("a key of the source", "k1", "")
	verify("again", "k1", "")
	if n := source.calls.Load(); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
	for range 50 {
		verify("a made-up key id", "k9", core.CodeUnknownKey)
	}
	if n := source.calls.Load(); n != 2 {
		t.Errorf("%d calls, want 2: made-up key ids must not reach the source", n)
	}
	h := v.KeyHealth()
	if len(h) != 1 || len(h[0].Keys) != 1 || len(h[0].Skipped) != 4 || h[0].URL != "" || h[0].State != keys.StateFresh {
		t.Errorf("health: %+v", h)
	} else if !strings.Contains(h[0].Skipped[0].Reason, "private key") {
		t.Errorf("skipped: %+v", h[0].Skipped)
	}

	source.keys = func(context.Context) ([]keys.Key, error) { return nil, errors.New("vault sealed") }
	clock.Advance(20 * time.Minute)
	verify("an outage, last-known-good", "k1", "")
	clock.Advance(25 * time.Hour)
	_, err := v.Verify(t.Context(), rs256(t, "k1", map[string]any{"exp": epoch().Add(100 * time.Hour).Unix()}))
	wantCode(t, err, core.CodeKeysUnavailable)
	if h := v.KeyHealth()[0]; h.LastErrorKind != "source" || !strings.Contains(h.LastError, "vault sealed") {
		t.Errorf("health: %+v", h)
	}
}

// A key source that leaves a key out has revoked it.
func TestKeySourceRevokes(t *testing.T) {
	clock := newClock()
	current := []keys.Key{{ID: "k1", Public: &rsaKey().PublicKey}}
	v := newVerifier(
		t,
		externalRules(),
		core.WithClock(clock),
		core.WithKeySource(&vault{keys: func(context.Context) ([]keys.Key, error) {
			return current, nil
		}}),
	)
	token := rs256(t, "k1", nil)
	_, err := v.Verify(t.Context(), token)
	wantCode(t, err, "")
	current = []keys.Key{{ID: "k2", Public: &otherRSA().PublicKey}}
	clock.Advance(11 * time.Minute)
	_, err = v.Verify(t.Context(), token)
	wantCode(t, err, core.CodeUnknownKey)
}

// A key source that hangs, or panics, holds no request longer than the fetch timeout.
func TestKeySourceThatHangs(t *testing.T) {
	token := rs256(t, "k1", nil)
	contract := newContract(t, externalRules())
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		for name, hang := range map[string]func(context.Context) ([]keys.Key, error){
			"hangs":  func(context.Context) ([]keys.Key, error) { <-release; return nil, nil },
			"panics": func(context.Context) ([]keys.Key, error) { panic("bug") },
		} {
			v := must(core.NewVerifier(contract, core.WithClock(newClock()), core.WithKeySource(&vault{keys: hang})))
			began := time.Now()
			_, err := v.Verify(t.Context(), token)
			if took := time.Since(began); core.CodeOf(err) != core.CodeKeysUnavailable || took > 5*time.Second {
				t.Errorf("%s: %v after %v", name, err, took)
			}
		}
		close(release)
	})
}

func TestKeySourceConfig(t *testing.T) {
	source := &vault{keys: func(context.Context) ([]keys.Key, error) { return nil, nil }}
	external := newContract(t, externalRules())
	other := externalRules()
	other.Issuer = "https://b.example"
	for name, c := range map[string]struct {
		contract *core.Contract
		opts     []core.Option
		says     string
	}{
		"no source":           {external, nil, "has ExternalKeys"},
		"nil":                 {external, []core.Option{core.WithKeySource((*vault)(nil))}, "WithKeySource: is nil"},
		"a secret of its own": {newContract(t, secretRules()), []core.Option{core.WithKeySource(source)}, "of its own"},
		"two contracts": {external, []core.Option{
			core.WithKeySource(source), newContract(t, other),
		}, "exactly one contract"},
		"instead of a URL": {newContract(t, core.Rules{
			Issuer:    kitIssuer,
			JWKSURL:   kitIssuer + "/k",
			Audiences: []string{kitAudience},
		}), []core.Option{core.WithKeySource(source)}, ""},
		"as the contract says": {external, []core.Option{core.WithKeySource(source)}, ""},
	} {
		_, err := core.NewVerifier(c.contract, c.opts...)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	rules := externalRules()
	rules.JWKSURL = "https://id.example.com/jwks"
	if _, err := core.NewContract(rules); err == nil || !strings.Contains(err.Error(), "different sources of keys") {
		t.Errorf("two places for keys: %v", err)
	}
	text := asJSON(t, external)
	if again, err := core.ParseContract([]byte(text)); err != nil || !again.Equal(external) ||
		!strings.Contains(text, `"externalKeys":true`) {
		t.Errorf("JSON: %s, %v", text, err)
	}
}
