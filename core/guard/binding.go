package guard

import (
	"crypto/tls"
	"strconv"
	"strings"

	"github.com/revstackhq/auth-go/core"
)

// addBinding adds to c what an authenticator needs to check that a token belongs to
// the client that sends it: the DPoP proof with the request that it covers (RFC
// 9449 §4.3), and the client's TLS certificate (RFC 8705 §3).
func addBinding(c *core.Credentials, r Request) *core.Error {
	proofs := r.Header("Dpop")
	switch {
	case len(proofs) > 1: // RFC 9449 §4.3, check 1: readers could disagree on which one counts
		return reject(core.CodeInvalidRequest, "the DPoP header is given "+strconv.Itoa(len(proofs))+" times")
	case len(proofs) == 1 && strings.Contains(proofs[0], ","): // a proxy may join two fields into one
		return reject(core.CodeInvalidRequest, "the DPoP header contains several proofs")
	case len(proofs) == 1:
		c.Proof = strings.Trim(proofs[0], " \t")
	}
	c.Method = r.Method()
	if conn, ok := r.(interface{ TLS() *tls.ConnectionState }); ok {
		state := conn.TLS()
		c.URL = urlOf(r, state != nil)
		if state != nil && len(state.PeerCertificates) > 0 {
			c.PeerCertificate = state.PeerCertificates[0]
		}
	}
	return nil
}

// urlOf returns scheme, host and path as the server saw them: behind a proxy that
// terminates TLS the scheme is http.
func urlOf(r Request, encrypted bool) string {
	scheme := "http://"
	if encrypted {
		scheme = "https://"
	}
	path := r.Path()
	if h, ok := r.(interface{ sentPath() string }); ok {
		path = h.sentPath()
	}
	if !strings.HasPrefix(path, "/") { // empty in http://host, "*" for OPTIONS (RFC 9112 §3.2.4)
		path = "/"
	}
	return scheme + r.Host() + path
}
