package providertest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/auth0"
	"github.com/revstackhq/auth-go/core/providers/providertest"
)

type clock time.Time

func (c clock) Now() time.Time { return time.Time(c) }

// sample returns a good token of a provider by name.
func sample(t *testing.T, slug, name string) providertest.Token {
	t.Helper()
	good, _, err := providertest.Tokens(slug)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(good, func(token providertest.Token) bool { return token.Name == name })
	if i < 0 {
		t.Fatalf("%s has no sample %q", slug, name)
	}
	return good[i]
}

// A program with a domain of its own can have Auth0's tokens, now.
func TestSampleForAContractOfOnesOwn(t *testing.T) {
	issuer := authtest.NewIssuer(t, authtest.WithAlgorithms(providertest.Algorithms()...))
	now := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	token, err := sample(t, "auth0", "access token of a person").At(now).With(map[string]any{
		"iss": "https://southwind.eu.auth0.com/", "aud": "https://api.southwind.example", "org_id": nil,
	})
	if err != nil {
		t.Fatal(err)
	}
	contract, err := auth0.NewContract(auth0.Config{
		Domain:   "southwind.eu.auth0.com",
		Audience: []string{"https://api.southwind.example"},
	})
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := core.NewVerifier(contract, core.WithHTTPClient(issuer.HTTPClient()), core.WithClock(clock(now)))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := token.Mint(issuer)
	if err != nil {
		t.Fatal(err)
	}
	session, err := verifier.Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	if session.UserID() != token.Want.UserID || session.Organization().ID != "" {
		t.Errorf("the session is of %q in %q", session.UserID(), session.Organization().ID)
	}
	if issued := session.IssuedAt(); !issued.Equal(now.Add(-10 * time.Second)) { // as far from now as in the sample
		t.Errorf("issued at %v", issued)
	}
}

// What one test changes must not reach the next one's samples.
func TestSamplesAreCopies(t *testing.T) {
	before := sample(t, "oidc", "access token of RFC 9068")
	changed, err := before.With(map[string]any{"sub": "other", "exp": nil})
	if err != nil {
		t.Fatal(err)
	}
	moved := before.At(before.Now.Add(time.Hour))
	again := sample(t, "oidc", "access token of RFC 9068")
	for _, name := range []string{"sub", "exp", "iat", "auth_time"} {
		if string(again.Claims[name]) != string(before.Claims[name]) || len(again.Claims[name]) == 0 {
			t.Errorf("%s became %q", name, before.Claims[name])
		}
	}
	if string(changed.Claims["sub"]) != `"other"` || changed.Claims["exp"] != nil {
		t.Errorf("With made %s", changed.Claims)
	}
	if moved.Want.AuthTime != before.Want.AuthTime+3600 ||
		string(moved.Claims["auth_time"]) != fmt.Sprint(before.Want.AuthTime+3600) {
		t.Errorf("At made auth_time %s, wanted %d", moved.Claims["auth_time"], moved.Want.AuthTime)
	}
}

func TestMistakes(t *testing.T) {
	if _, _, err := providertest.Tokens("nobody"); err == nil {
		t.Error("a provider without samples has some")
	}
	if _, err := (providertest.Token{}).With(map[string]any{"x": make(chan int)}); err == nil {
		t.Error("a claim that is no JSON was taken")
	}
	issuer := authtest.NewIssuer(t)
	token := sample(t, "custom", "shared secret")
	token.Config = providertest.Object{"signingSecret": []byte(`7`)}
	if _, err := token.Mint(issuer); err == nil {
		t.Error("a secret that is no string signed")
	}
	var wrong *core.ConfigError
	if _, err := token.Contract(issuer); !errors.As(err, &wrong) {
		t.Errorf("the contract's mistake is %v", err)
	}
}

func Example() {
	issuer, err := authtest.StartIssuer(authtest.Config{Algorithms: providertest.Algorithms()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = issuer.Close() }()
	_, bad, err := providertest.Tokens("firebase")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, token := range bad[:3] {
		contract, err := token.Contract(issuer)
		if err != nil {
			fmt.Println(err)
			return
		}
		verifier, err := core.NewVerifier(
			contract,
			core.WithHTTPClient(issuer.HTTPClient()),
			core.WithClock(clock(token.Now)),
		)
		if err != nil {
			fmt.Println(err)
			return
		}
		raw, err := token.Mint(issuer)
		if err != nil {
			fmt.Println(err)
			return
		}
		_, err = verifier.Verify(context.Background(), raw)
		fmt.Printf("%s: %s\n", token.Name, core.CodeOf(err))
	}
	// Output:
	// issuer with a slash: ISSUER_MISMATCH
	// another project: ISSUER_MISMATCH
	// another project's audience: AUDIENCE_MISMATCH
}
