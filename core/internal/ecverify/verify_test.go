package ecverify_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"math/big"
	"slices"
	"testing"

	"filippo.io/nistec"

	"github.com/revstackhq/auth-go/core/internal/ecverify"
)

// verdict asks both implementations, and fails the test if they disagree.
func verdict(tb testing.TB, k *ecverify.Key, pub *ecdsa.PublicKey, digest [32]byte, r, s *big.Int) bool {
	tb.Helper()
	if r.BitLen() > 256 || s.BitLen() > 256 {
		tb.Fatal("r and s have 32 octets")
	}
	sig := slices.Concat(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32)))
	ours, standard := k.Verify(&digest, sig), ecdsa.Verify(pub, digest[:], r, s)
	if ours != standard {
		tb.Fatalf("prepared %t, crypto/ecdsa %t\nkey %x\ndigest %x\nr %x\ns %x",
			ours, standard, pointOf(tb, pub).Bytes(), digest, r, s)
	}
	return ours
}

func pointOf(tb testing.TB, pub *ecdsa.PublicKey) *nistec.P256Point {
	tb.Helper()
	onCurve, err := pub.ECDH()
	if err != nil {
		tb.Fatal(err)
	}
	return decode(tb, onCurve.Bytes())
}

func decode(tb testing.TB, encoded []byte) *nistec.P256Point {
	tb.Helper()
	p, err := nistec.NewP256Point().SetBytes(encoded)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// keyOf returns a point as a public key, prepared and not.
func keyOf(tb testing.TB, p *nistec.P256Point) (*ecverify.Key, *ecdsa.PublicKey) {
	tb.Helper()
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), p.Bytes())
	if err != nil {
		tb.Fatal(err)
	}
	k, err := ecverify.Prepare(pub)
	if err != nil {
		tb.Fatal(err)
	}
	return k, pub
}

func order() *big.Int { return elliptic.P256().Params().N }

func modulo(x *big.Int) *big.Int { return new(big.Int).Mod(x, order()) }

func scalar(x *big.Int) []byte { return modulo(x).FillBytes(make([]byte, 32)) }

func inverse(x *big.Int) *big.Int { return new(big.Int).ModInverse(modulo(x), order()) }

func times(tb testing.TB, x *big.Int, p *nistec.P256Point) *nistec.P256Point {
	tb.Helper()
	q, err := nistec.NewP256Point().ScalarMult(p, scalar(x))
	if err != nil {
		tb.Fatal(err)
	}
	return q
}

func generator() *nistec.P256Point { return nistec.NewP256Point().SetGenerator() }

// sign is ECDSA with a nonce of the test's choice.
func sign(tb testing.TB, d, nonce *big.Int, digest [32]byte) (r, s *big.Int) {
	tb.Helper()
	x, err := times(tb, nonce, generator()).BytesX()
	if err != nil {
		tb.Fatal(err)
	}
	r = modulo(new(big.Int).SetBytes(x))
	e := new(big.Int).SetBytes(digest[:])
	s = e.Add(e, new(big.Int).Mul(r, d))
	return r, modulo(s.Mul(s, inverse(nonce)))
}

func number(seed string) *big.Int {
	sum := sha256.Sum256([]byte(seed))
	return modulo(new(big.Int).SetBytes(sum[:]))
}

func TestSignatures(t *testing.T) {
	for i := range 64 {
		d := number(string(rune('a' + i)))
		k, pub := keyOf(t, times(t, d, generator()))
		digest := sha256.Sum256([]byte{byte(i)})
		r, s := sign(t, d, number("nonce"), digest)
		if !verdict(t, k, pub, digest, r, s) {
			t.Fatalf("signature %d was refused", i)
		}
		if !verdict(t, k, pub, digest, r, modulo(new(big.Int).Neg(s))) {
			t.Fatal("−s is a signature, too, see FIPS 186-5")
		}
		digest[i%32] ^= 1
		if verdict(t, k, pub, digest, r, s) {
			t.Fatalf("signature %d was accepted for another digest", i)
		}
	}
}

func TestEveryBitCounts(t *testing.T) {
	d, digest := number("d"), sha256.Sum256([]byte("every bit"))
	k, pub := keyOf(t, times(t, d, generator()))
	r, s := sign(t, d, number("nonce"), digest)
	for bit := range 256 {
		flip := new(big.Int).Lsh(big.NewInt(1), uint(bit))
		other := digest
		other[bit/8] ^= 1 << (bit % 8)
		if verdict(t, k, pub, digest, new(big.Int).Xor(r, flip), s) ||
			verdict(t, k, pub, digest, r, new(big.Int).Xor(s, flip)) || verdict(t, k, pub, other, r, s) {
			t.Errorf("bit %d does not count", bit)
		}
	}
}

// Each of r and s is 0, 1, n−1, n, n+1, the right one plus n, and 2²⁵⁶−1.
func TestRange(t *testing.T) {
	one := big.NewInt(1)
	d, digest := number("d"), sha256.Sum256([]byte("range"))
	k, pub := keyOf(t, times(t, d, generator()))
	r, s := sign(t, d, number("nonce"), digest)
	values := []*big.Int{
		{},
		one,
		new(big.Int).Sub(order(), one),
		order(),
		new(big.Int).Add(order(), one),
		new(big.Int).Sub(new(big.Int).Lsh(one, 256), one),
		r,
		s,
	}
	accepted := 0
	for _, r := range values {
		for _, s := range values {
			if verdict(t, k, pub, digest, r, s) {
				accepted++
			}
		}
	}
	if accepted != 1 {
		t.Errorf("%d of %d pairs were accepted, want the right one", accepted, len(values)*len(values))
	}
	// r + n and s + n are equal to r and s modulo n. A small r fits 32 octets with n added.
	for small := int64(1); small < 40; small++ {
		if p, err := nistec.NewP256Point().SetBytes(append([]byte{2}, scalar(big.NewInt(small))...)); err == nil {
			k, pub := keyFor(t, p, big.NewInt(small), s, digest)
			if !verdict(t, k, pub, digest, big.NewInt(small), s) {
				t.Errorf("r = %d was refused", small)
			}
			if verdict(t, k, pub, digest, new(big.Int).Add(big.NewInt(small), order()), s) {
				t.Errorf("r = %d + n was accepted", small)
			}
			k, pub = keyFor(t, p, big.NewInt(small), big.NewInt(small), digest)
			if !verdict(t, k, pub, digest, big.NewInt(small), big.NewInt(small)) {
				t.Errorf("s = %d was refused", small)
			}
			if verdict(t, k, pub, digest, big.NewInt(small), new(big.Int).Add(big.NewInt(small), order())) {
				t.Errorf("s = %d + n was accepted", small)
			}
		}
	}
}

// keyFor returns the key under which r and s sign digest with the nonce's point: Q = (sR − eG)/r.
func keyFor(
	tb testing.TB, point *nistec.P256Point, r, s *big.Int, digest [32]byte,
) (*ecverify.Key, *ecdsa.PublicKey) {
	tb.Helper()
	minus := new(big.Int).Neg(new(big.Int).SetBytes(digest[:]))
	q := times(tb, minus, generator())
	q.Add(q, times(tb, s, point))
	return keyOf(tb, times(tb, inverse(r), q))
}

// The x coordinate of R may be n or more; r is what it is modulo n.
func TestCoordinateAboveTheOrder(t *testing.T) {
	digest, s, tried := sha256.Sum256([]byte("wrap")), number("s"), 0
	for r := int64(1); tried < 4; r++ {
		x := new(big.Int).Add(order(), big.NewInt(r))
		p, err := nistec.NewP256Point().SetBytes(append([]byte{2}, x.FillBytes(make([]byte, 32))...))
		if err != nil {
			continue // not on the curve
		}
		tried++
		k, pub := keyFor(t, p, big.NewInt(r), s, digest)
		if !verdict(t, k, pub, digest, big.NewInt(r), s) {
			t.Errorf("x = n + %d was refused", r)
		}
		if verdict(t, k, pub, digest, x, s) {
			t.Errorf("r = n + %d was accepted", r)
		}
	}
}

// R at infinity has no x coordinate. A comparison in projective coordinates, r·Z² = X, would hold for any r.
func TestPointAtInfinity(t *testing.T) {
	d := number("d")
	k, pub := keyOf(t, times(t, d, generator()))
	for _, text := range []string{"a", "b", "c"} {
		digest := sha256.Sum256([]byte(text))
		e := new(big.Int).SetBytes(digest[:])
		r := modulo(e.Mul(e.Neg(e), inverse(d))) // e + r·d = 0
		for _, s := range []*big.Int{big.NewInt(1), number("s"), r} {
			if verdict(t, k, pub, digest, r, s) {
				t.Errorf("R at infinity was accepted for s = %x", s)
			}
		}
	}
}

// u = 0, v·Q = u·G (a doubling), v·Q = −u·G (infinity), and keys that are small multiples of the generator, so that the
// sums in the table and with it meet equal and opposite points.
func TestMeetingPoints(t *testing.T) {
	zero := [32]byte{}
	for i := int64(-34); i <= 34; i++ {
		if i == 0 {
			continue
		}
		d := modulo(big.NewInt(i))
		k, pub := keyOf(t, times(t, d, generator()))
		r, s := sign(t, d, number("nonce"), zero) // e = 0, hence u = 0
		if !verdict(t, k, pub, zero, r, s) {
			t.Errorf("d = %d: u = 0 was refused", i)
		}
		for nonce := int64(1); nonce <= 5; nonce++ {
			digest := sha256.Sum256([]byte{byte(i), byte(nonce)})
			r, s := sign(t, d, big.NewInt(nonce), digest)
			if !verdict(t, k, pub, digest, r, s) {
				t.Errorf("d = %d, nonce %d was refused", i, nonce)
			}
			// e = r·d makes u·G = v·Q.
			var equal [32]byte
			modulo(new(big.Int).Mul(r, d)).FillBytes(equal[:])
			if r, s := sign(t, d, big.NewInt(nonce), equal); !verdict(t, k, pub, equal, r, s) {
				t.Errorf("d = %d, nonce %d: u·G = v·Q was refused", i, nonce)
			}
		}
	}
}

// A digest of n or more counts modulo n.
func TestDigestAboveTheOrder(t *testing.T) {
	d := number("d")
	k, pub := keyOf(t, times(t, d, generator()))
	for _, add := range []int64{0, 1, 1000} {
		var digest, reduced [32]byte
		new(big.Int).Add(order(), big.NewInt(add)).FillBytes(digest[:])
		big.NewInt(add).FillBytes(reduced[:])
		r, s := sign(t, d, number("nonce"), digest)
		if !verdict(t, k, pub, digest, r, s) || !verdict(t, k, pub, reduced, r, s) {
			t.Errorf("n + %d was refused", add)
		}
	}
}

func TestPrepare(t *testing.T) {
	k, pub := keyOf(t, generator())
	other, err := ecdsa.ParseUncompressedPublicKey(elliptic.P384(), nistec.NewP384Point().SetGenerator().Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for name, pub := range map[string]*ecdsa.PublicKey{
		"nil":           nil,
		"no curve":      {},
		"another curve": other,
		"off the curve": {Curve: elliptic.P256(), X: big.NewInt(1), Y: big.NewInt(1)},
		"infinity":      {Curve: elliptic.P256(), X: new(big.Int), Y: new(big.Int)},
	} {
		if k, err := ecverify.Prepare(pub); k != nil || err == nil {
			t.Errorf("%s: %v, %v, want an error", name, k, err)
		}
	}
	digest := sha256.Sum256([]byte("lengths"))
	r, s := sign(t, big.NewInt(1), number("nonce"), digest)
	if !verdict(t, k, pub, digest, r, s) {
		t.Error("d = 1 was refused")
	}
	sig := slices.Concat(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32)))
	for n := range 2 * len(sig) {
		if got := k.Verify(&digest, slices.Concat(sig, sig)[:n]); got != (n == len(sig)) {
			t.Errorf("%d octets: %t", n, got)
		}
	}
	if (*ecverify.Key)(nil).Verify(&digest, sig) {
		t.Error("a nil key accepts")
	}
}

// FuzzVerify compares both implementations on keys, digests and signatures that are right, changed, or made up.
func FuzzVerify(f *testing.F) {
	for i := range byte(6) {
		f.Add(i, make([]byte, 32), make([]byte, 64))
		f.Add(i, bytes.Repeat([]byte{i}, 32), bytes.Repeat([]byte{0xff}, 64))
	}
	f.Fuzz(func(t *testing.T, seed byte, text, change []byte) {
		d := modulo(big.NewInt(int64(seed) - 128))
		if d.Sign() == 0 {
			d = number(string(text))
		}
		k, pub := keyOf(t, times(t, d, generator()))
		var digest [32]byte
		copy(digest[:], text)
		r, s := sign(t, d, number(string(change)), digest)
		if r.Sign() != 0 && s.Sign() != 0 && !verdict(t, k, pub, digest, r, s) {
			t.Fatal("the right signature was refused")
		}
		change = append(change, make([]byte, 64)...)[:64]
		low, high := new(big.Int).SetBytes(change[:32]), new(big.Int).SetBytes(change[32:])
		verdict(t, k, pub, digest, low, high)
		verdict(t, k, pub, digest, new(big.Int).Xor(r, low), new(big.Int).Xor(s, high))
		e := new(big.Int).SetBytes(digest[:])
		if r := modulo(e.Mul(e.Neg(e), inverse(d))); verdict(t, k, pub, digest, r, modulo(high)) {
			t.Fatal("R at infinity was accepted")
		}
	})
}
