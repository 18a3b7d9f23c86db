package authtest_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// decode reads a segment of a token without verifying anything.
func decode(t *testing.T, token string, segment int) map[string]any {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[segment])
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(data, &members); err != nil {
		t.Fatal(err)
	}
	return members
}

func TestTokenOfEveryAlgorithm(t *testing.T) {
	algorithms := []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
	issuer := authtest.NewIssuer(t, authtest.WithAlgorithms(algorithms...))
	verifier := verifierOf(t, issuer.Contract())
	for _, alg := range algorithms {
		token := issuer.Token(nil, authtest.WithAlgorithm(alg))
		if got := decode(t, token, 0)["alg"]; got != alg {
			t.Errorf("%s: the header says %v", alg, got)
		}
		if _, err := verifier.Verify(t.Context(), token); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
	}
}

func TestTokenOptions(t *testing.T) {
	clock := authtest.NewClock(start)
	issuer := authtest.NewIssuer(t, authtest.WithClock(clock), authtest.WithAlgorithms("ES256"))
	token := issuer.Token(authtest.Claims{"sub": "user_9", "nbf": nil, "tenant": "t1", "empty": json.RawMessage("null")},
		authtest.ExpiresIn(time.Minute), authtest.WithHeader("typ", "at+jwt"), authtest.WithKeyID("k9"), authtest.WithHeader("x", 1))
	header, payload := decode(t, token, 0), decode(t, token, 1)
	if header["typ"] != "at+jwt" || header["kid"] != "k9" || header["x"] != 1.0 {
		t.Errorf("header %v", header)
	}
	_, hasNotBefore := payload["nbf"]
	null, hasNull := payload["empty"]
	if payload["sub"] != "user_9" || payload["tenant"] != "t1" || hasNotBefore || !hasNull || null != nil ||
		payload["exp"] != float64(start.Unix()+60) || payload["iat"] != float64(start.Unix()) || payload["iss"] != issuer.URL() {
		t.Errorf("payload %v", payload)
	}
	if _, has := decode(t, issuer.Token(nil, authtest.WithKeyID("")), 0)["kid"]; has {
		t.Error("an empty key id leaves kid out")
	}
	raw := issuer.TokenRaw(`{"alg":"ES256", "kid":"`+issuer.KeyID()+`"}`, `{ "a":1 }`)
	if data, _ := base64.RawURLEncoding.DecodeString(strings.Split(raw, ".")[1]); string(data) != `{ "a":1 }` {
		t.Errorf("raw payload %s", data)
	}
	if !(authtest.BadToken{Token: raw}).Sendable() || (authtest.BadToken{Token: raw + "\n"}).Sendable() || (authtest.BadToken{}).Sendable() {
		t.Error("Sendable is about the characters of RFC 6750 §2.1")
	}
}

func TestClerkTokens(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	person := authtest.Clerk{
		UserID: "user_7", SessionID: "sess_7", OrganizationID: "org_9", OrganizationSlug: "northwind", Role: "admin",
		Permissions: []string{"org:invoices:read", "org:invoices:create", "org:reports:read"}, FactorAges: []int{4, -1},
	}
	everything := clerkContract(t, clerk.Config{
		IssuerURL: issuer.URL(), Accept: []clerk.Token{clerk.SessionToken, clerk.TemplateToken, clerk.OAuthToken, clerk.MachineToken},
	})
	sessions := verifierOf(t, clerkContract(t, clerk.Config{IssuerURL: issuer.URL()}))
	all := verifierOf(t, everything)
	for _, version := range []int{1, 2} {
		person.Version = version
		s, err := sessions.Verify(t.Context(), issuer.ClerkSession(person))
		if err != nil {
			t.Fatalf("version %d: %v", version, err)
		}
		org := core.Organization{ID: "org_9", Slug: "northwind", Role: "org:admin"}
		permissions := s.Permissions()
		slices.Sort(permissions)
		if s.UserID() != "user_7" || s.SessionID() != "sess_7" || s.Organization() != org || !slices.Equal(permissions,
			[]string{"org:invoices:create", "org:invoices:read", "org:reports:read"}) {
			t.Errorf("version %d: got %v %+v %v", version, s, s.Organization(), permissions)
		}
		if first, second, ok := s.FactorAges(); !ok || first != 4*time.Minute || second >= 0 {
			t.Errorf("version %d: factor ages %v %v %v", version, first, second, ok)
		}
	}
	for name, other := range map[string]struct {
		token string
		want  core.Code // where all kinds are accepted
	}{
		"template": {issuer.ClerkTemplate(person, authtest.Claims{"plan": "pro"}), ""},
		"machine":  {issuer.ClerkMachine(authtest.Clerk{}, []string{"mch_2uFh5NqWvC8xZrT3KpYd0LmSgJb"}), ""},
		"oauth":    {issuer.ClerkOAuth(person, "client_1", "openid profile"), ""},
		"pending":  {issuer.ClerkSession(authtest.Clerk{Pending: true}), core.CodeClaimMismatch},
	} {
		if _, err := sessions.Verify(t.Context(), other.token); core.CodeOf(err) != core.CodeClaimMismatch {
			t.Errorf("%s for a session: got %v", name, err)
		}
		if _, err := all.Verify(t.Context(), other.token); core.CodeOf(err) != other.want {
			t.Errorf("%s where all kinds are accepted: got %v, want %q", name, err, other.want)
		}
	}
}

func TestMistakesPanicInPrograms(t *testing.T) {
	issuer, err := authtest.StartIssuer(authtest.Config{Algorithms: []string{"ES256"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = issuer.Close() })
	for name, mistake := range map[string]func(){
		"claims":     func() { issuer.Token(authtest.Claims{"f": func() {}}) },
		"algorithm":  func() { issuer.Token(nil, authtest.WithAlgorithm("XS256")) },
		"contract":   func() { issuer.Contract(func(r *core.Rules) { r.Algorithms = []string{"XS256"} }) },
		"permission": func() { issuer.ClerkSession(authtest.Clerk{OrganizationID: "o", Permissions: []string{"read"}}) },
		"version":    func() { authtest.ClerkClaims(authtest.Clerk{Version: 3}) },
		"good token": func() { issuer.Bad(issuer.Contract(), "nonsense") },
	} {
		func() {
			defer func() {
				if p := recover(); p == nil {
					t.Errorf("%s: no panic", name)
				} else if text, ok := p.(string); !ok || !strings.HasPrefix(text, "authtest: ") {
					t.Errorf("%s: panicked with %v", name, p)
				}
			}()
			mistake()
		}()
	}
}
