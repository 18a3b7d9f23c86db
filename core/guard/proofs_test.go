package guard_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/guard"
)

const external = "https://api.example.com"

// bindingStage is a service with a contract that accepts bound tokens.
type bindingStage struct {
	issuer   *authtest.Issuer
	verifier *core.Verifier
	signer   *dpop.Signer
}

func newBindingStage(t *testing.T, confirmation string, required bool) *bindingStage {
	t.Helper()
	issuer := authtest.NewIssuer(t, authtest.WithAlgorithms("ES256"))
	rules := issuer.Contract().Rules()
	rules.Confirmation, rules.ConfirmationRequired = confirmation, required
	contract, err := core.NewContract(rules)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := core.NewVerifier(contract)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := dpop.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	return &bindingStage{issuer, verifier, signer}
}

func (s *bindingStage) bound() string {
	return s.issuer.Token(authtest.Claims{"cnf": map[string]string{"jkt": s.signer.Thumbprint()}})
}

func (s *bindingStage) request(t *testing.T, target, token string, change func(*dpop.Claims)) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	c := dpop.Claims{Method: http.MethodGet, URL: external + r.URL.Path, Token: token}
	if change != nil {
		change(&c)
	}
	proof, err := s.signer.Proof(c)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "DPoP "+token)
	r.Header.Set("DPoP", proof)
	return r
}

func serveGuarded(g *guard.Guard, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	g.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(core.UserID(r.Context())))
	})).ServeHTTP(w, r)
	return w
}

func guardFor(t *testing.T, source core.Authenticator, opts ...guard.Option) *guard.Guard {
	t.Helper()
	g, err := guard.New(source, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestNonceOfAnswers: the server's nonce comes with the refusal that asks for it, and a fresh one with each good
// answer, also where a policy refuses (RFC 9449 §8.2, §9).
func TestNonceOfAnswers(t *testing.T) {
	s := newBindingStage(t, "dpop", false)
	nonces, err := dpop.NewNonces(time.Minute, []byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	g := guardFor(t, s.verifier, guard.ExternalURL(external), guard.Proofs(dpop.Config{Nonces: nonces}))
	token := s.bound()
	first := serveGuarded(g, s.request(t, "/a", token, nil))
	nonce := first.Header().Get("DPoP-Nonce")
	const challenge = `DPoP error="use_dpop_nonce", algs="ES256 ES384 ES512 EdDSA Ed25519 PS256 RS256"`
	if first.Code != http.StatusUnauthorized || nonce == "" || first.Header().Get("WWW-Authenticate") != challenge {
		t.Errorf("status %d, header %v", first.Code, first.Header())
	}
	withNonce := func(c *dpop.Claims) { c.Nonce = nonce }
	w := serveGuarded(g, s.request(t, "/a", token, withNonce))
	if w.Code != http.StatusOK || w.Header().Get("DPoP-Nonce") == "" {
		t.Errorf("status %d, header %v", w.Code, w.Header())
	}
	forbidding := guardFor(t, s.verifier, guard.ExternalURL(external), guard.Proofs(dpop.Config{Nonces: nonces}),
		guard.Policies(policyFunc(func(*core.Session) error { return errors.New("no") })))
	if w := serveGuarded(forbidding, s.request(t, "/a", token, withNonce)); w.Code != http.StatusForbidden ||
		w.Header().Get("DPoP-Nonce") == "" {
		t.Errorf("status %d, header %v", w.Code, w.Header())
	}
	plain := httptest.NewRequest(http.MethodGet, "/a", nil)
	plain.Header.Set("Authorization", "Bearer "+s.issuer.Token(nil))
	if w := serveGuarded(g, plain); w.Code != http.StatusOK || w.Header().Get("DPoP-Nonce") != "" {
		t.Errorf("a bearer token: status %d, header %v", w.Code, w.Header())
	}
}

// TestProofBehindTwoGuards: the proof of a request that passes two guards counts once, and is still checked by each.
func TestProofBehindTwoGuards(t *testing.T) {
	s := newBindingStage(t, "dpop", false)
	store := dpop.NewMemoryStore(0)
	proofs := guard.Proofs(dpop.Config{Store: store, OnFailure: dpop.FailClosed})
	outer := guardFor(t, s.verifier, guard.ExternalURL(external), proofs)
	inner := guardFor(t, s.verifier, guard.ExternalURL(external), proofs)
	elsewhere := guardFor(t, s.verifier, guard.ExternalURL("https://other.example.com"), proofs)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for name, c := range map[string]struct {
		inner *guard.Guard
		want  int
	}{"the same URL": {inner, http.StatusNoContent}, "another URL": {elsewhere, http.StatusUnauthorized}} {
		r := s.request(t, "/a", s.bound(), nil)
		for i, want := range []int{c.want, http.StatusUnauthorized} { // the second time it is a replay
			w := httptest.NewRecorder()
			outer.Handler(c.inner.Handler(handler)).ServeHTTP(w, r)
			if w.Code != want {
				t.Errorf("%s, request %d: status %d, want %d", name, i+1, w.Code, want)
			}
		}
	}
}

// TestProofThatTheOuterGuardDidNotNeed: a guard that lets a request in by another token has not checked the proof next
// to it, so the inner guard has to notice that it was used before.
func TestProofThatTheOuterGuardDidNotNeed(t *testing.T) {
	s := newBindingStage(t, "dpop", false)
	proofs := guard.Proofs(dpop.Config{Store: dpop.NewMemoryStore(0), OnFailure: dpop.FailClosed})
	outer := guardFor(t, s.verifier, guard.ExternalURL(external), proofs, guard.Extractors(guard.Cookie("session")))
	inner := guardFor(t, s.verifier, guard.ExternalURL(external), proofs)
	handler := outer.Handler(inner.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})))
	r := s.request(t, "/a", s.bound(), nil)
	r.Header.Set("Cookie", "session="+s.issuer.Token(nil))
	for i, want := range []int{http.StatusNoContent, http.StatusUnauthorized} { // the second time it is a replay
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("request %d: status %d, want %d", i+1, w.Code, want)
		}
	}
}

// TestExternalURLs: which URL a proof has to name.
func TestExternalURLs(t *testing.T) {
	s := newBindingStage(t, "dpop", false)
	proxy := guard.TrustedProxies("10.0.0.0/8", "2001:db8::1")
	for name, c := range map[string]struct {
		opts   []guard.Option
		peer   string
		host   string
		header http.Header
		htu    string
		ok     bool
	}{
		"the configured URL": {
			[]guard.Option{guard.ExternalURL(external)}, "", "internal:8080", nil, external + "/a", true,
		},
		"the Host of the client does not count": {
			[]guard.Option{guard.ExternalURL(external)}, "", "evil.example", nil, "https://evil.example/a", false,
		},
		"a prefix that the proxy removes": {
			[]guard.Option{guard.ExternalURL(external + "/v1/")}, "", "", nil, external + "/v1/a", true,
		},
		"one of several": {
			[]guard.Option{guard.ExternalURL(external, "https://api.example.org")},
			"", "API.example.org:443", nil,
			"https://api.example.org/a", true,
		},
		"none of several": {
			[]guard.Option{guard.ExternalURL(external, "https://api.example.org")},
			"", "evil.example", nil,
			"https://evil.example/a", false,
		},
		"a proxy knows": {
			[]guard.Option{proxy},
			"10.1.2.3:4", "internal",
			http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"api.example.com"}},
			external + "/a", true,
		},
		"a proxy by IPv6": {
			[]guard.Option{proxy},
			"[2001:db8::1]:4", "api.example.com",
			http.Header{"X-Forwarded-Proto": {"https"}},
			external + "/a", true,
		},
		"a proxy by a mapped address": {
			[]guard.Option{proxy},
			"[::ffff:10.1.2.3]:4", "api.example.com",
			http.Header{"X-Forwarded-Proto": {"https"}},
			external + "/a", true,
		},
		"another peer": {
			[]guard.Option{proxy},
			"192.0.2.1:4", "api.example.com",
			http.Header{"X-Forwarded-Proto": {"https"}},
			external + "/a", false,
		},
		"an address that middleware copied": {
			[]guard.Option{proxy},
			"10.1.2.3", "api.example.com",
			http.Header{"X-Forwarded-Proto": {"https"}},
			external + "/a", false,
		},
		"a list of schemes": {
			[]guard.Option{proxy},
			"10.1.2.3:4", "api.example.com",
			http.Header{"X-Forwarded-Proto": {"https, http"}},
			external + "/a", false,
		},
		"two schemes": {
			[]guard.Option{proxy},
			"10.1.2.3:4", "api.example.com",
			http.Header{"X-Forwarded-Proto": {"https", "http"}},
			external + "/a", false,
		},
		"a host with a path": {
			[]guard.Option{proxy},
			"10.1.2.3:4", "",
			http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"api.example.com/a?"}},
			external + "/a", false,
		},
		"both, the configured URL counts": {
			[]guard.Option{proxy, guard.ExternalURL(external)},
			"10.1.2.3:4", "",
			http.Header{"X-Forwarded-Proto": {"http"}, "X-Forwarded-Host": {"evil.example"}},
			external + "/a", true,
		},
	} {
		r := s.request(t, "/a", s.bound(), func(claims *dpop.Claims) { claims.URL = c.htu })
		if c.peer != "" {
			r.RemoteAddr = c.peer
		}
		if c.host != "" {
			r.Host = c.host
		}
		maps.Copy(r.Header, c.header)
		if w := serveGuarded(guardFor(t, s.verifier, c.opts...), r); (w.Code == http.StatusOK) != c.ok {
			t.Errorf("%s: status %d, want accepted %t: %s", name, w.Code, c.ok, w.Body)
		}
	}
}

func TestConfirmationOptionErrors(t *testing.T) {
	s := newBindingStage(t, "dpop", false)
	plain := newBindingStage(t, "", false)
	for name, c := range map[string]struct {
		source core.Authenticator
		opts   []guard.Option
		fields []string
	}{
		"DPoP without a URL":   {s.verifier, nil, []string{"ExternalURL"}},
		"proofs without a URL": {plain.verifier, []guard.Option{guard.Proofs(dpop.Config{})}, []string{"ExternalURL"}},
		"a URL without https":  {s.verifier, []guard.Option{guard.ExternalURL("http://api.example.com")}, []string{"ExternalURL"}},
		"a URL with a query":   {s.verifier, []guard.Option{guard.ExternalURL(external + "?a")}, []string{"ExternalURL"}},
		"no URL":               {s.verifier, []guard.Option{guard.ExternalURL()}, []string{"ExternalURL"}},
		"one host twice":       {s.verifier, []guard.Option{guard.ExternalURL(external, external+"/v1")}, []string{"ExternalURL[1]"}},
		"no proxy":             {plain.verifier, []guard.Option{guard.TrustedProxies()}, []string{"TrustedProxies"}},
		"every proxy":          {plain.verifier, []guard.Option{guard.TrustedProxies("0.0.0.0/0")}, []string{"TrustedProxies[0]"}},
		"a proxy by name": {
			plain.verifier, []guard.Option{guard.TrustedProxies("10.0.0.1", "proxy")}, []string{"TrustedProxies[1]"},
		},
		"a certificate without proxy": {
			plain.verifier, []guard.Option{guard.CertificateHeader("Client-Cert")}, []string{"TrustedProxies"},
		},
		"no header": {
			plain.verifier,
			[]guard.Option{guard.CertificateHeader("a b"), guard.TrustedProxies("10.0.0.1")},
			[]string{"CertificateHeader"},
		},
		"bad proofs": {
			s.verifier,
			[]guard.Option{guard.ExternalURL(external), guard.Proofs(dpop.Config{MaxAge: 5, Algorithms: []string{"none"}})},
			[]string{"Proofs.Algorithms[0]", "Proofs.MaxAge"},
		},
	} {
		_, err := guard.New(c.source, c.opts...)
		var fields []string
		for _, e := range core.ConfigErrors(err) {
			fields = append(fields, e.Field)
		}
		if !slices.Equal(fields, c.fields) {
			t.Errorf("%s: errors for %q, want %q: %v", name, fields, c.fields, err)
		}
	}
	if _, err := guard.New(plain.verifier); err != nil {
		t.Errorf("a contract without bound tokens: %v", err)
	}
}

// TestMetadataOfBoundTokens: the metadata names the bound tokens that the contracts accept (RFC 9728 §2).
func TestMetadataOfBoundTokens(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	var documents strings.Builder
	show := func(name string, source core.Authenticator, opts ...guard.Option) {
		opts = append(opts, guard.Metadata(guard.ResourceMetadata{
			Resource:             external,
			AuthorizationServers: []string{"https://login.example"},
		}), guard.ExternalURL(external))
		documents.WriteString("-- " + name + " --\n" + string(guardOf(t, source, opts...).Metadata()))
	}
	contract := func(confirmation string, required bool) *core.Contract {
		return issuer.Contract(func(r *core.Rules) { r.Confirmation, r.ConfirmationRequired = confirmation, required })
	}
	for _, confirmation := range []string{"refuse", "dpop", "mtls", "either"} {
		show(confirmation, contract(confirmation, false))
		if confirmation != "refuse" {
			show(confirmation+", required", contract(confirmation, true))
		}
	}
	show("dpop, ES256 only", contract("dpop", false), guard.Proofs(dpop.Config{Algorithms: []string{"ES256"}}))
	tenants, err := core.NewVerifier(contract("dpop", true), core.Resolver{
		Resolve: func(context.Context, string) (*core.Contract, error) { return contract("either", true), nil },
		Issuers: []string{"https://*.example.com"},
	})
	if err != nil {
		t.Fatal(err)
	}
	show("dpop, required, and tenants", tenants)
	show("first of mtls and dpop", core.FirstOf(contract("mtls", true), contract("dpop", true)))
	golden(t, "metadata_bound", documents.String())
}
