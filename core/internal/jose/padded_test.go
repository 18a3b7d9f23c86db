package jose_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

// paddedToken needs two, one and two characters of padding.
func paddedToken() string {
	pad := func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) }
	return pad(
		`{"alg":"ES256","k":1}  `[:22],
	) + "." + pad(
		`{"iss":"https://a.example"} `[:26]+"}",
	) + "." + pad(
		"signature!",
	)
}

// TestParsePadded: a padded token has one spelling, and the strict reading takes none of it.
func TestParsePadded(t *testing.T) {
	raw := paddedToken()
	parts := strings.Split(raw, ".")
	if !strings.HasSuffix(parts[0], "==") || !strings.HasSuffix(parts[2], "==") {
		t.Fatalf("%q tests too little", raw)
	}
	strip := func(s string) string { return strings.TrimRight(s, "=") }
	for name, c := range map[string]struct {
		raw            string
		strict, padded bool
	}{
		"padded":                   {raw, false, true},
		"without padding":          {strip(parts[0]) + "." + strip(parts[1]) + "." + strip(parts[2]), true, false},
		"header not padded":        {strip(parts[0]) + "." + parts[1] + "." + parts[2], false, false},
		"signature not padded":     {parts[0] + "." + parts[1] + "." + strip(parts[2]), false, false},
		"signature padded alone":   {strip(parts[0]) + "." + strip(parts[1]) + "." + parts[2], false, false},
		"half the padding":         {raw[:len(raw)-1], false, false},
		"too much padding":         {raw + "=", false, false},
		"four too many":            {raw + "====", false, false},
		"padding in the middle":    {parts[0] + "." + parts[1] + ".ab==cd==", false, false},
		"padding alone":            {parts[0] + "." + parts[1] + ".====", false, false},
		"stray bits":               {parts[0] + "." + parts[1] + "." + "c2lnbmF0dXJlIR==", false, false},
		"standard alphabet":        {parts[0] + "." + parts[1] + ".+/AA", false, false},
		"escaped padding":          {parts[0] + "." + parts[1] + ".c2lnbmF0dXJlIQ%3D", false, false},
		"line break before the ==": {parts[0] + "." + parts[1] + ".c2lnbmF0dXJlI\r\nQ", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			cache := jose.NewHeaderCache()
			var token jose.Token
			if err := jose.ParsePadded(&token, c.raw, cache, jose.Limits{}); (err == nil) != c.padded {
				t.Errorf("padded: %v", err)
			} else if err == nil {
				if !token.Padded || string(token.Signature) != "signature!" || token.SigningInput() != parts[0]+"."+parts[1] {
					t.Errorf("token = %+v", token)
				}
				cache.Remember(&token)
			}
			if err := jose.Parse(&token, c.raw, cache, jose.Limits{}); (err == nil) != c.strict {
				t.Errorf("strict: %v", err)
			} else if token.Padded {
				t.Error("strict: the token is marked as padded")
			}
		})
	}
}

// TestPaddedHeaderStaysOutOfStrictTokens: a cached header must not carry its padding into a token that needs none
// elsewhere.
func TestPaddedHeaderStaysOutOfStrictTokens(t *testing.T) {
	cache := jose.NewHeaderCache()
	var token jose.Token
	if err := jose.ParsePadded(&token, paddedToken(), cache, jose.Limits{}); err != nil {
		t.Fatal(err)
	}
	cache.Remember(&token)
	header, _, _ := strings.Cut(token.Raw, ".")
	if cache.Find(header) == nil {
		t.Fatal("the header is not in the cache")
	}
	err := jose.Parse(&token, header+"."+encode(plainPayload)+"."+encode("signature"), cache, jose.Limits{})
	if err == nil {
		t.Error("a padded header passed as strict")
	}
}
