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
