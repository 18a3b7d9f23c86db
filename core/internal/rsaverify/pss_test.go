package rsaverify_test

import (
	"bytes"
	"crypto"
	"fmt"
	"math/big"
	"testing"
)

// RFC 8017 §9.1.2: each row breaks one of its checks, or one choice RFC 7518 §3.5 makes, in a message signed with the
// private key.
func TestPSSEncodedMessages(t *testing.T) {
	for _, bits := range []int{2048, 2049, 2050, 2055, 3071, 3072} {
		k := keyFor(t, bits, 65537)
		for _, hash := range hashes() {
			digest := hashOf(hash, []byte("PSS"))
			salt := randomOctets(newRandom("salt"), hash.Size())
			good := goodPSS(hash, digest, salt)
			t.Run(fmt.Sprint(bits, hash), func(t *testing.T) {
				right := good.encode(k.emBits())
				pss().mustAccept(t, k, hash, digest, k.sign(t, right))
				for name, recipe := range wrongPSS(good, k) {
					t.Run(name, func(t *testing.T) {
						em := recipe.encode(k.emBits())
						if len(em) != k.emLen() || bytes.Equal(em, right) {
							t.Fatalf("%d octets, equal to the right ones: %t; the row tests nothing", len(em), bytes.Equal(em, right))
						}
						pss().mustRefuse(t, k, hash, digest, k.sign(t, em))
					})
				}
			})
		}
	}
}

// A salt of the right length may hold anything, and PS has the length that is left.
func TestPSSSalts(t *testing.T) {
	for _, bits := range sizes() {
		k := keyFor(t, bits, 65537)
		for _, hash := range hashes() {
			digest := hashOf(hash, []byte("salts"))
			for _, salt := range [][]byte{
				make([]byte, hash.Size()), bytes.Repeat([]byte{0xff}, hash.Size()), bytes.Repeat([]byte{0x01}, hash.Size()),
				append(make([]byte, hash.Size()-1), 1), digest,
			} {
				pss().mustAccept(t, k, hash, digest, k.sign(t, goodPSS(hash, digest, salt).encode(k.emBits())))
			}
		}
	}
}

func wrongPSS(good pssRecipe, k *testKey) map[string]pssRecipe {
	hLen := good.hash.Size()
	maxSalt := k.emLen() - hLen - 2
	lastPS := maxSalt - hLen - 1
	other := map[crypto.Hash]crypto.Hash{
		crypto.SHA256: crypto.SHA512,
		crypto.SHA384: crypto.SHA256,
		crypto.SHA512: crypto.SHA384,
	}[good.hash]
	with := func(change func(r *pssRecipe)) pssRecipe {
		r := good
		change(&r)
		return r
	}
	wrong := map[string]pssRecipe{
		"MGF1 with SHA-1":   with(func(r *pssRecipe) { r.mgf = crypto.SHA1 }),
		"MGF1 with another": with(func(r *pssRecipe) { r.mgf = other }),
		"hash SHA-512/256":  with(func(r *pssRecipe) { r.hash, r.mgf = crypto.SHA512_256, crypto.SHA512_256 }),
		"hash another": with(
			func(r *pssRecipe) { r.hash, r.mgf = other, other; r.salt = make([]byte, other.Size()) },
		),
		"H with another hash": with(func(r *pssRecipe) { r.hash = other }),
		"digest another":      with(func(r *pssRecipe) { r.mHash = hashOf(r.hash, []byte("another")) }),
		"digest hashed again": with(func(r *pssRecipe) { r.mHash = hashOf(r.hash, r.mHash) }),
		"digest first bit":    with(func(r *pssRecipe) { r.mHash = join([]byte{r.mHash[0] ^ 0x80}, r.mHash[1:]) }),
		"digest last bit":     with(func(r *pssRecipe) { r.mHash = join(r.mHash[:hLen-1], []byte{r.mHash[hLen-1] ^ 1}) }),
		"digest truncated":    with(func(r *pssRecipe) { r.mHash = r.mHash[:hLen-1] }),
		"M' with seven zeros": with(func(r *pssRecipe) { r.prefix = make([]byte, 7) }),
		"M' with nine zeros":  with(func(r *pssRecipe) { r.prefix = make([]byte, 9) }),
		"M' without zeros":    with(func(r *pssRecipe) { r.prefix = nil }),
		"M' with ones":        with(func(r *pssRecipe) { r.prefix = bytes.Repeat([]byte{1}, 8) }),
		"delimiter 00":        with(func(r *pssRecipe) { r.delimiter = 0x00 }),
		"delimiter 02":        with(func(r *pssRecipe) { r.delimiter = 0x02 }),
		"delimiter 80":        with(func(r *pssRecipe) { r.delimiter = 0x80 }),
		"delimiter 81":        with(func(r *pssRecipe) { r.delimiter = 0x81 }),
		"delimiter ff":        with(func(r *pssRecipe) { r.delimiter = 0xff }),
		"PS last octet 01":    with(func(r *pssRecipe) { r.padding = func(ps []byte) { ps[lastPS] = 1 } }),
		"PS last octet 80":    with(func(r *pssRecipe) { r.padding = func(ps []byte) { ps[lastPS] = 0x80 } }),
		"PS middle octet 01":  with(func(r *pssRecipe) { r.padding = func(ps []byte) { ps[lastPS/2] = 1 } }),
		"PS middle octet ff":  with(func(r *pssRecipe) { r.padding = func(ps []byte) { ps[lastPS/2] = 0xff } }),
		"PS second octet 01":  with(func(r *pssRecipe) { r.padding = func(ps []byte) { ps[1] = 1 } }),
		"PS first octet 01":   with(func(r *pssRecipe) { r.padding = func(ps []byte) { ps[0] = 1 } }),
		"PS all 01": with(
			func(r *pssRecipe) { r.padding = func(ps []byte) { copy(ps[1:], bytes.Repeat([]byte{1}, 999)) } },
		),
		"H first bit":           with(func(r *pssRecipe) { r.touch = func(_, h []byte) { h[0] ^= 0x80 } }),
		"H last bit":            with(func(r *pssRecipe) { r.touch = func(_, h []byte) { h[hLen-1] ^= 1 } }),
		"H' first bit":          with(func(r *pssRecipe) { r.alter = func(h []byte) { h[0] ^= 0x80 } }),
		"H' last bit":           with(func(r *pssRecipe) { r.alter = func(h []byte) { h[hLen-1] ^= 1 } }),
		"H' middle bit":         with(func(r *pssRecipe) { r.alter = func(h []byte) { h[hLen/2] ^= 1 } }),
		"H' zero":               with(func(r *pssRecipe) { r.alter = func(h []byte) { clear(h) } }),
		"H zero":                with(func(r *pssRecipe) { r.touch = func(_, h []byte) { clear(h) } }),
		"maskedDB last bit":     with(func(r *pssRecipe) { r.touch = func(db, _ []byte) { db[len(db)-1] ^= 1 } }),
		"maskedDB not masked":   with(func(r *pssRecipe) { r.touch = func(db, _ []byte) { clear(db) } }),
		"salt not the one in H": with(func(r *pssRecipe) { r.touch = func(db, _ []byte) { db[len(db)-hLen] ^= 0x10 } }),
	}
	for _, n := range []int{0, 1, hLen - 2, hLen - 1, hLen + 1, hLen + 2, maxSalt - 1, maxSalt} {
		wrong[fmt.Sprintf("salt of %d octets", n)] = with(func(r *pssRecipe) { r.salt = bytes.Repeat([]byte{0x5a}, n) })
		wrong[fmt.Sprintf("salt of %d zeros", n)] = with(func(r *pssRecipe) { r.salt = make([]byte, n) })
	}
	for _, trailer := range []byte{0x00, 0x01, 0xbb, 0xbd, 0xcc, 0xcb, 0x3c, 0xfc, 0xff} {
		wrong[fmt.Sprintf("trailer %02x", trailer)] = with(func(r *pssRecipe) { r.trailer = trailer })
	}
	return wrong
}

// §9.1.2 step 6: the bits above emBits are zero. Setting them leaves everything else right.
func TestPSSBitsAboveEmBits(t *testing.T) {
	for _, bits := range []int{2048, 2050, 2051, 2055, 2056, 3071, 3072, 4095} {
		k := keyFor(t, bits, 65537)
		spare := 8*k.emLen() - k.emBits()
		tried := 0
		for _, hash := range hashes() {
			for i := range 16 {
				digest := hashOf(hash, []byte{byte(i)})
				em := goodPSS(hash, digest, digest).encode(k.emBits())
				pss().mustAccept(t, k, hash, digest, k.sign(t, em))
				for bit := range spare {
					m := new(big.Int).SetBytes(em)
					m.SetBit(m, k.emBits()+bit, 1)
					if m.Cmp(k.N) >= 0 {
						continue
					}
					tried++
					pss().mustRefuse(t, k, hash, digest, k.raw(t, m))
				}
			}
		}
		if tried == 0 {
			t.Errorf("%d bits: no message with a bit above emBits is below the modulus; the test tests nothing", bits)
		}
	}
}

// §8.1.2 step 2c: where modBits − 1 is divisible by 8, EM is an octet shorter than k, and a message that needs the
// octet is refused although its lower octets are right.
func TestPSSMessageLongerThanEmLen(t *testing.T) {
	for _, bits := range []int{2049, 3073} {
		k := keyFor(t, bits, 65537)
		if k.emLen() != k.octets()-1 {
			t.Fatalf("%d bits: emLen %d, k %d", bits, k.emLen(), k.octets())
		}
		tried := 0
		for _, hash := range hashes() {
			for i := range 64 {
				digest := hashOf(hash, []byte{byte(i)})
				em := goodPSS(hash, digest, digest).encode(k.emBits())
				m := new(big.Int).SetBytes(em)
				m.SetBit(m, 8*k.emLen(), 1)
				if m.Cmp(k.N) >= 0 {
					continue
				}
				tried++
				pss().mustAccept(t, k, hash, digest, k.sign(t, em))
				pss().mustRefuse(t, k, hash, digest, k.raw(t, m))
			}
		}
		if tried == 0 {
			t.Errorf("%d bits: no such message is below the modulus; the test tests nothing", bits)
		}
	}
}

// The same message written an octet to the left or right, or in k octets where emLen is shorter.
func TestPSSMessageShifted(t *testing.T) {
	for _, bits := range []int{2048, 2049, 2050, 3071} {
		k := keyFor(t, bits, 65537)
		for _, hash := range hashes() {
			digest := hashOf(hash, []byte("shifted"))
			em := goodPSS(hash, digest, digest).encode(k.emBits())
			for em[0] == 0 { // losing it would lose nothing
				digest = hashOf(hash, digest)
				em = goodPSS(hash, digest, digest).encode(k.emBits())
			}
			pss().mustAccept(t, k, hash, digest, k.sign(t, em))
			pss().mustRefuse(t, k, hash, digest, k.sign(t, em[:len(em)-1]))
			pss().mustRefuse(t, k, hash, digest, k.sign(t, em[1:]))
			for _, emBits := range []int{k.emBits() - 1, k.emBits() - 7, k.emBits() - 8, k.emBits() - 16} {
				shorter := goodPSS(hash, digest, digest).encode(emBits)
				if (emBits+7)/8 == k.emLen() {
					// Only fewer bits are used, and the unused are zero: the same rules, so the same verdict from both.
					pss().accepts(t, k, hash, digest, k.sign(t, shorter))
					continue
				}
				pss().mustRefuse(t, k, hash, digest, k.sign(t, shorter))
			}
		}
	}
}
