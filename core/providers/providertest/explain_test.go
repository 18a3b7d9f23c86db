package providertest_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/providers/providertest"
)

// minted is a token as text, and what its issuer signs.
type minted struct {
	t      *testing.T
	issuer *authtest.Issuer
	good   providertest.Token
}

func (m minted) mint(change func(*providertest.Token)) string {
	m.t.Helper()
	token := m.good
	token.Header, token.Claims = clone(token.Header), clone(token.Claims)
	change(&token)
	raw, err := token.Mint(m.issuer)
	if err != nil {
		m.t.Fatal(err)
	}
	return raw
}

func clone(o providertest.Object) providertest.Object {
	c := providertest.Object{}
	maps.Copy(c, o)
	return c
}

// claim replaces one claim.
func (m minted) claim(name string, value any) string {
	return m.mint(func(t *providertest.Token) {
		raw, err := json.Marshal(value)
		if err != nil {
			m.t.Fatal(err)
		}
		t.Claims[name] = raw
	})
}

func (m minted) header(name, raw string) string {
	return m.mint(func(t *providertest.Token) { t.Header[name] = json.RawMessage(raw) })
}

// text is a string claim of the good token.
func (m minted) text(name string) string {
	var s string
	_ = json.Unmarshal(m.good.Claims[name], &s)
	return s
}

// mutation changes one thing about a good token. The cause is a regular expression
// for how the first hint has to name the change: the claim or header, its value,
// and what is wrong with it.
type mutation struct {
	name  string
	cause string
	make  func(m minted, good string) string
}

func mutations() []mutation {
	in := func(d time.Duration) func(minted) int64 {
		return func(m minted) int64 { return m.good.Now.Add(d).Unix() }
	}
	encode := base64.RawURLEncoding.EncodeToString
	segments := func(good string) []string { return strings.Split(strings.ReplaceAll(good, "=", ""), ".") }
	return []mutation{
		{
			"Bearer before it", `^"Bearer" precedes the token: `,
			func(_ minted, good string) string { return "Bearer " + good },
		},
		{"quotes around it", `^the token is in quotes: `, func(_ minted, good string) string { return `"` + good + `"` }},
		{
			"a line break after it", `^white space or a line break is around the token: `,
			func(_ minted, good string) string { return good + "\n" },
		},
		{
			"a line break inside", `^white space or a line break is inside the token: `,
			func(_ minted, good string) string { return good[:40] + "\n" + good[40:] },
		},
		{"opaque", `^an opaque token, not a JWT: `, func(minted, string) string { return "oat_2vA7bYtR3MwXz5SlJo0UdCe8FzN" }},
		{
			"encrypted", `^five segments: an encrypted token \(JWE\): `,
			func(_ minted, good string) string { return good + ".a.b" },
		},
		{
			"cut off", `^2 segments instead of three: `,
			func(_ minted, good string) string { return good[:strings.LastIndexByte(good, '.')] },
		},
		{"empty", `^the token is empty: `, func(minted, string) string { return "" }},
		{
			"unsigned",
			`^the token has no signature \(alg none|^alg is none: the token is not signed`,
			func(_ minted, good string) string {
				return encode([]byte(`{"alg":"none"}`)) + "." + segments(good)[1] + "."
			},
		},
		{
			"signed with a secret",
			`^alg HS256 is signed with a shared secret, and the contract has public keys `,
			func(m minted, _ string) string {
				return m.mint(func(t *providertest.Token) { t.Algorithm = "HS256" })
			},
		},
		{"another algorithm", `^alg "ES256K" is not accepted `, func(m minted, good string) string {
			s := segments(good)
			return encode([]byte(`{"alg":"ES256K","kid":"k"}`)) + "." + s[1] + "." + s[2]
		}},
		{
			"issuer with another slash",
			`^iss "\S+" differs from the accepted "\S+" only by a trailing slash$`,
			func(m minted, _ string) string {
				iss := m.text("iss")
				if bare, found := strings.CutSuffix(iss, "/"); found {
					return m.claim("iss", bare)
				}
				return m.claim("iss", iss+"/")
			},
		},
		{
			"issuer over http",
			`^iss "http:\S+" differs from the accepted "https:\S+" only by its scheme$`,
			func(m minted, _ string) string {
				return m.claim("iss", strings.Replace(m.text("iss"), "https:", "http:", 1))
			},
		},
		{
			"foreign issuer",
			`^iss "https://evil\.example" is (another issuer|not the development instance)\b.*"\S+"`,
			func(m minted, _ string) string {
				return m.claim("iss", "https://evil.example")
			},
		},
		{"no issuer", `^iss is missing: `, func(m minted, _ string) string {
			return m.mint(func(t *providertest.Token) { delete(t.Claims, "iss") })
		}},
		{
			"unknown key",
			`^signed by key "8d5a1b76-\S+?"(; the set (fetched \S+ ago )?has "\S+"|, which the issuer does not publish)`,
			func(m minted, _ string) string {
				return m.header("kid", `"8d5a1b76-3b1f-4f0e-9d0a-000000000000"`)
			},
		},
		{"foreign key", `^the signature does not fit key "\S+": `, func(m minted, _ string) string {
			return m.mint(func(t *providertest.Token) { t.ForeignKey = true })
		}},
		{
			"expired", `^expired \S+ ago; the leeway is \S+: `,
			func(m minted, _ string) string { return m.claim("exp", in(-time.Hour)(m)) },
		},
		{"no expiry", `^exp is missing: `, func(m minted, _ string) string {
			return m.mint(func(t *providertest.Token) { delete(t.Claims, "exp") })
		}},
		{
			"not yet valid", `^nbf is \S+ in the future; `,
			func(m minted, _ string) string { return m.claim("nbf", in(time.Hour)(m)) },
		},
		{
			"issued in the future", `^iat is \S+ in the future; `,
			func(m minted, _ string) string { return m.claim("iat", in(time.Hour)(m)) },
		},
		{
			"expiry of another type", `^the claim exp is "soon", which has the wrong JSON type`,
			func(m minted, _ string) string { return m.claim("exp", "soon") },
		},
		{
			"another audience", `^aud is "https://other\.example", expected \S+.*another service`,
			func(m minted, _ string) string { return m.claim("aud", "https://other.example") },
		},
		{
			"a logout token", `^typ "logout\+jwt" is a logout token: `,
			func(m minted, _ string) string { return m.header("typ", `"logout+jwt"`) },
		},
		{
			"a DPoP proof", `^typ "dpop\+jwt" is a DPoP proof: `,
			func(m minted, _ string) string { return m.header("typ", `"dpop+jwt"`) },
		},
		{
			"bound to a key", `^the token is bound to a client's key \(cnf\): `,
			func(m minted, _ string) string { return m.claim("cnf", map[string]string{"jkt": "x"}) },
		},
		{"a logout event", `^events marks a logout or security event token: `, func(m minted, _ string) string {
			return m.claim("events", map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}})
		}},
		{"a pending session", `sts is "pending"`, func(m minted, _ string) string { return m.claim("sts", "pending") }},
		{
			"an ID token by token_use", `token_use is "id"`,
			func(m minted, _ string) string { return m.claim("token_use", "id") },
		},
		{
			"another party", `azp is "https://other\.example"`,
			func(m minted, _ string) string { return m.claim("azp", "https://other.example") },
		},
		{"no user", `^(sub|dsub|user_id|uid|oid|email)(, the user id,)? is missing\b`, func(m minted, _ string) string {
			return m.mint(func(t *providertest.Token) {
				for _, name := range []string{"sub", "user_id", "uid", "oid", "email"} {
					delete(t.Claims, name)
				}
			})
		}},
	}
}

// network answers for the issuer whatever the contract's URLs are.
type network struct{ issuer *authtest.Issuer }

func (n network) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	switch {
	case strings.HasSuffix(r.URL.Path, "/.well-known/openid-configuration"):
		base := "https://" + r.URL.Host + strings.TrimSuffix(r.URL.Path, "/.well-known/openid-configuration")
		body, _ = json.Marshal(map[string]string{"issuer": base, "jwks_uri": base + "/keys"})
	case strings.HasSuffix(r.URL.Path, "/bundle"):
		body = []byte(strings.ReplaceAll(string(n.issuer.JWKS()), `"use":"sig"`, `"use":"jwt-svid"`))
	case strings.HasSuffix(r.URL.Path, "/keys"):
		body = n.issuer.JWKS()
	default:
		return n.issuer.HTTPClient().Transport.RoundTrip(r)
	}
	return &http.Response{
		StatusCode: http.StatusOK,
		Request:    r,
		Header:     http.Header{},
		Body:       io.NopCloser(bytes.NewReader(body)),
	}, nil
}

// judge verifies and explains, with a verifier each, and holds the two to one verdict.
func judge(
	t *testing.T,
	name string,
	issuer *authtest.Issuer,
	contract *core.Contract,
	now time.Time,
	raw string,
) core.Report {
	t.Helper()
	verifier := func(opts ...core.Option) *core.Verifier {
		opts = append(opts, core.WithHTTPClient(&http.Client{Transport: network{issuer}}), core.WithClock(clock(now)),
			core.WithLogger(slog.New(slog.DiscardHandler)))
		v, err := core.NewVerifier(contract, opts...)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	report := verifier(core.WithObserver(func(_ context.Context, e event.Event) {
		switch e.(type) {
		case event.TokenRejected, event.TokenVerified, event.UnknownKey:
			t.Errorf("%s: Explain emits %T", name, e)
		}
	})).Explain(t.Context(), raw)
	_, err := verifier().Verify(t.Context(), raw)
	if code := core.CodeOf(err); report.Code != code || report.Accepted != (err == nil) || report.Status != code.Status() {
		t.Errorf("%s: Explain says %q %d, Verify %v", name, report.Code, report.Status, err)
	}
	if len(report.Steps) != 14 || report.Accepted != (len(report.Hints) == 0) {
		t.Errorf("%s: %d steps, hints %q", name, len(report.Steps), report.Hints)
	}
	if i := strings.LastIndexByte(raw, '.'); i >= 0 && len(raw)-i > 20 {
		if text, err := json.Marshal(report); err != nil || strings.Contains(string(text)+report.String(), raw[i+1:]) {
			t.Errorf("%s: the report shows the signature, or is not JSON: %v", name, err)
		}
	}
	return report
}

// Explain and Verify have one verdict on every token of the suites, and the first
// hint about a token that was changed in one way names the cause.
func TestExplain(t *testing.T) {
	changed, named := 0, 0
	var missed []string
	for _, slug := range providertest.Slugs() {
		options := []authtest.Option{authtest.WithAlgorithms(providertest.Algorithms()...)}
		if slug == "aws-alb" {
			options = append(options, authtest.WithUUIDKeyIDs())
		}
		issuer := authtest.NewIssuer(t, options...)
		good, bad, err := providertest.Tokens(slug)
		if err != nil {
			t.Fatal(err)
		}
		for _, token := range append(slices.Clip(good), bad...) {
			contract, err := token.Contract(issuer)
			if err != nil {
				t.Fatalf("%s: %v", slug, err)
			}
			raw, err := token.Mint(issuer)
			if err != nil {
				t.Fatal(err)
			}
			judge(t, slug+"/"+token.Name, issuer, contract, token.Now, raw)
		}
		m := minted{t, issuer, good[0]}
		contract, err := m.good.Contract(issuer)
		if err != nil {
			t.Fatal(err)
		}
		raw := m.mint(func(*providertest.Token) {})
		if strings.HasPrefix(m.good.Algorithm, "HS") || m.good.Algorithm == "none" {
			continue
		}
		for _, b := range issuer.Bad(contract, raw) {
			judge(t, slug+"/"+b.Name, issuer, contract, m.good.Now, b.Token)
		}
		for _, x := range mutations() {
			report := judge(t, slug+"/"+x.name, issuer, contract, m.good.Now, x.make(m, raw))
			if report.Accepted {
				continue // the contract does not look at what was changed
			}
			changed++
			if regexp.MustCompile(x.cause).MatchString(report.Hints[0]) {
				named++
			} else {
				missed = append(missed, slug+"/"+x.name+": "+report.Hints[0])
			}
		}
	}
	t.Logf("the first hint names the cause in %d of %d; the others:\n%s", named, changed, strings.Join(missed, "\n"))
	if changed < 400 || named != changed {
		t.Errorf("%d of %d first hints name the cause", named, changed)
	}
}
