package authtest

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"net/http"
	"sync"
	"time"
)

// secureServer is the server of every https host.
type secureServer struct {
	client *http.Client
	stop   func() error
}

func (s *secureServer) close() error {
	s.client.CloseIdleConnections()
	return s.stop()
}

// HTTPClient returns a client for core.WithHTTPClient that connects every host name
// and port to this issuer, over https with a certificate that the client trusts. So
// contracts with a provider's real URLs can be tested without network access:
//
//	contract, err := clerk.NewContract(clerk.Config{IssuerURL: "https://clerk.northwind.example"})
//	verifier, err := core.NewVerifier(contract, core.WithHTTPClient(issuer.HTTPClient()))
//
// Every path that looks like a key set serves the issuer's keys. Discovery is
// served for the issuers that [Issuer.ServeIssuer] registered. Every call returns
// the same client, which can be used until the issuer is closed.
func (i *Issuer) HTTPClient() *http.Client {
	i.t.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.secure == nil {
		secure, err := i.startSecure()
		if err != nil {
			i.fail("authtest: HTTPClient: %v", err)
			return nil
		}
		i.secure = secure
	}
	return i.secure.client
}

func (i *Issuer) startSecure() (*secureServer, error) {
	ca, err := newAuthority(i.cfg.Clock.Now)
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil {
			i.answer(w, r, "http://"+r.Host)
			return
		}
		i.answer(w, r, "https://"+r.Host)
	})
	secure := tls.NewListener(listener, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: ca.certificate})
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: ca.roots, Time: i.cfg.Clock.Now},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if "http://"+addr != i.base { // its own port is not redirected
				addr = listener.Addr().String()
			}
			return (&net.Dialer{}).DialContext(ctx, network, addr)
		},
	}
	return &secureServer{client: &http.Client{Transport: transport}, stop: serve(secure, handler)}, nil
}

// authority signs a certificate for any name.
type authority struct {
	roots  *x509.CertPool
	signer crypto.Signer
	root   *x509.Certificate
	now    func() time.Time

	mu     sync.Mutex
	issued map[string]*tls.Certificate
}

func newAuthority(now func() time.Time) (*authority, error) {
	signer, err := generateKey("P-256")
	if err != nil {
		return nil, err
	}
	at := now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authtest"},
		NotBefore: at.AddDate(-10, 0, 0), NotAfter: at.AddDate(10, 0, 0), // a test's clock may jump
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, signer.Public(), signer)
	if err != nil {
		return nil, err
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	ca := &authority{
		roots:  x509.NewCertPool(),
		signer: signer,
		root:   root,
		now:    now,
		issued: map[string]*tls.Certificate{},
	}
	ca.roots.AddCert(root)
	return ca, nil
}

func (a *authority) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := hello.ServerName
	if name == "" { // an address has no server name (RFC 6066 §3), so the host is unknown
		return nil, errors.New("authtest: HTTPClient reaches hosts by name")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if known := a.issued[name]; known != nil {
		return known, nil
	}
	template := &x509.Certificate{
		DNSNames:     []string{name},
		SerialNumber: big.NewInt(int64(len(a.issued)) + 2),
		Subject:      pkix.Name{CommonName: "authtest"},
		NotBefore:    a.root.NotBefore,
		NotAfter:     a.root.NotAfter,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.root, a.signer.Public(), a.signer)
	if err != nil {
		return nil, errors.Join(errors.New("authtest: no certificate for "+name), err)
	}
	made := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.signer}
	a.issued[name] = made
	return made, nil
}

// selfSigned returns a certificate that vouches for nothing but its own key.
func selfSigned(signer crypto.Signer) ([]byte, error) {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "attacker"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(4102444800, 0),
	}
	return x509.CreateCertificate(rand.Reader, template, template, signer.Public(), signer)
}
