package rsaverify_test

import (
	"crypto"
	"crypto/rsa"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"testing"
)

// A third implementation made these (testdata/openssl.sh): Go's own could share a fault with ours, since both
// stand on bigmod.
func TestSignaturesMadeByOpenSSL(t *testing.T) {
	text, err := os.ReadFile("testdata/openssl.json")
	if err != nil {
		t.Fatal(err)
	}
	var keys []struct {
		Exponent   int
		Modulus    string
		Signatures []struct {
			Valid     bool
			Scheme    string
			Hash      string
			Message   string
			Signature string
		}
	}
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatal(err)
	}
	valid, invalid := 0, 0
	for _, key := range keys {
		n, ok := new(big.Int).SetString(key.Modulus, 16)
		if !ok {
			t.Fatalf("modulus %q", key.Modulus)
		}
		pub := &rsa.PublicKey{N: n, E: key.Exponent}
		k := &testKey{PublicKey: pub, prepared: prepare(t, pub)}
		for i, v := range key.Signatures {
			hash := map[string]crypto.Hash{"sha256": crypto.SHA256, "sha384": crypto.SHA384, "sha512": crypto.SHA512}[v.Hash]
			s := map[string]scheme{"PKCS1v15": pkcs1v15(), "PSS": pss()}[v.Scheme]
			t.Run(fmt.Sprintf("%d bits e=%d %s %v %d", n.BitLen(), pub.E, s.name, hash, i), func(t *testing.T) {
				sig, err := hex.DecodeString(v.Signature)
				if err != nil {
					t.Fatal(err)
				}
				if got := s.accepts(t, k, hash, hashOf(hash, []byte(v.Message)), sig); got != v.Valid {
					t.Errorf("accepted: %t, want %t", got, v.Valid)
				}
			})
			if v.Valid {
				valid++
			} else {
				invalid++
			}
		}
	}
	if valid < 36 || invalid < 30 {
		t.Errorf("%d valid and %d invalid signatures, want 36 and 30", valid, invalid)
	}
}
