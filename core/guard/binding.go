package guard

import (
	"crypto/tls"
	"strconv"
	"strings"

	"github.com/revstackhq/auth-go/core"
)

// addProof adds the DPoP proof of the request (RFC 9449 §4.3).
func addProof(c *core.Credentials, r Request) *core.Error {
	proofs := r.Header("Dpop")
	switch {
	case len(proofs) > 1: // RFC 9449 §4.3, check 1: readers could disagree on which one counts
		return reject(core.CodeInvalidRequest, "the DPoP header is given "+strconv.Itoa(len(proofs))+" times")
	case len(proofs) == 1 && strings.Contains(proofs[0], ","): // a proxy may join two fields into one
		return reject(core.CodeInvalidRequest, "the DPoP header contains several proofs")
	case len(proofs) == 1:
		c.Proof = strings.Trim(proofs[0], " \t")
	}
	return nil
}

// connection returns the TLS state, nil for a connection that is not encrypted. It is false if the request does not
// know its connection.
func connection(r Request) (*tls.ConnectionState, bool) {
	conn, ok := r.(interface{ TLS() *tls.ConnectionState })
	if !ok {
		return nil, false
	}
	return conn.TLS(), true
}

// urlOf returns scheme, host and path as the server saw them: behind a proxy that
// terminates TLS the scheme is http.
func urlOf(r Request, encrypted bool) string {
	scheme := "http://"
	if encrypted {
		scheme = "https://"
	}
	return scheme + r.Host() + sentPath(r)
}

// sentPath returns the path of the request line.
func sentPath(r Request) string {
	path := r.Path()
	if h, ok := r.(interface{ sentPath() string }); ok {
		path = h.sentPath()
	}
	if !strings.HasPrefix(path, "/") { // empty in http://host, "*" for OPTIONS (RFC 9112 §3.2.4)
		path = "/"
	}
	return path
}
