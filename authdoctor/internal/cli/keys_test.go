package cli_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/authtest"
)

// same takes out what differs from run to run.
func same(issuer *authtest.Issuer, text string) string {
	text = strings.ReplaceAll(text, issuer.BaseURL(), "http://127.0.0.1:9000")
	text = regexp.MustCompile(`\d+ bytes`).ReplaceAllString(text, "N bytes")
	text = regexp.MustCompile(`exact to \d\.\d s`).ReplaceAllString(text, "exact to 0.5 s")
	return regexp.MustCompile(`(ETag +)\S+`).ReplaceAllString(text, `$1"…"`)
}

func TestKeys(t *testing.T) {
	issuer := authtest.NewIssuer(t, authtest.WithAlgorithms("RS256", "ES256"))
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(issuer.JWKS(), &set); err != nil {
		t.Fatal(err)
	}
	set.Keys = append([]json.RawMessage{
		[]byte(`{"kty":"oct","kid":"shared","k":"c2VjcmV0"}`),
		[]byte(`{"kty":"RSA","kid":"enc","use":"enc","n":"AQAB","e":"AQAB"}`),
	}, set.Keys...)
	body, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	issuer.SetJWKS(body)
	out := run(t, "keys", issuer.URL())
	out.want(t, 0, "USABLE", "symmetric key in a public set", "max-age=300", "clock agrees")
	golden(t, "keys.txt", same(issuer, out.stdout))

	var result struct {
		Entries []struct {
			Used bool
			Kid  string
		}
		Skew *struct{ AheadSeconds float64 }
	}
	jsonOut := run(t, "keys", issuer.URL(), "--json")
	if err := json.Unmarshal([]byte(jsonOut.stdout), &result); err != nil || len(result.Entries) != 4 ||
		result.Skew == nil {
		t.Errorf("as JSON: %v\n%s", err, jsonOut.stdout)
	}
	if strings.Contains(out.stdout+jsonOut.stdout, "c2VjcmV0") {
		t.Error("key material is shown")
	}
	run(t, "keys", issuer.URL(), "--algorithm", "ES256").want(t, 0, "fits none of the contract's algorithms")
	run(t, "keys", issuer.URL(), "--jwks", issuer.JWKSURL()).want(t, 0, "USABLE")
}

func TestKeysThatCannotBeUsed(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	run(t, "keys", issuer.URL()+"/").want(t, 1, "UNUSABLE", "trailing slash")
	issuer.SetJWKS([]byte(`{"keys":[{"kty":"oct","k":"c2VjcmV0"},{"kty":"RSA","kid":"k2","use":"enc"}]}`))
	run(t, "keys", issuer.URL()).want(t, 1, "UNUSABLE", "symmetric key in a public set", "use is enc")
	issuer.SetJWKS([]byte(`{"keys":[]}`))
	run(t, "keys", issuer.URL()).want(t, 1, "the set is empty")
	issuer.SetDiscovery([]byte(`<html>`))
	run(t, "keys", issuer.URL()).want(t, 1, "UNUSABLE", "not a JSON object")
	issuer.Unavailable(true)
	run(t, "keys", issuer.URL()).want(t, 2, "UNREACHABLE", "503")
	run(t, "keys", "clerk.example.com").want(t, 2, `"clerk.example.com" is not a URL`, "https://", "--jwks")
	run(t, "keys", "https://dashboard.clerk.com").want(t, 2, "is Clerk's dashboard")
	run(t, "keys", "http://issuer.example").want(t, 2, "https")
}

// TestKeysElsewhere: an address that a verifier refuses is not asked by the
// doctor either.
func TestKeysElsewhere(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	issuer.SetDiscovery([]byte(`{"issuer":"` + issuer.URL() + `","jwks_uri":"http://keys.invalid/"}`))
	out := run(t, "keys", issuer.URL())
	out.want(t, 1, "UNUSABLE", "jwks_uri is not https")
	if strings.Contains(out.stdout, "no such host") {
		t.Error("the address was asked")
	}
}

// TestProgress: the terminal shows what a command waits for, and the line is
// erased at the end.
func TestProgress(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	issuer.Hang(true)
	waiting := newScreen("asking " + issuer.URL())
	ended := make(chan struct{})
	go func() {
		select {
		case <-waiting.seen:
		case <-ended: // it failed before it showed anything
		}
		issuer.Hang(false)
	}()
	out := person{stderr: waiting, terminal: true}.run(t, "keys", issuer.URL())
	close(ended)
	out.want(t, 0)
	if text := waiting.String(); !strings.HasSuffix(text, "\r\x1b[K") {
		t.Errorf("what stays on the screen: %q", text)
	}
	if out := (person{}).run(t, "keys", issuer.URL()); out.stderr != "" {
		t.Errorf("a pipe gets progress: %q", out.stderr)
	}
}
