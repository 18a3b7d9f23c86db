package rsaverify_test

import (
	"bytes"
	"crypto"
	"math/big"
	"math/rand/v2"
	"sync"
	"testing"
)

// A mutation changes octets, to compare both implementations on input that no test case contains.
const (
	rawSignature  = iota // data is the signature, as long as it is
	fitSignature         // data is the signature, cut or filled to k octets
	xorSignature         // a valid signature, XOR data
	fitMessage           // data is the encoded message, cut or filled to emLen and signed
	xorMessage           // the right encoded message, XOR data, signed
	xorMessageEnd        // the same, with the end of data at the end of the message
	xorDigest            // a valid signature, checked under digest XOR data
	mutations
)

// differ asks both implementations for one verdict, and checks it where it is known beforehand.
func differ(tb testing.TB, s scheme, k *testKey, hash crypto.Hash, mutation int, message uint8, data []byte) {
	tb.Helper()
	digest, em, right := signed(tb, s, k, hash, message%4)
	switch mutation {
	case rawSignature:
		if s.accepts(tb, k, hash, digest, data) && s.name == pkcs1v15().name && !bytes.Equal(data, right) {
			tb.Fatalf("PKCS #1 v1.5 has one signature; a second was accepted: %x", data)
		}
	case fitSignature:
		s.accepts(tb, k, hash, digest, fit(data, k.octets()))
	case xorSignature:
		if accepted := s.accepts(tb, k, hash, digest, xor(right, data)); accepted != bytes.Equal(xor(right, data), right) {
			tb.Fatalf("%s: a changed signature: accepted %t", s.name, accepted)
		}
	case fitMessage, xorMessage, xorMessageEnd:
		changed := fit(data, len(em))
		switch mutation {
		case xorMessage:
			changed = xor(em, data)
		case xorMessageEnd:
			changed = reversed(xor(reversed(em), data))
		}
		m := new(big.Int).SetBytes(changed)
		if m.Cmp(k.N) >= 0 {
			return
		}
		accepted := s.accepts(tb, k, hash, digest, k.raw(tb, m))
		if mutation != fitMessage && accepted != bytes.Equal(changed, em) {
			tb.Fatalf("%s: a changed encoded message: accepted %t\n%x", s.name, accepted, changed)
		}
	case xorDigest:
		other := xor(digest, data)
		if accepted := s.accepts(tb, k, hash, other, right); accepted != bytes.Equal(other, digest) {
			tb.Fatalf("%s: a changed digest: accepted %t", s.name, accepted)
		}
		if len(data) != len(digest) {
			s.accepts(tb, k, hash, data, right)
		}
	}
}

// signed returns the digest, the encoded message and the signature of one of a few messages; a signature costs more
// than all else here.
func signed(tb testing.TB, s scheme, k *testKey, hash crypto.Hash, message uint8) (digest, em, sig []byte) {
	tb.Helper()
	digest = hashOf(hash, []byte{message})
	em = s.encode(tb, k, hash, digest, hashOf(hash, digest))
	type id struct {
		scheme  string
		key     *testKey
		hash    crypto.Hash
		message uint8
	}
	value, ok := signatures.Load(id{s.name, k, hash, message})
	if !ok {
		value = k.sign(tb, em)
		s.mustAccept(tb, k, hash, digest, value.([]byte))
		signatures.Store(id{s.name, k, hash, message}, value)
	}
	return digest, em, value.([]byte)
}

var signatures sync.Map

func fit(data []byte, n int) []byte {
	out := make([]byte, n)
	copy(out, data)
	return out
}

func xor(octets, data []byte) []byte {
	out := bytes.Clone(octets)
	for i := range min(len(out), len(data)) {
		out[i] ^= data[i]
	}
	return out
}

func differentialKeys(tb testing.TB) []*testKey {
	tb.Helper()
	keys := []*testKey{keyFor(tb, 2048, 3), keyFor(tb, 2050, 1<<31-1), keyFor(tb, 3072, 17)}
	for _, bits := range []int{2048, 2049, 2055, 3071, 4096} {
		keys = append(keys, keyFor(tb, bits, 65537))
	}
	return keys
}

// Thousands of random octets, and of single changes at every place, in every run.
func TestVerdictsEqualThoseOfCryptoRSA(t *testing.T) {
	rounds := 250
	if testing.Short() {
		rounds = 25
	}
	for _, s := range schemes() {
		t.Run(s.name, func(t *testing.T) {
			source := newRandom("differential " + s.name)
			random := rand.New(source)
			for _, k := range differentialKeys(t) {
				for i := range rounds {
					data := randomOctets(source, random.IntN(k.octets()+3))
					if i%2 == 0 { // one changed bit, anywhere
						clear(data)
						if len(data) > 0 {
							data[random.IntN(len(data))] = 1 << random.IntN(8)
						}
					}
					differ(t, s, k, hashes()[i%3], random.IntN(mutations), uint8(i), data)
				}
			}
		})
	}
}

// Every single bit of one signature, one encoded message and one digest.
func TestEveryBitCounts(t *testing.T) {
	k := keyFor(t, 2048, 65537)
	step := 1
	if testing.Short() {
		step = 37
	}
	for _, s := range schemes() {
		digest := hashOf(crypto.SHA256, []byte("every bit"))
		em := s.encode(t, k, crypto.SHA256, digest, digest)
		sig := k.sign(t, em)
		s.mustAccept(t, k, crypto.SHA256, digest, sig)
		for bit := 0; bit < 8*len(em); bit += step {
			flip := make([]byte, len(em))
			flip[bit/8] = 0x80 >> (bit % 8)
			s.mustRefuse(t, k, crypto.SHA256, digest, xor(sig, flip))
			if m := new(big.Int).SetBytes(xor(em, flip)); m.Cmp(k.N) < 0 {
				s.mustRefuse(t, k, crypto.SHA256, digest, k.raw(t, m))
			}
			if bit < 8*len(digest) {
				s.mustRefuse(t, k, crypto.SHA256, xor(digest, flip), sig)
			}
		}
	}
}

func FuzzPKCS1v15(f *testing.F) { fuzz(f, pkcs1v15()) }

func FuzzPSS(f *testing.F) { fuzz(f, pss()) }

func fuzz(f *testing.F, s scheme) {
	f.Helper()
	keys := differentialKeys(f)
	for i, k := range keys {
		for j, hash := range hashes() {
			_, em, sig := signed(f, s, k, hash, 0)
			index, choice := uint8(i), uint8(j)
			f.Add(index, choice, uint8(rawSignature), uint8(0), sig)
			f.Add(index, choice, uint8(fitSignature), uint8(0), bytes.Repeat([]byte{0xff}, k.octets()))
			f.Add(index, choice, uint8(fitMessage), uint8(0), em)
			for mutation := range mutations {
				f.Add(index, choice, uint8(mutation), uint8(0), []byte{})
				f.Add(index, choice, uint8(mutation), uint8(0), []byte{0, 0, 1})
			}
		}
	}
	f.Fuzz(func(t *testing.T, key, hash, mutation, message uint8, data []byte) {
		differ(t, s, keys[int(key)%len(keys)], hashes()[int(hash)%3], int(mutation)%mutations, message, data)
	})
}
