package dpop

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"strings"

	"github.com/revstackhq/auth-go/core/internal/jose"
	"github.com/revstackhq/auth-go/core/internal/jwks"
)

// publicKey is the key of a proof.
type publicKey struct {
	key        crypto.PublicKey
	kty, crv   string
	thumbprint string // RFC 7638, SHA-256, base64url
}

const (
	minRSABits = 2048 // RFC 7518 §3.3
	maxRSABits = 8192 // above it one check costs milliseconds
	maxRSAExp  = 1<<31 - 1
)

// readKey reads the public key in a proof's header (RFC 9449 §4.2). Every proof contains its key, so this must be
// fast: it does not use encoding/json and, except for RSA, math/big.
func readKey(header jose.Object) (publicKey, *Error) {
	var k publicKey
	value, found := header.Lookup("jwk")
	if !found {
		return k, invalid("the header has no jwk")
	}
	jwk, ok := value.Object()
	if !ok {
		return k, invalid("jwk is not an object")
	}
	// RFC 9449 §4.3, check 7: no private key. A client that sends one has published it.
	for _, private := range [...]string{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"} {
		if _, found := jwk.Lookup(private); found {
			return k, invalid("jwk holds a private or symmetric key")
		}
	}
	if use, found := jwk.Lookup("use"); found && !use.TextIs("sig") { // RFC 7517 §4.2
		return k, invalid("jwk has a use other than sig")
	}
	if ops, found := jwk.Lookup("key_ops"); found && !ops.HasText("verify") { // RFC 7517 §4.3
		return k, invalid("jwk has key_ops without verify")
	}
	k.kty = text(jwk, "kty")
	switch k.kty {
	case "EC":
		return k.readEC(jwk)
	case "OKP":
		return k.readEd25519(jwk)
	case "RSA":
		return k.readRSA(jwk)
	default:
		return k, invalid("jwk has a kty other than EC, OKP and RSA")
	}
}

func (k publicKey) readEC(jwk jose.Object) (publicKey, *Error) {
	var curve elliptic.Curve
	switch k.crv = text(jwk, "crv"); k.crv {
	case "P-256":
		curve = elliptic.P256()
	case "P-384":
		curve = elliptic.P384()
	case "P-521":
		curve = elliptic.P521()
	default:
		return k, invalid("jwk has a crv other than P-256, P-384 and P-521")
	}
	encodedX, x := bytesOf(jwk, "x")
	encodedY, y := bytesOf(jwk, "y")
	size := (curve.Params().BitSize + 7) / 8
	if len(x) != size || len(y) != size { // RFC 7518 §6.2.1.2
		return k, invalid("jwk has an x or y that is not a coordinate of " + k.crv)
	}
	point := make([]byte, 0, 1+2*size)
	point = append(append(append(point, 4), x...), y...) // uncompressed, SEC 1 §2.3.3
	public, err := ecdsa.ParseUncompressedPublicKey(curve, point)
	if err != nil {
		return k, invalid("jwk is not a point on " + k.crv)
	}
	k.key = public
	k.thumbprint = thumbprintOf(`{"crv":"`, k.crv, `","kty":"EC","x":"`, encodedX, `","y":"`, encodedY, `"}`)
	return k, nil
}

func (k publicKey) readEd25519(jwk jose.Object) (publicKey, *Error) {
	if k.crv = text(jwk, "crv"); k.crv != "Ed25519" {
		return k, invalid("jwk has a crv other than Ed25519")
	}
	encoded, x := bytesOf(jwk, "x")
	if len(x) != ed25519.PublicKeySize {
		return k, invalid("jwk has an x that is not 32 bytes long")
	}
	if jwks.LowOrder(x) {
		return k, invalid("jwk is a point of low order, for which anyone can sign")
	}
	k.key = ed25519.PublicKey(x)
	k.thumbprint = thumbprintOf(`{"crv":"Ed25519","kty":"OKP","x":"`, encoded, `"}`)
	return k, nil
}

func (k publicKey) readRSA(jwk jose.Object) (publicKey, *Error) {
	encodedN, n := bytesOf(jwk, "n")
	encodedE, e := bytesOf(jwk, "e")
	// RFC 7518 §6.3.1: Base64urlUInt, without leading zeros. Two spellings of one key would have two thumbprints.
	if len(n) == 0 || len(e) == 0 || len(e) > 4 || n[0] == 0 || e[0] == 0 {
		return k, invalid("jwk has an n or e that is not a number of an RSA key")
	}
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(n)}
	for _, b := range e {
		public.E = public.E<<8 | int(b)
	}
	switch bits := public.N.BitLen(); {
	case bits < minRSABits || bits > maxRSABits:
		return k, invalid("jwk is an RSA key with fewer than 2048 or more than 8192 bits")
	case n[len(n)-1]&1 == 0 || public.E < 3 || public.E&1 == 0 || public.E > maxRSAExp:
		return k, invalid("jwk has an n or e that no RSA key has")
	}
	k.key = public
	k.thumbprint = thumbprintOf(`{"e":"`, encodedE, `","kty":"RSA","n":"`, encodedN, `"}`)
	return k, nil
}

// text returns a string member, "" if it is missing or not a string.
func text(o jose.Object, name string) string {
	v, _ := o.Lookup(name)
	s, _ := v.Text()
	return s
}

// bytesOf returns a base64url member as written and decoded; nil if it cannot be read.
func bytesOf(o jose.Object, name string) (encoded string, decoded []byte) {
	encoded = text(o, name)
	decoded, _ = jose.DecodeBase64(encoded)
	return encoded, decoded
}

// thumbprintOf hashes the parts (RFC 7638 §3). They need no escapes: the values are base64url, which has one spelling
// for each value.
func thumbprintOf(parts ...string) string {
	var small [256]byte // enough for a key on a curve
	canonical := small[:0]
	for _, p := range parts {
		canonical = append(canonical, p...)
	}
	return encode(sha256.Sum256(canonical))
}

func encode(digest [sha256.Size]byte) string { return base64.RawURLEncoding.EncodeToString(digest[:]) }

// fits reports whether alg uses keys of this type (RFC 7518 §3.4, RFC 8037 §3.1).
func (k *publicKey) fits(alg string) bool {
	switch {
	case strings.HasPrefix(alg, "RS"), strings.HasPrefix(alg, "PS"):
		return k.kty == "RSA"
	case alg == "ES256":
		return k.crv == "P-256"
	case alg == "ES384":
		return k.crv == "P-384"
	case alg == "ES512":
		return k.crv == "P-521"
	case alg == "EdDSA", alg == "Ed25519":
		return k.crv == "Ed25519"
	default:
		return false
	}
}
