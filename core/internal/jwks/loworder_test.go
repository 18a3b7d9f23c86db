package jwks_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/jwks"
)

// lowOrder are the encodings of points of low order, without the sign of x.
func lowOrder(t *testing.T) []ed25519.PublicKey {
	t.Helper()
	var keys []ed25519.PublicKey
	for _, text := range []string{
		strings.Repeat("00", 32),
		"01" + strings.Repeat("00", 31),
		"ec" + strings.Repeat("ff", 30) + "7f",
		"ed" + strings.Repeat("ff", 30) + "7f",
		"ee" + strings.Repeat("ff", 30) + "7f",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	} {
		key, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		negative := append(ed25519.PublicKey{}, key...)
		negative[31] |= 0x80
		keys = append(keys, key, negative)
	}
	return keys
}

// TestLowOrder: a key that everyone can sign for is refused, wherever it comes from. The signature is R = identity,
// S = 0, which fits a key of order 8 for one message in eight.
func TestLowOrder(t *testing.T) {
	forged := make([]byte, ed25519.SignatureSize)
	forged[0] = 1
	for _, key := range lowOrder(t) {
		fits := false
		for i := range 64 {
			fits = fits || ed25519.Verify(key, fmt.Append(nil, i), forged)
		}
		if !fits {
			t.Errorf("%x: crypto/ed25519 refuses the forged signature: the test proves nothing", []byte(key))
		}
		if !jwks.LowOrder(key) {
			t.Errorf("%x is not recognized", []byte(key))
		}
		if _, err := jwks.FromPEM(pkix(key), "", ""); err == nil || !strings.Contains(err.Error(), "low order") {
			t.Errorf("%x in PEM: %v", []byte(key), err)
		}
	}
	good, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	if jwks.LowOrder(good) || jwks.LowOrder(good[:31]) || jwks.LowOrder(nil) {
		t.Error("a good key, or none, is of low order")
	}
}
