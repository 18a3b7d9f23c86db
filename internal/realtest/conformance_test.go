package realtest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/clientauth"
	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/introspect"
	"github.com/revstackhq/auth-go/core/logout"
	"github.com/revstackhq/auth-go/core/providers/oidc"
	"github.com/revstackhq/auth-go/internal/crosstest/adapters"
)

var update = flag.Bool("update", false, "write conformance.md")

// TestConformance plays every scenario with the clients oauth4webapi and dpop and the issuer oidc-provider, all from
// npm, through every adapter, and prints the table of the results. The table is compared with conformance.md.
func TestConformance(t *testing.T) {
	s := newStage(t)
	t.Run("credentials", s.credentials)
	t.Run("logout", s.logout)
	text := s.table.String()
	t.Log("\n" + text)
	if *update {
		if err := os.WriteFile("conformance.md", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile("conformance.md"); s.table.parts == 2 && (err != nil || string(want) != text) {
		t.Errorf("conformance.md is not this table (%v): run go test ./internal/realtest -run Conformance -update", err)
	}
}

// table has the result of each scenario through each adapter.
type table struct {
	rows  []*tableRow
	parts int // that were played
}

type tableRow struct {
	scenario, client, want string
	got                    map[string]string // by the adapter's name
}

// row returns the row of a scenario.
func (tb *table) row(scenario, client, want string) *tableRow {
	for _, r := range tb.rows {
		if r.scenario == scenario {
			return r
		}
	}
	r := &tableRow{scenario, client, want, map[string]string{}}
	tb.rows = append(tb.rows, r)
	return r
}

func (tb *table) String() string {
	var b strings.Builder
	names := adapters.All()
	b.WriteString("| scenario | client | issuer | answer |")
	for _, a := range names {
		b.WriteString(" " + a.Name + " |")
	}
	b.WriteString("\n|" + strings.Repeat("---|", 4+len(names)) + "\n")
	passed := 0
	for _, r := range tb.rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |", r.scenario, r.client, "oidc-provider", r.want)
		for _, a := range names {
			mark := "✓"
			if got := r.got[a.Name]; got != r.want {
				mark = "✗ " + got
			} else {
				passed++
			}
			b.WriteString(" " + mark + " |")
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "\n%d scenarios through %d adapters: %d of %d as expected.\n",
		len(tb.rows), len(names), passed, len(tb.rows)*len(names))
	return b.String()
}

// stage is the issuer, the client and a program for each adapter.
type stage struct {
	table    table
	clock    clock
	issuer   string
	provider *node
	client   *node
	trusting *http.Transport // trusts the servers
	adapters []*stageAdapter
}

// stageAdapter is an adapter and the program that it serves.
type stageAdapter struct {
	adapters.Adapter

	url           string // its origin
	introspection *introspect.Client
	revoked       *revoked
}

// clock is ahead of the system's by what was added.
type clock struct{ ahead atomic.Int64 }

func (c *clock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

const (
	jwtAPI    = "https://api.example"
	opaqueAPI = "https://opaque.example"
	otherAPI  = "https://other.example"
	apiSecret = "a-secret-of-the-api-for-introspection"
)

func newStage(t *testing.T) *stage {
	t.Helper()
	dir := packages(t)
	s := &stage{}
	server, own, other := newCertificate(t), newCertificate(t), newCertificate(t)
	authority := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(authority, []byte(server.cert), 0o600); err != nil {
		t.Fatal(err)
	}
	pair := func(c certificate) map[string]string { return map[string]string{"key": c.key, "cert": c.cert} }
	accept := &tls.Config{Certificates: []tls.Certificate{server.pair}, ClientAuth: tls.RequestClientCert}
	clients := []map[string]any{
		newClient("app", nil),
		newClient("app-mtls", map[string]any{"tls_client_certificate_bound_access_tokens": true}),
		{
			"client_id": "api", "client_secret": apiSecret, "redirect_uris": []string{}, "grant_types": []string{},
			"response_types": []string{},
		},
	}
	var listeners []net.Listener
	for n, a := range adapters.All() {
		l := listen(t)
		listeners = append(listeners, tls.NewListener(l, accept))
		s.adapters = append(s.adapters, &stageAdapter{Adapter: a, url: "https://" + l.Addr().String(), revoked: &revoked{}})
		clients = append(clients, newClient(logoutClient(n), map[string]any{
			"backchannel_logout_uri":              s.adapters[n].url + logoutPath,
			"backchannel_logout_session_required": true,
		}))
	}
	config, err := json.Marshal(map[string]any{"clients": clients, "key": server.key, "cert": server.cert})
	if err != nil {
		t.Fatal(err)
	}
	s.provider = run(t, dir, authority, "provider.mjs", string(config))
	s.issuer = strings.TrimPrefix(s.provider.line(t), "issuer ")
	roots := x509.NewCertPool()
	roots.AddCert(server.leaf)
	s.trusting = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(s.trusting.CloseIdleConnections)
	for n, a := range s.adapters {
		serve(t, a.Adapter, s.program(t, n), listeners[n])
	}
	s.client = run(t, dir, authority, "client.mjs")
	s.client.do(t, "configure", map[string]any{
		"issuer": s.issuer, "ca": server.cert,
		"certificates": map[string]any{"own": pair(own), "other": pair(other)},
	}, &struct{}{})
	return s
}

const appCallback = "https://app.example/callback"

func newClient(id string, more map[string]any) map[string]any {
	client := map[string]any{
		"client_id": id, "token_endpoint_auth_method": "none", "application_type": "web",
		"redirect_uris": []string{appCallback}, "grant_types": []string{"authorization_code"},
		"response_types": []string{"code"},
	}
	maps.Copy(client, more)
	return client
}

// The routes of every program.
const (
	pathEither = "/"           // bound tokens, JWT and opaque, and plain ones
	pathNonces = "/nonces"     // proofs need the server's nonce
	pathSigned = "/signed"     // answers of the introspection endpoint are signed
	pathOnly   = "/only-bound" // bound tokens only
	pathRefuse = "/no-bound"   // no bound tokens
	pathLogout = "/session"    // sessions that may be logged out
	logoutPath = "/logout/backchannel"
)

// program returns what the nth adapter serves.
func (s *stage) program(t *testing.T, n int) adapters.Program {
	t.Helper()
	a, trusting := s.adapters[n], &http.Client{Transport: s.trusting}
	quiet := slog.New(slog.DiscardHandler)
	source := func(
		confirmation string, required bool, signed *introspect.Signed,
	) (core.Authenticator, *introspect.Client) {
		contract, err := oidc.NewContract(oidc.Config{
			Issuer: s.issuer, Audience: []string{jwtAPI}, Confirmation: confirmation, ConfirmationRequired: required,
		})
		if err != nil {
			t.Fatal(err)
		}
		verifier, err := core.NewVerifier(contract, core.WithHTTPClient(trusting), core.WithClock(&s.clock),
			core.WithLogger(quiet))
		if err != nil {
			t.Fatal(err)
		}
		client, err := introspect.New(introspect.Config{
			Server: introspect.Server{URL: s.issuer + "/token/introspection"},
			Auth:   clientauth.Basic("api", core.NewSecret(apiSecret)),
			Rules: core.Rules{
				Issuer: s.issuer, Audiences: core.Strings{opaqueAPI},
				Confirmation: confirmation, ConfirmationRequired: required,
			},
			Signed:     signed,
			HTTPClient: trusting,
			Clock:      &s.clock,
			Logger:     quiet,
		})
		if err != nil {
			t.Fatal(err)
		}
		return core.FirstOf(verifier, client), client
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	nonces, err := dpop.NewNonces(0, secret)
	if err != nil {
		t.Fatal(err)
	}
	either, introspection := source("either", false, nil)
	a.introspection = introspection
	signed, _ := source("either", false, &introspect.Signed{Rules: core.Rules{
		JWKSURL: s.issuer + "/jwks", Algorithms: []string{"RS256"},
	}})
	only, _ := source("either", true, nil)
	refuse, _ := source("refuse", false, nil)
	contract, err := oidc.NewContract(oidc.Config{Issuer: s.issuer, Audience: []string{jwtAPI}})
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := core.NewVerifier(contract, core.WithHTTPClient(trusting), core.WithLogger(quiet))
	if err != nil {
		t.Fatal(err)
	}
	receive, err := logout.NewBackChannel(sessions, a.revoked, logout.Audience(logoutClient(n)))
	if err != nil {
		t.Fatal(err)
	}
	external := guard.ExternalURL(a.url)
	route := func(path string, source core.Authenticator, options ...guard.Option) adapters.Route {
		return adapters.Route{Path: path, Source: source, Options: options}
	}
	return adapters.Program{
		Guarded: []adapters.Route{
			route(pathEither, either, external),
			route(pathNonces, either, external, guard.Proofs(dpop.Config{Nonces: nonces})),
			route(pathSigned, signed, external),
			route(pathOnly, only, external),
			route(pathRefuse, refuse, external),
			route(pathLogout, sessions, guard.Revocation(a.revoked, guard.FailClosed)),
		},
		Posted: map[string]http.Handler{logoutPath: receive},
	}
}

// certificate is for a server on loopback, or for a client.
type certificate struct {
	key, cert string // PEM
	pair      tls.Certificate
	leaf      *x509.Certificate
}

// newCertificate returns one that nobody else has signed.
func newCertificate(t *testing.T) certificate {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "realtest"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:         true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate{
		key:  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})),
		cert: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		pair: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private},
		leaf: leaf,
	}
}
