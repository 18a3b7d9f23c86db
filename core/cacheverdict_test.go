package core_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// keySets answers for key sets without a network.
type keySets map[string]*atomic.Pointer[[]byte]

func (s keySets) RoundTrip(r *http.Request) (*http.Response, error) {
	set := s[r.URL.String()]
	if set == nil {
		return nil, errors.New("no such key set")
	}
	return &http.Response{
		StatusCode: http.StatusOK, Request: r, ContentLength: -1, Body: io.NopCloser(bytes.NewReader(*set.Load())),
		Header: http.Header{"Content-Type": {"application/jwk-set+json"}, "Cache-Control": {"max-age=600"}},
	}, nil
}

// A key that is replaced under its own name takes the tokens of the old key with
// it, remembered ones too.
func TestRememberedTokenOfAReplacedKey(t *testing.T) {
	for _, kid := range []string{"k1", ""} {
		t.Run("kid "+kid, func(t *testing.T) {
			server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", "RS256"))
			clock := newClock()
			v := newVerifier(t, server.Rules(), core.WithClock(clock))
			header := map[string]any{"kid": kid}
			if kid == "" {
				header = map[string]any{}
			}
			token := mint(t, "RS256", rsaKey(), header, claimsWith(nil))
			for range 2 {
				if _, err := v.Verify(t.Context(), token); err != nil {
					t.Fatal(err)
				}
			}
			if v.Stats().Hits != 1 {
				t.Fatal("the token was not remembered")
			}
			server.Publish(t, publicJWK(otherRSA().Public(), "k1", "RS256"))
			clock.Advance(20 * time.Minute)
			_, err := v.Verify(t.Context(), token)
			wantCode(t, err, core.CodeInvalidSignature)
		})
	}
}

// A contract for any issuer takes the place of tenants that the resolver does not
// know. Once it knows one, the tenant's own contract decides about its tokens.
func TestRememberedTokenOfANewTenant(t *testing.T) {
	clock := newClock()
	d := &directory{answer: func(context.Context, string) (*core.Contract, error) { return nil, nil }}
	v := newVerifier(t, core.Rules{
		InsecureAnyIssuer: true,
		Audiences:         []string{kitAudience},
		Secret:            core.NewSecret(kitSecret),
	},
		core.WithClock(clock), d.resolver(4))
	token := tenantToken(t)
	for range 2 {
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	if v.Stats().Hits != 1 {
		t.Fatal("the token was not remembered")
	}
	g, err := guard.New(v)
	if err != nil {
		t.Fatal(err)
	}
	r := get("Authorization", "Bearer "+token)
	ctx, rejection := g.Enter(t.Context(), r)
	if rejection != nil {
		t.Fatal(rejection)
	}
	d.tell(func(context.Context, string) (*core.Contract, error) {
		return newContract(t, with(func(r *core.Rules) { r.Issuer, r.Audiences = tenantIssuer, []string{"strict"} })), nil
	})
	clock.Advance(time.Minute)
	_, err = v.Verify(t.Context(), token)
	wantCode(t, err, core.CodeAudienceMismatch)
	if _, rejection := g.Check(ctx, r); rejection == nil {
		t.Error("a guard used the session of before")
	}
}

// Two verifiers, one with a cache of verified tokens and one without, go through
// the same changes and must agree on every token at every step.
func TestCacheNeverChangesAVerdict(t *testing.T) {
	const seeds, steps = 4, 400
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { compareVerdicts(t, rand.New(rand.NewPCG(seed, 9)), steps) })
		})
	}
}

func compareVerdicts(t *testing.T, random *rand.Rand, steps int) {
	t.Helper()
	const named, plain, templated = "https://named.test", "https://plain.test", "https://login.test/acme"
	issuers := []string{named, plain, templated, "https://t0.test", "https://t1.test", "https://t2.test", ""}
	sets := keySets{named + "/keys": {}, plain + "/keys": {}}
	publish := func() {
		for url, set := range sets {
			one, two := publicJWK(rsaKey().Public(), "k1", "RS256"), publicJWK(p256Key().Public(), "k2", "ES256")
			switch random.IntN(4) {
			case 0:
				one.Key = otherRSA().Public() // the same name
			case 1:
				two.KeyID = "k3"
			case 2:
				two = one
				two.KeyID, two.Key = "k4", otherRSA().Public()
			}
			if url == plain+"/keys" {
				one.KeyID, two.KeyID = "", ""
			}
			data := []byte(jwksOf(t, one, two))
			set.Store(&data)
		}
	}
	publish()
	anyone := newContract(t, core.Rules{
		InsecureAnyIssuer: true,
		Audiences:         []string{kitAudience},
		Secret:            core.NewSecret(kitSecret),
	})
	options := []core.Option{
		newContract(t, core.Rules{
			Issuer:     named,
			Audiences:  []string{kitAudience},
			JWKSURL:    named + "/keys",
			Algorithms: []string{"RS256", "ES256"},
		}),
		newContract(t, core.Rules{
			Issuer:     plain,
			Audiences:  []string{kitAudience},
			JWKSURL:    plain + "/keys",
			Algorithms: []string{"RS256", "ES256"},
		}),
		newContract(t, core.Rules{
			IssuerTemplate: "https://login.test/{tid}",
			Audiences:      []string{kitAudience},
			Secret:         core.NewSecret(kitSecret),
		}),
	}
	tenants := map[string]func() (*core.Contract, error){}
	change := func() {
		for _, issuer := range issuers[3:6] {
			rules := core.Rules{Issuer: issuer, Audiences: []string{kitAudience}, Secret: core.NewSecret(kitSecret)}
			switch random.IntN(6) {
			case 0:
				tenants[issuer] = func() (*core.Contract, error) { return nil, nil }
			case 1:
				tenants[issuer] = func() (*core.Contract, error) { return nil, errors.New("database is down") }
			case 2:
				rules.Audiences = []string{"strict"}
				fallthrough
			case 3:
				tenants[issuer] = func() (*core.Contract, error) { return newContract(t, rules), nil }
			case 4:
				tenants[issuer] = func() (*core.Contract, error) { return anyone, nil }
			case 5:
				rules.JWKSURL, rules.Secret = named+"/keys", core.Secret{}
				tenants[issuer] = func() (*core.Contract, error) { return newContract(t, rules), nil }
			}
		}
	}
	change()
	verifier := func(cache core.TokenCache) *core.Verifier {
		return must(core.NewVerifier(anyone, append(slices.Clip(options), cache,
			core.WithHTTPClient(&http.Client{Transport: sets}),
			core.Resolver{Resolve: func(_ context.Context, issuer string) (*core.Contract, error) {
				if answer := tenants[issuer]; answer != nil {
					return answer()
				}
				return nil, nil
			}})...))
	}
	with, without := verifier(core.TokenCache{}), verifier(core.TokenCache{Disabled: true})

	mintOne := func() string {
		now := time.Now()
		claims := map[string]any{
			"iss": issuers[random.IntN(len(issuers))], "sub": "user", "tid": "acme",
			"aud": []string{kitAudience, kitAudience, kitAudience, "strict"}[random.IntN(4)],
			"exp": now.Add(time.Duration(random.IntN(180)-5) * time.Minute).Unix(),
			"nbf": now.Add(time.Duration(random.IntN(20)-15) * time.Minute).Unix(),
		}
		header := map[string]any{}
		if kid := random.IntN(4); kid > 0 {
			header["kid"] = fmt.Sprintf("k%d", kid)
		}
		switch random.IntN(5) {
		case 0:
			return mint(t, "RS256", rsaKey(), header, claims)
		case 1:
			return mint(t, "RS256", otherRSA(), header, claims)
		case 2:
			return mint(t, "ES256", p256Key(), header, claims)
		default:
			return mint(t, "HS256", []byte(kitSecret), map[string]any{}, claims)
		}
	}
	tokens := make([]string, 60)
	for i := range tokens {
		tokens[i] = mintOne()
	}
	seen := map[core.Code]int{}
	for step := range steps {
		what := "nothing"
		switch random.IntN(8) {
		case 0:
			what = "new keys"
			publish()
			time.Sleep(25 * time.Minute) // when each verifier fetches ahead of time is random: both must fetch now
		case 1:
			what = "other tenants"
			change()
		case 2:
			what = "time"
			time.Sleep([]time.Duration{time.Second, 30 * time.Second, time.Minute, 11 * time.Minute}[random.IntN(4)])
		case 3:
			what = "new tokens"
			for range 10 {
				tokens[random.IntN(len(tokens))] = mintOne()
			}
		}
		for range 20 {
			token := tokens[random.IntN(len(tokens))]
			synctest.Wait()
			s, err := with.Verify(t.Context(), token)
			other, want := without.Verify(t.Context(), token)
			if core.CodeOf(err) != core.CodeOf(want) || s.String() != other.String() {
				t.Fatalf("step %d after %s: with a cache %v, without %v", step, what, err, want)
			}
			seen[core.CodeOf(err)]++
		}
	}
	for _, code := range []core.Code{
		"", core.CodeInvalidSignature, core.CodeUnknownKey, core.CodeAudienceMismatch, core.CodeTokenExpired,
		core.CodeTokenNotActive, core.CodeKeysUnavailable, core.CodeAlgorithmNotAllowed,
	} {
		if seen[code] < 5 {
			t.Errorf("code %q came up only %d times", code, seen[code])
		}
	}
	if hits := with.Stats().Hits; hits < uint64(steps) {
		t.Errorf("only %d hits", hits)
	}
}
