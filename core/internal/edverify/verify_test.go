package edverify_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/hex"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"

	"filippo.io/edwards25519"

	"github.com/revstackhq/auth-go/core/internal/edverify"
	"github.com/revstackhq/auth-go/core/internal/test"
)

// verdict asks both implementations, and fails the test if they disagree. A key that does not decode has no signatures.
func verdict(tb testing.TB, pub ed25519.PublicKey, message, sig []byte) bool {
	tb.Helper()
	k, err := prepare(pub)
	ours, standard := k.Verify(string(message), sig), ed25519.Verify(pub, message, sig)
	if ours != standard || err != nil && standard {
		tb.Fatalf("prepared %t (%v), crypto/ed25519 %t\nkey %x\nmessage %x\nsignature %x",
			ours, err, standard, pub, message, sig)
	}
	return ours
}

// prepare keeps the keys: a table costs as much as many checks.
func prepare(pub ed25519.PublicKey) (*edverify.Key, error) {
	if known, ok := prepared.Load(string(pub)); ok {
		return known.(*edverify.Key), nil
	}
	k, err := edverify.Prepare(pub)
	if err == nil {
		prepared.Store(string(pub), k)
	}
	return k, err
}

var prepared sync.Map

func newKey(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

// order is L, the order of the prime-order group.
func order() *big.Int {
	l, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
	return l.Add(l, new(big.Int).Lsh(big.NewInt(1), 252))
}

func littleEndian(x *big.Int) []byte {
	b := x.FillBytes(make([]byte, 32))
	slices.Reverse(b)
	return b
}

func bigEndian(b []byte) *big.Int {
	b = bytes.Clone(b)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}

func TestSignaturesOfTheStandardLibrary(t *testing.T) {
	for i := range 64 {
		private := newKey(byte(i))
		message := bytes.Repeat([]byte{byte(i)}, i*i)
		sig := ed25519.Sign(private, message)
		if !verdict(t, public(private), message, sig) {
			t.Fatalf("signature %d was refused", i)
		}
		if verdict(t, public(newKey(byte(i+1))), message, sig) || verdict(t, public(private), append(message, 0), sig) {
			t.Fatalf("signature %d was accepted for another key or message", i)
		}
	}
}

// Every bit of a signature and of a key counts.
func TestEveryBitCounts(t *testing.T) {
	private := newKey(1)
	message := []byte("every bit")
	sig := ed25519.Sign(private, message)
	for bit := range 8 * len(sig) {
		changed := bytes.Clone(sig)
		changed[bit/8] ^= 1 << (bit % 8)
		if verdict(t, public(private), message, changed) {
			t.Errorf("bit %d of the signature does not count", bit)
		}
		if bit < 8*ed25519.PublicKeySize {
			pub := bytes.Clone(public(private))
			pub[bit/8] ^= 1 << (bit % 8)
			if verdict(t, pub, message, sig) {
				t.Errorf("bit %d of the key does not count", bit)
			}
		}
	}
}

// RFC 8032 §5.1.7: S is below L. S + L would be a second signature of the same message.
func TestScalarOutOfRange(t *testing.T) {
	private := newKey(2)
	for _, message := range [][]byte{nil, []byte("a"), []byte("b"), []byte("c")} {
		sig := ed25519.Sign(private, message)
		for added := order(); ; added.Add(added, order()) {
			s := added.Add(bigEndian(sig[32:]), added)
			if s.BitLen() > 256 {
				break
			}
			if verdict(t, public(private), message, append(bytes.Clone(sig[:32]), littleEndian(s)...)) {
				t.Fatalf("S = %d was accepted", s)
			}
		}
	}
}

func TestLengths(t *testing.T) {
	private := newKey(3)
	message := []byte("message")
	sig := ed25519.Sign(private, message)
	k, err := edverify.Prepare(public(private))
	if err != nil {
		t.Fatal(err)
	}
	for n := range 2 * len(sig) {
		if got := k.Verify("message", slices.Concat(sig, sig)[:n]); got != (n == len(sig)) {
			t.Errorf("%d octets: %t", n, got)
		}
	}
	for n := range 2 * ed25519.PublicKeySize {
		if _, err := edverify.Prepare(make([]byte, n)); (err == nil) != (n == ed25519.PublicKeySize) {
			t.Errorf("a key of %d octets: %v", n, err)
		}
	}
	if (*edverify.Key)(nil).Verify("message", sig) {
		t.Error("a nil key accepts")
	}
}

// torsion returns the points of small order, the identity first.
func torsion(t *testing.T) []*edwards25519.Point {
	t.Helper()
	encoded, err := hex.DecodeString("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
	if err != nil {
		t.Fatal(err)
	}
	eighth, err := new(edwards25519.Point).SetBytes(encoded)
	if err != nil {
		t.Fatal(err)
	}
	all := []*edwards25519.Point{edwards25519.NewIdentityPoint()}
	for i := range 7 {
		all = append(all, new(edwards25519.Point).Add(all[i], eighth))
	}
	if new(edwards25519.Point).Add(all[7], eighth).Equal(all[0]) != 1 || all[4].Equal(all[0]) == 1 {
		t.Fatal("not a point of order 8")
	}
	return all
}

// smallEncodings returns the encodings of points of small order: the canonical ones, and those that crypto/ed25519
// decodes though RFC 8032 §5.1.3 does not, with y ≥ p or x = 0 and a sign.
func smallEncodings(t *testing.T) [][]byte {
	t.Helper()
	var all [][]byte
	for _, p := range torsion(t) {
		all = append(all, p.Bytes())
	}
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	for _, y := range []*big.Int{
		p,                                  // 0
		new(big.Int).Add(p, big.NewInt(1)), // 1
		big.NewInt(1),
		new(big.Int).Sub(p, big.NewInt(1)), // −1
	} {
		for _, sign := range []byte{0, 0x80} {
			b := littleEndian(y)
			b[31] |= sign
			if _, err := new(edwards25519.Point).SetBytes(b); err == nil {
				all = append(all, b)
			}
		}
	}
	return all
}

// Keys and R of small order, in all encodings, with S at the ends of its range: some are accepted, and both
// implementations agree on which.
func TestSmallOrder(t *testing.T) {
	one := big.NewInt(1)
	scalars := []*big.Int{{}, one, new(big.Int).Sub(order(), one), order(), new(big.Int).Add(order(), one)}
	accepted := 0
	encodings := smallEncodings(t)
	for _, a := range encodings {
		for _, r := range encodings {
			for i, s := range scalars {
				message := []byte{a[0], r[0], byte(i)}
				if verdict(t, a, message, slices.Concat(r, littleEndian(s))) {
					accepted++
				}
			}
		}
	}
	if accepted == 0 || accepted == len(encodings)*len(encodings)*len(scalars) {
		t.Errorf("%d accepted: no difference was seen", accepted)
	}
}

// Keys and R with a part of small order: the equation has no cofactor, so that [S]B = R + [c]A decides, and not eight
// times it.
func TestMixedOrder(t *testing.T) {
	private := newKey(4)
	digest := sha512.Sum512(private.Seed())
	a, err := new(edwards25519.Scalar).SetBytesWithClamping(digest[:32])
	if err != nil {
		t.Fatal(err)
	}
	nonce, err := new(edwards25519.Scalar).SetUniformBytes(digest[:])
	if err != nil {
		t.Fatal(err)
	}
	accepted, refused := 0, 0
	for i, ta := range torsion(t) {
		for j, tr := range torsion(t) {
			pub := new(edwards25519.Point).ScalarBaseMult(a)
			pub.Add(pub, ta)
			r := new(edwards25519.Point).ScalarBaseMult(nonce)
			r.Add(r, tr)
			message := []byte{byte(i), byte(j)}
			hashed := sha512.Sum512(slices.Concat(r.Bytes(), pub.Bytes(), message))
			c, err := new(edwards25519.Scalar).SetUniformBytes(hashed[:])
			if err != nil {
				t.Fatal(err)
			}
			s := new(edwards25519.Scalar).MultiplyAdd(c, a, nonce)
			if verdict(t, pub.Bytes(), message, slices.Concat(r.Bytes(), s.Bytes())) {
				accepted++
			} else {
				refused++
			}
		}
	}
	if accepted == 0 || refused == 0 { // with a cofactor, all would be accepted
		t.Errorf("%d accepted, %d refused: want some of both", accepted, refused)
	}
}

// Long messages take another path.
func TestLongMessages(t *testing.T) {
	private := newKey(5)
	for n := 1900; n < 2100; n++ {
		message := []byte(strings.Repeat("m", n))
		if !verdict(t, public(private), message, ed25519.Sign(private, message)) {
			t.Fatalf("%d octets were refused", n)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	private := newKey(6)
	sig := ed25519.Sign(private, []byte("message"))
	k, err := edverify.Prepare(public(private))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan bool)
	for range 4 {
		go func() {
			ok := true
			for range 50 {
				ok = ok && k.Verify("message", sig)
			}
			done <- ok
		}()
	}
	for range 4 {
		if !<-done {
			t.Error("refused")
		}
	}
}

func TestAllocations(t *testing.T) {
	if test.Race {
		t.Skip("the race detector allocates")
	}
	private := newKey(7)
	message := strings.Repeat("m", 1000)
	sig := ed25519.Sign(private, []byte(message))
	k, err := edverify.Prepare(public(private))
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(20, func() { k.Verify(message, sig) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzVerify compares both implementations on keys, messages and signatures that are right, changed, or made up.
func FuzzVerify(f *testing.F) {
	for i := range byte(6) {
		f.Add(i, []byte("message"), make([]byte, 64), make([]byte, 32))
	}
	f.Fuzz(func(t *testing.T, seed byte, message, sigChange, keyChange []byte) {
		private := newKey(seed)
		sig := xor(ed25519.Sign(private, message), sigChange)
		verdict(t, public(private), message, sig)
		for _, pub := range [][]byte{xor(public(private), keyChange), keyChange} {
			if len(pub) == ed25519.PublicKeySize {
				verdict(t, pub, message, sig)
				verdict(t, pub, message, sigChange)
				prepared.Delete(string(pub)) // there are too many of them
			}
		}
		s := bigEndian(sig[32:])
		if s.Add(s, order()).BitLen() <= 256 {
			verdict(t, public(private), message, slices.Concat(sig[:32], littleEndian(s)))
		}
	})
}

func xor(octets, change []byte) []byte {
	out := bytes.Clone(octets)
	for i := range min(len(out), len(change)) {
		out[i] ^= change[i]
	}
	return out
}
