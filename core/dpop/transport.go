package dpop

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/revstackhq/auth-go/core/internal/netaddr"
)

// Transport is an http.RoundTripper that sends DPoP-bound tokens with proofs. It learns a server's nonce from the
// responses, and repeats a request once if the server refused it because of a missing nonce (RFC 9449 §9). A request
// that a redirect sent to another origin goes without token and proof. It is safe for concurrent use.
type Transport struct {
	// Signer makes the proofs. It is required.
	Signer *Signer
	// Token returns the access token for a request; it is bound to the Signer's key. It is required.
	Token func(ctx context.Context) (string, error)
	// Base sends the requests, http.DefaultTransport if nil.
	Base http.RoundTripper

	mu     sync.Mutex
	nonces map[string]string // by origin
}

// maxNonceOrigins bounds the number of servers whose nonces are kept.
const maxNonceOrigins = 256

// RoundTrip implements http.RoundTripper. The Authorization and DPoP headers of the request are replaced. A request
// with a body that cannot be sent twice is not repeated.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.Signer == nil || t.Token == nil {
		closeBody(r)
		return nil, errors.New("dpop: Transport needs a Signer and a Token")
	}
	if elsewhere(r) {
		return t.base().RoundTrip(r)
	}
	token, err := t.Token(r.Context())
	if err != nil {
		closeBody(r)
		return nil, err
	}
	sent := t.nonce(r.URL)
	response, err := t.send(r, token, sent)
	if err != nil {
		return nil, err
	}
	learned := t.learn(r.URL, response)
	if learned == "" || learned == sent || !wantsNonce(response) {
		return response, nil
	}
	again := r.Clone(r.Context())
	if r.Body != nil && r.Body != http.NoBody {
		if r.GetBody == nil {
			return response, nil
		}
		if again.Body, err = r.GetBody(); err != nil {
			return response, nil //nolint:nilerr // the answer stands as it is
		}
	}
	_, _ = io.CopyN(io.Discard, response.Body, 64<<10) // so that the connection is used again
	_ = response.Body.Close()
	if response, err = t.send(again, token, learned); err == nil {
		t.learn(r.URL, response)
	}
	return response, err
}

func (t *Transport) send(r *http.Request, token, nonce string) (*http.Response, error) {
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	proof, err := t.Signer.Proof(Claims{Method: method, URL: r.URL.String(), Token: token, Nonce: nonce})
	if err != nil {
		closeBody(r)
		return nil, err
	}
	signed := r.Clone(r.Context()) // a RoundTripper must not change the request
	signed.Header.Set("Authorization", "DPoP "+token)
	signed.Header.Set("Dpop", proof)
	return t.base().RoundTrip(signed)
}

func (t *Transport) base() http.RoundTripper {
	if t.Base == nil {
		return http.DefaultTransport
	}
	return t.Base
}

// elsewhere reports whether redirects led away from the origin that the program asked. Another origin must not get the
// token: http.Client does not send it the Authorization header of the first request either.
func elsewhere(r *http.Request) bool {
	first := r
	for first.Response != nil {
		if first = first.Response.Request; first == nil { // Base does not say
			return true
		}
	}
	return netaddr.Origin(first.URL) != netaddr.Origin(r.URL)
}

// wantsNonce reports whether the server refused the proof because of a missing or old nonce.
func wantsNonce(r *http.Response) bool {
	if r.StatusCode != http.StatusUnauthorized {
		return false
	}
	for _, challenge := range r.Header.Values("Www-Authenticate") {
		if strings.Contains(challenge, `error="`+string(KindUseNonce)+`"`) {
			return true
		}
	}
	return false
}

func (t *Transport) nonce(u *url.URL) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.nonces[netaddr.Origin(u)]
}

// learn keeps the nonce of a response, only for the server that sent it (RFC 9449 §8.2).
func (t *Transport) learn(u *url.URL, r *http.Response) string {
	nonces := r.Header.Values("Dpop-Nonce")
	if len(nonces) != 1 || nonces[0] == "" {
		return ""
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.nonces == nil || len(t.nonces) >= maxNonceOrigins {
		t.nonces = map[string]string{} // the nonces will be learned again
	}
	t.nonces[netaddr.Origin(u)] = nonces[0]
	return nonces[0]
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
}
