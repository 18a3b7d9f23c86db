package rsaverify_test

import (
	"bytes"
	"crypto"
	_ "crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

func hashes() []crypto.Hash { return []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} }

func hashOf(hash crypto.Hash, parts ...[]byte) []byte {
	h := hash.New()
	for _, part := range parts {
		_, _ = h.Write(part) // never fails
	}
	return h.Sum(nil)
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// oidOf is id-sha256, id-sha384, id-sha512 and some that no algorithm of RFC 7518 uses with RSA.
func oidOf(hash crypto.Hash) asn1.ObjectIdentifier {
	switch hash {
	case crypto.SHA1:
		return asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	case crypto.SHA256:
		return asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	case crypto.SHA384:
		return asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
	case crypto.SHA512:
		return asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}
	case crypto.SHA512_256:
		return asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 6}
	default:
		return nil
	}
}

// digestInfo marshals RFC 8017 §A.2.4 with encoding/asn1, not from the table under test.
func digestInfo(tb testing.TB, hash crypto.Hash, digest []byte) []byte {
	tb.Helper()
	der, err := asn1.Marshal(struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}{pkix.AlgorithmIdentifier{Algorithm: oidOf(hash), Parameters: asn1.NullRawValue}, digest})
	if err != nil {
		tb.Fatal(err)
	}
	return der
}

// der is one tag-length-value with the shortest length.
func der(tag byte, contents ...[]byte) []byte {
	body := join(contents...)
	switch {
	case len(body) < 0x80:
		return join([]byte{tag, byte(len(body))}, body)
	case len(body) < 0x100:
		return join([]byte{tag, 0x81, byte(len(body))}, body)
	default:
		return join([]byte{tag, 0x82, byte(len(body) >> 8), byte(len(body))}, body)
	}
}

// padPKCS1v15 is RFC 8017 §9.2 around any T.
func padPKCS1v15(k int, t []byte) []byte {
	return join([]byte{0, 1}, bytes.Repeat([]byte{0xff}, k-3-len(t)), []byte{0}, t)
}

// pssRecipe is EMSA-PSS-ENCODE (RFC 8017 §9.1.1) with every choice open, so that each can be made wrongly.
type pssRecipe struct {
	hash, mgf crypto.Hash
	mHash     []byte
	salt      []byte
	prefix    []byte // eight zero octets
	padding   func(ps []byte)
	delimiter byte                     // 0x01
	trailer   byte                     // 0xbc
	alter     func(h []byte)           // before H makes the mask
	touch     func(maskedDB, h []byte) // after it did
}

func goodPSS(hash crypto.Hash, mHash, salt []byte) pssRecipe {
	return pssRecipe{
		hash: hash, mgf: hash, mHash: mHash, salt: salt,
		prefix: make([]byte, 8), delimiter: 0x01, trailer: 0xbc,
	}
}

func (r pssRecipe) encode(emBits int) []byte {
	emLen := (emBits + 7) / 8
	h := hashOf(r.hash, r.prefix, r.mHash, r.salt)
	if r.alter != nil {
		r.alter(h)
	}
	ps := make([]byte, emLen-len(r.salt)-len(h)-2)
	if r.padding != nil {
		r.padding(ps)
	}
	db := join(ps, []byte{r.delimiter}, r.salt)
	for i, m := range mgf1(r.mgf, h, len(db)) {
		db[i] ^= m
	}
	db[0] &= 0xff >> (8*emLen - emBits)
	if r.touch != nil {
		r.touch(db, h)
	}
	return join(db, h, []byte{r.trailer})
}

// mgf1 is RFC 8017 §B.2.1.
func mgf1(hash crypto.Hash, seed []byte, length int) []byte {
	var mask []byte
	for counter := uint32(0); len(mask) < length; counter++ {
		mask = append(mask, hashOf(hash, seed, binary.BigEndian.AppendUint32(nil, counter))...)
	}
	return mask[:length]
}

// randomOctets are the same in every run for the same source.
func randomOctets(random *rand.ChaCha8, n int) []byte {
	b := make([]byte, n)
	_, _ = random.Read(b) // never fails
	return b
}

func newRandom(name string) *rand.ChaCha8 {
	var seed [32]byte
	copy(seed[:], name)
	return rand.NewChaCha8(seed)
}
