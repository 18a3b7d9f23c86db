// Package jws verifies the signatures of JSON Web Signatures (RFC 7515) with
// the algorithms of RFC 7518. It decides nothing about trust: its caller chooses
// algorithm and key.
package jws

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"maps"
	"slices"

	"github.com/golang-jwt/jwt/v5"

	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

// Algorithm is one signature algorithm. It is safe for concurrent use.
type Algorithm struct {
	// Name is the value of the header's alg.
	Name string
	// Hash is what the algorithm hashes with, 0 for EdDSA.
	Hash crypto.Hash
	// Symmetric algorithms verify with a secret, see [HMAC], the others with a
	// public key.
	Symmetric bool
	// External algorithms are verified by the key itself, a [keys.VerifyingKey].
	External bool

	rsa        rsaScheme
	coordinate int               // length in bytes of r and of s in a signature, 0 if not ECDSA
	edwards    bool              // EdDSA: only Ed25519 keys
	tabled     bool              // frequently used keys get a table
	method     jwt.SigningMethod // nil for HMAC and ECDSA
}

// Verify reports whether sig is the signature of input by k. If standard is set,
// the standard library verifies every signature. Otherwise RSA keys are prepared
// once, and keys of ES256 and EdDSA that have verified some dozens of tokens get
// a table.
func (a *Algorithm) Verify(k *jwks.Key, input string, sig []byte, standard bool) bool {
	if a.Symmetric {
		return false // a published key used as a secret would let anyone sign
	}
	if a.External {
		public, ok := k.Public.(keys.VerifyingKey)
		return ok && k.Algorithm == a.Name && public.Verify([]byte(input), sig)
	}
	if _, isEd := k.Public.(ed25519.PublicKey); isEd != a.edwards {
		return false
	}
	switch {
	case standard:
	case a.rsa != notRSA:
		if prepared := preparedRSA(k); prepared != nil {
			return a.verifyRSA(prepared, input, sig)
		}
	case a.tabled:
		if slot := slotOf(k); slot != nil {
			return a.verifyWithTable(slot, k, input, sig)
		}
	}
	return a.verifyStandard(k, input, sig)
}

// verifyStandard checks a signature with the standard library.
func (a *Algorithm) verifyStandard(k *jwks.Key, input string, sig []byte) bool {
	if a.coordinate > 0 {
		public, ok := k.Public.(*ecdsa.PublicKey)
		return ok && a.verifyECDSA(public, input, sig)
	}
	return a.method.Verify(input, sig, k.Public) == nil
}

// exactPSS returns m with a salt exactly as long as the hash, as RFC 7518 §3.5
// demands; golang-jwt accepts any length.
func exactPSS(m *jwt.SigningMethodRSAPSS) *jwt.SigningMethodRSAPSS {
	return &jwt.SigningMethodRSAPSS{
		SigningMethodRSA: m.SigningMethodRSA,
		Options:          m.Options,
		VerifyOptions:    &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: m.Hash},
	}
}

// algorithms holds those of RFC 7518 §3.1 except none, which verifies nothing,
// and EdDSA (RFC 8037).
//
//nolint:gochecknoglobals // a constant table
var algorithms = map[string]*Algorithm{
	"HS256": {Name: "HS256", Hash: crypto.SHA256, Symmetric: true},
	"HS384": {Name: "HS384", Hash: crypto.SHA384, Symmetric: true},
	"HS512": {Name: "HS512", Hash: crypto.SHA512, Symmetric: true},
	"RS256": {Name: "RS256", Hash: crypto.SHA256, rsa: rsaPKCS1v15, method: jwt.SigningMethodRS256},
	"RS384": {Name: "RS384", Hash: crypto.SHA384, rsa: rsaPKCS1v15, method: jwt.SigningMethodRS384},
	"RS512": {Name: "RS512", Hash: crypto.SHA512, rsa: rsaPKCS1v15, method: jwt.SigningMethodRS512},
	"PS256": {Name: "PS256", Hash: crypto.SHA256, rsa: rsaPSS, method: exactPSS(jwt.SigningMethodPS256)},
	"PS384": {Name: "PS384", Hash: crypto.SHA384, rsa: rsaPSS, method: exactPSS(jwt.SigningMethodPS384)},
	"PS512": {Name: "PS512", Hash: crypto.SHA512, rsa: rsaPSS, method: exactPSS(jwt.SigningMethodPS512)},
	"ES256": {Name: "ES256", Hash: crypto.SHA256, coordinate: 32, tabled: true},
	"ES384": {Name: "ES384", Hash: crypto.SHA384, coordinate: 48},
	"ES512": {Name: "ES512", Hash: crypto.SHA512, coordinate: 66},
	"EdDSA": {Name: "EdDSA", edwards: true, tabled: true, method: jwt.SigningMethodEdDSA},
	// RFC 9864 §2.2: EdDSA with the curve in the name. A contract that names one of the two accepts no other.
	"Ed25519": {Name: "Ed25519", edwards: true, tabled: true, method: jwt.SigningMethodEdDSA},
	// RFC 9964 §4.
	"ML-DSA-44": {Name: "ML-DSA-44", External: true},
	"ML-DSA-65": {Name: "ML-DSA-65", External: true},
	"ML-DSA-87": {Name: "ML-DSA-87", External: true},
}

// Find returns the algorithm of that exact name, nil if it is not supported.
func Find(name string) *Algorithm { return algorithms[name] }

// Names returns the names of all supported algorithms, sorted.
func Names() []string { return slices.Sorted(maps.Keys(algorithms)) }
