package jose_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// checkBase64 compares the decoder with encoding/base64, which is strict once CR and LF are out of the way.
func checkBase64(t *testing.T, segment string) {
	t.Helper()
	got, ok := jose.DecodeBase64(segment)
	want, err := base64.RawURLEncoding.Strict().DecodeString(segment)
	if wantOK := err == nil && !strings.ContainsAny(segment, "\r\n"); ok != wantOK {
		t.Fatalf("%q: accepted %v, want %v", segment, ok, wantOK)
	}
	if ok && !bytes.Equal(got, want) {
		t.Fatalf("%q: %x, want %x", segment, got, want)
	}
	if ok && base64.RawURLEncoding.EncodeToString(got) != segment {
		t.Fatalf("%q: a second spelling of %x", segment, got)
	}
	checkSpells(t, segment, got, ok)
}

// checkSpells compares Spells with the decoder, which returned data.
func checkSpells(t *testing.T, segment string, data []byte, ok bool) {
	t.Helper()
	if got := jose.Spells(segment, data, false); got != ok {
		t.Fatalf("%q: Spells %x is %v, want %v", segment, data, got, ok)
	}
	zeros := make([]byte, base64.RawURLEncoding.DecodedLen(len(segment)))
	if got, want := jose.Spells(segment, zeros, false), encode(string(zeros)) == segment; got != want {
		t.Fatalf("%q: Spells %x is %v", segment, zeros, got)
	}
	if padded := base64.URLEncoding.EncodeToString(data); ok && !jose.Spells(padded, data, true) {
		t.Fatalf("%q does not spell %x with padding", padded, data)
	}
	if ok && len(segment)%4 != 0 && (jose.Spells(segment, data, true) || jose.Spells(segment+"=", data, false)) {
		t.Fatalf("%q: the padding does not count", segment)
	}
	for i := max(0, len(data)-8); i < len(data); i++ { // the last group of eight, and what is left
		data[i] ^= 0x40
		if ok && jose.Spells(segment, data, false) {
			t.Fatalf("%q spells %x too", segment, data)
		}
		data[i] ^= 0x40
	}
	if ok && (jose.Spells(segment, append(data, 0), false) ||
		len(data) > 0 && jose.Spells(segment, data[:len(data)-1], false)) {
		t.Fatalf("%q spells more or less than %x", segment, data)
	}
}

func TestBase64EveryByteInEveryPlace(t *testing.T) {
	for length := range 22 {
		for at := range length {
			for c := range 256 {
				segment := []byte(strings.Repeat("A", length))
				segment[at] = byte(c)
				checkBase64(t, string(segment))
			}
		}
	}
}

func FuzzBase64(f *testing.F) {
	for _, seed := range []string{
		"", "A", "AA", "AB", "AAA", "AAB", "AAAA", "eyJhbGciOiJSUzI1NiJ9", "AA==", "A\nAA", "A-_b+/cd", "AAAAAAAA\r\nAA",
	} {
		f.Add(seed)
	}
	f.Fuzz(checkBase64)
}

func BenchmarkBase64(b *testing.B) {
	segment := encode(clerkPayload)
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(segment)))
		for b.Loop() {
			if _, ok := jose.DecodeBase64(segment); !ok {
				b.Fatal("refused")
			}
		}
	})
	b.Run("compared", func(b *testing.B) {
		data := []byte(clerkPayload)
		b.SetBytes(int64(len(segment)))
		for b.Loop() {
			if !jose.Spells(segment, data, false) {
				b.Fatal("refused")
			}
		}
	})
	b.Run("stdlib", func(b *testing.B) {
		b.SetBytes(int64(len(segment)))
		strict := base64.RawURLEncoding.Strict()
		for b.Loop() {
			if _, err := strict.DecodeString(segment); err != nil || strings.ContainsAny(segment, "\r\n") {
				b.Fatal("refused")
			}
		}
	})
}
