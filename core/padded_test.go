package core_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/keys"
)

func newPagedIssuer(t *testing.T, opts ...authtest.Option) *authtest.Issuer {
	t.Helper()
	return authtest.NewIssuer(t, append(opts, authtest.WithAlgorithms("ES256"), authtest.WithUUIDKeyIDs())...)
}

// paged is the rules of an issuer with padded tokens and a page for each key.
func paged(issuer *authtest.Issuer) func(*core.Rules) {
	return func(r *core.Rules) {
		r.JWKSURL, r.KeyURLTemplate, r.PaddedSegments = "", issuer.KeyURLTemplate(), true
	}
}

func padded(r *core.Rules) { r.PaddedSegments = true }

// TestPaddedSegments: only the contract that declares it accepts padding, whatever other contracts the verifier has.
func TestPaddedSegments(t *testing.T) {
	lenient, strict := newPagedIssuer(t), newPagedIssuer(t)
	tolerant, plain := lenient.Contract(padded), strict.Contract()
	resolver := core.Resolver{
		Resolve: func(_ context.Context, issuer string) (*core.Contract, error) {
			return map[string]*core.Contract{lenient.URL(): tolerant, strict.URL(): plain}[issuer], nil
		},
		MaxTenants: 10,
		Issuers:    []string{lenient.URL(), strict.URL()},
	}
	for name, c := range map[string]struct {
		first *core.Contract
		opts  []core.Option
	}{
		"tolerant first": {tolerant, []core.Option{plain}},
		"tolerant last":  {plain, []core.Option{tolerant}},
		"resolver":       {newPagedIssuer(t).Contract(), []core.Option{resolver}},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := core.NewVerifier(c.first, c.opts...)
			if err != nil {
				t.Fatal(err)
			}
			for _, tt := range []struct {
				name, token string
				want        core.Code
			}{
				{"padded, to the tolerant", lenient.Token(nil, authtest.WithPadding()), ""},
				{"padded, to the strict", strict.Token(nil, authtest.WithPadding()), core.CodeInvalidFormat},
				{"not padded, to the tolerant", lenient.Token(nil), ""},
				{"not padded, to the strict", strict.Token(nil), ""},
				{
					"half padded, to the tolerant", strings.TrimRight(lenient.Token(nil, authtest.WithPadding()), "=") + "=",
					core.CodeInvalidFormat,
				},
			} {
				for range 2 { // the second time headers and sessions are remembered
					if _, err := v.Verify(t.Context(), tt.token); core.CodeOf(err) != tt.want {
						t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
					}
				}
			}
		})
	}
	alone, err := core.NewVerifier(strict.Contract())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := alone.Verify(t.Context(), strict.Token(nil, authtest.WithPadding())); core.CodeOf(
		err,
	) != core.CodeInvalidFormat {
		t.Errorf("alone: got %v", err)
	}
}

// TestFirstOfKnowsPaddedTokens: the verifier of an issuer that pads its tokens recognizes them, wherever it is.
func TestFirstOfKnowsPaddedTokens(t *testing.T) {
	lenient, strict := newPagedIssuer(t), newPagedIssuer(t)
	chain := core.FirstOf(strict.Contract(), lenient.Contract(padded))
	for name, c := range map[string]struct {
		token string
		want  core.Code
	}{
		"padded":                    {lenient.Token(nil, authtest.WithPadding()), ""},
		"not padded":                {lenient.Token(nil), ""},
		"padded, of the strict one": {strict.Token(nil, authtest.WithPadding()), core.CodeInvalidFormat},
		"padded, of an unknown one": {newPagedIssuer(t).Token(nil, authtest.WithPadding()), core.CodeInvalidFormat},
		"not padded, of the strict": {strict.Token(nil), ""},
		"not padded, of an unknown": {newPagedIssuer(t).Token(nil), core.CodeIssuerMismatch},
	} {
		_, err := chain.Authenticate(t.Context(), core.Credentials{Token: c.token})
		if core.CodeOf(err) != c.want {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// TestPaddingIsSigned: the signature covers the padding, so it can't be taken off or put on.
func TestPaddingIsSigned(t *testing.T) {
	issuer := newPagedIssuer(t)
	v, err := core.NewVerifier(issuer.Contract(padded))
	if err != nil {
		t.Fatal(err)
	}
	token := ""
	for x := "1"; !strings.Contains(token, "=."); x += "1" { // until header or payload need padding
		token = issuer.Token(authtest.Claims{"x": x}, authtest.WithPadding())
	}
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(t.Context(), strings.ReplaceAll(token, "=", "")); core.CodeOf(err) != core.CodeInvalidSignature {
		t.Errorf("the padding taken off: %v", err)
	}
}

// TestBadTokensOfAPaddedContract runs the whole corpus against keys by kid and padded tokens.
func TestBadTokensOfAPaddedContract(t *testing.T) {
	issuer := newPagedIssuer(t)
	contract := issuer.Contract(paged(issuer))
	good := issuer.Token(nil, authtest.WithPadding())
	v, err := core.NewVerifier(contract)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	for _, bad := range issuer.Bad(contract, good) {
		if _, err := v.Verify(t.Context(), bad.Token); core.CodeOf(err) != bad.Code {
			t.Errorf("%s: got %v, want %s", bad.Name, err, bad.Code)
		}
	}
}

type steppedClock struct{ now time.Time }

func (c *steppedClock) Now() time.Time { return c.now }

// TestKeyURLTemplate: keys are fetched by kid, remembered sessions end with their key, and an outage is a 503.
func TestKeyURLTemplate(t *testing.T) {
	clock := &steppedClock{now: time.Now()}
	issuer := newPagedIssuer(t, authtest.WithClock(clock))
	v, err := core.NewVerifier(issuer.Contract(paged(issuer)), core.WithClock(clock))
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	old, kid := issuer.Token(nil, authtest.WithPadding()), issuer.KeyID()
	verify := func(token string, want core.Code) {
		t.Helper()
		if _, err := v.Verify(t.Context(), token); core.CodeOf(err) != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	verify(old, "")
	verify(old, "")
	if n := issuer.Fetches(); n != 1 {
		t.Errorf("%d fetches", n)
	}
	if v.Stats().Hits == 0 {
		t.Error("the session is not remembered")
	}
	issuer.RotateKeys(true)
	issuer.Unavailable(true)
	fresh := issuer.Token(nil, authtest.WithPadding())
	verify(fresh, core.CodeKeysUnavailable)
	verify(old, "")
	issuer.Unavailable(false)
	clock.now = clock.now.Add(2 * time.Second)
	verify(fresh, "")
	issuer.RemoveKey(kid)
	clock.now = clock.now.Add(6 * time.Minute)
	verify(old, core.CodeUnknownKey)
	verify(issuer.Token(nil, authtest.WithPadding()), "")
	health := v.KeyHealth()
	if len(health) != 1 || !strings.HasSuffix(health[0].URL, "{kid}") || len(health[0].Keys) != 1 {
		t.Errorf("health = %+v", health)
	}
}

// TestKeyURLTemplateConfig: a token's kid can choose nothing but the last part of a path.
func TestKeyURLTemplateConfig(t *testing.T) {
	for template, field := range map[string]string{
		"https://keys.example/{kid}":       "",
		"https://keys.example/a/{kid}/pem": "",
		"http://127.0.0.1:8080/{kid}":      "",
		"https://keys.example/":            "KeyURLTemplate",
		"https://keys.example/{id}":        "KeyURLTemplate",
		"https://keys.example/{kid}/{kid}": "KeyURLTemplate",
		"https://keys.example/a-{kid}":     "KeyURLTemplate",
		"https://keys.example/{kid}.pem":   "KeyURLTemplate",
		"https://{kid}/":                   "KeyURLTemplate",
		"https://{kid}.keys.example/":      "KeyURLTemplate",
		"https://keys.example/?kid=/{kid}": "KeyURLTemplate",
		"https://keys.example/#/{kid}":     "KeyURLTemplate",
		"https://u:secret@k.example/{kid}": "KeyURLTemplate",
		"http://keys.example/{kid}":        "KeyURLTemplate",
		"{kid}":                            "KeyURLTemplate",
		"ftp://keys.example/{kid}":         "KeyURLTemplate",
	} {
		_, err := core.NewContract(core.Rules{
			Issuer:         "https://a.example",
			Audiences:      []string{"api"},
			KeyURLTemplate: template,
		})
		var fault *core.ConfigError
		got := ""
		if errors.As(err, &fault) {
			got = fault.Field
		}
		if got != field {
			t.Errorf("%s: got %v", template, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error holds credentials: %v", err)
		}
	}
	_, err := core.NewContract(core.Rules{
		Issuer: "https://a.example", Audiences: []string{"api"}, KeyURLTemplate: "https://keys.example/{kid}",
		JWKSURL: "https://a.example/jwks", KeyUses: []string{"sig"},
	})
	if len(core.ConfigErrors(err)) != 1 {
		t.Errorf("two sources of keys: %v", err)
	}
	_, err = core.NewContract(core.Rules{
		Issuer:         "https://a.example",
		Audiences:      []string{"api"},
		KeyURLTemplate: "https://keys.example/{kid}",
		KeyUses:        []string{"sig"},
	})
	if faults := core.ConfigErrors(err); len(faults) != 1 || faults[0].Field != "KeyUses" {
		t.Errorf("a use where there is no set: %v", err)
	}
}

// sourceOf has one key.
type sourceOf struct{ key keys.Key }

func (s sourceOf) Keys(context.Context) ([]keys.Key, error) {
	return []keys.Key{s.key}, nil
}

// TestKeySourceInPlaceOfTheTemplate: a key source replaces the keys' pages too.
func TestKeySourceInPlaceOfTheTemplate(t *testing.T) {
	issuer := newPagedIssuer(t)
	block, _ := pem.Decode([]byte(issuer.PublicKeyPEM()))
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	source := sourceOf{keys.Key{ID: issuer.KeyID(), Public: public}}
	v, err := core.NewVerifier(issuer.Contract(paged(issuer)), core.WithKeySource(source))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(t.Context(), issuer.Token(nil, authtest.WithPadding())); err != nil {
		t.Error(err)
	}
	if n := issuer.Fetches(); n != 0 {
		t.Errorf("%d fetches beside the source", n)
	}
}
