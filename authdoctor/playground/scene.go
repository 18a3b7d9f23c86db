package playground

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/keys"
	"github.com/revstackhq/auth-go/core/providers"
	"github.com/revstackhq/auth-go/core/providers/awsalb"
	"github.com/revstackhq/auth-go/core/providers/cloudflare"
	"github.com/revstackhq/auth-go/core/providers/iap"
	"github.com/revstackhq/auth-go/core/providers/providertest"
)

// Scene is a contract to try tokens against.
type Scene struct {
	// Provider and Name are shown, and unique together.
	Provider, Name string
	// Contract judges the tokens.
	Contract *core.Contract
	// Token is a good token of the contract, which the playground's issuer
	// signs. Without claims nothing is minted: tokens are pasted.
	Token providertest.Token
	// Client fetches the contract's keys. Without one, every URL is the
	// playground's issuer.
	Client *http.Client
}

// scene is a Scene in use. Its JSON is sent to the page.
type scene struct {
	ID       string `json:"id"`
	Provider string `json:"provider"`
	Name     string `json:"name"`
	Mints    bool   `json:"mints"`
	User     string `json:"user,omitempty"` // the good token's
	Header   string `json:"header"`         // where the token is sent
	// Breaks are the ways to break the token.
	Breaks []breakage `json:"breaks"`

	token providertest.Token
	// build makes the contract, again after a restart: static keys may have
	// changed.
	build  func() (*core.Contract, error)
	client *http.Client
}

// allScenes returns the given scenes and one for each good sample of each
// provider.
func allScenes(given []Scene, issuer *authtest.Issuer) ([]*scene, error) {
	var all []*scene
	add := func(s *scene) error {
		contract, err := s.build()
		if err != nil {
			return fmt.Errorf("playground: %s, %s: %w", s.Provider, s.Name, err)
		}
		s.ID = strconv.Itoa(len(all))
		s.Mints = s.token.Claims != nil
		if s.Mints {
			s.User = s.userOf(contract)
			s.Breaks = append(s.commonBreaks(contract), s.Breaks...)
		}
		all = append(all, s)
		return nil
	}
	for _, g := range given {
		if g.Contract == nil {
			return nil, fmt.Errorf("playground: the scene %q has no contract", g.Name)
		}
		s := &scene{
			Provider: g.Provider, Name: g.Name, Header: "Authorization", token: g.Token, client: g.Client,
			build: func() (*core.Contract, error) { return g.Contract, nil },
		}
		if err := add(s); err != nil {
			return nil, err
		}
	}
	for _, provider := range providers.All() {
		good, bad, err := providertest.Tokens(provider.Slug)
		if err != nil {
			return nil, err
		}
		for _, token := range good {
			s := &scene{
				Provider: provider.Name, Name: token.Name, Header: headerOf(provider.Slug), token: token,
				build: func() (*core.Contract, error) { return token.Contract(issuer) },
			}
			s.Breaks = providerBreaks(token, bad)
			if err := add(s); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// headerOf returns the header field in which a provider's proxy or a client sends the token.
func headerOf(provider string) string {
	switch provider {
	case "aws-alb":
		return awsalb.Header
	case "iap":
		return iap.Header
	case "cloudflare-access":
		return cloudflare.Header
	default:
		return "Authorization"
	}
}

// extractor returns an extractor for the header field in which the scene sends the token.
func (s *scene) extractor() guard.Extractor {
	if s.Header == "Authorization" {
		return guard.Bearer()
	}
	return guard.Header(s.Header)
}

// set puts the token where the extractor reads it.
func (s *scene) set(h http.Header, token string) {
	switch {
	case token == "":
	case s.Header == "Authorization":
		h.Set(s.Header, "Bearer "+token)
	default:
		h.Set(s.Header, token)
	}
}

// publish makes the playground's issuer answer under the URLs of the scene's
// issuer. Two scenes may differ only in a slash, so a scene is published again
// when it is used.
func (s *scene) publish(issuer *authtest.Issuer, rules core.Rules) {
	const keySet = "/.well-known/jwks.json"
	switch {
	case rules.Discovery:
		issuer.ServeIssuer(rules.Issuer, keySet)
	case rules.JWKSURL != "": // its path may not look like a key set's
		issuer.ServeIssuer(rules.JWKSURL, keySet)
	}
}

// userOf returns the user of the good token, "" if the user is not in a single
// claim that can be set.
func (s *scene) userOf(contract *core.Contract) string {
	var user string
	if raw, ok := s.token.Claims[contract.Rules().UserIDClaim]; ok && json.Unmarshal(raw, &user) == nil {
		return user
	}
	return ""
}

// userShape matches the users that a person may type: the user becomes part of a header.
var userShape = regexp.MustCompile(`^[\x21-\x7e]{1,128}$`)

// with returns a good token for this user at the page's time; "" means the
// sample's own user.
func (s *scene) with(user string, contract *core.Contract, at keys.Clock) (providertest.Token, error) {
	token := s.token.At(at.Now())
	token.Header = maps.Clone(token.Header)
	if token.Header == nil {
		token.Header = providertest.Object{}
	}
	if user == "" || user == s.User {
		return token, nil
	}
	if s.User == "" || !userShape.MatchString(user) {
		return token, fmt.Errorf("the user must be 1 to 128 printable ASCII characters without a space, not %.140q", user)
	}
	return token.With(map[string]any{contract.Rules().UserIDClaim: user})
}

// sameConfig reports whether two samples are judged by the same contract.
func sameConfig(a, b providertest.Token) bool {
	return maps.EqualFunc(
		a.Config,
		b.Config,
		func(x, y json.RawMessage) bool { return bytes.Equal(compact(x), compact(y)) },
	)
}

func compact(raw json.RawMessage) []byte {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
}

// sentence returns s with a capital first letter.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
