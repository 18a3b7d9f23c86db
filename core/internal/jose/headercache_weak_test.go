package jose_test

import (
	"encoding/base64"
	"runtime"
	"strings"
	"testing"
	"unsafe"
	"weak"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// A remembered header is a few bytes of a token. It must not keep the token.
func TestHeaderCacheDoesNotKeepTokens(t *testing.T) {
	cache := jose.NewHeaderCache()
	encode := base64.RawURLEncoding.EncodeToString
	remember := func() weak.Pointer[byte] {
		raw := strings.Join([]string{
			encode([]byte(`{"alg":"RS256","kid":"k1","typ":"JWT"}`)), encode([]byte(`{"sub":"user"}`)),
			encode(make([]byte, 256)),
		}, ".")
		var token jose.Token
		if err := jose.Parse(&token, raw, cache, jose.Limits{}); err != nil {
			t.Fatal(err)
		}
		cache.Remember(&token)
		if cache.Find(raw[:strings.IndexByte(raw, '.')]) == nil {
			t.Fatal("the header is not remembered")
		}
		return weak.Make(unsafe.StringData(raw))
	}
	token := remember()
	runtime.GC()
	if token.Value() != nil {
		t.Error("the token is kept")
	}
	runtime.KeepAlive(cache)
}
