package authtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
)

// key is a private key with the id under which it is published.
type key struct {
	id      string
	alg     string
	private crypto.Signer
}

// family returns the type of key that an algorithm needs.
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

// keyMaker makes the private keys of this process. All are different: issuers that
// shared a key would accept each other's tokens, and a test for that confusion
// would pass for the wrong reason.
type keyMaker struct {
	mu       sync.Mutex
	primes   []*big.Int
	next     [2]int // indices of the primes of the next RSA key; [0] is the smaller one
	attacker map[string]crypto.Signer
}

var privateKeys = keyMaker{attacker: map[string]crypto.Signer{}}

// key returns a key that was never returned before.
func (m *keyMaker) key(family string) (crypto.Signer, error) {
	if family != "RSA" {
		return generateKey(family)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rsaKey()
}

// attackerKey returns a key that no issuer has. It is always the same key.
func (m *keyMaker) attackerKey(family string) (crypto.Signer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k := m.attacker[family]; k != nil {
		return k, nil
	}
	k, err := generateKey(family)
	if err == nil {
		m.attacker[family] = k
	}
	return k, err
}

const rsaBits = 2048

// rsaKey combines primes. Generating an RSA key takes up to a second under the race
// detector, nearly all of it for its two primes, and each new pair of primes makes
// keys with all earlier ones: 6 keys cost two generations, 45 cost five. Keys that
// share a prime are not secure (the prime is their greatest common divisor), but
// they are good enough for tests.
func (m *keyMaker) rsaKey() (crypto.Signer, error) {
	for {
		if m.next[1] >= len(m.primes) {
			fresh, err := rsa.GenerateKey(rand.Reader, rsaBits)
			if err != nil {
				return nil, err
			}
			m.primes = append(m.primes, fresh.Primes...)
			if m.next[1] == 0 {
				m.next = [2]int{0, 1}
			}
		}
		p, q := m.primes[m.next[0]], m.primes[m.next[1]]
		if m.next[0]++; m.next[0] == m.next[1] {
			m.next = [2]int{0, m.next[1] + 1}
		}
		if k, ok := combine(p, q); ok {
			return k, nil
		}
	}
}

// combine makes the RSA key of two primes (RFC 8017 §3.2), if they have one.
func combine(p, q *big.Int) (*rsa.PrivateKey, bool) {
	one := big.NewInt(1)
	const e = 65537
	n := new(big.Int).Mul(p, q)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	d := new(big.Int).ModInverse(big.NewInt(e), phi)
	if d == nil || n.BitLen() != rsaBits {
		return nil, false
	}
	k := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: n, E: e},
		D:         d,
		Primes:    []*big.Int{new(big.Int).Set(p), new(big.Int).Set(q)},
	}
	k.Precompute()
	return k, k.Validate() == nil
}

func generateKey(family string) (crypto.Signer, error) {
	switch family {
	case "RSA":
		return rsa.GenerateKey(rand.Reader, rsaBits)
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
		return nil, fmt.Errorf("authtest: unknown key type %q", family)
	}
}

// jwk is a public key as a JWK (RFC 7517, RFC 7518 §6).
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
		return j, errors.New("authtest: unknown type of key")
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

// uuidOf returns a UUID that depends only on the name (RFC 9562 §5.8).
func uuidOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
