package oidc_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/oidc"
)

func verifier(t *testing.T, cfg oidc.Config) *core.Verifier {
	t.Helper()
	contract, err := oidc.NewContract(cfg)
	if err != nil {
		t.Fatal(err)
	}
	v, err := core.NewVerifier(contract, core.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTokens(t *testing.T) {
	issuer := authtest.NewIssuer(t, authtest.WithAlgorithms("RS256", "ES256"))
	base := oidc.Config{Issuer: issuer.URL(), Audience: []string{authtest.Audience}}
	with := func(change func(*oidc.Config)) oidc.Config {
		cfg := base
		change(&cfg)
		return cfg
	}
	parties := with(func(c *oidc.Config) { c.AuthorizedParties = []string{"web"} })
	loose := with(func(c *oidc.Config) { c.AuthorizedParties, c.InsecureMissingParty = []string{"web"}, true })
	access := with(func(c *oidc.Config) { c.TokenTypes = []string{"at+jwt"} })
	for name, tt := range map[string]struct {
		cfg    oidc.Config
		claims authtest.Claims
		opts   []authtest.TokenOption
		want   core.Code
	}{
		"good":             {base, nil, nil, ""},
		"key set URL":      {with(func(c *oidc.Config) { c.JWKSURL = issuer.JWKSURL() }), nil, nil, ""},
		"slash in iss":     {base, authtest.Claims{"iss": issuer.URL() + "/"}, nil, core.CodeIssuerMismatch},
		"another audience": {base, authtest.Claims{"aud": "https://other.example"}, nil, core.CodeAudienceMismatch},
		"no audience":      {base, authtest.Claims{"aud": nil}, nil, core.CodeAudienceMismatch},
		"any audience": {
			with(func(c *oidc.Config) { c.Audience, c.InsecureAnyAudience = nil, true }), authtest.Claims{"aud": "x"}, nil, "",
		},
		"ES256": {
			base, nil, []authtest.TokenOption{authtest.WithAlgorithm("ES256")}, core.CodeAlgorithmNotAllowed,
		},
		"ES256, asked for": {
			with(func(c *oidc.Config) { c.Algorithms = []string{"ES256"} }), nil,
			[]authtest.TokenOption{authtest.WithAlgorithm("ES256")},
			"",
		},
		"foreign key":    {base, nil, []authtest.TokenOption{authtest.WithForeignKey()}, core.CodeInvalidSignature},
		"unknown key":    {base, nil, []authtest.TokenOption{authtest.WithKeyID("nobody's")}, core.CodeUnknownKey},
		"expired":        {base, nil, []authtest.TokenOption{authtest.ExpiresIn(-time.Minute)}, core.CodeTokenExpired},
		"party":          {parties, authtest.Claims{"azp": "web"}, nil, ""},
		"another party":  {parties, authtest.Claims{"azp": "app"}, nil, core.CodePartyMismatch},
		"no party":       {parties, nil, nil, core.CodePartyMismatch},
		"party may miss": {loose, nil, nil, ""},
		"access token":   {access, nil, []authtest.TokenOption{authtest.WithHeader("typ", "application/at+jwt")}, ""},
		"ID token":       {access, nil, []authtest.TokenOption{authtest.WithHeader("typ", "JWT")}, core.CodeClaimMismatch},
		"required claim": {
			with(func(c *oidc.Config) { c.RequiredClaims = []string{"tenant"} }), nil, nil, core.CodeMissingClaim,
		},
		"claim rule": {
			with(func(c *oidc.Config) { c.ClaimRules = []core.ClaimRule{{Claim: "tenant", OneOf: []string{"a"}}} }),
			authtest.Claims{"tenant": "b"},
			nil, core.CodeClaimMismatch,
		},
		"too old": {
			with(func(c *oidc.Config) { c.MaxAge = time.Minute }),
			authtest.Claims{"iat": time.Now().Add(-time.Hour).Unix()},
			nil, core.CodeTokenExpired,
		},
		"user id missing": {with(func(c *oidc.Config) { c.UserIDClaim = "oid" }), nil, nil, core.CodeMissingClaim},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := verifier(t, tt.cfg).Verify(t.Context(), issuer.Token(tt.claims, tt.opts...))
			if core.CodeOf(err) != tt.want {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if err == nil && (s.UserID() != "user_1" || s.Provider() != "oidc" || s.Issuer() != issuer.URL()) {
				t.Errorf("got %v", s)
			}
		})
	}
}

// The keys' address comes out of the document, whose issuer must be the
// configured one (OpenID Connect Discovery 1.0 §4.3).
func TestDiscovery(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	cfg := oidc.Config{Issuer: issuer.URL(), Audience: []string{authtest.Audience}}
	if _, err := verifier(t, cfg).Verify(t.Context(), issuer.Token(nil)); err != nil || issuer.DiscoveryFetches() != 1 ||
		issuer.Fetches() != 1 {
		t.Fatalf("%v, %d documents, %d key sets", err, issuer.DiscoveryFetches(), issuer.Fetches())
	}
	issuer.SetDiscovery(fmt.Appendf(nil, `{"issuer":"https://other.example","jwks_uri":%q}`, issuer.JWKSURL()))
	if _, err := verifier(t, cfg).Verify(t.Context(), issuer.Token(nil)); !errors.Is(err, core.CodeKeysUnavailable) {
		t.Errorf("the document of another issuer: %v", err)
	}
	byURL := cfg
	byURL.JWKSURL = issuer.JWKSURL()
	documents := issuer.DiscoveryFetches()
	if _, err := verifier(t, byURL).Verify(t.Context(), issuer.Token(nil)); err != nil ||
		issuer.DiscoveryFetches() != documents {
		t.Errorf("with JWKSURL: %v, %d documents", err, issuer.DiscoveryFetches()-documents)
	}
}

func TestSession(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	now := time.Now().Truncate(time.Second)
	v := verifier(t, oidc.Config{Issuer: issuer.URL(), Audience: []string{authtest.Audience}})
	s, err := v.Verify(t.Context(), issuer.Token(authtest.Claims{
		"scope":     "openid read",
		"client_id": "web",
		"sid":       "s1",
		"acr":       "gold",
		"amr":       []string{"pwd", "otp"},
		"auth_time": now.Unix(),
		"email":     "a@b.example", "email_verified": true, "name": "A", "azp": "web", "nonce": "n", "jti": "j",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if !s.HasScope("read") || s.ClientID() != "web" || s.SessionID() != "s1" || s.ACR() != "gold" ||
		!s.AuthTime().Equal(now) ||
		!slices.Equal(s.AuthMethods(), []string{"pwd", "otp"}) || s.Email() != "a@b.example" {
		t.Errorf("got %v", s)
	}
	var c oidc.Claims
	if err := s.Decode(&c); err != nil {
		t.Fatal(err)
	}
	if c.Subject != "user_1" || c.Scope != "openid read" || c.ClientID != "web" || c.AuthTime != float64(now.Unix()) ||
		!c.EmailVerified ||
		c.SessionID != "s1" || c.ACR != "gold" || len(c.AMR) != 2 || c.Name != "A" || c.Nonce != "n" || c.ID != "j" ||
		c.AuthorizedParty != "web" {
		t.Errorf("claims %+v", c)
	}
}

func TestBadConfig(t *testing.T) {
	good := oidc.Config{Issuer: "https://id.example.com", Audience: []string{"api"}}
	with := func(change func(*oidc.Config)) oidc.Config {
		cfg := good
		change(&cfg)
		return cfg
	}
	for name, tt := range map[string]struct {
		cfg  oidc.Config
		want []string
	}{
		"nothing": {oidc.Config{}, []string{"Issuer: is required", "Audience: is empty"}},
		"blank":   {with(func(c *oidc.Config) { c.Issuer = " " }), []string{"Issuer: is required"}},
		"http": {
			with(func(c *oidc.Config) { c.Issuer = "http://id.example.com" }), []string{"Issuer: must be https"},
		},
		"no scheme": {
			with(func(c *oidc.Config) { c.Issuer = "id.example.com" }), []string{"Issuer: is not a URL"},
		},
		"no scheme, key set": {
			with(func(c *oidc.Config) { c.Issuer, c.JWKSURL = "id.example.com", "https://id.example.com/keys" }), nil,
		},
		"query": {
			with(func(c *oidc.Config) { c.Issuer += "?a" }), []string{"Issuer: must not have a query"},
		},
		"http key set": {
			with(func(c *oidc.Config) { c.JWKSURL = "http://id.example.com/keys" }), []string{"JWKSURL: must be https"},
		},
		"symmetric": {
			with(func(c *oidc.Config) { c.Algorithms = []string{"RS256", "HS256"} }), []string{"Algorithms: needs Secret"},
		},
		"none": {
			with(func(c *oidc.Config) { c.Algorithms = []string{"RS256", "none"} }), []string{"Algorithms: unknown"},
		},
		"missing party, none named": {
			with(func(c *oidc.Config) { c.InsecureMissingParty = true }),
			[]string{"InsecureMissingParty: AuthorizedParties is empty"},
		},
		"all at once": {
			oidc.Config{Algorithms: []string{"none"}, UserIDClaim: "a..b", MaxAge: -1},
			[]string{"Issuer: ", "Audience: ", "Algorithms: unknown", "UserIDClaim: ", "MaxAge: "},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := oidc.NewContract(tt.cfg)
			var got []string
			for _, e := range core.ConfigErrors(err) {
				got = append(got, e.Field+": "+e.Reason)
			}
			if len(got) != len(tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			for _, want := range tt.want {
				if !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, want) }) {
					t.Errorf("got %q, lacks %q", got, want)
				}
			}
		})
	}
}

// TestSPIFFEKeys: a bundle's keys say use jwt-svid, which must be asked for.
func TestSPIFFEKeys(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	bundle := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(bytes.ReplaceAll(issuer.JWKS(), []byte(`"sig"`), []byte(`"jwt-svid"`)))
	}))
	t.Cleanup(bundle.Close)
	cfg := oidc.Config{Issuer: issuer.URL(), JWKSURL: bundle.URL, Audience: []string{authtest.Audience}}
	if _, err := verifier(t, cfg).Verify(t.Context(), issuer.Token(nil)); err == nil {
		t.Error("a key for another use is taken")
	}
	cfg.KeyUses = []string{"jwt-svid"}
	if _, err := verifier(t, cfg).Verify(t.Context(), issuer.Token(nil)); err != nil {
		t.Error(err)
	}
}

// TestForeignShapes: a claim without a standard form does not keep the others
// from being read.
func TestForeignShapes(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	v := verifier(t, oidc.Config{Issuer: issuer.URL(), Audience: []string{authtest.Audience}})
	for _, c := range []struct {
		roles any
		want  []string
	}{
		{[]string{"a", "b"}, []string{"a", "b"}},
		{"a", []string{"a"}},
		{[]any{map[string]any{"key": "a"}}, nil},
		{map[string]any{"a": true}, nil},
	} {
		s, err := v.Verify(t.Context(), issuer.Token(authtest.Claims{
			"roles": c.roles, "groups": c.roles, "scp": []string{"read"}, "act": map[string]any{
				"sub": "x",
				"act": map[string]any{"sub": "y"},
			},
		}))
		if err != nil {
			t.Fatal(err)
		}
		var claims oidc.Claims
		if err := s.Decode(&claims); err != nil {
			t.Errorf("%v: %v", c.roles, err)
			continue
		}
		if !slices.Equal(claims.Roles, c.want) || !slices.Equal(claims.Groups, c.want) ||
			!slices.Equal(claims.Scopes, []string{"read"}) ||
			claims.Subject != "user_1" || claims.Actor == nil || claims.Actor.Actor == nil || claims.Actor.Actor.Subject != "y" {
			t.Errorf("%v: %+v", c.roles, claims)
		}
	}
}

// TestKindsOfOnesOwn: named kinds replace the default ones, an empty list too.
func TestKindsOfOnesOwn(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	token := issuer.Token(authtest.Claims{"client_id": "user_1"})
	for name, tt := range map[string]struct {
		kinds []core.KindRule
		want  core.TokenKind
	}{
		"by default": {nil, core.KindMachine},
		"none":       {[]core.KindRule{}, core.KindSession},
	} {
		cfg := oidc.Config{
			Issuer:   issuer.URL(),
			Audience: []string{authtest.Audience},
			Session:  core.Mapping{Kinds: tt.kinds},
		}
		s, err := verifier(t, cfg).Verify(t.Context(), token)
		if err != nil || s.Kind() != tt.want {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
}
