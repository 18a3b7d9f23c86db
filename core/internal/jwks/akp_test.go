package jwks_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

// akpReader accepts keys of one byte or more, and says so about the algorithm.
type akpReader struct{}

func (akpReader) PublicKey(algorithm string, public []byte) (keys.VerifyingKey, error) {
	if string(public) == "bad" {
		return nil, errors.New("this one is bad")
	}
	return akpKey(algorithm + string(public)), nil
}

type akpKey string

func (akpKey) Verify(_, _ []byte) bool { return false }

// TestAKP: keys of the type AKP are read by the reader, if there is one (RFC 9964 §3).
func TestAKP(t *testing.T) {
	entry := func(members string) string { return `{"keys":[{"kty":"AKP",` + members + `}]}` }
	good := entry(`"alg":"ML-DSA-65","kid":"k","pub":"` + base64.RawURLEncoding.EncodeToString([]byte("public")) + `"`)
	set, err := jwks.Parse([]byte(good), jwks.Limits{AKP: akpReader{}})
	if err != nil {
		t.Fatal(err)
	}
	found := set.Lookup("k", true, "ML-DSA-65")
	if len(found) != 1 || found[0].Public != akpKey("ML-DSA-65public") || found[0].Kty != "AKP" {
		t.Fatalf("got %v", found)
	}
	if want := sha256.Sum256([]byte(`{"alg":"ML-DSA-65","kty":"AKP","pub":"cHVibGlj"}`)); found[0].Thumbprint != want {
		t.Errorf("the thumbprint is %x", found[0].Thumbprint)
	}
	for _, alg := range []string{"ML-DSA-44", "ML-DSA-87", "EdDSA", "ES256"} {
		if found := set.Lookup("k", true, alg); len(found) != 0 {
			t.Errorf("the key is used for %s", alg)
		}
	}
	for document, want := range map[string]string{
		entry(`"kid":"k","pub":"cHVibGlj"`):                           "alg is missing",
		entry(`"alg":"ES256","pub":"cHVibGlj"`):                       "unsupported alg",
		entry(`"alg":"ML-DSA-65","pub":"cHVibGlj="`):                  "pub is missing",
		entry(`"alg":"ML-DSA-65"`):                                    "pub is missing",
		entry(`"alg":"ML-DSA-65","pub":"YmFk"`):                       "this one is bad",
		entry(`"alg":"ML-DSA-65","pub":"cHVibGlj","priv":"AAAA"`):     "private key",
		entry(`"alg":"ML-DSA-65","pub":"cHVibGlj","use":"enc"`):       "use is enc",
		`{"keys":[{"kty":"OKP","alg":"ML-DSA-65","pub":"cHVibGlj"}]}`: "unsupported curve",
	} {
		_, err := jwks.Parse([]byte(document), jwks.Limits{AKP: akpReader{}})
		var failed *jwks.FetchError
		if !errors.As(err, &failed) || len(failed.Skipped) != 1 || !strings.Contains(fmt.Sprint(failed.Skipped), want) {
			t.Errorf("%s: %v, want %q", document, err, want)
		}
	}
	if _, err := jwks.Parse([]byte(good), jwks.Limits{}); err == nil || !strings.Contains(err.Error(), "unknown kty") {
		t.Errorf("without a reader: %v", err)
	}
}
