package rsaverify_test

import (
	"bytes"
	"crypto"
	"encoding/asn1"
	"fmt"
	"math/big"
	"testing"
)

// RFC 8017 §8.2.2 and §9.2: one encoded message is right. Each row is one way to be wrong, signed with the private key.
func TestPKCS1v15EncodedMessages(t *testing.T) {
	for _, k := range []*testKey{
		keyFor(t, 2048, 65537), keyFor(t, 2048, 3), keyFor(t, 2049, 65537), keyFor(t, 3072, 65537),
	} {
		for _, hash := range hashes() {
			digest := hashOf(hash, []byte("PKCS #1 v1.5"))
			right := padPKCS1v15(k.octets(), digestInfo(t, hash, digest))
			t.Run(fmt.Sprint(k.N.BitLen(), " e=", k.E, hash), func(t *testing.T) {
				pkcs1v15().mustAccept(t, k, hash, digest, k.sign(t, right))
				for name, em := range wrongPKCS1v15(t, k.octets(), hash, digest) {
					if len(em) == k.octets() && new(big.Int).SetBytes(em).Cmp(k.N) >= 0 {
						continue // not below a modulus that begins with a nearly empty octet
					}
					t.Run(name, func(t *testing.T) {
						if len(em) != k.octets() || bytes.Equal(em, right) {
							t.Fatalf("%d octets, equal to the right ones: %t; the row tests nothing", len(em), bytes.Equal(em, right))
						}
						pkcs1v15().mustRefuse(t, k, hash, digest, k.sign(t, em))
					})
				}
			})
		}
	}
}

func wrongPKCS1v15(tb testing.TB, k int, hash crypto.Hash, digest []byte) map[string][]byte {
	tb.Helper()
	wrong := map[string][]byte{}
	for name, t := range wrongDigestInfo(tb, hash, digest) {
		wrong["T: "+name] = padPKCS1v15(k, t)
	}
	for name, em := range wrongPadding(k, digestInfo(tb, hash, digest)) {
		wrong["padding: "+name] = em
	}
	return wrong
}

// wrongDigestInfo lists values of T that name the right hash value in the wrong words, or another in the right ones.
func wrongDigestInfo(tb testing.TB, hash crypto.Hash, digest []byte) map[string][]byte {
	tb.Helper()
	const sequence, octetString = 0x30, 0x04
	oidDER, err := asn1.Marshal(oidOf(hash))
	if err != nil {
		tb.Fatal(err)
	}
	null := []byte{0x05, 0x00}
	algorithm := der(sequence, oidDER, null)
	value := der(octetString, digest)
	body := join(algorithm, value)
	right := der(sequence, body)
	other := map[crypto.Hash]crypto.Hash{
		crypto.SHA256: crypto.SHA512,
		crypto.SHA384: crypto.SHA256,
		crypto.SHA512: crypto.SHA384,
	}[hash]
	flipped := bytes.Clone(digest)
	flipped[0] ^= 0x80
	// The last arc, and the length octet in front of it, altered by one.
	lastArc, longerOID := bytes.Clone(right), bytes.Clone(right)
	arc := bytes.Index(right, oidDER) + len(oidDER) - 1
	lastArc[arc]++
	longerOID[arc-9]++

	wrong := map[string][]byte{
		"NULL missing":                 der(sequence, der(sequence, oidDER), value),
		"NULL twice":                   der(sequence, der(sequence, oidDER, null, null), value),
		"NULL of one octet":            der(sequence, der(sequence, oidDER, []byte{0x05, 0x01, 0x00}), value),
		"NULL with long length":        der(sequence, der(sequence, oidDER, []byte{0x05, 0x81, 0x00}), value),
		"parameters empty sequence":    der(sequence, der(sequence, oidDER, []byte{0x30, 0x00}), value),
		"parameters with garbage":      der(sequence, der(sequence, oidDER, der(octetString, []byte("garbage"))), value),
		"NULL outside the algorithm":   der(sequence, der(sequence, oidDER), null, value),
		"NULL after the digest":        der(sequence, algorithm, value, null),
		"algorithm missing":            der(sequence, value),
		"algorithm twice":              der(sequence, algorithm, algorithm, value),
		"digest missing":               der(sequence, algorithm),
		"digest empty":                 der(sequence, algorithm, []byte{octetString, 0}),
		"digest twice":                 der(sequence, algorithm, value, value),
		"digest first":                 der(sequence, value, algorithm),
		"digest truncated by one":      der(sequence, algorithm, der(octetString, digest[:len(digest)-1])),
		"digest truncated to half":     der(sequence, algorithm, der(octetString, digest[:len(digest)/2])),
		"digest without its first":     der(sequence, algorithm, der(octetString, digest[1:])),
		"digest longer by a zero":      der(sequence, algorithm, der(octetString, digest, []byte{0})),
		"digest after a zero":          der(sequence, algorithm, der(octetString, []byte{0}, digest)),
		"digest with one bit flipped":  der(sequence, algorithm, der(octetString, flipped)),
		"digest all zero":              der(sequence, algorithm, der(octetString, make([]byte, len(digest)))),
		"digest as BIT STRING":         der(sequence, algorithm, der(0x03, []byte{0}, digest)),
		"digest as UTF8String":         der(sequence, algorithm, der(0x0c, digest)),
		"digest as constructed string": der(sequence, algorithm, der(0x24, value)),
		"digest in hexadecimal":        der(sequence, algorithm, der(octetString, fmt.Appendf(nil, "%x", digest))),
		"digest of the digest":         digestInfo(tb, hash, hashOf(hash, digest)),
		"digest alone":                 digest,
		"digest as a string alone":     value,
		"no DigestInfo":                {},
		"SET instead of SEQUENCE":      der(0x31, body),
		"algorithm as SET":             der(sequence, der(0x31, oidDER, null), value),
		"sequence within a sequence":   der(sequence, right),
		"garbage inside":               der(sequence, body, []byte{0x02, 0x01, 0x05}),
		"garbage behind":               join(right, []byte{0xde, 0xad, 0xbe, 0xef}),
		"a zero behind":                join(right, []byte{0}),
		"end-of-contents behind":       join(right, []byte{0, 0}),
		"truncated by one":             right[:len(right)-1],
		"first octet missing":          right[1:],
		"OID of another hash":          der(sequence, der(sequence, mustDER(tb, oidOf(other)), null), value),
		"another hash, well made":      digestInfo(tb, other, hashOf(other, []byte("PKCS #1 v1.5"))),
		"SHA-1":                        digestInfo(tb, crypto.SHA1, hashOf(crypto.SHA1, []byte("PKCS #1 v1.5"))),
		"OID last arc":                 lastArc,
		"OID length":                   longerOID,
		"OID padded with 0x80": der(
			sequence,
			der(sequence, der(0x06, oidDER[2:len(oidDER)-1], []byte{0x80, oidDER[len(oidDER)-1]}), null),
			value,
		),
		"OID longer by an arc":  der(sequence, der(sequence, der(0x06, oidDER[2:], []byte{1}), null), value),
		"OID shorter by an arc": der(sequence, der(sequence, der(0x06, oidDER[2:len(oidDER)-1]), null), value),
		"OID empty":             der(sequence, der(sequence, []byte{0x06, 0}, null), value),
		"OID missing":           der(sequence, der(sequence, null), value),
		"algorithm of the signature": der(
			sequence,
			der(sequence, mustDER(tb, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}), null),
			value,
		),
	}
	// Lengths in BER that are not DER: long form, leading zeros, indefinite; and lengths that lie.
	for where, prefix := range map[string]func(length []byte) []byte{
		"outer":     func(l []byte) []byte { return join([]byte{sequence}, l, body) },
		"algorithm": func(l []byte) []byte { return der(sequence, []byte{sequence}, l, oidDER, null, value) },
		"OID":       func(l []byte) []byte { return der(sequence, der(sequence, []byte{0x06}, l, oidDER[2:], null), value) },
		"digest":    func(l []byte) []byte { return der(sequence, algorithm, []byte{octetString}, l, digest) },
	} {
		n := byte(map[string]int{
			"outer":     len(body),
			"algorithm": len(algorithm) - 2,
			"OID":       len(oidDER) - 2,
			"digest":    len(digest),
		}[where])
		for name, length := range map[string][]byte{
			"long form": {0x81, n}, "long form of two": {0x82, 0, n}, "long form of four": {0x84, 0, 0, 0, n},
			"long form of nine": {0x89, 0, 0, 0, 0, 0, 0, 0, 0, n}, "2^32 too much": {0x85, 1, 0, 0, 0, n},
			"one too much": {n + 1}, "one too little": {n - 1}, "zero": {0}, "huge": {0x84, 0xff, 0xff, 0xff, 0xff},
			"indefinite, open": {0x80}, "reserved": {0xff},
		} {
			wrong[where+" length "+name] = prefix(length)
		}
	}
	wrong["outer length indefinite"] = join([]byte{sequence, 0x80}, body, []byte{0, 0})
	wrong["algorithm length indefinite"] = der(sequence, []byte{sequence, 0x80}, oidDER, null, []byte{0, 0}, value)
	return wrong
}

// wrongPadding lists blocks that hold the right T at the wrong place or behind the wrong padding.
func wrongPadding(k int, t []byte) map[string][]byte {
	right := padPKCS1v15(k, t)
	separator := k - len(t) - 1
	with := func(change func(em []byte)) []byte {
		em := bytes.Clone(right)
		change(em)
		return em
	}
	set := func(i int, octet byte) []byte { return with(func(em []byte) { em[i] = octet }) }
	// ps octets of padding, T right behind it and garbage to the end.
	early := func(ps int, fill byte) []byte {
		em := join([]byte{0, 1}, bytes.Repeat([]byte{0xff}, ps), []byte{0}, t)
		return join(em, bytes.Repeat([]byte{fill}, k-len(em)))
	}
	wrong := map[string][]byte{
		"block type 0":               set(1, 0),
		"block type 0, zero padding": with(func(em []byte) { clear(em[1:separator]) }),
		"block type 2":               set(1, 2),
		"block type 2, random padding": with(func(em []byte) {
			em[1] = 2
			for i := 2; i < separator; i++ {
				em[i] = byte(i%255) + 1
			}
		}),
		"block type 3":                  set(1, 3),
		"block type 0x81":               set(1, 0x81),
		"block type ff":                 set(1, 0xff),
		"first 0xff replaced":           set(2, 0xfe),
		"first 0xff zero":               set(2, 0),
		"last 0xff replaced":            set(separator-1, 0xfe),
		"last 0xff zero":                set(separator-1, 0),
		"middle 0xff replaced":          set(separator/2, 0x7f),
		"middle 0xff zero":              set(separator/2, 0),
		"padding all zero":              with(func(em []byte) { clear(em[2:separator]) }),
		"padding all one":               with(func(em []byte) { copy(em[2:separator], bytes.Repeat([]byte{1}, k)) }),
		"separator ff":                  set(separator, 0xff),
		"separator 01":                  set(separator, 0x01),
		"separator twice":               padPKCS1v15(k, join([]byte{0}, t)),
		"separator missing":             join([]byte{0, 1}, bytes.Repeat([]byte{0xff}, k-2-len(t)), t),
		"first octet 01":                set(0, 1),
		"leading zero stripped":         join([]byte{1}, bytes.Repeat([]byte{0xff}, k-2-len(t)), []byte{0}, t),
		"leading zero moved behind":     join(right[1:], []byte{0}),
		"leading zero twice":            join([]byte{0, 0, 1}, bytes.Repeat([]byte{0xff}, k-4-len(t)), []byte{0}, t),
		"T only, zeros in front":        join(make([]byte, k-len(t)), t),
		"T twice":                       padPKCS1v15(k, join(t, t)),
		"T right behind the block type": early(0, 0),
		"T behind a bare 00 01 00":      join([]byte{0, 1, 0}, t, bytes.Repeat([]byte{0xff}, k-3-len(t))),
	}
	// Bleichenbacher 2006: the bytes after T are not checked. Padding of 0 … 8 octets and more.
	for _, ps := range []int{0, 1, 7, 8, 9, 16, k - len(t) - 4} {
		for _, fill := range []byte{0x00, 0xff, 0xa5} {
			wrong[fmt.Sprintf("%d octets of it, %02x behind T", ps, fill)] = early(ps, fill)
		}
	}
	return wrong
}

func mustDER(tb testing.TB, oid asn1.ObjectIdentifier) []byte {
	tb.Helper()
	out, err := asn1.Marshal(oid)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}
