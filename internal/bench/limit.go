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
	"fmt"
	"math/big"
	"strings"
)

var errSignature = errors.New("the signature does not fit")

// limit is the arithmetic alone: SHA-256 of the signing input and the standard
// library's check, of a signature that is decoded already.
func limit(f *fixture, token string) (func() error, error) {
	dot := strings.LastIndexByte(token, '.')
	input := []byte(token[:dot])
	signature, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
	if err != nil {
		return nil, err
	}
	switch key := f.public.(type) {
	case *rsa.PublicKey:
		return func() error {
			digest := sha256.Sum256(input)
			return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature)
		}, nil
	case *ecdsa.PublicKey:
		half := len(signature) / 2
		return func() error {
			digest := sha256.Sum256(input)
			r, s := new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:])
			return must(ecdsa.Verify(key, digest[:], r, s))
		}, nil
	case ed25519.PublicKey:
		return func() error { return must(ed25519.Verify(key, input, signature)) }, nil
	case []byte:
		return func() error {
			mac := hmac.New(sha256.New, key)
			mac.Write(input)
			return must(hmac.Equal(mac.Sum(nil), signature))
		}, nil
	default:
		return nil, fmt.Errorf("no limit for %T", key)
	}
}

func must(ok bool) error {
	if ok {
		return nil
	}
	return errSignature
}
