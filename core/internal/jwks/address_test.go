package jwks_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/fakedns"
	"github.com/revstackhq/auth-go/core/internal/jwks"
)

// connections counts who dials a listener on loopback.
func connections(t *testing.T) (port string, count *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	count = new(atomic.Int64)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			count.Add(1)
			_ = conn.Close()
		}
	}()
	_, port, err = net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, count
}

// TestDialedAddressIsChecked: a host name that an attacker chose must not lead into the program's own network.
func TestDialedAddressIsChecked(t *testing.T) {
	port, dialed := connections(t)
	fakedns.Start(t, [4]byte{127, 0, 0, 1})
	at := func(host string) string { return "https://" + host + ":" + port }
	for name, c := range map[string]struct {
		cfg   jwks.Config
		dials bool
	}{
		"a tenant's name":   {jwks.Config{URL: at("tenant.example") + "/keys", Tenant: true}, false},
		"a tenant's issuer": {jwks.Config{Issuer: at("tenant.example"), Discovery: true, Tenant: true}, false},
		"a tenant's name, allowed": {
			jwks.Config{URL: at("tenant.example") + "/keys", Tenant: true, PrivateNetwork: true},
			true,
		},
		"our own name":              {jwks.Config{URL: at("keys.internal") + "/keys"}, true},
		"our own issuer":            {jwks.Config{Issuer: at("id.internal"), Discovery: true}, true},
		"a tenant's stated address": {jwks.Config{URL: at("127.0.0.1") + "/keys", Tenant: true}, true},
		"a tenant's issuer elsewhere": {
			jwks.Config{URL: at("other.example") + "/keys", Issuer: at("127.0.0.1"), Tenant: true},
			false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := dialed.Load()
			c.cfg.Clock = newClock()
			err := jwks.New(c.cfg).Ready(context.Background())
			if kind := kindOf(err); (kind == jwks.KindPrivateAddress) == c.dials {
				t.Errorf("err = %v", err)
			}
			if got := dialed.Load() > before; got != c.dials {
				t.Errorf("dialed: %v", got)
			}
		})
	}
}

// TestRebinding: the address is the one that is dialed, not one that was looked up before.
func TestRebinding(t *testing.T) {
	port, dialed := connections(t)
	fakedns.Start(t, [4]byte{8, 8, 8, 8}, [4]byte{127, 0, 0, 1})
	s := jwks.New(jwks.Config{URL: "https://rebind.example:" + port + "/keys", Tenant: true, Clock: newClock()})
	if _, err := net.DefaultResolver.LookupHost(context.Background(), "rebind.example"); err != nil {
		t.Fatal(err)
	}
	if err := s.Ready(context.Background()); kindOf(err) != jwks.KindPrivateAddress || dialed.Load() != 0 {
		t.Fatalf("err = %v, dialed %d times", err, dialed.Load())
	}
}

// TestDiscoveredHostMustBePublic: a document must not send us to a name in our own network.
func TestDiscoveredHostMustBePublic(t *testing.T) {
	port, dialed := connections(t)
	fakedns.Start(t, [4]byte{127, 0, 0, 1})
	const issuer = "https://issuer.example"
	for uri, private := range map[string]bool{
		"https://keys.example:" + port + "/keys":   true,
		"https://issuer.example:" + port + "/keys": false, // the contract names this host
	} {
		s := jwks.New(jwks.Config{Issuer: issuer, Discovery: true, Clock: newClock()})
		s.Discovered(uri)
		err := s.Ready(context.Background())
		if got := kindOf(err) == jwks.KindPrivateAddress; got != private {
			t.Errorf("%s: %v", uri, err)
		}
	}
	if n := dialed.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

// TestGivenClientChecksLiterals: a client of the user's own dials as it likes, but a stated address is checked.
func TestGivenClientChecksLiterals(t *testing.T) {
	var sent atomic.Int64
	client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		sent.Add(1)
		return nil, errors.New("sent")
	})}
	for uri, kind := range map[string]jwks.FetchKind{
		"https://[64:ff9b::7f00:1]/keys": jwks.KindPrivateAddress,
		"https://10.0.0.1/keys":          jwks.KindPrivateAddress,
		"https://keys.example/keys":      jwks.KindNetwork,
	} {
		sent.Store(0)
		s := jwks.New(jwks.Config{Issuer: "https://issuer.example", Discovery: true, Client: client, Clock: newClock()})
		s.Discovered(uri)
		if err := s.Ready(context.Background()); kindOf(err) != kind || (sent.Load() > 0) != (kind == jwks.KindNetwork) {
			t.Errorf("%s: %v, sent %d times", uri, err, sent.Load())
		}
	}
}

// TestHostsAreASCII: what a resolver folds into an address is refused before it.
func TestHostsAreASCII(t *testing.T) {
	client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		t.Errorf("sent to %s", r.URL)
		return nil, errors.New("sent")
	})}
	for _, uri := range []string{
		"https://169。254。169。254/", "https://１２７.０.０.１/", "https://localhost。/", "https://localhost%E3%80%82/",
		"http://localhost。/",
	} {
		s := jwks.New(jwks.Config{URL: uri, Client: client, Clock: newClock(), InsecureHTTP: true})
		if err := s.Ready(context.Background()); err == nil {
			t.Errorf("%s was fetched", uri)
		}
		if err := jwks.CheckJWKSURI("https://issuer.example", uri); err == nil {
			t.Errorf("jwks_uri %s passes", uri)
		}
	}
}

// TestProxyDials: behind a proxy, the address that is dialed is the proxy's own, which is often private.
func TestProxyDials(t *testing.T) {
	s := jwks.New(jwks.Config{URL: "https://issuer.example/keys", Tenant: true})
	for name, c := range map[string]struct {
		via    *url.URL
		err    error
		public bool
	}{
		"no proxy":              {public: true},
		"a proxy":               {via: &url.URL{Scheme: "http", Host: "10.0.0.1:3128"}},
		"a proxy that is wrong": {err: errors.New("invalid proxy address")},
	} {
		s.ViaProxy(func(*http.Request) (*url.URL, error) { return c.via, c.err })
		if got, err := s.DialsPublicOnly("https://issuer.example/keys"); got != c.public || err != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}
