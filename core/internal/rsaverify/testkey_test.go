package rsaverify_test

import (
	"crypto/rsa"
	"fmt"
	"math/big"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/rsaverify"
	"github.com/revstackhq/auth-go/core/internal/standardcrypto"
)

// testKey is a key whose private half raises any number to the private exponent: crafted encoded messages become
// signatures.
type testKey struct {
	*rsa.PublicKey
	prepared *rsaverify.Key
	private  *rsa.PrivateKey
	residues []residue
}

// residue is one prime's part of the Chinese remainder: x mod n is the sum of (x mod p)·lift.
type residue struct{ prime, exponent, lift *big.Int }

func (k *testKey) octets() int { return k.Size() }
func (k *testKey) emBits() int { return k.N.BitLen() - 1 }
func (k *testKey) emLen() int  { return (k.emBits() + 7) / 8 }

// raw is RSASP1 (RFC 8017 §5.2.1) on any number below n, as k octets.
func (k *testKey) raw(tb testing.TB, m *big.Int) []byte {
	tb.Helper()
	if m.Sign() < 0 || m.Cmp(k.N) >= 0 {
		tb.Fatalf("message representative out of range: %d bits", m.BitLen())
	}
	s := new(big.Int)
	for _, r := range k.residues {
		part := new(big.Int).Exp(m, r.exponent, r.prime)
		s.Add(s, part.Mul(part, r.lift))
	}
	return s.Mod(s, k.N).FillBytes(make([]byte, k.octets()))
}

// sign is raw for an encoded message.
func (k *testKey) sign(tb testing.TB, em []byte) []byte {
	tb.Helper()
	return k.raw(tb, new(big.Int).SetBytes(em))
}

// sizes covers whole octets, the sizes bigmod has special code for, and sizes whose top octet is nearly empty or whose
// emLen is shorter than k.
func sizes() []int { return []int{2048, 2049, 2050, 2055, 2056, 3071, 3072, 3073, 4095, 4096} }

// keyFor returns the key of that size and exponent, the same one in every run: a fuzzing find stays reproducible.
func keyFor(tb testing.TB, bits, exponent int) *testKey {
	tb.Helper()
	type id struct{ bits, exponent int }
	value, ok := testKeys.Load(id{bits, exponent})
	if !ok {
		value, _ = testKeys.LoadOrStore(id{bits, exponent}, newTestKey(tb, bits, exponent))
	}
	return value.(*testKey)
}

var testKeys sync.Map

// newTestKey multiplies primes of about 128 bits. Anyone could factor the result, but a verifier's arithmetic is the
// same, and the key is there in milliseconds.
func newTestKey(tb testing.TB, bits, exponent int) *testKey {
	tb.Helper()
	var seed [32]byte
	copy(seed[:], fmt.Sprintf("rsaverify %d %d", bits, exponent))
	random := rand.NewChaCha8(seed)
	primes := primesFor(random, bits, int64(exponent))
	n, phi := big.NewInt(1), big.NewInt(1)
	for _, p := range primes {
		n.Mul(n, p)
		phi.Mul(phi, minusOne(p))
	}
	d := new(big.Int).ModInverse(big.NewInt(int64(exponent)), phi)
	if d == nil || n.BitLen() != bits {
		tb.Fatalf("no key of %d bits: got %d", bits, n.BitLen())
	}
	k := &testKey{PublicKey: &rsa.PublicKey{N: n, E: exponent}}
	for _, p := range primes {
		cofactor := new(big.Int).Div(n, p)
		k.residues = append(k.residues, residue{
			prime:    p,
			exponent: new(big.Int).Mod(d, minusOne(p)),
			lift:     new(big.Int).Mul(cofactor, new(big.Int).ModInverse(cofactor, p)),
		})
	}
	k.private = &rsa.PrivateKey{PublicKey: *k.PublicKey, D: d, Primes: primes}
	k.prepared = prepare(tb, k.PublicKey)
	return k
}

// primesFor draws distinct primes whose product has exactly that many bits.
func primesFor(random *rand.ChaCha8, bits int, exponent int64) []*big.Int {
	count := bits / 128
	for {
		product, primes := big.NewInt(1), make([]*big.Int, 0, count)
		for i := range count {
			left := bits - product.BitLen()
			size := left / (count - i)
			if i == count-1 {
				size = left + 1 - int(random.Uint64()&1)
			}
			p := prime(random, size, exponent)
			primes = append(primes, p)
			product.Mul(product, p)
		}
		if product.BitLen() == bits {
			return primes
		}
	}
}

// prime draws a prime p with its two top bits set and gcd(exponent, p − 1) = 1.
func prime(random *rand.ChaCha8, bits int, exponent int64) *big.Int {
	buf := make([]byte, (bits+7)/8)
	e, one := big.NewInt(exponent), big.NewInt(1)
	for {
		_, _ = random.Read(buf) // never fails
		p := new(big.Int).SetBytes(buf)
		p.Rsh(p, uint(8*len(buf)-bits))
		p.SetBit(p, bits-1, 1).SetBit(p, bits-2, 1).SetBit(p, 0, 1)
		if p.ProbablyPrime(8) && new(big.Int).GCD(nil, nil, e, minusOne(p)).Cmp(one) == 0 {
			return p
		}
	}
}

func minusOne(p *big.Int) *big.Int { return new(big.Int).Sub(p, big.NewInt(1)) }

func prepare(tb testing.TB, pub *rsa.PublicKey) *rsaverify.Key {
	tb.Helper()
	skipWithoutKeys(tb)
	key, err := rsaverify.Prepare(pub)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

// skipWithoutKeys leaves a program that has to use crypto/rsa with TestFIPSModeUsesCryptoRSA alone.
func skipWithoutKeys(tb testing.TB) {
	tb.Helper()
	if standardcrypto.Required() {
		tb.Skip("no keys in FIPS 140-3 mode and under BoringCrypto")
	}
}
