package test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// Private keys. Each is generated once, because RSA keys take long.
var (
	RSAKey   = sync.OnceValue(newRSAKey)
	OtherRSA = sync.OnceValue(newRSAKey)
	P256Key  = sync.OnceValue(func() *ecdsa.PrivateKey { return newECKey(elliptic.P256()) })
	P384Key  = sync.OnceValue(func() *ecdsa.PrivateKey { return newECKey(elliptic.P384()) })
	P521Key  = sync.OnceValue(func() *ecdsa.PrivateKey { return newECKey(elliptic.P521()) })
	EdKey    = sync.OnceValue(func() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)) })
)

func newRSAKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

func newECKey(curve elliptic.Curve) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

// PublicJWK returns key as a JWK for signatures.
func PublicJWK(key any, kid, alg string) jose.JSONWebKey {
	return jose.JSONWebKey{Key: key, KeyID: kid, Algorithm: alg, Use: "sig"}
}

// JWKS returns the key set of keys.
func JWKS(tb testing.TB, keys ...jose.JSONWebKey) json.RawMessage {
	tb.Helper()
	return json.RawMessage(JSON(tb, jose.JSONWebKeySet{Keys: keys}))
}

// PublicPEM returns the public key in PEM form.
func PublicPEM(tb testing.TB, key any) string {
	tb.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		tb.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}
