package core_test

import (
	"bytes"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/keys"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
)

// corpus is every kind of good and bad token for a contract.
type corpus struct {
	issuer   *authtest.Issuer
	clock    *authtest.Clock
	contract func() *core.Contract // a new one at every call: it shares no memory
	tokens   []authtest.BadToken   // good ones have no code
}

// corpora are tokens under every kind of key, and those of a provider.
func corpora(t *testing.T) map[string]corpus {
	t.Helper()
	all := map[string]corpus{}
	for _, alg := range []string{"RS256", "PS256", "ES256", "EdDSA"} {
		clock := authtest.NewClock(time.Time{})
		issuer := authtest.NewIssuer(t, authtest.WithAlgorithms(alg), authtest.WithClock(clock))
		all[alg] = newCorpus(issuer, clock, func() *core.Contract { return issuer.Contract() }, nil)
	}
	secretClock := authtest.NewClock(time.Time{})
	secretIssuer := authtest.NewIssuer(t, authtest.WithClock(secretClock))
	all["HS256"] = newCorpus(secretIssuer, secretClock, func() *core.Contract {
		return newContract(t, core.Rules{
			Issuer:    secretIssuer.URL(),
			Audiences: []string{authtest.Audience},
			Secret:    core.NewSecret(kitSecret),
		})
	}, nil, authtest.WithSecret([]byte(kitSecret)))

	const origin = "https://app.northwind.example"
	clock := authtest.NewClock(time.Time{})
	issuer := authtest.NewIssuer(t, authtest.WithClock(clock))
	all["clerk"] = newCorpus(issuer, clock, func() *core.Contract {
		contract, err := clerk.NewContract(clerk.Config{IssuerURL: issuer.URL(), AuthorizedParties: []string{origin}})
		if err != nil {
			t.Fatal(err)
		}
		return contract
	}, []authtest.BadToken{
		{Name: "good session", Token: clerktest.SessionToken(issuer, clerktest.Token{
			AuthorizedParty: origin,
			OrganizationID:  "org_1",
			TTL:             time.Hour,
		})},
		{Name: "good session, version 1", Token: clerktest.SessionToken(issuer, clerktest.Token{
			AuthorizedParty: origin,
			Version:         1,
			TTL:             time.Hour,
		})},
		{Name: "other party", Code: core.CodePartyMismatch, Token: clerktest.SessionToken(issuer, clerktest.Token{
			AuthorizedParty: "https://evil.example",
			TTL:             time.Hour,
		})},
		{Name: "pending", Code: core.CodeClaimMismatch, Token: clerktest.SessionToken(issuer, clerktest.Token{
			AuthorizedParty: origin,
			Pending:         true,
			TTL:             time.Hour,
		})},
	})
	return all
}

func newCorpus(
	i *authtest.Issuer,
	clock *authtest.Clock,
	contract func() *core.Contract,
	extra []authtest.BadToken,
	opts ...authtest.TokenOption,
) corpus {
	c := corpus{issuer: i, clock: clock, contract: contract, tokens: extra}
	if extra == nil {
		c.tokens = []authtest.BadToken{
			{Name: "good", Token: i.Token(nil, opts...)},
			{
				Name:  "good, several audiences",
				Token: i.Token(authtest.Claims{"aud": []string{"other", authtest.Audience}}, opts...),
			},
			{Name: "other audience", Code: core.CodeAudienceMismatch, Token: i.Token(authtest.Claims{"aud": "other"}, opts...)},
			{
				Name:  "other issuer",
				Code:  core.CodeIssuerMismatch,
				Token: i.Token(authtest.Claims{"iss": "https://evil.example"}, opts...),
			},
		}
	}
	c.tokens = append(c.tokens, i.Bad(contract(), c.tokens[0].Token, opts...)...)
	return c
}

func (c *corpus) verifier(t *testing.T, contract *core.Contract, cache core.TokenCache) *core.Verifier {
	t.Helper()
	patient := keys.Policy{FetchTimeout: 5 * time.Minute} // busy goroutines keep a fetch waiting
	v, err := core.NewVerifier(contract, core.WithClock(c.clock), cache, core.WithKeyPolicy(patient))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestCorpus: the memory of verified tokens changes no verdict, whatever is in it.
func TestCorpus(t *testing.T) {
	for name, c := range corpora(t) {
		t.Run(name, func(t *testing.T) {
			off := c.verifier(t, c.contract(), core.TokenCache{Disabled: true})
			warm := c.verifier(t, c.contract(), core.TokenCache{})
			tiny := c.verifier(t, c.contract(), core.TokenCache{MaxEntries: 1, MaxBytes: 1})
			for _, token := range c.tokens { // the good ones are in the cache now
				_, _ = warm.Verify(t.Context(), token.Token)
			}
			for range 2 {
				for _, token := range shuffled(c.tokens) {
					want, err := off.Verify(t.Context(), token.Token)
					if got := core.CodeOf(err); got != token.Code {
						t.Errorf("%s: off: code %q, want %q: %v", token.Name, got, token.Code, err)
					}
					for mode, v := range map[string]*core.Verifier{
						"cold": c.verifier(t, c.contract(), core.TokenCache{}), "warm": warm, "tiny": tiny,
					} {
						got, err := v.Verify(t.Context(), token.Token)
						if code := core.CodeOf(err); code != token.Code {
							t.Errorf("%s: %s: code %q, want %q: %v", token.Name, mode, code, token.Code, err)
						}
						if (got == nil) != (want == nil) || got != nil && !sameSession(got, want) {
							t.Errorf("%s: %s: session %v, want %v", token.Name, mode, got, want)
						}
					}
				}
			}
			if off.Stats() != (core.Stats{}) || warm.Stats().Hits < 4 {
				t.Errorf("off %+v, warm %+v: that was not with and without a cache", off.Stats(), warm.Stats())
			}
		})
	}
}

func shuffled(tokens []authtest.BadToken) []authtest.BadToken {
	order := make([]authtest.BadToken, len(tokens))
	for i, at := range rand.Perm(len(tokens)) {
		order[i] = tokens[at]
	}
	return order
}

func sameSession(a, b *core.Session) bool {
	return a.UserID() == b.UserID() && a.Issuer() == b.Issuer() && a.ExpiresAt().Equal(b.ExpiresAt()) &&
		a.Kind() == b.Kind() &&
		a.SessionID() == b.SessionID() && a.Organization() == b.Organization() && bytes.Equal(a.RawClaims(), b.RawClaims())
}

// TestCorpusOverTime: tokens end, and keys leave, for a memory that knows the
// tokens just as for a verifier without one.
func TestCorpusOverTime(t *testing.T) {
	clock := authtest.NewClock(time.Time{})
	issuer := authtest.NewIssuer(t, authtest.WithClock(clock), authtest.WithMaxAge(time.Minute))
	c := corpus{issuer: issuer, clock: clock, contract: func() *core.Contract { return issuer.Contract() }}
	for _, ttl := range []time.Duration{time.Minute, 5 * time.Minute, time.Hour} {
		c.tokens = append(c.tokens, authtest.BadToken{Name: ttl.String(), Token: issuer.Token(nil, authtest.ExpiresIn(ttl))})
	}
	on, off := c.verifier(t, c.contract(), core.TokenCache{}), c.verifier(t, c.contract(), core.TokenCache{Disabled: true})
	verdicts := func(when string) (codes []core.Code) {
		for _, token := range c.tokens {
			_, errOn := on.Verify(t.Context(), token.Token)
			_, errOff := off.Verify(t.Context(), token.Token)
			if core.CodeOf(errOn) != core.CodeOf(errOff) {
				t.Errorf("%s: %s: code %q with the cache, %q without", when, token.Name, core.CodeOf(errOn), core.CodeOf(errOff))
			}
			codes = append(codes, core.CodeOf(errOn))
		}
		return codes
	}
	wantCodes := func(when string, want ...core.Code) {
		t.Helper()
		for i, code := range verdicts(when) {
			if code != want[i] {
				t.Errorf("%s: %s: code %q, want %q", when, c.tokens[i].Name, code, want[i])
			}
		}
	}
	wantCodes("at first", "", "", "")
	wantCodes("again", "", "", "")
	clock.Advance(-time.Hour)
	wantCodes("an hour before", core.CodeTokenNotActive, core.CodeTokenNotActive, core.CodeTokenNotActive)
	clock.Advance(time.Hour + 90*time.Second)
	wantCodes("after 90 s", core.CodeTokenExpired, "", "")

	old := issuer.KeyID()
	issuer.RotateKeys(true)
	issuer.RemoveKey(old)
	clock.Advance(time.Minute + time.Second)
	fresh := issuer.Token(nil)
	for _, v := range []*core.Verifier{on, off} { // the new key's id brings the new set
		if _, err := v.Verify(t.Context(), fresh); err != nil {
			t.Fatal(err)
		}
	}
	wantCodes("without the key", core.CodeUnknownKey, core.CodeUnknownKey, core.CodeUnknownKey)
}

// TestCorpusWhileKeysRotate: the verdicts are the same for 64 goroutines that share a
// memory while the issuer brings key after key.
func TestCorpusWhileKeysRotate(t *testing.T) {
	const goroutines, rotations, step = 64, 4, 6 * time.Second // beyond the cool-down of unknown keys
	for name, c := range corpora(t) {
		if c.contract().Rules().JWKSURL == "" {
			continue // a secret does not rotate
		}
		t.Run(name, func(t *testing.T) {
			v := c.verifier(t, c.contract(), core.TokenCache{})
			var workers sync.WaitGroup
			stop := make(chan struct{})
			for range goroutines {
				workers.Go(func() {
					for {
						for _, token := range shuffled(c.tokens) {
							if _, err := v.Verify(t.Context(), token.Token); core.CodeOf(err) != token.Code {
								t.Errorf("%s: code %q, want %q: %v", token.Name, core.CodeOf(err), token.Code, err)
								return
							}
							runtime.Gosched() // let the rotation have its turn
						}
						select {
						case <-stop:
							return
						default:
						}
					}
				})
			}
			for range rotations {
				c.issuer.RotateKeys(true)
				token := c.fresh()
				learned := false
				for try := 0; try < 2 && !learned; try++ { // a fetch that began before the rotation may end after it
					c.clock.Advance(step)
					_, err := v.Verify(t.Context(), token)
					if learned = err == nil; !learned && core.CodeOf(err) != core.CodeUnknownKey {
						t.Errorf("a new key's token: %v", err)
					}
				}
				if !learned {
					t.Error("a new key was not learned after its cool-down")
				}
			}
			close(stop)
			workers.Wait()
			if stats := v.Stats(); stats.Hits == 0 {
				t.Errorf("%+v: nothing came from the cache", stats)
			}
		})
	}
}

// fresh is a good token under the newest key.
func (c *corpus) fresh() string {
	if c.tokens[0].Name == "good session" {
		return clerktest.SessionToken(c.issuer, clerktest.Token{
			AuthorizedParty: "https://app.northwind.example",
			TTL:             time.Hour,
		})
	}
	return c.issuer.Token(nil)
}
