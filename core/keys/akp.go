package keys

// AKP reads the public keys of JWKs of the type AKP ("algorithm key pair", RFC 9964): those of post-quantum algorithms.
// Package core has none of them; module mldsa has ML-DSA. Name an algorithm in the contract, and give its reader to the
// verifier:
//
//	core.WithKeyPolicy(keys.Policy{AKP: mldsa.Keys{}})
//
// It must be comparable and safe for concurrent use.
type AKP interface {
	// PublicKey returns the key of a JWK with that alg, whose pub is public. The error says what is wrong with it; it
	// is logged.
	PublicKey(algorithm string, public []byte) (VerifyingKey, error)
}

// VerifyingKey is a public key that verifies signatures of its one algorithm. It must be safe for concurrent use.
type VerifyingKey interface {
	// Verify reports whether signature is that of message. It must neither change nor keep them.
	Verify(message, signature []byte) bool
}
