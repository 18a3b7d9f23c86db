package rsaverify_test

import (
	"bytes"
	"crypto"
	"math/big"
	"testing"
)

// With e = 3 a signature that satisfies a careless verifier is a cube root: no private key is used here.

// Bleichenbacher 2006: the digest is followed by whatever makes the block a cube.
func TestCubeRootWithGarbageBehind(t *testing.T) {
	forged := 0
	for _, bits := range []int{2048, 3072, 4096} {
		k := keyFor(t, bits, 3)
		for _, hash := range hashes() {
			for _, ps := range []int{0, 1, 7, 8, 9} {
				digest := hashOf(hash, []byte("forged"))
				start := join([]byte{0, 1}, bytes.Repeat([]byte{0xff}, ps), []byte{0}, digestInfo(t, hash, digest))
				s := cubeRootAbove(join(start, make([]byte, k.octets()-len(start))))
				if !bytes.HasPrefix(cubeOctets(s, k.octets()), start) {
					continue // a long DigestInfo leaves a short key no room
				}
				forged++
				pkcs1v15().mustRefuse(t, k, hash, digest, s.FillBytes(make([]byte, k.octets())))
			}
		}
	}
	if forged < 40 {
		t.Errorf("%d forgeries came out, want one for every size, hash and padding but 2048 bits and SHA-512", forged)
	}
}

// The block begins with 00 01 and some 0xff and ends with 00 and the right DigestInfo; the padding between them is not
// all 0xff.
func TestCubeRootWithGarbageInThePadding(t *testing.T) {
	forged := 0
	for _, bits := range []int{2048, 3072, 4096} {
		k := keyFor(t, bits, 3)
		for _, hash := range hashes() {
			digest := hashOf(hash, []byte("forged"))
			if digest[len(digest)-1]&1 == 0 {
				digest[len(digest)-1] ^= 1 // an odd number has a cube root modulo a power of two
			}
			end := join([]byte{0}, digestInfo(t, hash, digest))
			low := new(big.Int).Lsh(big.NewInt(1), uint(8*len(end)))
			start := join([]byte{0, 1}, bytes.Repeat([]byte{0xff}, 8))
			high := cubeRootAbove(join(start, make([]byte, k.octets()-len(start))))
			s := new(big.Int).Sub(high, new(big.Int).Mod(high, low))
			s.Add(s, low).Add(s, cubeRootModulo(new(big.Int).SetBytes(end), uint(8*len(end))))
			em := cubeOctets(s, k.octets())
			if !bytes.HasPrefix(em, start) || !bytes.HasSuffix(em, end) {
				continue // a long DigestInfo leaves a short key no room
			}
			forged++
			pkcs1v15().mustRefuse(t, k, hash, digest, s.FillBytes(make([]byte, k.octets())))
		}
	}
	if forged < 8 {
		t.Errorf("%d forgeries came out, want one for every size and hash but 2048 bits and SHA-512", forged)
	}
}

// The garbage hides in the algorithm's parameters, which a lenient parser skips (the digest follows at the very end).
func TestCubeRootWithGarbageInTheParameters(t *testing.T) {
	for _, bits := range []int{3072, 4096} {
		k := keyFor(t, bits, 3)
		hash := crypto.SHA256
		digest := hashOf(hash, []byte("forged"))
		digest[len(digest)-1] |= 1
		end := join([]byte{0x04, 0x20}, digest)
		oid := mustDER(t, oidOf(hash))
		ps := 8
		rest := k.octets() - 3 - ps // DigestInfo
		parameters := rest - 4 - 4 - len(oid) - 4 - len(end)
		length := func(tag byte, n int) []byte { return []byte{tag, 0x82, byte(n >> 8), byte(n)} }
		start := join([]byte{0, 1}, bytes.Repeat([]byte{0xff}, ps), []byte{0},
			length(0x30, rest-4), length(0x30, len(oid)+4+parameters), oid, length(0x04, parameters))
		low := new(big.Int).Lsh(big.NewInt(1), uint(8*len(end)))
		high := cubeRootAbove(join(start, make([]byte, k.octets()-len(start))))
		s := new(big.Int).Sub(high, new(big.Int).Mod(high, low))
		s.Add(s, low).Add(s, cubeRootModulo(new(big.Int).SetBytes(end), uint(8*len(end))))
		em := cubeOctets(s, k.octets())
		if !bytes.HasPrefix(em, start) || !bytes.HasSuffix(em, end) {
			t.Fatalf("%d bits: no forgery came out; the test tests nothing\n%x", bits, em)
		}
		pkcs1v15().mustRefuse(t, k, hash, digest, s.FillBytes(make([]byte, k.octets())))
	}
}

// cubeRootAbove is the least s with s³ ≥ the number.
func cubeRootAbove(number []byte) *big.Int {
	target := new(big.Int).SetBytes(number)
	low, high := new(big.Int), new(big.Int).Lsh(big.NewInt(1), uint(target.BitLen()/3+2))
	for low.Cmp(high) < 0 {
		mid := new(big.Int).Add(low, high)
		mid.Rsh(mid, 1)
		if cube(mid).Cmp(target) < 0 {
			low.Add(mid, big.NewInt(1))
		} else {
			high.Set(mid)
		}
	}
	return low
}

// cubeRootModulo is the s < 2^bits with s³ ≡ x modulo 2^bits, for odd x: one bit at a time.
func cubeRootModulo(x *big.Int, bits uint) *big.Int {
	s := big.NewInt(1)
	for i := uint(1); i < bits; i++ {
		if cube(s).Bit(int(i)) != x.Bit(int(i)) {
			s.SetBit(s, int(i), 1)
		}
	}
	return s
}

func cube(s *big.Int) *big.Int { return new(big.Int).Exp(s, big.NewInt(3), nil) }

func cubeOctets(s *big.Int, octets int) []byte { return cube(s).FillBytes(make([]byte, octets)) }
