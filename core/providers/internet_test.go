package providers_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

// internet answers for every host there is, on loopback: a key set at every
// URL, and a discovery document where one belongs. Amazon's hosts of load
// balancers' keys serve one PEM for each kid instead. https is real, with a
// certificate for whatever host is asked for.
type internet struct {
	client *http.Client
	issuer *authtest.Issuer

	mu      sync.Mutex
	ips     []net.IP          // hosts that are addresses: TLS has no server name for them (RFC 6066 §3)
	issuers map[string]string // without trailing slash to as it is written
	asked   []string          // every URL but discovery documents, in order
}

func newInternet(t *testing.T, issuer *authtest.Issuer) *internet {
	t.Helper()
	n := &internet{issuer: issuer, issuers: map[string]string{}}
	certificate, roots := n.authority(t)
	secure := httptest.NewUnstartedServer(n)
	secure.Listener = tls.NewListener(secure.Listener, &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: certificate,
	})
	secure.Start()
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(n)
	t.Cleanup(plain.Close)
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			to := secure.Listener.Addr().String()
			if host, port, err := net.SplitHostPort(addr); err == nil && port != "443" &&
				(host == "127.0.0.1" || host == "localhost") {
				to = plain.Listener.Addr().String()
			}
			n.dialed(addr)
			return (&net.Dialer{}).DialContext(ctx, network, to)
		},
	}
	t.Cleanup(transport.CloseIdleConnections)
	n.client = &http.Client{Transport: transport}
	return n
}

// serve makes the contract's issuer answer for itself.
func (n *internet) serve(c *core.Contract) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.issuers[strings.TrimRight(c.Issuer(), "/")] = c.Issuer()
}

func (n *internet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	at := scheme + r.Host + r.URL.Path
	n.mu.Lock()
	defer n.mu.Unlock()
	if base, ok := strings.CutSuffix(at, "/.well-known/openid-configuration"); ok {
		issuer, known := n.issuers[base]
		if !known {
			http.NotFound(w, r)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": issuer, "jwks_uri": base + "/keys"})
		return
	}
	n.asked = append(n.asked, at)
	if base, kid := path.Split(at); strings.Contains(base, "elb") && strings.Contains(base, "public-keys") {
		page, ok := n.issuer.KeyPEM(kid)
		if !ok {
			http.Error(w, "AccessDenied", http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write([]byte(page))
		return
	}
	_, _ = w.Write(n.issuer.JWKS())
}

func (n *internet) dialed(addr string) {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && ip != nil {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.ips = append(n.ips, ip)
	}
}

// authority signs a certificate for every name.
func (n *internet) authority(t *testing.T) (func(*tls.ClientHelloInfo) (*tls.Certificate, error), *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, root, root, key.Public(), key)
	must(t, err)
	root, err = x509.ParseCertificate(der)
	must(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(root)
	return func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		leaf := &x509.Certificate{
			SerialNumber: big.NewInt(2), NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		}
		if leaf.DNSNames = []string{hello.ServerName}; hello.ServerName == "" {
			n.mu.Lock()
			leaf.DNSNames, leaf.IPAddresses = nil, slices.Clone(n.ips)
			n.mu.Unlock()
		}
		der, err := x509.CreateCertificate(rand.Reader, leaf, root, key.Public(), key)
		return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
	}, roots
}
