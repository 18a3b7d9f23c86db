package core_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
)

// TestStaticJWKSRefusesSecrets: a contract is printed and passed on, so a static
// set must contain public keys only, wherever the secret is.
func TestStaticJWKSRefusesSecrets(t *testing.T) {
	const secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQ"
	public, err := json.Marshal(publicJWK(rsaKey().Public(), "k1", ""))
	if err != nil {
		t.Fatal(err)
	}
	members := strings.TrimSuffix(strings.TrimPrefix(string(public), "{"), "}")
	rules := func(set string) core.Rules {
		return core.Rules{Issuer: kitIssuer, Audiences: []string{kitAudience}, JWKS: json.RawMessage(set)}
	}
	if _, err := core.NewContract(rules(`{"keys":[` + string(public) + `]}`)); err != nil {
		t.Fatalf("a public set: %v", err)
	}
	for name, set := range map[string]string{
		"a private key":                    `{"keys":[{` + members + `,"d":"` + secret + `"}]}`,
		"a private key beside a public":    `{"keys":[` + string(public) + `,{"kty":"EC","kid":"x","d":"` + secret + `"}]}`,
		"a symmetric key":                  `{"keys":[` + string(public) + `,{"kty":"oct","kid":"s","k":"` + secret + `"}]}`,
		"a symmetric key without k":        `{"keys":[` + string(public) + `,{"kty":"oct","kid":"s"}]}`,
		"a prime alone":                    `{"keys":[` + string(public) + `,{"kty":"RSA","kid":"s","p":"` + secret + `"}]}`,
		"of a type that nobody knows":      `{"keys":[` + string(public) + `,{"kty":"AKP","priv":"` + secret + `"}]}`,
		"in an entry that is unreadable":   `{"keys":[` + string(public) + `,{"kty":"RSA","kty":"RSA","d":"` + secret + `"}]}`,
		"in another case":                  `{"keys":[` + string(public) + `,{"kty":"RSA","D":"` + secret + `"}]}`,
		"beside the keys":                  `{"keys":[` + string(public) + `],"d":"` + secret + `"}`,
		"an encryption key's private part": `{"keys":[` + string(public) + `,{"kty":"RSA","use":"enc","d":"` + secret + `"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			contract, err := core.NewContract(rules(set))
			var fault *core.ConfigError
			if !errors.As(err, &fault) || fault.Field != "JWKS" {
				printed, _ := json.Marshal(contract)
				t.Fatalf("accepted, err %v, printed %s", err, printed)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error repeats the secret: %v", err)
			}
			if !strings.Contains(err.Error(), "public key only") {
				t.Errorf("no remedy: %v", err)
			}
		})
	}
}
