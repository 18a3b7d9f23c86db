package rsaverify_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"errors"
	"math/big"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/rsaverify"
	"github.com/revstackhq/auth-go/core/internal/standardcrypto"
	"github.com/revstackhq/auth-go/core/internal/test"
)

func TestPrepareRefusesWhatCryptoRSAShouldJudge(t *testing.T) {
	skipWithoutKeys(t)
	oddOf := func(bits uint) *big.Int {
		n := new(big.Int).Lsh(big.NewInt(1), bits-1)
		return n.SetBit(n, 0, 1)
	}
	even := new(big.Int).Lsh(big.NewInt(3), 2046)
	negative := new(big.Int).Neg(oddOf(2048))
	tests := map[string]struct {
		pub    *rsa.PublicKey
		reason string // "" is a key that is taken
	}{
		"2048 bits":       {&rsa.PublicKey{N: oddOf(2048), E: 65537}, ""},
		"8192 bits":       {&rsa.PublicKey{N: oddOf(8192), E: 65537}, ""},
		"exponent 3":      {&rsa.PublicKey{N: oddOf(2048), E: 3}, ""},
		"exponent 2^31-1": {&rsa.PublicKey{N: oddOf(2048), E: 1<<31 - 1}, ""},
		"nil":             {nil, "missing"},
		"no modulus":      {&rsa.PublicKey{E: 65537}, "missing"},
		"modulus 0":       {&rsa.PublicKey{N: new(big.Int), E: 65537}, "not positive"},
		"modulus < 0":     {&rsa.PublicKey{N: negative, E: 65537}, "not positive"},
		"2047 bits":       {&rsa.PublicKey{N: oddOf(2047), E: 65537}, "2048 to 8192"},
		"1024 bits":       {&rsa.PublicKey{N: oddOf(1024), E: 65537}, "2048 to 8192"},
		"8193 bits":       {&rsa.PublicKey{N: oddOf(8193), E: 65537}, "2048 to 8192"},
		"even modulus":    {&rsa.PublicKey{N: even, E: 65537}, "modulus is even"},
		"exponent -1":     {&rsa.PublicKey{N: oddOf(2048), E: -1}, "between 3 and 2^31-1"},
		"exponent 0":      {&rsa.PublicKey{N: oddOf(2048), E: 0}, "between 3 and 2^31-1"},
		"exponent 1":      {&rsa.PublicKey{N: oddOf(2048), E: 1}, "between 3 and 2^31-1"},
		"exponent 2":      {&rsa.PublicKey{N: oddOf(2048), E: 2}, "between 3 and 2^31-1"},
		"exponent 4":      {&rsa.PublicKey{N: oddOf(2048), E: 4}, "exponent is even"},
		"exponent 65536":  {&rsa.PublicKey{N: oddOf(2048), E: 65536}, "exponent is even"},
	}
	if strconv.IntSize == 64 {
		above, _ := strconv.Atoi("2147483649") // 2^31 + 1, which a 32-bit int cannot hold
		tests["exponent 2^31+1"] = struct {
			pub    *rsa.PublicKey
			reason string
		}{&rsa.PublicKey{N: oddOf(2048), E: above}, "between 3 and 2^31-1"}
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			key, err := rsaverify.Prepare(tt.pub)
			if tt.reason == "" {
				if err != nil || key == nil {
					t.Fatalf("Prepare = %v, %v, want a key", key, err)
				}
				return
			}
			var unsupported *rsaverify.UnsupportedKeyError
			if key != nil || !errors.As(err, &unsupported) || !strings.Contains(err.Error(), tt.reason) {
				t.Fatalf("Prepare = %v, %v, want an UnsupportedKeyError about %q", key, err, tt.reason)
			}
		})
	}
}

func TestKeyKeepsACopy(t *testing.T) {
	k := keyFor(t, 2048, 65537)
	pub := &rsa.PublicKey{N: new(big.Int).Set(k.N), E: k.E}
	key, err := rsaverify.Prepare(pub)
	if err != nil {
		t.Fatal(err)
	}
	digest := hashOf(crypto.SHA256, []byte("copy"))
	sig := k.sign(t, padPKCS1v15(k.octets(), digestInfo(t, crypto.SHA256, digest)))
	words := pub.N.Bits()
	for i := range words {
		words[i] = 0
	}
	pub.E = 3
	if err := key.VerifyPKCS1v15(crypto.SHA256, digest, sig); err != nil {
		t.Fatalf("the key followed its source: %v", err)
	}
}

func TestEmptyKeysRefuse(t *testing.T) {
	digest, sig := hashOf(crypto.SHA256), make([]byte, 256)
	for _, s := range schemes() {
		for name, key := range map[string]*rsaverify.Key{"nil": nil, "zero": {}} {
			for _, sig := range [][]byte{nil, {}, sig} {
				if err := s.ours(key, crypto.SHA256, digest, sig); !errors.Is(err, rsaverify.ErrVerification) {
					t.Errorf("%s with a %s key: %v, want ErrVerification", s.name, name, err)
				}
			}
		}
	}
}

func TestHashesAndDigestsThatAreNotServed(t *testing.T) {
	k := keyFor(t, 2048, 65537)
	random := newRandom("unserved")
	for _, s := range schemes() {
		for _, hash := range []crypto.Hash{crypto.SHA1, crypto.SHA512_256} {
			// Well made with that hash, and still refused: RFC 7518 has no use for it.
			digest := hashOf(hash, []byte("hello"))
			sig := k.sign(t, s.encode(t, k, hash, digest, randomOctets(random, hash.Size())))
			if err := s.theirs(k.PublicKey, hash, digest, sig); err != nil {
				t.Fatalf("%s %v: the control is not a valid signature: %v", s.name, hash, err)
			}
			if err := s.ours(k.prepared, hash, digest, sig); !errors.Is(err, rsaverify.ErrVerification) {
				t.Errorf("%s %v: %v, want ErrVerification", s.name, hash, err)
			}
		}
		for _, hash := range []crypto.Hash{0, crypto.MD5, crypto.SHA224, crypto.SHA3_256, 99} {
			if err := s.ours(k.prepared, hash, make([]byte, 32), make([]byte, 256)); !errors.Is(err, rsaverify.ErrVerification) {
				t.Errorf("%s hash %d: %v, want ErrVerification", s.name, hash, err)
			}
		}
		for _, hash := range hashes() {
			good := hashOf(hash, []byte("hello"))
			for name, digest := range map[string][]byte{
				"nil": nil, "empty": {}, "short": good[:len(good)-1], "long": join(good, []byte{0}),
			} {
				// Signed just so: T and M' hold that very digest.
				sig := k.sign(t, s.encode(t, k, hash, digest, randomOctets(random, hash.Size())))
				if s.accepts(t, k, hash, digest, sig) {
					t.Errorf("%s %v: accepted a %s digest", s.name, hash, name)
				}
			}
		}
	}
}

// What a verifier that fills up or cuts off a digest would take for the right encoded message.
func TestDigestsOfTheWrongLength(t *testing.T) {
	k := keyFor(t, 2048, 65537)
	for _, hash := range hashes() {
		digest := hashOf(hash, []byte("length"))
		digest[len(digest)-1] = 0
		salt := hashOf(hash, digest)
		short, long := digest[:len(digest)-1], join(digest, []byte{0})
		prefix := digestInfo(t, hash, digest)
		prefix = prefix[:len(prefix)-len(digest)]
		pkcs1v15().mustAccept(t, k, hash, digest, k.sign(t, padPKCS1v15(k.octets(), join(prefix, digest))))
		padded := k.sign(t, goodPSS(hash, digest, salt).encode(k.emBits()))
		pss().mustAccept(t, k, hash, digest, padded)
		for _, wrong := range [][]byte{short, long, {}, nil} {
			pkcs1v15().mustRefuse(t, k, hash, wrong, k.sign(t, padPKCS1v15(k.octets(), join(prefix, wrong))))
			pss().mustRefuse(t, k, hash, wrong, padded)
		}
	}
	// No hash and no digest: crypto/rsa takes the first of these, which says nothing about any message.
	for _, hash := range []crypto.Hash{0, crypto.SHA1, 99} {
		for _, digest := range [][]byte{nil, {}} {
			err := k.prepared.VerifyPKCS1v15(hash, digest, k.sign(t, padPKCS1v15(k.octets(), nil)))
			if !errors.Is(err, rsaverify.ErrVerification) {
				t.Errorf("PKCS1v15 without a digest: %v, want ErrVerification", err)
			}
			err = k.prepared.VerifyPSS(hash, digest, k.raw(t, big.NewInt(0x1bc)))
			if !errors.Is(err, rsaverify.ErrVerification) {
				t.Errorf("PSS without a digest: %v, want ErrVerification", err)
			}
		}
	}
}

func TestKeyIsSafeForConcurrentUse(t *testing.T) {
	k := keyFor(t, 2048, 65537)
	random := newRandom("concurrent")
	var group sync.WaitGroup
	for _, s := range schemes() {
		for _, hash := range hashes() {
			digest := hashOf(hash, []byte(s.name))
			good := k.sign(t, s.encode(t, k, hash, digest, randomOctets(random, hash.Size())))
			bad := bytes.Clone(good)
			bad[100] ^= 1
			for range 2 {
				group.Go(func() {
					for range 50 {
						if s.ours(k.prepared, hash, digest, good) != nil || s.ours(k.prepared, hash, digest, bad) == nil {
							t.Errorf("%s %v: wrong verdict among goroutines", s.name, hash)
						}
					}
				})
			}
		}
	}
	group.Wait()
}

func TestInputsAreLeftAlone(t *testing.T) {
	k := keyFor(t, 2049, 65537)
	for _, s := range schemes() {
		digest := hashOf(crypto.SHA384, []byte("read only"))
		sig := k.sign(t, s.encode(t, k, crypto.SHA384, digest, make([]byte, 48)))
		digestBefore, sigBefore := bytes.Clone(digest), bytes.Clone(sig)
		s.mustAccept(t, k, crypto.SHA384, digest, sig)
		if !bytes.Equal(digest, digestBefore) || !bytes.Equal(sig, sigBefore) {
			t.Errorf("%s wrote to its arguments", s.name)
		}
	}
}

func TestFIPSModeUsesCryptoRSA(t *testing.T) {
	if standardcrypto.Required() && !test.IsFIPSChild() {
		var unsupported *rsaverify.UnsupportedKeyError
		key, err := rsaverify.Prepare(&rsa.PublicKey{N: big.NewInt(1), E: 3})
		if key != nil || !errors.As(err, &unsupported) {
			t.Errorf("Prepare = %v, %v, want an UnsupportedKeyError", key, err)
		}
		return
	}
	test.FIPSMode(t, func() error {
		_, err := rsaverify.Prepare(&rsa.PublicKey{
			N: new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 2048), big.NewInt(1)),
			E: 65537,
		})
		return err
	})
}
