package custom_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/custom"
	"github.com/revstackhq/auth-go/core/providers/internal/preset"
)

const secret = "sixty-four bytes for every hash: 0123456789abcdef0123456789abcde"

func verifier(t *testing.T, cfg custom.Config) *core.Verifier {
	t.Helper()
	contract, err := custom.NewContract(cfg)
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
	issuer := authtest.NewIssuer(t, authtest.WithIssuerURL("gateway"), authtest.WithAlgorithms("RS256", "ES256", "EdDSA"))
	bySecret := custom.Config{SigningSecret: core.NewSecret(secret), Issuer: "gateway", Audience: []string{"api", "other"}}
	with := func(change func(*custom.Config)) custom.Config {
		cfg := bySecret
		change(&cfg)
		return cfg
	}
	keys := func(algorithms ...string) custom.Config {
		return with(func(c *custom.Config) {
			c.SigningSecret, c.JWKSURL, c.Algorithms = core.Secret{}, issuer.JWKSURL(), algorithms
		})
	}
	type opts = []authtest.TokenOption
	signed := opts{authtest.WithSecret([]byte(secret))}
	api := authtest.Claims{"aud": "api"}
	claims := func(c authtest.Claims) authtest.Claims {
		if _, ok := c["aud"]; !ok {
			c["aud"] = "api"
		}
		return c
	}
	for name, tt := range map[string]struct {
		cfg    custom.Config
		claims authtest.Claims
		opts   opts
		want   core.Code
	}{
		"secret":           {bySecret, api, signed, ""},
		"aud in a list":    {bySecret, authtest.Claims{"aud": []string{"x", "other"}}, signed, ""},
		"another audience": {bySecret, authtest.Claims{"aud": "web"}, signed, core.CodeAudienceMismatch},
		"no audience":      {bySecret, authtest.Claims{"aud": nil}, signed, core.CodeAudienceMismatch},
		"any audience": {
			with(func(c *custom.Config) { c.Audience, c.InsecureAnyAudience = nil, true }),
			authtest.Claims{"aud": nil},
			signed, "",
		},
		"another issuer": {bySecret, claims(authtest.Claims{"iss": "gateway2"}), signed, core.CodeIssuerMismatch},
		"any issuer": {
			with(func(c *custom.Config) { c.Issuer, c.InsecureAnyIssuer = "", true }), claims(authtest.Claims{"iss": nil}),
			signed, "",
		},
		"another secret": {
			bySecret, api, opts{authtest.WithSecret([]byte(secret[1:] + "!"))}, core.CodeInvalidSignature,
		},
		"HS512 not asked for": {
			bySecret, api, append(opts{authtest.WithAlgorithm("HS512")}, signed...), core.CodeAlgorithmNotAllowed,
		},
		"HS512": {
			with(func(c *custom.Config) { c.Algorithms = []string{"HS512"} }), api,
			append(opts{authtest.WithAlgorithm("HS512")}, signed...), "",
		},
		"no exp": {bySecret, claims(authtest.Claims{"exp": nil}), signed, core.CodeMissingClaim},
		"expired": {
			bySecret, api, append(opts{authtest.ExpiresIn(-time.Minute)}, signed...), core.CodeTokenExpired,
		},
		"required claim": {
			with(func(c *custom.Config) { c.RequiredClaims = []string{"app.tenant"} }),
			claims(authtest.Claims{"app": map[string]any{"tenant": "t"}}), signed, "",
		},
		"required claim missing": {
			with(func(c *custom.Config) { c.RequiredClaims = []string{"app.tenant"} }), api, signed, core.CodeMissingClaim,
		},
		"claim rule": {
			with(func(c *custom.Config) { c.ClaimRules = []core.ClaimRule{{Claim: "env", OneOf: []string{"prod"}}} }),
			claims(authtest.Claims{"env": "test"}), signed, core.CodeClaimMismatch,
		},
		"type": {
			with(func(c *custom.Config) { c.TokenTypes = []string{"at+jwt"} }), api,
			append(opts{authtest.WithHeader("typ", "at+jwt")}, signed...), "",
		},
		"another type": {
			with(func(c *custom.Config) { c.TokenTypes = []string{"at+jwt"} }), api, signed, core.CodeClaimMismatch,
		},
		"too old": {
			with(func(c *custom.Config) { c.MaxAge = time.Minute }),
			claims(authtest.Claims{"iat": time.Now().Add(-time.Hour).Unix()}), signed, core.CodeTokenExpired,
		},
		"short secret": {
			with(func(c *custom.Config) { c.SigningSecret, c.InsecureShortSecret = core.NewSecret("short"), true }),
			api,
			opts{authtest.WithSecret([]byte("short"))},
			"",
		},

		"published keys":  {keys(), api, nil, ""},
		"ES256":           {keys("ES256"), api, opts{authtest.WithAlgorithm("ES256")}, ""},
		"EdDSA":           {keys("EdDSA", "ES256"), api, opts{authtest.WithAlgorithm("EdDSA")}, ""},
		"not asked for":   {keys(), api, opts{authtest.WithAlgorithm("ES256")}, core.CodeAlgorithmNotAllowed},
		"foreign key":     {keys(), api, opts{authtest.WithForeignKey()}, core.CodeInvalidSignature},
		"secret for keys": {keys(), api, signed, core.CodeAlgorithmNotAllowed},
		"key set": {
			with(func(c *custom.Config) { c.SigningSecret, c.JWKS = core.Secret{}, issuer.JWKS() }), api, nil, "",
		},
		"PEM": {
			with(func(c *custom.Config) { c.SigningSecret, c.PEM = core.Secret{}, issuer.PublicKeyPEM() }), api, nil, "",
		},
		"foreign PEM": {
			with(func(c *custom.Config) { c.SigningSecret, c.PEM = core.Secret{}, issuer.PublicKeyPEM() }), api,
			opts{authtest.WithForeignKey()},
			core.CodeInvalidSignature,
		},
		"migration, old": {
			with(func(c *custom.Config) { c.JWKS, c.Algorithms = issuer.JWKS(), []string{"RS256", "HS256"} }), api, signed, "",
		},
		"migration, new": {
			with(func(c *custom.Config) { c.JWKS, c.Algorithms = issuer.JWKS(), []string{"RS256", "HS256"} }), api, nil, "",
		},
		"migration, other": {
			with(func(c *custom.Config) { c.JWKS, c.Algorithms = issuer.JWKS(), []string{"RS256", "HS256"} }), api,
			opts{authtest.WithAlgorithm("ES256")},
			core.CodeAlgorithmNotAllowed,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := verifier(t, tt.cfg).Verify(t.Context(), issuer.Token(tt.claims, tt.opts...))
			if core.CodeOf(err) != tt.want {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if err == nil && (s.UserID() != "user_1" || s.Provider() != "custom") {
				t.Errorf("got %v of %s", s, s.Provider())
			}
		})
	}
}

func TestUserIDAndMapping(t *testing.T) {
	issuer := authtest.NewIssuer(t, authtest.WithIssuerURL("gateway"))
	v := verifier(t, custom.Config{
		JWKSURL: issuer.JWKSURL(), Issuer: "gateway", Audience: []string{"api"}, UserIDClaim: "app.user.id",
		Session: core.Mapping{Roles: preset.Refs("app.roles"), Kind: core.KindAccess},
	})
	s, err := v.Verify(t.Context(), issuer.Token(authtest.Claims{
		"aud": "api", "app": map[string]any{"user": map[string]any{"id": "u7"}, "roles": []string{"admin"}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	if s.UserID() != "u7" || !s.HasRole("admin") || s.Kind() != core.KindAccess {
		t.Errorf("got %v, roles %q, %s", s, s.Roles(), s.Kind())
	}
	var c custom.Claims
	if err := s.Decode(&c); err != nil {
		t.Fatal(err)
	}
	if c.Issuer != "gateway" || c.Subject != "user_1" || !slices.Equal(c.Audience, []string{"api"}) ||
		c.ExpiresAt <= c.IssuedAt {
		t.Errorf("claims %+v", c)
	}
}

func TestBadConfig(t *testing.T) {
	t.Setenv("SHORT", "short")
	for name, tt := range map[string]struct {
		cfg  custom.Config
		want []string
	}{
		"nothing": {custom.Config{}, []string{
			"SigningSecret: is required", "Issuer: is empty", "Audience: is empty",
		}},
		"no keys": {custom.Config{
			Issuer:     "a",
			Audience:   []string{"b"},
			Algorithms: []string{"ES256"},
		}, []string{"SigningSecret: is required"}},
		"no keys, both": {custom.Config{
			Issuer:     "a",
			Audience:   []string{"b"},
			Algorithms: []string{"ES256", "HS512"},
		}, []string{"SigningSecret: is required"}},
		"short secret": {custom.Config{
			Issuer:        "a",
			Audience:      []string{"b"},
			SigningSecret: core.NewSecret("top-secret"),
		}, []string{"SigningSecret: has 10 bytes, HS256 needs at least 32"}},
		"short for HS512": {custom.Config{
			Issuer:        "a",
			Audience:      []string{"b"},
			SigningSecret: core.NewSecret(secret[:63]),
			Algorithms:    []string{"HS512"},
		}, []string{"SigningSecret: has 63 bytes, HS512 needs at least 64"}},
		"short variable": {custom.Config{
			Issuer:           "a",
			Audience:         []string{"b"},
			SigningSecretEnv: "SHORT",
		}, []string{"SigningSecret: has 5 bytes"}},
		"empty variable": {custom.Config{
			Issuer:           "a",
			Audience:         []string{"b"},
			SigningSecretEnv: "NOT_SET_AT_ALL",
		}, []string{"SigningSecretEnv: names no environment variable"}},
		"confusion": {custom.Config{
			Issuer:     "a",
			Audience:   []string{"b"},
			JWKSURL:    "https://a.example",
			Algorithms: []string{"HS256"},
		}, []string{"Algorithms: needs SigningSecret", "Algorithms: none fits the public keys"}},
		"a secret for RS256": {custom.Config{
			Issuer:        "a",
			Audience:      []string{"b"},
			SigningSecret: core.NewSecret(secret),
			Algorithms:    []string{"RS256"},
		}, []string{
			"Algorithms: needs public keys: set JWKSURL, JWKS or PEM",
			"SigningSecret: none of the Algorithms uses it",
		}},
		"none": {custom.Config{
			Issuer:        "a",
			Audience:      []string{"b"},
			SigningSecret: core.NewSecret(secret),
			Algorithms:    []string{"HS256", "none"},
		}, []string{"Algorithms: unknown"}},
		"two key sources": {custom.Config{
			Issuer:   "a",
			Audience: []string{"b"},
			JWKSURL:  "https://a.example",
			JWKS:     []byte(`{"keys":[]}`),
		}, []string{"JWKS, JWKSURL: are different sources"}},
		"http": {custom.Config{
			Issuer:   "a",
			Audience: []string{"b"},
			JWKSURL:  "http://a.example",
		}, []string{"JWKSURL: must be https"}},
		"contradictions": {
			custom.Config{
				Issuer:              "a",
				InsecureAnyIssuer:   true,
				Audience:            []string{"b"},
				InsecureAnyAudience: true,
				SigningSecret:       core.NewSecret(secret),
			},
			[]string{"InsecureAnyIssuer: issuers are named", "InsecureAnyAudience: Audience is set"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := custom.NewContract(tt.cfg)
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
			if err != nil && (strings.Contains(err.Error(), "top-secret") || strings.Contains(err.Error(), secret[:63])) {
				t.Errorf("reveals the secret: %v", err)
			}
		})
	}
}

func TestSecretStaysSecret(t *testing.T) {
	cfg := custom.Config{SigningSecret: core.NewSecret(secret), Issuer: "gateway", Audience: []string{"api"}}
	contract, err := custom.NewContract(cfg)
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(contract)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "contract", contract, "config", cfg)
	for _, shown := range []string{
		string(asJSON), fmt.Sprintf("%+v %#v", cfg, cfg), fmt.Sprintf("%+v %#v", contract, contract), log.String(),
		fmt.Sprintf("%+v", contract.Rules()),
	} {
		if strings.Contains(shown, secret) {
			t.Errorf("shows the secret: %s", shown)
		}
	}
}

func TestSecretEnv(t *testing.T) {
	t.Setenv("JWT_SECRET", secret)
	issuer := authtest.NewIssuer(t, authtest.WithIssuerURL("gateway"))
	cfg := custom.Config{SigningSecretEnv: "JWT_SECRET", Issuer: "gateway", Audience: []string{"api"}}
	token := issuer.Token(authtest.Claims{"aud": "api"}, authtest.WithSecret([]byte(secret)))
	if _, err := verifier(t, cfg).Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	contract, err := custom.NewContract(cfg)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(contract)
	if err != nil {
		t.Fatal(err)
	}
	again, err := core.ParseContract(data)
	if err != nil || !again.Equal(contract) {
		t.Errorf("changed by JSON: %s (%v)", data, err)
	}
}
