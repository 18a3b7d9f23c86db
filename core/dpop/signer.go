package dpop

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// Signer makes proofs with a client's private key. It is safe for concurrent use and prints without the key.
type Signer struct {
	method     jwt.SigningMethod
	key        func() crypto.Signer // a closure, so that reflection cannot print the key
	header     string               // encoded
	thumbprint string
}

// GenerateSigner returns a signer with a new key on P-256, for ES256.
func GenerateSigner() (*Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("dpop: making a key: %w", err)
	}
	return NewSigner(key)
}

// NewSigner returns a signer for a key in memory: *ecdsa.PrivateKey on P-256, P-384 or P-521, ed25519.PrivateKey, or
// *rsa.PrivateKey of at least 2048 bits, which signs with PS256.
func NewSigner(key crypto.Signer) (*Signer, error) {
	s := &Signer{key: func() crypto.Signer { return key }}
	var jwk any
	switch k := key.(type) {
	case *ecdsa.PrivateKey:
		point, err := k.PublicKey.Bytes() // 4 ‖ X ‖ Y
		if err != nil {
			return nil, fmt.Errorf("dpop: the key is not on a supported curve: %w", err)
		}
		methods := map[string]jwt.SigningMethod{
			"P-256": jwt.SigningMethodES256, "P-384": jwt.SigningMethodES384, "P-521": jwt.SigningMethodES512,
		}
		name := k.Params().Name
		if s.method = methods[name]; s.method == nil {
			return nil, errors.New("dpop: the key is not on P-256, P-384 or P-521")
		}
		half := len(point) / 2
		jwk = struct {
			Crv string `json:"crv"`
			Kty string `json:"kty"`
			X   string `json:"x"`
			Y   string `json:"y"`
		}{name, "EC", base64url(point[1 : 1+half]), base64url(point[1+half:])}
	case ed25519.PrivateKey:
		s.method = jwt.SigningMethodEdDSA
		public, _ := k.Public().(ed25519.PublicKey) // its own method
		jwk = struct {
			Crv string `json:"crv"`
			Kty string `json:"kty"`
			X   string `json:"x"`
		}{"Ed25519", "OKP", base64url(public)}
	case *rsa.PrivateKey:
		s.method = jwt.SigningMethodPS256
		exponent := binary.BigEndian.AppendUint64(nil, uint64(k.E)) //nolint:gosec // an exponent is positive
		jwk = struct {
			E   string `json:"e"`
			Kty string `json:"kty"`
			N   string `json:"n"`
		}{base64url([]byte(strings.TrimLeft(string(exponent), "\x00"))), "RSA", base64url(k.N.Bytes())}
	default:
		return nil, fmt.Errorf("dpop: a key of type %T cannot sign proofs: use ECDSA, Ed25519 or RSA", key)
	}
	if err := s.describe(jwk); err != nil {
		return nil, err
	}
	return s, nil
}

// describe encodes the header and reads it back, so that a key that no server would accept is an error here.
func (s *Signer) describe(jwk any) error {
	header, err := json.Marshal(struct {
		Typ string `json:"typ"`
		Alg string `json:"alg"`
		JWK any    `json:"jwk"`
	}{"dpop+jwt", s.method.Alg(), jwk})
	if err != nil {
		return fmt.Errorf("dpop: encoding the key: %w", err)
	}
	members, err := jose.ParseObject(header, jose.Limits{})
	if err != nil {
		return fmt.Errorf("dpop: encoding the key: %w", err)
	}
	public, refused := readKey(members)
	if refused != nil {
		return refused
	}
	s.header, s.thumbprint = base64url(header), public.thumbprint
	return nil
}

// Thumbprint returns the key's thumbprint (RFC 7638): the cnf.jkt of tokens that are bound to it, and the dpop_jkt of
// an authorization request (RFC 9449 §10).
func (s *Signer) Thumbprint() string { return s.thumbprint }

// Algorithm returns the alg of the signer's proofs.
func (s *Signer) Algorithm() string { return s.method.Alg() }

// String names the signer by its thumbprint.
func (s *Signer) String() string { return "dpop.Signer " + s.thumbprint }

// GoString is String.
func (s *Signer) GoString() string { return s.String() }

// Claims are the claims of a proof. A zero field is left out of the proof, except ID and IssuedAt, which have
// defaults. Claims contain a token, but print and log without it.
type Claims struct {
	// Method and URL are those of the request; query and fragment of the URL are left out.
	Method, URL string
	// Token is the access token, "" for a request to a token endpoint.
	Token string
	// Nonce is the value of the server's last DPoP-Nonce header.
	Nonce string
	// ID is the proof's jti, by default 128 random bits.
	ID string
	// IssuedAt is the proof's iat, by default the system's time.
	IssuedAt time.Time
}

// Proof returns the value of a DPoP header (RFC 9449 §4.2).
func (s *Signer) Proof(c Claims) (string, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" {
		return "", errors.New("dpop: the URL of the request is not absolute") // it may hold credentials: not repeated
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
	if c.ID == "" {
		c.ID = rand.Text()
	}
	if c.IssuedAt.IsZero() {
		c.IssuedAt = time.Now()
	}
	payload, err := json.Marshal(struct {
		ID    string `json:"jti"`
		HTM   string `json:"htm"`
		HTU   string `json:"htu"`
		IAT   int64  `json:"iat"`
		ATH   string `json:"ath,omitempty"`
		Nonce string `json:"nonce,omitempty"`
	}{c.ID, c.Method, u.String(), c.IssuedAt.Unix(), hashOf(c.Token), c.Nonce})
	if err != nil {
		return "", fmt.Errorf("dpop: encoding the proof: %w", err)
	}
	return s.Sign(s.header, base64url(payload))
}

// Sign returns the JWS of a header and a payload that are already encoded in base64url. It does not check them, so
// that tests can make bad proofs.
func (s *Signer) Sign(header, payload string) (string, error) {
	signature, err := s.method.Sign(header+"."+payload, s.key())
	if err != nil {
		return "", fmt.Errorf("dpop: signing the proof: %w", err)
	}
	return header + "." + payload + "." + base64url(signature), nil
}

func hashOf(token string) string {
	if token == "" {
		return ""
	}
	return encode(sha256.Sum256([]byte(token)))
}

func base64url(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
