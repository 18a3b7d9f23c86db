package cli_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/secrettest"
)

// TestNoSecretInSight: what the commands print about contracts with a secret and about tokens shows neither the secret
// nor a signature.
func TestNoSecretInSight(t *testing.T) {
	marks := secrettest.New()
	issuer := authtest.NewIssuer(t)
	secret := marks.Random("the signing secret")
	signature := func(name, token string) string {
		marks.Add(name, token[strings.LastIndexByte(token, '.')+1:])
		return token
	}
	signed := authtest.WithSecret([]byte(secret))
	good := issuer.Token(nil, signed)
	for _, contract := range []map[string]any{
		{"provider": "custom", "issuer": issuer.URL(), "audience": authtest.Audience, "signingSecret": secret},
		{"provider": "custom", "issuer": issuer.URL() + "/other", "signingSecret": secret, "unknown": 1},
		{"provider": "custom", "signingSecret": []string{secret}},
		{"provider": "custom", "issuer": issuer.URL(), "signingSecretEnv": secret},
		{"provider": "custom", "issuer": issuer.URL(), "signingSecrt": secret, "z": "\" \\" + secret},
		{"provider": "custom", "issuer": issuer.URL(), "jwksUri": "https://user:" + secret + "@issuer.example/keys"},
		{"provider": "custom", "issuer": issuer.URL(), "jwks": map[string]any{"keys": []any{
			map[string]string{"kty": "oct", "k": secret},
		}}},
	} {
		data, err := json.Marshal(contract)
		if err != nil {
			t.Fatal(err)
		}
		file := writeFile(t, "contract.json", string(data))
		for _, token := range []string{
			signature("the token's signature", good),
			signature("the expired token's signature", issuer.Token(nil, signed, authtest.ExpiresIn(-1))),
			signature("the forged token's signature", issuer.Token(nil, authtest.WithForeignKey())),
			signature("the spoiled token's signature", good[:len(good)-4]+"AAAA"),
			secret,
		} {
			for _, args := range [][]string{
				{"check", "--contract", file},
				{"check", "--contract", file, "--json"},
				{"decode"},
				{"decode", "--json"},
			} {
				out := person{stdin: token}.run(t, args...)
				what := strings.Join(args, " ")
				marks.Check(t, what, out.stdout)
				marks.Check(t, what+" on standard error", out.stderr)
			}
		}
		for _, args := range [][]string{
			{"contract", "print", file},
			{"contract", "validate", file},
			{"contract", "grade", file},
			{"contract", "diff", file, file},
			{"contract", "test", file},
		} {
			out := run(t, args...)
			marks.Check(t, strings.Join(args[:2], " "), out.stdout)
			marks.Check(t, strings.Join(args[:2], " ")+" on standard error", out.stderr)
		}
	}
	// The quotation mark that is missing turns text into what is between texts.
	broken := writeFile(t, "broken.json", `{"issuer": "https://issuer.example", "signingKey: "`+secret+`"}`)
	out := run(t, "contract", "validate", broken)
	out.want(t, 1, "INVALID")
	marks.Check(t, "contract validate", out.stdout)
}
