package rsaverify_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"math/big"
	"testing"
)

// What crypto/rsa signs, we accept, and both refuse it under another digest, another scheme and another key.
func TestAcceptsWhatCryptoRSASigns(t *testing.T) {
	for i, bits := range sizes() {
		k, other := keyFor(t, bits, 65537), keyFor(t, sizes()[(i+1)%len(sizes())], 65537)
		for _, hash := range hashes() {
			t.Run(fmt.Sprint(bits, hash), func(t *testing.T) {
				digest := hashOf(hash, []byte("signed by crypto/rsa"))
				v15, err := rsa.SignPKCS1v15(nil, k.private, hash, digest)
				if err != nil {
					t.Fatal(err)
				}
				exact, err := rsa.SignPSS(
					rand.Reader,
					k.private,
					hash,
					digest,
					&rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash},
				)
				if err != nil {
					t.Fatal(err)
				}
				pkcs1v15().mustAccept(t, k, hash, digest, v15)
				pss().mustAccept(t, k, hash, digest, exact)
				pkcs1v15().mustRefuse(t, k, hash, digest, exact)
				pss().mustRefuse(t, k, hash, digest, v15)
				pkcs1v15().mustRefuse(t, other, hash, digest, v15)
				pss().mustRefuse(t, other, hash, digest, exact)
				digest[len(digest)-1] ^= 1
				pkcs1v15().mustRefuse(t, k, hash, digest, v15)
				pss().mustRefuse(t, k, hash, digest, exact)
			})
		}
	}
}

func TestAGeneratedKey(t *testing.T) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	k := &testKey{PublicKey: &private.PublicKey, prepared: prepare(t, &private.PublicKey)}
	for _, hash := range hashes() {
		digest := hashOf(hash, []byte("two large primes"))
		sig, err := rsa.SignPKCS1v15(nil, private, hash, digest)
		if err != nil {
			t.Fatal(err)
		}
		pkcs1v15().mustAccept(t, k, hash, digest, sig)
		if sig, err = rsa.SignPSS(rand.Reader, private, hash, digest, &rsa.PSSOptions{SaltLength: hash.Size()}); err != nil {
			t.Fatal(err)
		}
		pss().mustAccept(t, k, hash, digest, sig)
	}
}

func TestExponents(t *testing.T) {
	for _, exponent := range []int{3, 5, 17, 257, 65537, 65539, 1<<31 - 1} {
		k := keyFor(t, 2048, exponent)
		for _, s := range schemes() {
			for _, hash := range hashes() {
				digest := hashOf(hash, []byte("exponent"))
				em := s.encode(t, k, hash, digest, digest)
				s.mustAccept(t, k, hash, digest, k.sign(t, em))
				em[20] ^= 1
				s.mustRefuse(t, k, hash, digest, k.sign(t, em))
			}
		}
	}
}

// RFC 8017 §8.1.2 and §8.2.2 step 1 (length), §5.2.2 step 1 (range): the signature as an octet string.
func TestSignatureOctets(t *testing.T) {
	for _, bits := range []int{2048, 2049, 3072, 4095} {
		k := keyFor(t, bits, 65537)
		for _, s := range schemes() {
			t.Run(fmt.Sprint(s.name, bits), func(t *testing.T) {
				digest := hashOf(crypto.SHA256, []byte("octets"))
				good := k.sign(t, s.encode(t, k, crypto.SHA256, digest, digest))
				s.mustAccept(t, k, crypto.SHA256, digest, good)
				octets := k.octets()
				fill := func(x *big.Int) []byte { return x.FillBytes(make([]byte, octets)) }
				number := new(big.Int).SetBytes(good)
				bad := map[string][]byte{
					"nil": nil, "empty": {}, "one zero": {0}, "one octet": {1},
					"zero": make([]byte, octets), "one": fill(big.NewInt(1)), "two": fill(big.NewInt(2)),
					"n-2": fill(new(big.Int).Sub(k.N, big.NewInt(2))), "n-1": fill(minusOne(k.N)),
					"n": fill(k.N), "n+1": fill(new(big.Int).Add(k.N, big.NewInt(1))),
					"all ff": bytes.Repeat([]byte{0xff}, octets), "all ff, k-1": bytes.Repeat([]byte{0xff}, octets-1),
					"all ff, k+1": bytes.Repeat([]byte{0xff}, octets+1), "all ff, far too long": bytes.Repeat([]byte{0xff}, 4096),
					"n-s": fill(new(big.Int).Sub(k.N, number)), "reversed": reversed(good),
					"first octet lost": good[1:], "last octet lost": good[:octets-1],
					"zero in front": join([]byte{0}, good), "zero behind": join(good, []byte{0}),
					"garbage behind": join(good, []byte{0x5a}), "twice": join(good, good), "half": good[:octets/2],
					"the encoded message": s.encode(t, k, crypto.SHA256, digest, digest),
				}
				for _, x := range []string{"zero", "n"} { // as numbers they are 0 and 0^e, one octet long or short
					bad[x+", k+1"], bad[x+", k-1"] = join([]byte{0}, bad[x]), bad[x][1:]
				}
				for name, sig := range bad {
					t.Run(name, func(t *testing.T) { s.mustRefuse(t, k, crypto.SHA256, digest, sig) })
				}
			})
		}
	}
}

// s + n recovers to the same message; only the range check tells the two apart.
func TestSignaturePlusModulus(t *testing.T) {
	for _, bits := range []int{2048, 2049, 2050, 3071, 3072, 4096} {
		k := keyFor(t, bits, 65537)
		for _, s := range schemes() {
			tried := 0
			for i := range 64 {
				digest := hashOf(crypto.SHA256, []byte{byte(i)})
				good := k.sign(t, s.encode(t, k, crypto.SHA256, digest, digest))
				s.mustAccept(t, k, crypto.SHA256, digest, good)
				for sum := new(big.Int).Add(new(big.Int).SetBytes(good), k.N); sum.BitLen() <= 8*k.octets(); sum.Add(sum, k.N) {
					s.mustRefuse(t, k, crypto.SHA256, digest, sum.FillBytes(make([]byte, k.octets())))
					if tried++; tried >= 8 {
						break
					}
				}
				if tried >= 8 {
					break
				}
			}
			if tried == 0 {
				t.Errorf("%s, %d bits: no s + n fits in k octets; the test tests nothing", s.name, bits)
			}
		}
	}
}

// A signature that begins with zero octets is k octets long all the same.
func TestLeadingZeroOctetsOfTheSignature(t *testing.T) {
	k := keyFor(t, 2049, 65537) // every other signature begins with one
	for _, s := range schemes() {
		found := 0
		for i := 0; i < 200 && found < 5; i++ {
			digest := hashOf(crypto.SHA256, []byte{byte(i)})
			sig := k.sign(t, s.encode(t, k, crypto.SHA256, digest, digest))
			if sig[0] != 0 {
				continue
			}
			found++
			s.mustAccept(t, k, crypto.SHA256, digest, sig)
			s.mustRefuse(t, k, crypto.SHA256, digest, sig[1:])
			s.mustRefuse(t, k, crypto.SHA256, digest, bytes.TrimLeft(sig, "\x00"))
			s.mustRefuse(t, k, crypto.SHA256, digest, join([]byte{0}, sig))
			s.mustRefuse(t, k, crypto.SHA256, digest, join(sig[1:], []byte{0}))
		}
		if found == 0 {
			t.Errorf("%s: no signature with a leading zero octet; the test tests nothing", s.name)
		}
	}
}

// The edges of the encoded message as a number: what signs 0, 1, n − 1 and the powers of 256 around k.
func TestEncodedMessagesAtTheEdges(t *testing.T) {
	for _, bits := range []int{2048, 2049, 3072} {
		k := keyFor(t, bits, 65537)
		edges := []*big.Int{
			big.NewInt(0), big.NewInt(1), big.NewInt(0xbc), minusOne(k.N),
			new(big.Int).Lsh(big.NewInt(1), uint(bits-2)), minusOne(new(big.Int).Lsh(big.NewInt(1), uint(bits-1))),
		}
		for _, s := range schemes() {
			for _, hash := range hashes() {
				for _, m := range edges {
					s.mustRefuse(t, k, hash, hashOf(hash), k.raw(t, m))
				}
			}
		}
	}
}

func reversed(b []byte) []byte {
	out := make([]byte, len(b))
	for i := range b {
		out[len(b)-1-i] = b[i]
	}
	return out
}
