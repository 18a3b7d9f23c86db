package adaptertest

import (
	"crypto/tls"
	"net/http"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/dpop"
	"github.com/revstackhq/auth-go/core/guard"
)

// learnsNonces sends requests as a client does that knows no nonce: the first one is
// refused, and each answer has the nonce for the next request.
func (s *suite) learnsNonces(t *testing.T) {
	server, _ := s.start(t, modeNonces(), nil)
	w := s.connect(t, server)
	token := s.mustToken(t, "bound to a key")
	nonce := ""
	for i, want := range []int{http.StatusUnauthorized, http.StatusOK, http.StatusOK} {
		proof, err := s.bound.client.Proof(dpop.Claims{
			Method: http.MethodGet,
			URL:    "https://" + host + PathPrivate,
			Token:  token,
			Nonce:  nonce,
		})
		if err != nil {
			t.Fatal(err)
		}
		fields := []Field{{"Authorization", "DPoP " + token}, {"DPoP", proof}}
		x, err := w.send(http.MethodGet, PathPrivate, fields)
		if err != nil || x.Status != want {
			t.Fatalf("request %d: %v, want %d, got:\n%s", i, err, want, x.Golden())
		}
		if nonce = x.Header.Get("Dpop-Nonce"); nonce == "" {
			t.Fatalf("request %d: the answer has no DPoP-Nonce:\n%s", i, x.Golden())
		}
	}
}

// certificateOnly sends a token that is bound to a certificate over TLS connections
// with that certificate, with another one and with none.
func (s *suite) certificateOnly(t *testing.T) {
	mode := modeOf("bound tokens", guard.ExternalURL("https://"+host))
	server, _ := s.start(t, mode, func(c *Config) {
		c.tls = &tls.Config{
			Certificates: s.bound.certificates[:1],
			ClientAuth:   tls.RequestClientCert,
			MinVersion:   tls.VersionTLS12,
		}
	})
	token := s.mustToken(t, "bound to a certificate")
	for name, test := range map[string]struct {
		certificates []tls.Certificate
		status       int
	}{
		"the client's certificate": {s.bound.certificates[:1], http.StatusOK},
		"another certificate":      {s.bound.certificates[1:], http.StatusUnauthorized},
		"no certificate":           {nil, http.StatusUnauthorized},
	} {
		w := s.connect(t, server)
		w = newWire(tls.Client(w.conn, &tls.Config{
			Certificates:       test.certificates,
			InsecureSkipVerify: true, // on loopback; the test is about the client's certificate
		}))
		x, err := w.send(http.MethodGet, PathPrivate, bearerToken(token))
		if err != nil || x.Status != test.status {
			t.Errorf("%s: %v, want %d, got:\n%s", name, err, test.status, x.Golden())
			continue
		}
		refused := Scenario{Want: Want{Status: test.status, Code: core.CodeInvalidProof}}
		if test.status != http.StatusOK && refused.checkRefusal(x) != nil {
			t.Errorf("%s: %v", name, refused.checkRefusal(x))
		}
	}
}
