package apikey_test

import (
	"context"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/apikey"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/policy"
)

// store counts the look-ups of a store that may fail.
type store struct {
	apikey.Memory

	finds, touches atomic.Int64
	err            atomic.Pointer[error]
	gate           atomic.Pointer[chan struct{}]
}

func (s *store) Find(ctx context.Context, id string) (apikey.Key, error) {
	s.finds.Add(1)
	if gate := s.gate.Load(); gate != nil {
		<-*gate
	}
	if err := s.err.Load(); err != nil {
		return apikey.Key{}, *err
	}
	return s.Memory.Find(ctx, id)
}

func (s *store) Touch(ctx context.Context, id string, at time.Time) error {
	s.touches.Add(1)
	return s.Memory.Touch(ctx, id, at)
}

func (s *store) fail(err error) { s.err.Store(&err) }

type rig struct {
	*apikey.Keyring

	store *store
	clock *authtest.Clock
}

func newRig(t *testing.T, change ...func(*apikey.Config)) *rig {
	t.Helper()
	r := &rig{store: &store{}, clock: authtest.NewClock(time.Unix(1_800_000_000, 0))}
	cfg := apikey.Config{
		Prefix: "northwind", Store: r.store, Clock: r.clock, TouchEvery: -1, Logger: slog.New(slog.DiscardHandler),
	}
	for _, c := range change {
		c(&cfg)
	}
	ring, err := apikey.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.Keyring = ring
	return r
}

func (r *rig) mint(t *testing.T, spec apikey.Spec) (apikey.Key, string) {
	t.Helper()
	k, secret, err := r.Mint(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	return k, secret.Reveal()
}

func (r *rig) use(t *testing.T, token string) (*core.Session, core.Code) {
	t.Helper()
	s, err := r.Authenticate(t.Context(), core.Credentials{Token: token, Scheme: "Bearer"})
	return s, core.CodeOf(err)
}

func (r *rig) want(t *testing.T, what, token string, code core.Code) {
	t.Helper()
	if _, got := r.use(t, token); got != code {
		t.Fatalf("%s: %q, want %q", what, got, code)
	}
}

func TestKeyBecomesASession(t *testing.T) {
	r := newRig(t)
	k, token := r.mint(t, apikey.Spec{
		Owner: "user_1", Organization: "org_1", Name: "CI", Scopes: []string{"orders:read", "orders:write"},
		Lifetime: time.Hour,
	})
	if !regexp.MustCompile(`^` + apikey.Pattern("northwind") + `$`).MatchString(token) {
		t.Errorf("the pattern does not find %s", token)
	}
	if found, err := r.store.Memory.Find(t.Context(), k.ID); err != nil || strings.Contains(fmt.Sprintf("%+v %s", found,
		found.Hash), token[30:50]) {
		t.Errorf("the store holds the secret: %v", err)
	}
	s, code := r.use(t, token)
	if code != "" || s.UserID() != "user_1" || s.Kind() != apikey.Kind || s.Organization().ID != "org_1" ||
		!s.HasScope("orders:write") || !s.ExpiresAt().Equal(r.clock.Now().Add(time.Hour)) ||
		s.Issuer() != "apikey:northwind" {
		t.Fatalf("%v, %s", s, code)
	}
	if policy.Kind(apikey.Kind).Check(s) != nil || policy.Kind(core.KindSession).Check(s) == nil {
		t.Error("policies do not know the kind")
	}
	if id, _ := s.Claim("jti"); id != k.ID {
		t.Errorf("jti is %v", id)
	}
	again, _ := r.use(t, token)
	if again != s || r.store.finds.Load() != 1 {
		t.Errorf("the second use looked the key up: %d", r.store.finds.Load())
	}
	r.clock.Advance(time.Hour)
	r.want(t, "expired", token, core.CodeTokenExpired)
}

// TestTyposCostNoLookUp changes, drops, doubles and swaps every character.
func TestTyposCostNoLookUp(t *testing.T) {
	r := newRig(t)
	_, token := r.mint(t, apikey.Spec{Owner: "user_1"})
	r.want(t, "unchanged", token, "")
	before := r.store.finds.Load()
	for i := range token {
		for _, bad := range []string{
			token[:i] + "Q" + token[i+1:], token[:i] + token[i+1:], token[:i+1] + token[i:], token[:i],
			token[:i] + strings.ToLower(token[i:]), token[:i] + " " + token[i:],
		} {
			if bad != token {
				if _, code := r.use(t, bad); code != core.CodeInvalidFormat && code != core.CodeTokenMissing {
					t.Errorf("%d: %q: %q", i, bad, code)
				}
			}
		}
	}
	if n := r.store.finds.Load() - before; n != 0 {
		t.Errorf("typos caused %d look-ups", n)
	}
}

// forge returns a well-formed key that the store does not have.
func forge(t *testing.T) string {
	t.Helper()
	_, secret, err := apikey.NewKey("northwind", apikey.Spec{Owner: "user_1"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return secret.Reveal()
}

// withChecksum completes a key as the documentation says: with the CRC-32 of what precedes it, in base32.
func withChecksum(text string) string {
	sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(text)))
	return text + "_" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum)
}

// TestGuessing: a wrong secret is refused like an unknown id, costs no look-up and locks nobody out; unknown ids are
// looked up so often only.
func TestGuessing(t *testing.T) {
	r := newRig(t, func(c *apikey.Config) { c.MaxUnknownPerSecond = 10 })
	k, token := r.mint(t, apikey.Spec{Owner: "user_1"})
	r.want(t, "the key", token, "")
	finds := r.store.finds.Load()
	for range 1000 {
		guess := forge(t)
		id, _ := apikey.Inspect("northwind", guess)
		r.want(t, "a wrong secret", withChecksum(strings.Replace(guess[:len(guess)-8], id, k.ID, 1)),
			apikey.CodeInactive)
	}
	if n := r.store.finds.Load() - finds; n != 0 {
		t.Errorf("wrong secrets caused %d look-ups", n)
	}
	codes := map[core.Code]int{}
	for range 1000 {
		_, code := r.use(t, forge(t))
		codes[code]++
	}
	if codes[apikey.CodeInactive] != 20 || codes[apikey.CodeUnavailable] != 980 || r.store.finds.Load()-finds != 20 {
		t.Errorf("unknown ids: %v, %d look-ups", codes, r.store.finds.Load()-finds)
	}
	r.want(t, "the key, during the attack", token, "")
	r.clock.Advance(11 * time.Second)
	for range 1000 {
		_, _ = r.use(t, forge(t))
	}
	r.want(t, "the key, past MaxAge, during the attack", token, "")
}

func TestRotationAndRevocation(t *testing.T) {
	r := newRig(t)
	k, token := r.mint(t, apikey.Spec{Owner: "user_1", Scopes: []string{"a"}, Lifetime: 24 * time.Hour})
	r.want(t, "before", token, "")
	next, secret, err := r.Rotate(t.Context(), k.ID, time.Hour)
	if err != nil || next.Replaces != k.ID || !next.Expires.Equal(r.clock.Now().Add(24*time.Hour)) {
		t.Fatalf("%+v, %v", next, err)
	}
	s, code := r.use(t, secret.Reveal())
	if code != "" || !s.HasScope("a") {
		t.Errorf("the new key: %s", code)
	}
	r.want(t, "the old key, in the overlap", token, "")
	r.clock.Advance(time.Hour)
	r.want(t, "the old key, after the overlap", token, core.CodeTokenExpired)
	r.want(t, "the new key", secret.Reveal(), "")
	if _, _, err := r.Rotate(t.Context(), k.ID, time.Hour); err == nil {
		t.Error("an expired key can be rotated")
	}
	if err := r.Recheck(t.Context(), s); err != nil {
		t.Errorf("Recheck: %v", err)
	}
	if err := r.Revoke(t.Context(), next.ID); err != nil {
		t.Fatal(err)
	}
	r.want(t, "revoked", secret.Reveal(), core.CodeTokenRevoked)
	if err := r.Recheck(t.Context(), s); !errors.Is(err, core.CodeTokenRevoked) {
		t.Errorf("Recheck of a revoked key: %v", err)
	}
	if err := r.Revoke(t.Context(), "BBBBBBBBBBBBBBBB"); !errors.Is(err, apikey.ErrNotFound) {
		t.Errorf("Revoke of an unknown key: %v", err)
	}
	// Another process revokes: the record is remembered for MaxAge, or until Forget.
	for _, forget := range []bool{false, true} {
		k, token := r.mint(t, apikey.Spec{Owner: "user_1"})
		r.want(t, "before", token, "")
		if err := r.store.Revoke(t.Context(), k.ID, r.clock.Now()); err != nil {
			t.Fatal(err)
		}
		r.want(t, "within MaxAge", token, "")
		if forget {
			r.Forget(k.ID)
		} else {
			r.clock.Advance(10 * time.Second)
		}
		r.want(t, "after it", token, core.CodeTokenRevoked)
	}
}

func TestOutage(t *testing.T) {
	for _, keep := range []time.Duration{0, time.Minute} {
		r := newRig(t, func(c *apikey.Config) { c.KeepInOutage = keep })
		_, token := r.mint(t, apikey.Spec{Owner: "user_1"})
		_, cold := r.mint(t, apikey.Spec{Owner: "user_2"})
		r.want(t, "before", token, "")
		r.store.fail(errors.New("connection refused"))
		r.want(t, "remembered", token, "")
		_, err := r.Authenticate(t.Context(), core.Credentials{Token: cold})
		var e *core.Error
		if !errors.As(err, &e) || e.Code != apikey.CodeUnavailable || !errors.Is(err, core.CodeNetworkError) ||
			e.RetryAfter < time.Second ||
			e.Code.Status() != http.StatusServiceUnavailable || strings.Contains(err.Error(), cold) {
			t.Errorf("another key: %v", err)
		}
		finds := r.store.finds.Load()
		for range 50 {
			r.want(t, "another key", cold, apikey.CodeUnavailable)
		}
		if n := r.store.finds.Load() - finds; n != 2 {
			t.Errorf("the failing store was asked %d more times", n)
		}
		r.clock.Advance(11 * time.Second)
		if keep > 0 {
			r.want(t, "kept", token, "")
			r.clock.Advance(keep)
		}
		r.want(t, "past what may be kept", token, apikey.CodeUnavailable)
		r.store.err.Store(nil)
		r.clock.Advance(30 * time.Second)
		r.want(t, "after", cold, "")
		r.want(t, "after", token, "")
	}
}

// TestOneLookUp: racing requests share a look-up, and one that gives up does not end it.
func TestOneLookUp(t *testing.T) {
	r := newRig(t)
	_, token := r.mint(t, apikey.Spec{Owner: "user_1"})
	gate := make(chan struct{})
	r.store.gate.Store(&gate)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := r.Authenticate(canceled, core.Credentials{Token: token})
	if core.CodeOf(err) != core.CodeRequestCanceled {
		t.Errorf("%v", err)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { r.want(t, "one of many", token, "") })
	}
	close(gate)
	wg.Wait()
	if n := r.store.finds.Load(); n != 1 {
		t.Errorf("%d look-ups", n)
	}
}

func TestLastUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, func(c *apikey.Config) { c.TouchEvery = time.Minute })
		k, token := r.mint(t, apikey.Spec{Owner: "user_1"})
		for range 3 {
			for range 50 {
				r.want(t, "a use", token, "")
				synctest.Wait()
			}
			if found, err := r.store.Memory.Find(t.Context(), k.ID); err != nil || !found.LastUsed.Equal(r.clock.Now()) {
				t.Errorf("last used %v, want %v", found.LastUsed, r.clock.Now())
			}
			r.clock.Advance(time.Minute)
		}
		if n := r.store.touches.Load(); n != 3 {
			t.Errorf("noted %d times", n)
		}
	})
}

// TestFirstOf: the prefix decides, and a refused key is nobody else's.
func TestFirstOf(t *testing.T) {
	r := newRig(t)
	issuer := authtest.NewIssuer(t)
	v, err := core.NewVerifier(issuer.Contract(), core.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	g, err := guard.New(core.FirstOf(v, r.Keyring), guard.Policies(policy.Any(policy.Kind(core.KindSession),
		policy.Scope("orders:read"))))
	if err != nil {
		t.Fatal(err)
	}
	_, token := r.mint(t, apikey.Spec{Owner: "user_key", Scopes: []string{"orders:read"}})
	_, weak := r.mint(t, apikey.Spec{Owner: "user_key"})
	for name, c := range map[string]struct{ token, user, code string }{
		"a session":            {issuer.Token(authtest.Claims{"sub": "user_jwt"}), "user_jwt", ""},
		"a key":                {token, "user_key", ""},
		"a key, no scope":      {weak, "", "INSUFFICIENT_SCOPE"},
		"a made-up key":        {forge(t), "", "TOKEN_INACTIVE"},
		"a mistyped key":       {token[:len(token)-1] + "1", "", "INVALID_FORMAT"},
		"something else":       {"other_key", "", "INVALID_FORMAT"},
		"a JWT of no contract": {authtest.NewIssuer(t).Token(authtest.Claims{"sub": "x"}), "", "ISSUER_MISMATCH"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		authtest.Authorize(req, c.token)
		s, rejection := g.Check(t.Context(), guard.HTTPRequest(req))
		if rejection != nil && (c.code == "" || string(rejection.Err.Code) != c.code) || rejection == nil &&
			s.UserID() != c.user {
			t.Errorf("%s: %v, %v", name, s, rejection)
		}
	}
}

func Example() {
	ring, err := apikey.New(apikey.Config{Prefix: "northwind", Store: &apikey.Memory{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	key, secret, err := ring.Mint(ctx, apikey.Spec{Owner: "user_42", Name: "CI", Scopes: []string{"orders:read"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	session, err := ring.Authenticate(ctx, core.Credentials{Token: secret.Reveal()})
	fmt.Println(session.UserID(), session.Kind(), session.Scopes(), err)
	fmt.Println(secret) // only Reveal shows it
	_ = ring.Revoke(ctx, key.ID)
	_, err = ring.Authenticate(ctx, core.Credentials{Token: secret.Reveal()})
	fmt.Println(core.CodeOf(err))
	// Output:
	// user_42 api_key [orders:read] <nil>
	// [REDACTED]
	// TOKEN_REVOKED
}
