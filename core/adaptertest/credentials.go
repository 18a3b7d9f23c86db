package adaptertest

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// recorder is an authenticator that keeps the credentials it gets.
type recorder struct {
	verifier *core.Verifier

	mu  sync.Mutex
	got []core.Credentials
}

func (a *recorder) Authenticate(ctx context.Context, c core.Credentials) (*core.Session, error) {
	c.Request = nil // must not be kept
	a.mu.Lock()
	a.got = append(a.got, c)
	a.mu.Unlock()
	return a.verifier.Verify(ctx, c.Token)
}

// credentials sends requests over one connection that differ in every byte that can
// differ: a framework that reuses its buffers must not change the credentials that
// the authenticator got for an earlier request.
func (s *suite) credentials(t *testing.T) {
	certificate, err := selfSigned()
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := core.NewVerifier(s.contract, core.WithLogger(s.logger))
	if err != nil {
		t.Fatal(err)
	}
	for scheme, config := range map[string]*tls.Config{
		"http": nil,
		"https": {
			Certificates: []tls.Certificate{certificate},
			ClientAuth:   tls.RequireAnyClientCert,
			MinVersion:   tls.VersionTLS12,
		},
	} {
		a := &recorder{verifier: verifier}
		server, _ := s.start(t, modeRequired(), func(c *Config) { c.Source, c.tls = a, config })
		w := s.connect(t, server)
		if config != nil {
			w = newWire(tls.Client(w.conn, &tls.Config{
				Certificates:       config.Certificates,
				InsecureSkipVerify: true, // on loopback; the test is about the client's certificate
			}))
		}
		token := s.mustToken(t, "session")
		send := func(method, target, proof string, want int) {
			t.Helper()
			fields := append(bearerToken(token), Field{"DPoP", proof})
			if x, err := w.send(method, target, fields); err != nil || x.Status != want {
				t.Fatalf("%s %s: got %q, %v; want %d", scheme, target, x.StatusLine, err, want)
			}
		}
		send(http.MethodPut, PathItem+"a%20b%C3%BC?x=/../1", strings.Repeat("a", 32), http.StatusOK)
		w.host = "xyz.southwind.example"
		send(http.MethodGet, PathItem+"zzzzzzzzzz?z=zzzzz", strings.Repeat("z", 32), http.StatusOK)
		send(http.MethodGet, PathPrivate, "a, b", http.StatusBadRequest)

		want := core.Credentials{
			Token:  token,
			Scheme: "Bearer",
			Proof:  strings.Repeat("a", 32),
			Method: http.MethodPut,
			URL:    scheme + "://" + host + PathItem + "a%20b%C3%BC",
		}
		if len(a.got) != 2 {
			t.Fatalf("%s: the authenticator was asked %d times, want 2", scheme, len(a.got))
		}
		got := a.got[0]
		hasCertificate := got.PeerCertificate != nil && bytes.Equal(got.PeerCertificate.Raw, certificate.Certificate[0])
		got.PeerCertificate = nil
		if got != want || hasCertificate != (config != nil) {
			t.Errorf("%s: the authenticator got %s, want %s; the client's certificate: %t",
				scheme, printed(got), printed(want), hasCertificate)
		}
	}
}

// printed returns the fields that are not secret, for comparison.
func printed(c core.Credentials) string {
	return fmt.Sprintf("%q %q %q %q", c.Scheme, c.Proof, c.Method, c.URL)
}

// selfSigned returns a certificate for the server and the client.
func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: host},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
