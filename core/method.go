package core

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"slices"

	"github.com/golang-jwt/jwt/v5"
)

// method verifies the signatures of one algorithm: with golang-jwt, with the
// key's prepared modulus where rsa says so, or with a kept HMAC.
type method struct {
	alg    string
	hash   crypto.Hash
	hmac   bool
	rsa    rsaScheme
	signer jwt.SigningMethod
}

// verify reports whether sig signs input. key is what the algorithm needs:
// *rsa.PublicKey, *ecdsa.PublicKey or ed25519.PublicKey.
func (m *method) verify(input string, sig []byte, key any) bool {
	if _, isEd := key.(ed25519.PublicKey); isEd != (m.alg == "EdDSA") {
		return false
	}
	return m.signer.Verify(input, sig, key) == nil
}

// exactPSS is PSS with the salt as long as the hash, as RFC 7518 §3.5 demands;
// golang-jwt accepts any length.
func exactPSS(m *jwt.SigningMethodRSAPSS) *jwt.SigningMethodRSAPSS {
	return &jwt.SigningMethodRSAPSS{
		SigningMethodRSA: m.SigningMethodRSA,
		Options:          m.Options,
		VerifyOptions:    &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: m.Hash},
	}
}

// methods holds every algorithm of RFC 7518 §3.1 but none, and EdDSA (RFC 8037).
//
//nolint:gochecknoglobals // a constant table
var methods = map[string]*method{
	"HS256": {alg: "HS256", hash: crypto.SHA256, hmac: true},
	"HS384": {alg: "HS384", hash: crypto.SHA384, hmac: true},
	"HS512": {alg: "HS512", hash: crypto.SHA512, hmac: true},
	"RS256": {alg: "RS256", hash: crypto.SHA256, rsa: rsaPKCS1v15, signer: jwt.SigningMethodRS256},
	"RS384": {alg: "RS384", hash: crypto.SHA384, rsa: rsaPKCS1v15, signer: jwt.SigningMethodRS384},
	"RS512": {alg: "RS512", hash: crypto.SHA512, rsa: rsaPKCS1v15, signer: jwt.SigningMethodRS512},
	"PS256": {alg: "PS256", hash: crypto.SHA256, rsa: rsaPSS, signer: exactPSS(jwt.SigningMethodPS256)},
	"PS384": {alg: "PS384", hash: crypto.SHA384, rsa: rsaPSS, signer: exactPSS(jwt.SigningMethodPS384)},
	"PS512": {alg: "PS512", hash: crypto.SHA512, rsa: rsaPSS, signer: exactPSS(jwt.SigningMethodPS512)},
	"ES256": {alg: "ES256", hash: crypto.SHA256, signer: jwt.SigningMethodES256},
	"ES384": {alg: "ES384", hash: crypto.SHA384, signer: jwt.SigningMethodES384},
	"ES512": {alg: "ES512", hash: crypto.SHA512, signer: jwt.SigningMethodES512},
	"EdDSA": {alg: "EdDSA", signer: jwt.SigningMethodEdDSA},
}

func methodOf(alg string) *method { return methods[alg] }

func supportedAlgorithms() []string {
	names := make([]string, 0, len(methods))
	for name := range methods {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
