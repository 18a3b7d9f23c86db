package core_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

// TestKeyUses: a key serves only the uses that the contract names.
func TestKeyUses(t *testing.T) {
	for _, tt := range []struct {
		name string
		uses []string // of the contract
		use  any      // of the key; nil: it has none
		want core.Code
	}{
		{"default, sig", nil, "sig", ""},
		{"default, absent", nil, nil, ""},
		{"default, encryption key", nil, "enc", core.CodeKeysUnavailable},
		{"default, SPIFFE bundle", nil, "jwt-svid", core.CodeKeysUnavailable},
		{"named, SPIFFE bundle", []string{"jwt-svid"}, "jwt-svid", ""},
		{"named, another use", []string{"jwt-svid"}, "x509-svid", core.CodeKeysUnavailable},
		{"named, sig", []string{"jwt-svid"}, "sig", core.CodeKeysUnavailable},
		{"named, absent", []string{"jwt-svid"}, nil, core.CodeKeysUnavailable},
		{"named, absence too", []string{"jwt-svid", ""}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			issuer := authtest.NewIssuer(t)
			set := withUse(t, issuer.JWKS(), tt.use)
			issuer.SetJWKS(set)
			v, err := core.NewVerifier(issuer.Contract(func(r *core.Rules) { r.KeyUses = tt.uses }))
			if err != nil {
				t.Fatal(err)
			}
			token := issuer.Token(nil)
			if _, err := v.Verify(t.Context(), token); core.CodeOf(err) != tt.want {
				t.Errorf("fetched: got %v, want %q", err, tt.want)
			}
			static := core.Rules{Issuer: issuer.URL(), Audiences: []string{authtest.Audience}, JWKS: set, KeyUses: tt.uses}
			if _, err := core.NewContract(static); (err == nil) != (tt.want == "") {
				t.Errorf("static: got %v", err)
			}
		})
	}
}

// TestKeyUsesConfig: what can never apply is an error.
func TestKeyUsesConfig(t *testing.T) {
	rules := core.Rules{
		Issuer:    "https://issuer.example",
		JWKSURL:   "https://issuer.example/keys",
		Audiences: []string{"api"},
	}
	withPEM := rules
	withPEM.JWKSURL, withPEM.PEM, withPEM.KeyUses = "", authtest.NewIssuer(t).PublicKeyPEM(), []string{"sig"}
	padded := rules
	padded.KeyUses = []string{"sig", "jwt-svid "}
	for name, r := range map[string]core.Rules{"KeyUses": withPEM, "KeyUses[1]": padded} {
		_, err := core.NewContract(r)
		var fault *core.ConfigError
		if !errors.As(err, &fault) || fault.Field != name {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func withUse(t *testing.T, set []byte, use any) []byte {
	t.Helper()
	var keys struct {
		Keys []map[string]any `json:"keys"`
	}
	if err := json.Unmarshal(set, &keys); err != nil {
		t.Fatal(err)
	}
	for _, k := range keys.Keys {
		delete(k, "use")
		if use != nil {
			k["use"] = use
		}
	}
	data, err := json.Marshal(keys)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
