package ecverify

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"

	"filippo.io/nistec"

	"github.com/revstackhq/auth-go/core/internal/signedwindow"
	"github.com/revstackhq/auth-go/core/internal/standardcrypto"
)

// ErrUnsupportedKey reports a public key that [Prepare] leaves to crypto/ecdsa. In FIPS 140-3 mode and under
// BoringCrypto that is every key.
var ErrUnsupportedKey = errors.New("ecverify: the key is left to crypto/ecdsa")

// keyWindow is the width of the windows, in bits. A wider one means fewer additions and a larger table.
const keyWindow = 6 // 43 places of 32 points, 132 KB

// scalarBits is the length of the scalars, which are below the order of the group.
const scalarBits = 256

// Key is a prepared public key. It is immutable and safe for concurrent use. A nil *Key refuses every signature.
type Key struct {
	multiples signedwindow.Table[nistec.P256Point]
}

// Size returns the number of bytes that a key takes.
func Size() int { return signedwindow.SizeOf[nistec.P256Point](scalarBits, keyWindow) }

// Prepare returns pub as a prepared key, which takes as long as a few checks. It copies what it needs. For keys of
// other curves, and for points that are not on P-256, the error is [ErrUnsupportedKey].
func Prepare(pub *ecdsa.PublicKey) (*Key, error) {
	if standardcrypto.Required() || pub == nil || pub.Curve != elliptic.P256() {
		return nil, ErrUnsupportedKey
	}
	onCurve, err := pub.ECDH() // refuses the point at infinity, too
	if err != nil {
		return nil, ErrUnsupportedKey
	}
	q, err := nistec.NewP256Point().SetBytes(onCurve.Bytes())
	if err != nil {
		return nil, ErrUnsupportedKey
	}
	return &Key{multiples: signedwindow.NewTable(q, scalarBits, keyWindow)}, nil
}
