package guard_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
)

// clientCertificate returns a certificate and its x5t#S256.
func clientCertificate(t *testing.T) (*x509.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "client, \"a\";b"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(der)
	return certificate, base64.RawURLEncoding.EncodeToString(sum[:])
}

// TestCertificates: whose certificate counts, and how proxies write it.
func TestCertificates(t *testing.T) {
	s := newBindingStage(t, "mtls", true)
	certificate, x5t := clientCertificate(t)
	other, _ := clientCertificate(t)
	token := s.issuer.Token(authtest.Claims{"cnf": map[string]string{"x5t#S256": x5t}})
	der := base64.StdEncoding.EncodeToString(certificate.Raw)
	escaped := url.PathEscape(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})))
	stranger := url.PathEscape(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: other.Raw})))
	const proxy, elsewhere = "10.0.0.1:9", "192.0.2.1:9"
	const good, refused, malformed = http.StatusOK, http.StatusUnauthorized, http.StatusBadRequest
	for name, c := range map[string]struct {
		peer   string
		tls    *x509.Certificate
		header string
		values []string
		want   int
	}{
		"TLS":                        {elsewhere, certificate, "", nil, good},
		"another certificate":        {elsewhere, other, "", nil, refused},
		"no certificate":             {elsewhere, nil, "", nil, refused},
		"TLS of the proxy":           {proxy, certificate, "Client-Cert", nil, refused},
		"Client-Cert":                {proxy, other, "Client-Cert", []string{":" + der + ":"}, good},
		"Client-Cert of a stranger":  {elsewhere, nil, "Client-Cert", []string{":" + der + ":"}, refused},
		"Client-Cert twice":          {proxy, nil, "Client-Cert", []string{":" + der + ":", ":" + der + ":"}, malformed},
		"Client-Cert without colons": {proxy, nil, "Client-Cert", []string{der}, malformed},
		"Client-Cert empty":          {proxy, nil, "Client-Cert", []string{""}, refused},
		"Client-Cert broken":         {proxy, nil, "Client-Cert", []string{":AAAA:"}, malformed},
		"nginx":                      {proxy, nil, "X-Client-Cert", []string{escaped}, good},
		"Traefik":                    {proxy, nil, "X-Forwarded-Tls-Client-Cert", []string{url.QueryEscape(der)}, good},
		"nginx, truncated":           {proxy, nil, "X-Client-Cert", []string{escaped[:200]}, malformed},
		"nginx, broken escape":       {proxy, nil, "X-Client-Cert", []string{escaped + "%zz"}, malformed},
		"Envoy": {
			proxy, nil, "X-Forwarded-Client-Cert",
			[]string{`Hash=ab;Subject="CN=a\"b;c,d";Cert="` + escaped + `";URI=spiffe://x/y`},
			good,
		},
		"Envoy, several hops": {
			proxy, nil, "X-Forwarded-Client-Cert", []string{`Cert="` + stranger + `",By=x;Cert="` + escaped + `"`}, good,
		},
		"Envoy, the client in front of another proxy": {
			proxy, nil, "X-Forwarded-Client-Cert", []string{`Cert="` + escaped + `",By=x;Cert="` + stranger + `"`}, refused,
		},
		"Envoy, the last hop has none": {
			proxy, nil, "X-Forwarded-Client-Cert", []string{`Cert="` + escaped + `",By=x`}, malformed,
		},
		"Envoy, a client whose quote ends in the name of its own certificate": {
			proxy, nil, "X-Forwarded-Client-Cert",
			[]string{`Cert="` + escaped + `";URI=",Hash=ab;Cert="` + stranger + `";Subject="CN=a\"b"`},
			malformed,
		},
		"Envoy, another Cert in a name of the client's certificate": {
			proxy, nil, "X-Forwarded-Client-Cert", []string{`Cert="` + stranger + `";URI=a:b;Cert="` + escaped + `"`}, malformed,
		},
		"Envoy, a quote within a value": {
			proxy, nil, "X-Forwarded-Client-Cert", []string{`By=a"b";Cert="` + escaped + `"`}, malformed,
		},
		"Envoy, an open quote": {proxy, nil, "X-Forwarded-Client-Cert", []string{`Cert="` + escaped}, malformed},
	} {
		opts := []guard.Option{guard.TrustedProxies("10.0.0.1")}
		r := httptest.NewRequest(http.MethodGet, "/a", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		r.RemoteAddr = c.peer
		if c.header != "" {
			opts = append(opts, guard.CertificateHeader(c.header))
			r.Header[c.header] = c.values
		}
		if c.tls != nil {
			r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{c.tls}}
		}
		if w := serveGuarded(guardFor(t, s.verifier, opts...), r); w.Code != c.want {
			t.Errorf("%s: status %d, want %d: %s", name, w.Code, c.want, w.Body)
		}
	}
}
