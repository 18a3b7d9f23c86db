package rsaverify_test

import (
	"bytes"
	"crypto"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/test"
)

// At 2048 bits nothing leaves the stack, for a valid signature and for a refused one. Above that, bigmod allocates two
// buffers for each of its 19 multiplications; crypto/rsa, on the same arithmetic, about twice as many.
func TestAllocations(t *testing.T) {
	if test.Race {
		t.Skip("the race detector changes what escapes")
	}
	for bits, limit := range map[int]float64{2048: 0, 3072: 42, 4096: 42} {
		k := keyFor(t, bits, 65537)
		for _, s := range schemes() {
			for _, hash := range hashes() {
				digest := hashOf(hash, []byte("allocations"))
				good := k.sign(t, s.encode(t, k, hash, digest, digest))
				s.mustAccept(t, k, hash, digest, good)
				for name, sig := range map[string][]byte{
					"valid": good, "changed": xor(good, []byte{0, 0, 1}), "short": good[1:],
					"all ff, too long": bytes.Repeat([]byte{0xff}, 2*len(good)),
				} {
					got := testing.AllocsPerRun(20, func() { _ = s.ours(k.prepared, hash, digest, sig) })
					if got > limit {
						t.Errorf("%s %v, %d bits, %s: %v allocations, want at most %v", s.name, hash, bits, name, got, limit)
					}
				}
			}
		}
	}
}

// A signature at or above the modulus costs the one error bigmod makes.
func TestAllocationsOutOfRange(t *testing.T) {
	if test.Race {
		t.Skip("the race detector changes what escapes")
	}
	k := keyFor(t, 2048, 65537)
	sig := k.N.FillBytes(make([]byte, k.octets()))
	digest := hashOf(crypto.SHA256)
	for _, s := range schemes() {
		if got := testing.AllocsPerRun(20, func() { _ = s.ours(k.prepared, crypto.SHA256, digest, sig) }); got > 1 {
			t.Errorf("%s: %v allocations, want at most 1", s.name, got)
		}
	}
}
