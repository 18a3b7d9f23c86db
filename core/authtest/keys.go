package authtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// key is a private key with the name under which it is published.
type key struct {
	id      string
	alg     string
	private crypto.Signer
}

// family names the kind of key that an algorithm needs.
func family(alg string) string {
	switch alg {
	case "RS256", "RS384", "RS512", "PS256", "PS384", "PS512":
		return "RSA"
	case "ES256":
		return "P-256"
	case "ES384":
		return "P-384"
	case "ES512":
		return "P-521"
	case "EdDSA":
		return "Ed25519"
	default:
		return ""
	}
}

// keyPool holds the private keys of this process, made when first asked for:
// an RSA key takes a second under the race detector.
type keyPool struct {
	mu   sync.Mutex
	made map[slot]func() (crypto.Signer, error)
}

// slot names a key of the pool. Issuers share keys, their rotations do not: the
// n-th key of an issuer is another than its first. An attacker's key is never
// an issuer's.
type slot struct {
	family   string
	n        int
	attacker bool
}

// Keys are slow to make, so the process shares them.
var pool = keyPool{made: map[slot]func() (crypto.Signer, error){}}

func (p *keyPool) key(s slot) (crypto.Signer, error) {
	p.mu.Lock()
	generate, ok := p.made[s]
	if !ok {
		generate = sync.OnceValues(func() (crypto.Signer, error) { return generateKey(s.family) })
		p.made[s] = generate
	}
	p.mu.Unlock()
	return generate() // outside the lock: other keys need not wait
}

func generateKey(family string) (crypto.Signer, error) {
	switch family {
	case "RSA":
		return rsa.GenerateKey(rand.Reader, 2048)
	case "P-256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "P-384":
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "P-521":
		return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case "Ed25519":
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	default:
		return nil, fmt.Errorf("authtest: no keys of kind %q", family)
	}
}

// jwk is the public key as RFC 7517 and RFC 7518 §6 write it.
type jwk struct {
	Kty string `json:"kty"`
	Use string `json:"use"`
	Alg string `json:"alg"`
	Kid string `json:"kid"`
	Crv string `json:"crv,omitempty"`
	N   string `json:"n,omitempty"`
	E   string `json:"e,omitempty"`
	X   string `json:"x,omitempty"`
	Y   string `json:"y,omitempty"`
}

func (k key) jwk() (jwk, error) {
	j := jwk{Use: "sig", Alg: k.alg, Kid: k.id}
	switch public := k.private.Public().(type) {
	case *rsa.PublicKey:
		var e [8]byte
		binary.BigEndian.PutUint64(e[:], uint64(public.E))
		j.Kty, j.N, j.E = "RSA", b64(public.N.Bytes()), b64([]byte(strings.TrimLeft(string(e[:]), "\x00")))
	case *ecdsa.PublicKey:
		point, err := public.Bytes() // 4 ‖ X ‖ Y
		if err != nil {
			return j, err
		}
		half := len(point) / 2
		j.Kty, j.Crv, j.X, j.Y = "EC", public.Params().Name, b64(point[1:1+half]), b64(point[1+half:])
	case ed25519.PublicKey:
		j.Kty, j.Crv, j.X = "OKP", "Ed25519", b64(public)
	default:
		return j, errors.New("authtest: unknown kind of key")
	}
	return j, nil
}

func (k key) pem() (string, error) {
	der, err := x509.MarshalPKIXPublicKey(k.private.Public())
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
