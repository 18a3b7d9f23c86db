package jwks

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"

	"github.com/revstackhq/auth-go/core/keys"
)

// ktyAKP is the kty of keys for a single algorithm, which the key's alg names (RFC 9964 §3).
const ktyAKP = "AKP"

// akpAlgorithms are the algorithms of such keys (RFC 9964 §4).
func akpAlgorithms() []string { return []string{"ML-DSA-44", "ML-DSA-65", "ML-DSA-87"} }

// akpKey reads a key of the type AKP with reader, from [keys.Policy].
func (e *entry) akpKey(reader keys.AKP) (key *Key, reason string) {
	if e.Alg == "" { // RFC 9964 §3: REQUIRED
		return nil, "alg is missing, which an AKP key must have"
	}
	if !slices.Contains(akpAlgorithms(), e.Alg) {
		return nil, "unsupported alg " + printable(e.Alg, shownBytes) + " of an AKP key"
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(e.Pub)
	if err != nil || len(raw) == 0 {
		return nil, "pub is missing or not base64url"
	}
	public, err := reader.PublicKey(e.Alg, raw)
	if err != nil || public == nil {
		reason = "unreadable"
		if err != nil {
			reason += ": " + printable(err.Error(), shownBytes)
		}
		return nil, reason
	}
	key = &Key{Key: keys.Key{ID: e.Kid, Algorithm: e.Alg, Public: public}, Kty: ktyAKP, Bits: 8 * len(raw)}
	// RFC 7638 §3 with the members of RFC 9964 §5. The values need no escapes.
	canonical := base64.RawURLEncoding.EncodeToString(raw)
	key.Thumbprint = sha256.Sum256([]byte(`{"alg":"` + e.Alg + `","kty":"AKP","pub":"` + canonical + `"}`))
	return key, ""
}
