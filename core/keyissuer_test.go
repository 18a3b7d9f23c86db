package core_test

import (
	"encoding/json"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

// TestCheckKeyIssuer: a key that names an issuer signs for that one only, where
// the contract asks.
func TestCheckKeyIssuer(t *testing.T) {
	const tenant, other = "7f3d9a51-c2e8-4b06-95d1-8a4e6f0b2c73", "9188040d-6c67-4c5b-b112-36a304b66dad"
	issuerOf := func(tid string) string { return "https://login.example/" + tid + "/v2.0" }
	for _, tt := range []struct {
		name      string
		keyIssuer any // nil: the key names none
		check     bool
		want      core.Code
	}{
		{"template", "https://login.example/{tenantid}/v2.0", true, ""},
		{"this tenant", issuerOf(tenant), true, ""},
		{"names none", nil, true, ""},
		{"another tenant", issuerOf(other), true, core.CodeInvalidSignature},
		{"another template", "https://elsewhere.example/{tenantid}/v2.0", true, core.CodeInvalidSignature},
		{
			"a placeholder that the contract does not name",
			"https://login.example/{tid}/v2.0",
			true,
			core.CodeInvalidSignature,
		},
		{"another tenant, not asked", issuerOf(other), false, ""},
		{"no string", 7, true, core.CodeKeysUnavailable}, // the only entry of the set is skipped
	} {
		t.Run(tt.name, func(t *testing.T) {
			issuer := authtest.NewIssuer(t, authtest.WithIssuerURL(issuerOf(tenant)))
			issuer.SetJWKS(withIssuer(t, issuer.JWKS(), tt.keyIssuer))
			v, err := core.NewVerifier(issuer.Contract(func(r *core.Rules) {
				r.Issuer, r.IssuerTemplate, r.CheckKeyIssuer = "", "https://login.example/{tid}/v2.0", tt.check
				if tt.check {
					r.KeyIssuerClaims = map[string]string{"tenantid": "tid"}
				}
				r.ClaimRules = []core.ClaimRule{{Claim: "tid", Format: "uuid"}}
			}))
			if err != nil {
				t.Fatal(err)
			}
			token := issuer.Token(authtest.Claims{"tid": tenant})
			for range 2 {
				if _, err := v.Verify(t.Context(), token); core.CodeOf(err) != tt.want {
					t.Errorf("got %v, want %q", err, tt.want)
				}
			}
		})
	}
}

func withIssuer(t *testing.T, set []byte, issuer any) []byte {
	t.Helper()
	var keys struct {
		Keys []map[string]any `json:"keys"`
	}
	if err := json.Unmarshal(set, &keys); err != nil {
		t.Fatal(err)
	}
	for _, k := range keys.Keys {
		if issuer != nil {
			k["issuer"] = issuer
		}
	}
	out, err := json.Marshal(keys)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
