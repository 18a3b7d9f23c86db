package playground

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/keys"
	"github.com/revstackhq/auth-go/core/providers/providertest"
)

// breakage is a way to break a good token. Its JSON is sent to the page.
type breakage struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	// Common says that the breakage applies to every provider.
	Common bool `json:"common"`
	// Note says what was done, in a sentence.
	Note string `json:"note"`

	// change edits the token before it is signed, after edits the signed token.
	change func(t *providertest.Token, now time.Time) error
	after  func(raw string) (string, error)
}

// providerBreaks are the provider's bad samples that the same contract judges.
func providerBreaks(good providertest.Token, bad []providertest.Token) []breakage {
	var list []breakage
	for i, b := range bad {
		if !sameConfig(good, b) || !b.Now.Equal(good.Now) {
			continue
		}
		list = append(list, breakage{
			ID:    fmt.Sprintf("sample-%d", i),
			Label: sentence(b.Name),
			Note:  sentence(b.Name) + ": one of the provider's own traps.",
			change: func(t *providertest.Token, now time.Time) error {
				*t = b.At(now)
				return nil
			},
		})
	}
	return list
}

// commonBreaks returns the breakages that do not depend on the provider, without
// those that do not apply to the contract.
func (s *scene) commonBreaks(contract *core.Contract) []breakage {
	claims := func(values map[string]any) func(*providertest.Token, time.Time) error {
		return func(t *providertest.Token, _ time.Time) (err error) {
			*t, err = t.With(values)
			return err
		}
	}
	rules := contract.Rules()
	signed := s.token.Algorithm != "none" // an emulator's tokens are not
	list := []breakage{
		{
			ID: "expired", Label: "Expire", Note: "Issued two hours ago, expired one hour ago.",
			change: func(t *providertest.Token, now time.Time) (err error) {
				*t, err = t.With(map[string]any{
					"iat": now.Add(-2 * time.Hour).Unix(), "nbf": now.Add(-2 * time.Hour).Unix(), "exp": now.Add(-time.Hour).Unix(),
				})
				return err
			},
		},
		{
			ID: "early", Label: "Not valid yet", Note: "Valid from an hour from now (nbf).",
			change: func(t *providertest.Token, now time.Time) (err error) {
				*t, err = t.With(map[string]any{"nbf": now.Add(time.Hour).Unix(), "exp": now.Add(2 * time.Hour).Unix()})
				return err
			},
		},
	}
	if signed {
		list = append(list,
			breakage{
				ID: "tamper", Label: "Tamper", Note: "The claims were changed after the token was signed.",
				after: tampered,
			},
			breakage{
				ID: "foreign", Label: "Foreign key", Note: "Signed with another key, under the issuer's key ID.",
				change: func(t *providertest.Token, _ time.Time) error {
					t.ForeignKey = true
					return nil
				},
			},
			breakage{
				ID: "none", Label: "alg none", Note: "The header says that no signature is needed, and the token has none.",
				change: func(t *providertest.Token, _ time.Time) error {
					t.Algorithm = "none"
					return nil
				},
			},
		)
	}
	if rules.Issuer != "" || len(rules.Issuers) > 0 || rules.IssuerTemplate != "" {
		list = append(list, breakage{
			ID: "issuer", Label: "Other issuer", Note: "Another issuer's name in iss.",
			change: claims(map[string]any{"iss": "https://issuer.attacker.example"}),
		})
	}
	switch {
	case len(rules.Audiences) > 0:
		list = append(list, breakage{
			ID: "audience", Label: "Other audience", Note: "Meant for another API (aud).",
			change: claims(map[string]any{"aud": "https://other-api.example"}),
		})
	case len(rules.AuthorizedParties) > 0:
		list = append(list, breakage{
			ID: "audience", Label: "Other origin", Note: "Obtained by a page of another origin (azp).",
			change: claims(map[string]any{"azp": "https://other-app.example"}),
		})
	}
	if rules.Provider == "clerk" {
		list = append(list, breakage{
			ID:     "pending",
			Label:  "Pending session",
			Note:   "The session has a task left, such as choosing an organization (sts).",
			change: claims(map[string]any{"sts": "pending"}),
		})
	}
	list = append(list,
		breakage{
			ID:    "logout",
			Label: "Logout token",
			Note:  "A back-channel logout token (OpenID Connect) in place of an access token.",
			change: func(t *providertest.Token, _ time.Time) (err error) {
				t.Header["typ"] = json.RawMessage(`"logout+jwt"`)
				*t, err = t.With(map[string]any{
					"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
				})
				return err
			},
		},
		breakage{
			ID: "truncate", Label: "Truncate", Note: "The last third was lost when it was copied.",
			after: func(raw string) (string, error) { return raw[:len(raw)*2/3], nil },
		},
	)
	if signed && !strings.HasPrefix(s.token.Algorithm, "HS") && rules.PEM == "" { // a secret and a PEM have no kid
		list = append(list, breakage{
			ID: "kid", Label: "Unknown key", Note: "The header names a key that the issuer does not publish.",
			change: func(t *providertest.Token, _ time.Time) error {
				t.Header["kid"] = json.RawMessage(`"0b7ce3a1-6f0e-4f4e-9a52-52f3c7f0d1aa"`)
				return nil
			},
		})
	}
	for i := range list {
		list[i].Common = true
	}
	return list
}

// tampered changes the payload and keeps the signature.
func tampered(raw string) (string, error) {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return "", fmt.Errorf("the token has %d segments", len(parts))
	}
	padding := strings.Repeat("=", len(parts[1])-len(strings.TrimRight(parts[1], "=")))
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "=")) //nolint:forbidigo // to show it
	if err != nil {
		return "", err
	}
	var claims map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(payload)))
	decoder.UseNumber()
	if err := decoder.Decode(&claims); err != nil {
		return "", err
	}
	claims["tampered"] = true
	if payload, err = json.Marshal(claims); err != nil {
		return "", err
	}
	parts[1] = base64.RawURLEncoding.EncodeToString(payload)
	if padding != "" {
		parts[1] += strings.Repeat("=", (4-len(parts[1])%4)%4)
	}
	return strings.Join(parts, "."), nil
}

// mint returns the token of a user, broken in the way with this ID unless it is "".
func (s *scene) mint(
	issuer *authtest.Issuer,
	contract *core.Contract,
	clock keys.Clock,
	user, broken string,
) (raw, note string, err error) {
	token, err := s.with(user, contract, clock)
	if err != nil {
		return "", "", err
	}
	way := breakage{Note: "A good token."}
	if broken != "" {
		found := false
		for _, b := range s.Breaks {
			if b.ID == broken {
				way, found = b, true
			}
		}
		if !found {
			return "", "", fmt.Errorf("unknown way to break a token: %.40q", broken)
		}
	}
	if way.change != nil {
		if err := way.change(&token, clock.Now()); err != nil {
			return "", "", err
		}
	}
	raw, err = token.Mint(issuer)
	if err == nil && way.after != nil {
		raw, err = way.after(raw)
	}
	return raw, way.Note, err
}
