package core_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// Each issuer is checked against its own contract only.
func TestSeveralIssuers(t *testing.T) {
	a, b := newKeyServer(
		t,
		publicJWK(rsaKey().Public(), "k1", ""),
	), newKeyServer(
		t,
		publicJWK(otherRSA().Public(), "k1", ""),
	)
	first, second := a.Rules(), b.Rules()
	second.Issuer, second.Audiences, second.Algorithms, second.MaxTokenBytes = "https://b.example", []string{
		"b-api",
	}, []string{
		"RS512",
	}, 1500
	second.ClaimRules = []core.ClaimRule{{Claim: "use", OneOf: []string{"b"}}}
	third := core.Rules{
		IssuerTemplate: "https://t.example/{tid}",
		Audiences:      []string{"t-api"},
		Secret:         core.NewSecret(kitSecret),
	}
	v := newVerifier(t, first, newContract(t, second), newContract(t, third))
	sign := func(alg string, key any, changes map[string]any) string {
		header := map[string]any{}
		if !strings.HasPrefix(alg, "HS") {
			header["kid"] = "k1"
		}
		return mint(t, alg, key, header, claimsWith(changes))
	}
	cases := []struct {
		name, token string
		want        core.Code
	}{
		{"first", sign("RS256", rsaKey(), nil), ""},
		{"second", sign("RS512", otherRSA(), map[string]any{"iss": "https://b.example", "aud": "b-api", "use": "b"}), ""},
		{"template", sign("HS256", []byte(kitSecret), map[string]any{
			"iss": "https://t.example/1",
			"tid": "1",
			"aud": "t-api",
		}), ""},
		{"second's key, first's name", sign("RS256", otherRSA(), nil), core.CodeInvalidSignature},
		{"second's algorithm for the first", sign("RS512", rsaKey(), nil), core.CodeAlgorithmNotAllowed},
		{"first's algorithm for the second", sign("RS256", otherRSA(), map[string]any{
			"iss": "https://b.example",
			"aud": "b-api",
			"use": "b",
		}), core.CodeAlgorithmNotAllowed},
		{"third's secret for the first", sign("HS256", []byte(kitSecret), nil), core.CodeAlgorithmNotAllowed},
		{
			"first's audience for the second",
			sign("RS512", otherRSA(), map[string]any{"iss": "https://b.example", "use": "b"}), core.CodeAudienceMismatch,
		},
		{
			"second's audience for the first", sign("RS256", rsaKey(), map[string]any{"aud": "b-api"}),
			core.CodeAudienceMismatch,
		},
		{"second's rule", sign("RS512", otherRSA(), map[string]any{
			"iss": "https://b.example",
			"aud": "b-api",
		}), core.CodeMissingClaim},
		{"second's size", sign("RS512", otherRSA(), map[string]any{
			"iss": "https://b.example",
			"aud": "b-api",
			"use": "b",
			"pad": strings.Repeat("p", 1500),
		}), core.CodeTokenTooLarge},
		{"nobody's", sign("RS256", rsaKey(), map[string]any{"iss": "https://c.example"}), core.CodeIssuerMismatch},
		{"no issuer", sign("RS256", rsaKey(), map[string]any{"iss": nil}), core.CodeIssuerMismatch},
		{"template with another tenant", sign("HS256", []byte(kitSecret), map[string]any{
			"iss": "https://t.example/1",
			"tid": "2",
			"aud": "t-api",
		}), core.CodeIssuerMismatch},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for range 2 {
				_, err := v.Verify(t.Context(), c.token)
				wantCode(t, err, c.want)
			}
		})
	}
	if len(v.KeyHealth()) != 2 {
		t.Errorf("health of %d key sets", len(v.KeyHealth()))
	}
}

func TestSeveralIssuersFaults(t *testing.T) {
	clash := func(rules ...core.Rules) error {
		others := make([]core.Option, 0, len(rules))
		for _, r := range rules[1:] {
			others = append(others, newContract(t, r))
		}
		_, err := core.NewVerifier(newContract(t, rules[0]), others...)
		return err
	}
	other := with(func(r *core.Rules) { r.Issuer, r.Issuers = "https://b.example", []string{kitIssuer} })
	template := with(func(r *core.Rules) { r.Issuer, r.IssuerTemplate = "", "https://t.example/{tid}" })
	anyIssuer := with(func(r *core.Rules) { r.Issuer, r.InsecureAnyIssuer = "", true })
	for name, err := range map[string]error{
		"one issuer twice":   clash(secretRules(), other),
		"one template twice": clash(template, template),
		"any issuer twice":   clash(anyIssuer, anyIssuer),
	} {
		if faults := core.ConfigErrors(err); len(faults) != 1 || faults[0].Field != "contract 2" ||
			faults[0].Kind != "conflicting" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := core.NewVerifier([]*core.Contract{}); core.ConfigErrors(err)[0].Field != "contracts" {
		t.Errorf("no contract: %v", err)
	}
	_, err := core.NewVerifier(
		newContract(t, secretRules()),
		core.WithClock(newClock()),
		nil,
		(*core.Contract)(nil),
		&core.Contract{},
	)
	var fields []string
	for _, fault := range core.ConfigErrors(err) {
		fields = append(fields, fault.Field)
	}
	if want := []string{"option 2", "contract 2", "contract 3"}; !slices.Equal(fields, want) {
		t.Errorf("nil and zero contracts: %q, want %q", fields, want)
	}
	if err := clash(secretRules(), template, anyIssuer); err != nil {
		t.Errorf("one of each: %v", err)
	}
	keyed := newContract(t, keyRules())
	if v, err := core.NewVerifier(keyed, keyed); err != nil || len(v.KeyHealth()) != 1 {
		t.Errorf("the same contract twice is two: %v", err)
	}
	same := newContract(t, secretRules())
	v, err := core.NewVerifier(same, same, core.WithClock(newClock()))
	if err != nil {
		t.Fatalf("the same contract twice: %v", err)
	}
	if _, err := v.Verify(t.Context(), hs256(t, nil)); err != nil {
		t.Error(err)
	}
}

// With a thousand issuers, every token is checked against its own contract.
func TestThousandIssuers(t *testing.T) {
	contracts := make([]core.Option, 0, 1000)
	for i := range 1000 {
		contracts = append(
			contracts,
			newContract(
				t,
				with(func(r *core.Rules) { r.Issuer, r.Provider = fmt.Sprintf("https://%d.example", i), fmt.Sprint(i) }),
			),
		)
	}
	v := newVerifier(t, secretRules(), contracts...)
	for _, i := range []int{0, 499, 999} {
		s, err := v.Verify(t.Context(), hs256(t, map[string]any{"iss": fmt.Sprintf("https://%d.example", i)}))
		if err != nil || s.Provider() != fmt.Sprint(i) {
			t.Errorf("%d: %v %v", i, s, err)
		}
	}
}

// incomparable is a clock whose comparison with == panics.
type incomparable struct{ at []time.Time }

func (c incomparable) Now() time.Time { return c.at[0] }

func TestOptionsThatCannotBeCompared(t *testing.T) {
	contract := newContract(t, secretRules())
	for range 2 {
		v, err := core.NewVerifier(contract, core.WithClock(incomparable{[]time.Time{epoch()}}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Verify(t.Context(), hs256(t, nil)); err != nil {
			t.Error(err)
		}
	}
}

func TestTokenCache(t *testing.T) {
	off := newVerifier(t, secretRules(), core.TokenCache{Disabled: true})
	small := newVerifier(t, secretRules(), core.TokenCache{MaxEntries: 4, MaxBytes: 1 << 20})
	token := hs256(t, nil)
	for range 3 {
		for _, v := range []*core.Verifier{off, small} {
			if _, err := v.Verify(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}
	}
	if s := off.Stats(); s.Hits != 0 || s.Entries != 0 {
		t.Errorf("switched off: %+v", s)
	}
	if s := small.Stats(); s.Hits != 2 || s.Entries != 1 {
		t.Errorf("small: %+v", s)
	}
	_, err := small.Verify(t.Context(), mint(t, "HS256", []byte("another"), map[string]any{}, claimsWith(nil)))
	wantCode(t, err, core.CodeInvalidSignature)
}

func TestVerifyConcurrently(t *testing.T) {
	server := newKeyServer(t, publicJWK(rsaKey().Public(), "k1", ""))
	v := newVerifier(t, server.Rules())
	good, bad := rs256(t, "k1", nil), rs256(t, "k1", map[string]any{"aud": "x"})
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 20 {
				if _, err := v.Verify(t.Context(), good); err != nil {
					t.Error(err)
				}
				if _, err := v.Verify(t.Context(), bad); core.CodeOf(err) != core.CodeAudienceMismatch {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := server.Fetches.Load(); n != 1 {
		t.Errorf("%d fetches", n)
	}
}
