package edverify

import (
	"crypto/ed25519"
	"errors"
	"sync"

	"filippo.io/edwards25519"

	"github.com/revstackhq/auth-go/core/internal/signedwindow"
	"github.com/revstackhq/auth-go/core/internal/standardcrypto"
)

// ErrUnsupportedKey reports a public key that [Prepare] leaves to crypto/ed25519. In FIPS 140-3 mode and under
// BoringCrypto that is every key.
var ErrUnsupportedKey = errors.New("edverify: the key is left to crypto/ed25519")

// The widths of the windows, in bits. A wider one means fewer additions and a larger table.
const (
	keyWindow  = 5 // 51 places of 16 points, 130 KB for each key
	baseWindow = 7 // 37 places of 64 points, 379 KB once for the whole program
)

// scalarBits is the length of the scalars, which are below the order of the group, 2²⁵² + 277….
const scalarBits = 253

type table = signedwindow.Table[edwards25519.Point]

// base returns the table of the group's generator, one for the whole program.
//
//nolint:gochecknoglobals // a constant that is computed when the first key is prepared
var base = sync.OnceValue(func() table {
	return signedwindow.NewTable(edwards25519.NewGeneratorPoint(), scalarBits, baseWindow)
})

// Key is a prepared public key. It is immutable and safe for concurrent use. A nil *Key refuses every signature.
type Key struct {
	encoded [ed25519.PublicKeySize]byte // as it was given, canonical or not: it is hashed
	minus   table                       // of −A, where A is the public key
}

// Size returns the number of bytes that a key takes.
func Size() int { return signedwindow.SizeOf[edwards25519.Point](scalarBits, keyWindow) }

// Prepare returns pub as a prepared key, which takes as long as a few checks. It copies what it needs. For octets
// that crypto/ed25519 does not decode, the error is [ErrUnsupportedKey].
func Prepare(pub ed25519.PublicKey) (*Key, error) {
	if standardcrypto.Required() {
		return nil, ErrUnsupportedKey
	}
	a, err := new(edwards25519.Point).SetBytes(pub)
	if err != nil {
		return nil, ErrUnsupportedKey
	}
	k := &Key{minus: signedwindow.NewTable(a.Negate(a), scalarBits, keyWindow)}
	copy(k.encoded[:], pub)
	return k, nil
}
