package jwks

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// FromPEM reads public keys from PEM blocks: PUBLIC KEY (PKIX), RSA PUBLIC KEY (PKCS #1) and CERTIFICATE. Only the
// key of a certificate is used; its dates and chain are not checked. If kid is empty, the keys are tried for tokens
// with any kid or none; otherwise they are for tokens with that kid, and there must be only one key for each
// algorithm. alg binds the keys to one algorithm; if it is empty, they are not bound. Every block must be usable.
// Errors never echo the input.
func FromPEM(data []byte, kid, alg string) (*Set, error) {
	if len(kid) > maxKidSize {
		return nil, errors.New("jwks: kid longer than 256 bytes")
	}
	set := newSet(Limits{})
	set.set.anyKid = kid == ""
	for n := 1; ; n++ {
		var block *pem.Block
		block, data = pem.Decode(data)
		if block == nil {
			break
		}
		pub, err := fromBlock(block)
		if err != nil {
			return nil, fmt.Errorf("jwks: PEM block %d: %w", n, err)
		}
		key, reason := newKey(pub, kid, alg)
		if reason == "" {
			reason = set.add(key)
		}
		if reason != "" {
			return nil, fmt.Errorf("jwks: PEM block %d: %s", n, reason)
		}
	}
	made := set.done()
	if len(made.keys) == 0 {
		return nil, errors.New("jwks: no PEM block found; paste the key with its BEGIN and END lines and real line breaks")
	}
	for _, alg := range made.algs {
		if len(made.fitting(alg.name)) > maxKidless {
			return nil, fmt.Errorf("jwks: more than %d PEM keys for %s; a JWK Set distinguishes them by kid",
				maxKidless, alg.name)
		}
	}
	return made, nil
}

func fromBlock(block *pem.Block) (crypto.PublicKey, error) {
	switch {
	case strings.Contains(block.Type, "PRIVATE KEY"):
		return nil, errors.New("a private key is not needed to verify and must not be here; give the public key")
	case block.Type == "PUBLIC KEY":
		pub, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return nil, errors.New("unreadable PUBLIC KEY")
		}
		return pub, nil
	case block.Type == "RSA PUBLIC KEY":
		pub, err := x509.ParsePKCS1PublicKey(block.Bytes)
		if err != nil {
			return nil, errors.New("unreadable RSA PUBLIC KEY")
		}
		return pub, nil
	case block.Type == "CERTIFICATE":
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, errors.New("unreadable CERTIFICATE")
		}
		return cert.PublicKey, nil
	}
	return nil, fmt.Errorf("a %q block contains no public key", printable(block.Type, shownBytes))
}
