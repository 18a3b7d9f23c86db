package jose_test

import (
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/jose"
)

func parseHeader(header string) (*jose.Header, error) {
	var token jose.Token
	err := jose.Parse(&token, compact(header, plainPayload), nil, jose.Limits{})
	return token.Header, err
}

func TestHeaderAccepts(t *testing.T) {
	for _, tt := range []struct {
		name, header string
		want         jose.Header
	}{
		{"alg only", `{"alg":"ES256"}`, jose.Header{Alg: "ES256"}},
		{"whitespace around", " {\n\t\"alg\" : \"ES256\" }\r\n", jose.Header{Alg: "ES256"}},
		{"empty kid and typ", `{"alg":"ES256","kid":"","typ":""}`, jose.Header{Alg: "ES256", HasKid: true, HasTyp: true}},
		{"kid of 256 bytes", `{"alg":"ES256","kid":"` + strings.Repeat("k", 256) + `"}`, jose.Header{
			Alg:    "ES256",
			HasKid: true,
			Kid:    strings.Repeat("k", 256),
		}},
		{"escaped", `{"\u0061lg":"\u0045S256","kid":"\u00e9"}`, jose.Header{Alg: "ES256", HasKid: true, Kid: "é"}},
		{"b64 as by default", `{"alg":"ES256","b64":true}`, jose.Header{Alg: "ES256"}},
		{"unknown members", `{"alg":"ES256","cty":7,"nonce":{"a":[1]}}`, jose.Header{Alg: "ES256"}},
		{
			"other case is another name",
			`{"alg":"ES256","ALG":"none","KID":7,"Crit":["x"],"Zip":"DEF"}`,
			jose.Header{Alg: "ES256"},
		},
		// RFC 8725 §3.10: keys that a token brings along are neither used nor even looked at.
		{
			"own keys",
			`{"alg":"ES256","jku":"https://evil.example","x5u":7,"jwk":{"kty":"oct","k":"AA"},"x5c":[],"x5t":null}`,
			jose.Header{Alg: "ES256"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseHeader(tt.header)
			if err != nil {
				t.Fatal(err)
			}
			if got.Alg != tt.want.Alg || got.Kid != tt.want.Kid || got.HasKid != tt.want.HasKid ||
				got.Typ != tt.want.Typ || got.HasTyp != tt.want.HasTyp {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestHeaderRefuses(t *testing.T) {
	const noAlg = "header alg is missing, empty or not a string"
	const badCrit = "header crit is not a non-empty list of names"
	for _, tt := range []struct{ name, header, reason string }{
		{"no alg", `{}`, noAlg},
		{"alg in other case", `{"Alg":"RS256"}`, noAlg},
		{"empty alg", `{"alg":""}`, noAlg},
		{"numeric alg", `{"alg":7}`, noAlg},
		{"null alg", `{"alg":null}`, noAlg},
		{"list of alg", `{"alg":["RS256"]}`, noAlg},
		{"two alg", `{"alg":"RS256","alg":"none"}`, "JSON names a member twice"},
		{"two alg, one escaped", `{"alg":"RS256","\u0061lg":"none"}`, "JSON names a member twice"},
		{"numeric kid", `{"alg":"RS256","kid":1}`, "header kid is not a string"},
		{"null kid", `{"alg":"RS256","kid":null}`, "header kid is not a string"},
		{"long kid", `{"alg":"RS256","kid":"` + strings.Repeat("k", 257) + `"}`, "header kid is longer than 256 bytes"},
		{"newline in kid", `{"alg":"RS256","kid":"a\nb"}`, "header kid contains control characters"},
		{"zero in kid", `{"alg":"RS256","kid":"\u0000"}`, "header kid contains control characters"},
		{"delete in kid", "{\"alg\":\"RS256\",\"kid\":\"\x7f\"}", "header kid contains control characters"},
		{"C1 control in kid", `{"alg":"RS256","kid":"\u0085"}`, "header kid contains control characters"},
		{"numeric typ", `{"alg":"RS256","typ":1}`, "header typ is not a string"},
		{"crit", `{"alg":"RS256","crit":["exp"],"exp":1}`, "header crit names extensions that are not understood"},
		{"crit b64", `{"alg":"RS256","crit":["b64"],"b64":false}`, "header crit names extensions that are not understood"},
		{"empty crit", `{"alg":"RS256","crit":[]}`, badCrit},
		{"text crit", `{"alg":"RS256","crit":"exp"}`, badCrit},
		{"null crit", `{"alg":"RS256","crit":null}`, badCrit},
		{"numbers in crit", `{"alg":"RS256","crit":[1]}`, badCrit},
		{"b64 false", `{"alg":"RS256","b64":false}`, "header b64 asks for an unencoded payload"},
		{"b64 null", `{"alg":"RS256","b64":null}`, "header b64 asks for an unencoded payload"},
		{"b64 text", `{"alg":"RS256","b64":"true"}`, "header b64 asks for an unencoded payload"},
		{"zip", `{"alg":"RS256","zip":"DEF"}`, "header zip asks for compression"},
		{"zip null", `{"alg":"RS256","zip":null}`, "header zip asks for compression"},
		{"enc", `{"alg":"dir","enc":"A256GCM"}`, "the header has enc: an encrypted token (JWE), which cannot be read"},
		{"trailing data", `{"alg":"RS256"}{}`, "data follows the JSON object"},
		{"BOM", "\xef\xbb\xbf" + `{"alg":"RS256"}`, "JSON starts with a byte order mark"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			header, err := parseHeader(tt.header)
			if got := refusal(t, err); got != tt.reason {
				t.Errorf("reason %q, want %q", got, tt.reason)
			}
			if header != nil {
				t.Errorf("a refused token has header %+v", header)
			}
		})
	}
}
