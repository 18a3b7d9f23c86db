// Package mldsa lets a verifier accept tokens that are signed with ML-DSA, the post-quantum signatures of FIPS 204, as
// RFC 9964 defines them for JSON Web Tokens.
//
//	contract, err := core.NewContract(core.Rules{
//		Issuer:     "https://login.example.com",
//		JWKSURL:    "https://login.example.com/jwks.json",
//		Audiences:  []string{"https://api.example.com"},
//		Algorithms: []string{"ML-DSA-65"},
//	})
//	verifier, err := core.NewVerifier(contract, core.WithKeyPolicy(keys.Policy{AKP: mldsa.Keys{}}))
//
// A contract accepts the algorithms that it names and no others, so nothing changes for contracts that do not
// name one of these. If a contract names one and the verifier has no reader for its keys, construction fails. Keys are
// JWKs of the type AKP; each is for the one algorithm that it names. Signatures have no context string, and sign
// the message itself, not a hash of it.
//
// A signature has 2,420 (ML-DSA-44), 3,309 or 4,627 bytes, so a token has up to 8,000 characters: more than many
// proxies and some frameworks accept in a header by default.
//
// [Keys] is safe for concurrent use. Its errors are reasons why an entry of a key set is skipped.
package mldsa

import (
	"errors"
	"fmt"

	"filippo.io/mldsa"

	"github.com/revstackhq/auth-go/core/keys"
)

// The names of the algorithms (RFC 9964 §4), for core.Rules.Algorithms.
const (
	MLDSA44 = "ML-DSA-44"
	MLDSA65 = "ML-DSA-65"
	MLDSA87 = "ML-DSA-87"
)

// Keys reads the public keys of ML-DSA for keys.Policy.AKP.
type Keys struct{}

var _ keys.AKP = Keys{}

// PublicKey returns the key of a JWK with that alg.
func (Keys) PublicKey(algorithm string, public []byte) (keys.VerifyingKey, error) {
	var params mldsa.Parameters
	switch algorithm {
	case MLDSA44:
		params = mldsa.MLDSA44()
	case MLDSA65:
		params = mldsa.MLDSA65()
	case MLDSA87:
		params = mldsa.MLDSA87()
	default:
		return nil, errors.New("the algorithm is not ML-DSA-44, ML-DSA-65 or ML-DSA-87")
	}
	if len(public) != params.PublicKeySize() {
		return nil, fmt.Errorf("a key of %s has %d bytes, this one has %d", algorithm, params.PublicKeySize(), len(public))
	}
	key, err := mldsa.NewPublicKey(params, public)
	if err != nil {
		return nil, fmt.Errorf("not a key of %s: %w", algorithm, err)
	}
	return verifyingKey{key}, nil
}

type verifyingKey struct{ key *mldsa.PublicKey }

// Verify implements keys.VerifyingKey.
func (k verifyingKey) Verify(message, signature []byte) bool {
	return mldsa.Verify(k.key, message, signature, nil) == nil // nil: no context (RFC 9964 §4)
}
