// Package clientauth identifies this program to an OAuth server when it introspects or exchanges tokens:
//
//	method := clientauth.Basic("orders-api", core.NewSecret(os.Getenv("CLIENT_SECRET")))
//
// A [Method] is a value, safe for concurrent use, and prints without its secret.
package clientauth

import (
	"crypto"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// Method is how a program authenticates to an OAuth server. The zero value sends no proof; a server that authenticates
// its clients rejects it.
type Method struct {
	name     string
	clientID string
	secret   core.Secret
	signer   *signer
	err      error
}

// Basic sends client id and secret in the Authorization header (client_secret_basic, RFC 6749 §2.3.1).
func Basic(clientID string, secret core.Secret) Method {
	return Method{name: "client_secret_basic", clientID: clientID, secret: secret, err: checkPair(clientID, secret)}
}

// Post sends client id and secret as parameters of the form (client_secret_post, RFC 6749 §2.3.1).
func Post(clientID string, secret core.Secret) Method {
	return Method{name: "client_secret_post", clientID: clientID, secret: secret, err: checkPair(clientID, secret)}
}

// Bearer sends the secret as a bearer token: a secret key of Clerk or WorkOS, or an access token.
func Bearer(secret core.Secret) Method {
	m := Method{name: "bearer", secret: secret}
	if !faults.Printable(secret.Reveal()) {
		m.err = errors.New("the secret is empty or has white space in it: does it end in a newline?")
	}
	return m
}

// Key is the private key of [PrivateKey].
type Key struct {
	// Signer is an RSA, ECDSA or Ed25519 key, or one in a KMS.
	Signer crypto.Signer
	// ID is the kid by which the server finds the public key, "" if it has only one.
	ID string
	// Algorithm is RS256, PS256, ES256, ES384, ES512 or EdDSA. If it is empty, the key decides: RS256 for RSA, the
	// curve's own algorithm for ECDSA.
	Algorithm string
	// Audience is the aud of the assertion. If it is empty, it is the URL that is called; some servers want their
	// issuer here.
	Audience string
}

// PrivateKey signs an assertion for each call (private_key_jwt, RFC 7523 §2.2), which is valid for a minute. No secret
// leaves the program.
func PrivateKey(clientID string, key Key) Method {
	m := Method{name: "private_key_jwt", clientID: clientID}
	m.signer, m.err = newSigner(key)
	if clientID == "" {
		m.err = errors.Join(errors.New("the client id is empty"), m.err)
	}
	return m
}

func checkPair(clientID string, secret core.Secret) error {
	var errs []error
	if clientID == "" {
		errs = append(errs, errors.New("the client id is empty"))
	}
	switch s := secret.Reveal(); {
	case s == "":
		errs = append(errs, errors.New("the client secret is empty"))
	case strings.TrimSpace(s) != s:
		errs = append(errs, errors.New("the client secret begins or ends with white space: was it read with its newline?"))
	}
	return errors.Join(errs...)
}

// Validate returns what is wrong with the method, nil for the zero Method.
func (m Method) Validate() error { return m.err }

// IsZero reports whether m is the zero Method.
func (m Method) IsZero() bool { return m.name == "" }

// ClientID returns the client id, "" if the method has none.
func (m Method) ClientID() string { return m.clientID }

// Apply adds the proof to a request to endpoint: header fields to header, or parameters to form, which may be nil for a
// request without a form if the method needs none.
func (m Method) Apply(header http.Header, form url.Values, endpoint string, now time.Time) error {
	if m.err != nil {
		return m.err
	}
	switch m.name {
	case "client_secret_basic":
		// RFC 6749 §2.3.1: both parts are form-encoded first.
		r := http.Request{Header: header}
		r.SetBasicAuth(url.QueryEscape(m.clientID), url.QueryEscape(m.secret.Reveal()))
		return nil
	case "bearer":
		header.Set("Authorization", "Bearer "+m.secret.Reveal())
		return nil
	case "":
		return nil
	}
	if form == nil {
		return fmt.Errorf("%s needs a form, and this request has a JSON body: use Basic or Bearer", m.name)
	}
	form.Set("client_id", m.clientID)
	if m.signer == nil {
		form.Set("client_secret", m.secret.Reveal())
		return nil
	}
	assertion, err := m.signer.assertion(m.clientID, endpoint, now)
	if err != nil {
		return err
	}
	form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer") // RFC 7523 §2.2
	form.Set("client_assertion", assertion)
	return nil
}

// NeedsForm reports whether the method sends its proof in the form.
func (m Method) NeedsForm() bool {
	return m.name == "client_secret_post" || m.name == "private_key_jwt"
}

// String names the method and the client, without the secret.
func (m Method) String() string {
	switch {
	case m.name == "":
		return "no client authentication"
	case m.clientID == "":
		return m.name
	default:
		return m.name + " as " + m.clientID
	}
}

// GoString is [Method.String].
func (m Method) GoString() string { return m.String() }

// LogValue is [Method.String].
func (m Method) LogValue() slog.Value { return slog.StringValue(m.String()) }

// Format writes [Method.String] for every verb, because %+v would print the fields.
func (m Method) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(m.String())) }
