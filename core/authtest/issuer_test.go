package authtest_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/clerk"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
	"github.com/revstackhq/auth-go/core/providers/oidc"
)

func get(t *testing.T, client *http.Client, url string, header ...string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n+1 < len(header); n += 2 {
		r.Header.Set(header[n], header[n+1])
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode, resp.Header, string(body)
}

func TestIssuerServesItsKeys(t *testing.T) {
	issuer := authtest.NewIssuer(t, authtest.WithMaxAge(90*time.Second))
	status, header, body := get(t, http.DefaultClient, issuer.JWKSURL())
	if status != http.StatusOK || body != string(issuer.JWKS()) || header.Get("Cache-Control") != "public, max-age=90" {
		t.Errorf("got %d %v %s", status, header, body)
	}
	status, _, body = get(t, http.DefaultClient, issuer.JWKSURL(), "If-None-Match", header.Get("ETag"))
	if status != http.StatusNotModified || body != "" {
		t.Errorf("with the ETag: got %d %q, want 304", status, body)
	}
	issuer.SetMaxAge(-1)
	issuer.SetJWKS([]byte(`{"keys":[]}`))
	if _, header, body = get(t, http.DefaultClient, issuer.JWKSURL()); body != `{"keys":[]}` ||
		header.Get("Cache-Control") != "" {
		t.Errorf("replaced: got %v %s", header, body)
	}
	issuer.SetJWKS(nil)
	if _, _, body = get(t, http.DefaultClient, issuer.JWKSURL()); body != string(issuer.JWKS()) {
		t.Errorf("restored: got %s", body)
	}
	if n := issuer.Fetches(); n != 4 {
		t.Errorf("%d fetches were counted, want 4", n)
	}
	if status, _, _ = get(t, http.DefaultClient, issuer.BaseURL()+"/other"); status != http.StatusNotFound {
		t.Errorf("another path: got %d", status)
	}
}

func TestIssuerServesDiscovery(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	contract, err := oidc.NewContract(oidc.Config{Issuer: issuer.URL(), Audience: []string{authtest.Audience}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verifierOf(t, contract).Verify(t.Context(), issuer.Token(nil)); err != nil {
		t.Error(err)
	}
	if n := issuer.DiscoveryFetches(); n != 1 {
		t.Errorf("%d discovery fetches were counted, want 1", n)
	}
	issuer.SetDiscovery([]byte(`{"issuer":"https://evil.example","jwks_uri":"` + issuer.JWKSURL() + `"}`))
	other, err := oidc.NewContract(oidc.Config{Issuer: issuer.URL(), Audience: []string{authtest.Audience}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verifierOf(t, other).Verify(t.Context(), issuer.Token(nil)); core.CodeOf(
		err,
	) != core.CodeKeysUnavailable {
		t.Errorf("with a foreign document: got %v", err)
	}
}

func TestIssuerRotatesKeys(t *testing.T) {
	issuer := authtest.NewIssuer(t, authtest.WithAlgorithms("ES256"))
	verify := func(token string) core.Code {
		_, err := verifierOf(t, issuer.Contract()).Verify(t.Context(), token)
		return core.CodeOf(err)
	}
	first, firstKey := issuer.Token(nil), issuer.KeyID()
	issuer.RotateKeys(true)
	second, secondKey := issuer.Token(nil), issuer.KeyID()
	if firstKey == secondKey {
		t.Fatal("the new key has the old one's id")
	}
	if a, b := verify(first), verify(second); a != "" || b != "" {
		t.Errorf("with both keys: got %q and %q", a, b)
	}
	if !issuer.RemoveKey(firstKey) || issuer.RemoveKey(firstKey) {
		t.Error("RemoveKey must report whether the key was there")
	}
	if a, b := verify(first), verify(second); a != core.CodeUnknownKey || b != "" {
		t.Errorf("with the first one removed: got %q and %q", a, b)
	}
	issuer.RotateKeys(false)
	if a, b := verify(second), verify(issuer.Token(nil)); a != core.CodeUnknownKey || b != "" {
		t.Errorf("with the old one dropped: got %q and %q", a, b)
	}
}

func TestIssuerGoesDown(t *testing.T) {
	issuer := authtest.NewIssuer(t, authtest.WithAlgorithms("ES256"))
	token := issuer.Token(nil)
	issuer.Unavailable(true)
	if _, err := verifierOf(t, issuer.Contract()).Verify(t.Context(), token); core.CodeOf(
		err,
	) != core.CodeKeysUnavailable {
		t.Errorf("down: got %v", err)
	}
	issuer.Unavailable(false)
	if _, err := verifierOf(t, issuer.Contract()).Verify(t.Context(), token); err != nil {
		t.Errorf("up again: got %v", err)
	}
}

func TestIssuerHangs(t *testing.T) {
	issuer := authtest.NewIssuer(t, authtest.WithAlgorithms("ES256"))
	arrived := make(chan struct{}, 1)
	issuer.OnRequest(func(*http.Request) { arrived <- struct{}{} })
	issuer.Hang(true)
	ctx, cancel := context.WithCancel(t.Context())
	verifier := verifierOf(t, issuer.Contract())
	given := make(chan error, 1)
	go func() {
		_, err := verifier.Verify(ctx, issuer.Token(nil))
		given <- err
	}()
	select {
	case <-arrived:
	case err := <-given:
		t.Fatalf("ended before the issuer was asked: %v", err)
	}
	cancel() // the issuer does not answer, so only this ends the wait
	if err := <-given; core.CodeOf(err) != core.CodeRequestCanceled {
		t.Errorf("hanging: got %v", err)
	}
	issuer.Hang(false)
	if _, err := verifier.Verify(t.Context(), issuer.Token(nil)); err != nil {
		t.Errorf("let go: got %v", err)
	}
}

func TestCloseLetsHangingRequestsGo(t *testing.T) {
	issuer, err := authtest.StartIssuer(authtest.Config{Algorithms: []string{"ES256"}})
	if err != nil {
		t.Fatal(err)
	}
	arrived := make(chan struct{}, 1)
	issuer.OnRequest(func(*http.Request) { arrived <- struct{}{} })
	issuer.Hang(true)
	given := make(chan error, 1)
	go func() {
		resp, err := http.Get(issuer.JWKSURL()) // Close ends it
		if err == nil {
			err = resp.Body.Close()
		}
		given <- err
	}()
	select {
	case <-arrived:
	case err := <-given:
		t.Fatalf("ended before the request arrived: %v", err)
	}
	if err := issuer.Close(); err != nil {
		t.Error(err)
	}
	<-given
	if err := issuer.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

// TestHTTPClient verifies with contracts for the real URLs of providers, over HTTPS,
// without network access.
func TestHTTPClient(t *testing.T) {
	clock := authtest.NewClock(start)
	for _, tc := range []struct {
		name     string
		issuer   string
		contract func(issuer string) (*core.Contract, error)
		keysPath string
		claims   authtest.Claims
	}{
		{
			name: "clerk", issuer: "https://clerk.northwind.example",
			contract: func(issuer string) (*core.Contract, error) { return clerk.NewContract(clerk.Config{IssuerURL: issuer}) },
			claims:   clerktest.Claims(clerktest.Token{}),
		},
		{
			name: "keys elsewhere", issuer: "https://securetoken.google.com/project-1",
			contract: func(issuer string) (*core.Contract, error) {
				return core.NewContract(core.Rules{
					Issuer: issuer, Audiences: []string{authtest.Audience},
					JWKSURL: "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
				})
			},
		},
		{
			name:     "discovery",
			issuer:   "https://id.northwind.example:8443/realms/main",
			keysPath: "/realms/main/protocol/openid-connect/certs",
			contract: func(issuer string) (*core.Contract, error) {
				return oidc.NewContract(oidc.Config{Issuer: issuer, Audience: []string{authtest.Audience}})
			},
		},
		{
			name: "discovery with an odd path", issuer: "https://tenant.example/", keysPath: "/public/set",
			contract: func(issuer string) (*core.Contract, error) {
				return oidc.NewContract(oidc.Config{Issuer: issuer, Audience: []string{authtest.Audience}})
			},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			issuer := authtest.NewIssuer(t, authtest.WithIssuerURL(tc.issuer), authtest.WithClock(clock))
			if tc.keysPath != "" {
				issuer.ServeIssuer(tc.issuer, tc.keysPath)
			}
			contract, err := tc.contract(tc.issuer)
			if err != nil {
				t.Fatal(err)
			}
			verifier := verifierOf(t, contract, core.WithHTTPClient(issuer.HTTPClient()), core.WithClock(clock))
			token := issuer.Token(tc.claims)
			if _, err := verifier.Verify(t.Context(), token); err != nil {
				t.Fatal(err)
			}
			if issuer.Fetches() != 1 {
				t.Errorf("%d fetches were counted, want 1", issuer.Fetches())
			}
		})
	}
}

func TestHTTPClientReachesNobodyElse(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	client := issuer.HTTPClient()
	if client != issuer.HTTPClient() {
		t.Error("each call returns another client: contracts would share no keys")
	}
	status, _, _ := get(t, client, "https://unregistered.example/.well-known/openid-configuration")
	if status != http.StatusNotFound {
		t.Errorf("discovery of an unregistered issuer: got %d, want 404", status)
	}
	if status, _, body := get(t, client, issuer.JWKSURL()); status != http.StatusOK || body != string(issuer.JWKS()) {
		t.Errorf("the issuer's own URL: got %d", status)
	}
}

func TestStartIssuerRefuses(t *testing.T) {
	for _, cfg := range []authtest.Config{
		{Addr: "0.0.0.0:0"},
		{Addr: ":0"},
		{Addr: "192.0.2.1:0"},
		{Addr: "nonsense"},
		{Algorithms: []string{"HS256"}},
		{Algorithms: []string{"none"}},
	} {
		if issuer, err := authtest.StartIssuer(cfg); err == nil {
			t.Errorf("%+v was accepted", cfg)
			_ = issuer.Close()
		}
	}
	first, err := authtest.StartIssuer(authtest.Config{Algorithms: []string{"ES256"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = first.Close() })
	taken := strings.TrimPrefix(first.BaseURL(), "http://")
	if _, err := authtest.StartIssuer(authtest.Config{Addr: taken, Algorithms: []string{"ES256"}}); err == nil {
		t.Error("a taken port was accepted")
	}
}

// TestIssuerIsSafeForConcurrentUse is for the race detector.
func TestIssuerIsSafeForConcurrentUse(t *testing.T) {
	issuer := authtest.NewIssuer(t, authtest.WithAlgorithms("ES256"))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				issuer.RotateKeys(true)
				issuer.RemoveKey(issuer.KeyID() + "x")
				issuer.Unavailable(true)
				issuer.SetMaxAge(time.Minute)
				issuer.Hang(true)
				issuer.Hang(false)
				issuer.Unavailable(false)
				_ = issuer.Token(nil)
				_ = issuer.JWKS()
				_ = issuer.Fetches()
			}
		})
	}
	wg.Wait()
	if issuer.Token(nil) == "" {
		t.Error("no token")
	}
}
