package authtest

import (
	"maps"
	"net/http"
	"strings"

	"github.com/revstackhq/auth-go/core/dpop"
)

// AuthorizeDPoP makes r a request of a client that has its own key: it sets the Authorization header to a token with
// these claims that is bound to the key (cnf.jkt), by the scheme DPoP, and the DPoP header to a proof for r (RFC 9449).
// It returns the key, for further proofs.
//
// serviceURL is what guard.ExternalURL of the service names, such as "https://api.example.com"; if it is empty, the
// proof is for the URL of r. Each proof is good for one request. A client whose service demands nonces, or that sends
// many requests, is an http.Client with a dpop.Transport, with the returned key and a token of [Issuer.BoundToken].
func (i *Issuer) AuthorizeDPoP(r *http.Request, serviceURL string, claims Claims, opts ...TokenOption) *dpop.Signer {
	i.t.Helper()
	signer, err := dpop.GenerateSigner()
	if err != nil {
		i.fail("authtest: %v", err)
		return nil
	}
	token := i.BoundToken(signer, claims, opts...)
	proof, err := signer.Proof(dpop.Claims{
		Method:   r.Method,
		URL:      urlOf(r, serviceURL),
		Token:    token,
		IssuedAt: i.cfg.Clock.Now(),
	})
	if err != nil {
		i.fail("authtest: %v", err)
		return nil
	}
	r.Header.Set("Authorization", "DPoP "+token)
	r.Header.Set("Dpop", proof)
	return signer
}

// BoundToken is [Issuer.Token] with a cnf.jkt: the token is good only with proofs of that key.
func (i *Issuer) BoundToken(signer *dpop.Signer, claims Claims, opts ...TokenOption) string {
	i.t.Helper()
	bound := Claims{}
	maps.Copy(bound, claims)
	bound["cnf"] = map[string]string{"jkt": signer.Thumbprint()}
	return i.Token(bound, opts...)
}

// urlOf returns the URL of r as its client writes it. A request of httptest may have only a path and a Host; guards
// accept no other scheme than https for that.
func urlOf(r *http.Request, serviceURL string) string {
	switch {
	case serviceURL != "":
		return strings.TrimRight(serviceURL, "/") + r.URL.EscapedPath()
	case r.URL.Host != "":
		return r.URL.String()
	default:
		return "https://" + r.Host + r.URL.EscapedPath()
	}
}
