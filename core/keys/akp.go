package keys

// AKP reads public keys of the JWK type AKP ("algorithm key pair", RFC 9964), which post-quantum algorithms use.
// Package core implements no such algorithm; module mldsa implements ML-DSA. Name an algorithm in the contract, and
// give its reader to the verifier:
//
//	core.WithKeyPolicy(keys.Policy{AKP: mldsa.Keys{}})
//
// It must be comparable and safe for concurrent use.
type AKP interface {
	// PublicKey returns the key of a JWK whose alg is algorithm and whose decoded pub is public. The error says what is
	// wrong with the key; it is logged. PublicKey must not change or keep public.
	PublicKey(algorithm string, public []byte) (VerifyingKey, error)
}

// VerifyingKey is a public key for a single algorithm. It must be safe for concurrent use.
type VerifyingKey interface {
	// Verify reports whether signature is a valid signature of message. It must not change or keep either slice.
	Verify(message, signature []byte) bool
}
