package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"
)

var errSignature = errors.New("the signature is wrong")

// limit is the arithmetic alone: SHA-256 of the signing input and the standard
// library's check, of a signature that is decoded already.
func limit(f *fixture, token string) func() error {
	dot := strings.LastIndexByte(token, '.')
	input, signature := []byte(token[:dot]), must(base64.RawURLEncoding.DecodeString(token[dot+1:]))
	verdict := func(ok bool) error {
		if ok {
			return nil
		}
		return errSignature
	}
	switch key := f.public.(type) {
	case *rsa.PublicKey:
		return func() error {
			digest := sha256.Sum256(input)
			return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature)
		}
	case *ecdsa.PublicKey:
		half := len(signature) / 2
		return func() error {
			digest := sha256.Sum256(input)
			r, s := new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:])
			return verdict(ecdsa.Verify(key, digest[:], r, s))
		}
	case ed25519.PublicKey:
		return func() error { return verdict(ed25519.Verify(key, input, signature)) }
	default:
		return func() error {
			mac := hmac.New(sha256.New, f.public.([]byte))
			mac.Write(input)
			return verdict(hmac.Equal(mac.Sum(nil), signature))
		}
	}
}
