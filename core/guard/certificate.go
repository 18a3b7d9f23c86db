package guard

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/url"
	"strings"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/internal/faults"
)

// CertificateHeader names the header in which a proxy of [TrustedProxies] passes on the client's TLS certificate, for
// tokens that are bound to it (RFC 8705). The name says how the certificate is written:
//
//   - Client-Cert: a byte sequence (RFC 9440 §2)
//   - X-Forwarded-Client-Cert: Envoy's list with Cert="<escaped PEM>"; the last element is that of the proxy's own peer
//   - any other: escaped PEM, as in nginx's $ssl_client_escaped_cert, or base64, as Traefik writes it
//
// The header of any other peer is ignored. The certificate of a connection from a proxy is the proxy's own, and never
// counts as the client's.
func CertificateHeader(name string) Option {
	return option(func(s *settings) {
		if !isFieldName(name) {
			s.faults.Invalid("CertificateHeader", faults.Show(name), "is not the name of a header, such as Client-Cert")
		}
		s.certHeader = name
	})
}

// certificate returns the TLS certificate of the client, nil if it has none. A header of a trusted proxy that cannot be
// read is an error, not an absent certificate.
func (s *settings) certificate(r Request, state *tls.ConnectionState) (*x509.Certificate, *core.Error) {
	if !s.fromProxy(r) {
		if state != nil && len(state.PeerCertificates) > 0 {
			return state.PeerCertificates[0], nil
		}
		return nil, nil
	}
	if s.certHeader == "" {
		return nil, nil
	}
	values := r.Header(s.certHeader)
	if len(values) == 0 || len(values) == 1 && strings.Trim(values[0], " \t") == "" {
		return nil, nil
	}
	if len(values) > 1 { // RFC 9440 §2.2: the proxy removes the client's own
		return nil, reject(core.CodeInvalidRequest, "the header "+quoted(s.certHeader)+" is given several times")
	}
	certificate, err := readCertificate(s.certHeader, values[0])
	if err != nil {
		return nil, &core.Error{
			Code:   core.CodeInvalidRequest,
			Detail: "the header " + quoted(s.certHeader) + " of the proxy is not a certificate",
			Err:    err,
		}
	}
	return certificate, nil
}

// maxCertificateBytes bounds what is decoded.
const maxCertificateBytes = 64 << 10

func readCertificate(header, value string) (*x509.Certificate, error) {
	if len(value) > maxCertificateBytes {
		return nil, errors.New("it is longer than 64 KiB")
	}
	value = strings.Trim(value, " \t")
	switch strings.ToLower(header) {
	case "client-cert":
		inside, ok := strings.CutPrefix(value, ":")
		if inside, ok = cutSuffix(inside, ":", ok); !ok { // RFC 8941 §3.3.5
			return nil, errors.New("it is not a byte sequence of a structured field")
		}
		return fromBase64(inside)
	case "x-forwarded-client-cert":
		escaped, err := lastEnvoyCert(value)
		if err != nil {
			return nil, err
		}
		return fromEscaped(escaped)
	default:
		return fromEscaped(value)
	}
}

func cutSuffix(s, suffix string, ok bool) (string, bool) {
	before, found := strings.CutSuffix(s, suffix)
	return before, ok && found
}

func fromBase64(text string) (*x509.Certificate, error) {
	der, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, errors.New("it is not base64")
	}
	return x509.ParseCertificate(der)
}

// fromEscaped reads percent-encoded PEM, or base64 of the DER without the lines around it. A chain starts with the
// client's own certificate.
func fromEscaped(text string) (*x509.Certificate, error) {
	unescaped, err := url.PathUnescape(text) // a plus is a plus: it belongs to base64
	if err != nil {
		return nil, errors.New("its percent-encoding is broken")
	}
	if !strings.Contains(unescaped, "-----BEGIN") {
		first, _, _ := strings.Cut(unescaped, ",")
		return fromBase64(first)
	}
	block, _ := pem.Decode([]byte(unescaped))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("it is not PEM of a certificate")
	}
	return x509.ParseCertificate(block.Bytes)
}

// lastEnvoyCert returns the Cert of the last element of an X-Forwarded-Client-Cert: elements are separated by commas,
// their pairs by semicolons, and values in double quotes may hold both. Envoy appends its element to what the client
// sent, so a quote that the client leaves open must not swallow the start of that element: a quote spans a whole value.
func lastEnvoyCert(list string) (string, error) {
	pair := make([]byte, 0, len(list)) // without quotes and escapes
	found, quotedText, escaped, closed, malformed := "", false, false, false, false
	endPair := func() {
		key, value, ok := bytes.Cut(pair, []byte("="))
		if ok && bytes.EqualFold(bytes.TrimSpace(key), []byte("Cert")) {
			malformed = malformed || found != "" // Envoy does not escape names in the certificate, such as a URI
			found = string(value)
		}
		pair, closed = pair[:0], false
	}
	for i := range len(list) {
		switch c := list[i]; {
		case escaped:
			escaped = false
			pair = append(pair, c)
		case quotedText && c == '\\':
			escaped = true
		case quotedText && c == '"':
			quotedText, closed = false, true
		case quotedText:
			pair = append(pair, c)
		case c == ';':
			endPair()
		case c == ',':
			endPair()
			found = "" // of an earlier hop: another peer than the one in front of the proxy
		case closed:
			malformed = true
		case c == '"':
			_, value, ok := bytes.Cut(pair, []byte("="))
			quotedText, malformed = true, malformed || !ok || len(value) > 0
		default:
			pair = append(pair, c)
		}
	}
	endPair()
	switch {
	case quotedText || malformed:
		return "", errors.New("it is not a list of elements as Envoy writes them")
	case found == "":
		return "", errors.New("its last element has no Cert: set forward_client_cert_details and cert: true in Envoy")
	}
	return found, nil
}
