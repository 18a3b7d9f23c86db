package clientauth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256" // the hashes that the algorithms use
	_ "crypto/sha512"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// assertionLife is short, because an assertion is made for each call.
const assertionLife = time.Minute

// signer signs assertions. It uses crypto.Signer, so that the key may be in a KMS.
type signer struct {
	Key
	hash   crypto.Hash // 0 for EdDSA
	opts   crypto.SignerOpts
	size   int // of one number of an ECDSA signature, 0 for other keys
	header string
}

func newSigner(key Key) (*signer, error) {
	s := &signer{Key: key}
	if key.Signer == nil {
		return nil, errors.New("the private key is nil")
	}
	var fits []string
	switch public := key.Signer.Public().(type) {
	case *rsa.PublicKey:
		const least = 2048 // RFC 7518 §3.3
		if public.N.BitLen() < least {
			return nil, fmt.Errorf("the RSA key has %d bits, at least %d are needed", public.N.BitLen(), least)
		}
		fits, s.hash = []string{"RS256", "PS256"}, crypto.SHA256
	case *ecdsa.PublicKey:
		s.size = (public.Curve.Params().BitSize + 7) / 8
		switch public.Curve.Params().BitSize {
		case 256:
			fits, s.hash = []string{"ES256"}, crypto.SHA256
		case 384:
			fits, s.hash = []string{"ES384"}, crypto.SHA384
		case 521:
			fits, s.hash = []string{"ES512"}, crypto.SHA512
		}
	case ed25519.PublicKey:
		fits = []string{"EdDSA"}
	}
	if len(fits) == 0 {
		return nil,
			fmt.Errorf("a key of the type %T cannot sign an assertion: use RSA, ECDSA (P-256, P-384, P-521) or Ed25519",
				key.Signer.Public())
	}
	if s.Algorithm == "" {
		s.Algorithm = fits[0]
	}
	if s.Algorithm != fits[0] && s.Algorithm != fits[len(fits)-1] {
		return nil, fmt.Errorf("the algorithm %q does not fit a key of the type %T: use %s",
			s.Algorithm, key.Signer.Public(), fits[0])
	}
	s.opts = s.hash
	if s.Algorithm == "PS256" {
		s.opts = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: s.hash} // RFC 7518 §3.5
	}
	header, err := json.Marshal(struct {
		Alg string `json:"alg"`
		Kid string `json:"kid,omitempty"`
		Typ string `json:"typ"`
	}{s.Algorithm, s.ID, "JWT"})
	s.header = base64.RawURLEncoding.EncodeToString(header)
	return s, err
}

// assertion returns a JWT that identifies the caller of endpoint (RFC 7523 §3).
func (s *signer) assertion(clientID, endpoint string, now time.Time) (string, error) {
	audience := s.Audience
	if audience == "" {
		audience = endpoint
	}
	claims, err := json.Marshal(struct {
		Issuer   string `json:"iss"`
		Subject  string `json:"sub"`
		Audience string `json:"aud"`
		ID       string `json:"jti"`
		Issued   int64  `json:"iat"`
		Expires  int64  `json:"exp"`
	}{clientID, clientID, audience, rand.Text(), now.Unix(), now.Add(assertionLife).Unix()})
	if err != nil {
		return "", err
	}
	input := s.header + "." + base64.RawURLEncoding.EncodeToString(claims)
	signature, err := s.sign([]byte(input))
	if err != nil {
		return "", fmt.Errorf("the assertion cannot be signed: %w", err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func (s *signer) sign(input []byte) ([]byte, error) {
	if s.hash != 0 {
		h := s.hash.New()
		h.Write(input)
		input = h.Sum(nil)
	}
	signature, err := s.Signer.Sign(rand.Reader, input, s.opts)
	if err != nil || s.size == 0 {
		return signature, err
	}
	var pair struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(signature, &pair); err != nil || len(rest) > 0 || pair.R.Sign() < 0 ||
		pair.S.Sign() < 0 ||
		max(pair.R.BitLen(), pair.S.BitLen()) > 8*s.size {
		return nil, errors.New("the key returned something that is not an ECDSA signature")
	}
	joined := make([]byte, 2*s.size) // RFC 7518 §3.4
	pair.R.FillBytes(joined[:s.size])
	pair.S.FillBytes(joined[s.size:])
	return joined, nil
}
