package cli_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

const (
	goodHeader = `{"alg":"RS256","kid":"k1","typ":"JWT"}`
	goodClaims = `{"iss":"https://issuer.example","sub":"user_1","aud":["a","b"],"iat":1795693200,"exp":1795694388}`
)

func TestDecodeShows(t *testing.T) {
	token := compact(goodHeader, goodClaims, "a signature")
	for name, input := range map[string]string{
		"bare":               token,
		"with a line break":  token + "\n",
		"bearer":             "Bearer " + token,
		"a header":           "authorization: bearer " + token + "\r\n",
		"in quotes":          `"` + token + `"`,
		"over several lines": token[:40] + "\n" + token[40:90] + "\n" + token[90:] + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			out := person{stdin: input}.run(t, "decode")
			out.want(t, 0, "UNVERIFIED", `"sub": "user_1"`, "20 min 0 s ago", "12 s ago", "the signature has 11 (not shown)")
			if !strings.HasPrefix(out.stdout, "UNVERIFIED") {
				t.Error("the first word is not UNVERIFIED")
			}
			fromFile := run(t, "decode", "--token-file", writeFile(t, "token.txt", input))
			if fromFile != out {
				t.Errorf("from a file: %+v", fromFile)
			}
		})
	}
}

func TestDecodeNotesWhatIsUnusual(t *testing.T) {
	pad := func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) }
	signature := base64.RawURLEncoding.EncodeToString([]byte("s"))
	for name, c := range map[string]struct{ input, want string }{
		"unsigned":      {compact(`{"alg":"none"}`, goodClaims, ""), "the token is not signed"},
		"None":          {compact(`{"alg":"nOnE"}`, goodClaims, ""), "the token is not signed"},
		"no signature":  {compact(goodHeader, goodClaims, ""), "the signature is empty"},
		"duplicates":    {compact(goodHeader, `{"sub":"a","sub":"b"}`, "s"), `"sub" is in the claims twice`},
		"crit":          {compact(`{"alg":"RS256","crit":["x"]}`, goodClaims, "s"), "crit"},
		"padded":        {pad(goodHeader+" ") + "." + pad(goodClaims+" ") + "." + signature, "padded with ="},
		"quotes":        {"'" + compact(goodHeader, goodClaims, "s") + "'", "in quotes"},
		"broken claims": {compact(goodHeader, `{"sub":`, "s"), "the claims are not a JSON object"},
		"encrypted":     {compact(`{"alg":"dir","enc":"A128GCM"}`, "", "iv") + ".Y2lwaGVy.dGFn", "encrypted (JWE)"},
		"cut off":       {compact(goodHeader, goodClaims, "s")[:100] + "!." + signature, "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			person{stdin: c.input}.run(t, "decode").want(t, 0, "UNVERIFIED", c.want)
		})
	}
}

func TestDecodeCannotRead(t *testing.T) {
	for name, c := range map[string]struct{ input, want string }{
		"nothing": {"", "no token: the input is empty"},
		"spaces":  {" \n\t", "no token: the input is empty"},
		"opaque":  {"opaque-access-token-1", "no dots"},
		"two":     {"a.b", "2 parts"},
		"text":    {"not.a.token", "it is not a JWT"},
		"long":    {strings.Repeat("a", 1<<20+1), "more than 1048576 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			out := person{stdin: c.input}.run(t, "decode")
			out.want(t, 2, c.want)
			if strings.Contains(out.stderr, "opaque-access-token-1") {
				t.Error("the input is repeated")
			}
		})
	}
}

// TestNoTokenAmongArguments: whatever the command, a token on the command line
// is refused before anything could repeat it.
func TestNoTokenAmongArguments(t *testing.T) {
	token := compact(goodHeader, goodClaims, "a signature")
	for _, args := range [][]string{
		{"check", token},
		{"check", "opaque-access-token-1"},
		{"decode", token},
		{"decode", "--token", token},
		{"decode", "--token=" + token},
		{"decode", "--token-file", token},
		{"decode", "Bearer " + token},
		{"decode", "opaque-access-token-1"},
		{"keys", token},
		{token},
		{"providers", token, "--json"},
		{"decode", compact("{ \"alg\":\"none\"}", goodClaims, "")},
	} {
		out := run(t, args...)
		out.want(t, 2, "tokens are not accepted as arguments", "--token-file")
		for _, secret := range []string{token[60:], "opaque-access-token-1"} {
			if strings.Contains(out.stdout+out.stderr, secret) {
				t.Errorf("%q: the token is repeated", args[0])
			}
		}
	}
	// An address has dots as well.
	run(t, "keys", "https://abcd.efgh.ijkl/eyJ").want(t, 2)
}

func TestDecodeLeaksNoSignature(t *testing.T) {
	inner := compact(`{"alg":"HS256"}`, `{"sub":"x"}`, "the inner signature")
	token := compact(goodHeader, `{"act":{"token":"`+inner+`"}}`, "the outer signature")
	for _, args := range [][]string{{"decode"}, {"decode", "--json"}} {
		out := person{stdin: token}.run(t, args...)
		out.want(t, 0, "[signature not shown]")
		for _, signature := range []string{"the inner signature", "the outer signature"} {
			if strings.Contains(out.stdout, base64.RawURLEncoding.EncodeToString([]byte(signature))) {
				t.Errorf("%v shows %s", args, signature)
			}
		}
	}
}

func TestDecodeEscapesForTheTerminal(t *testing.T) {
	// A bell, a C1 control sequence and a right-to-left override.
	token := compact(goodHeader, "{\"name\":\"a\u0085b\u009b31mc\u202ed\"}", "s")
	out := person{stdin: token}.run(t, "decode")
	out.want(t, 0, `a\u0085b\u009b31mc\u202ed`)
}

func TestDecodeJSON(t *testing.T) {
	out := person{stdin: compact(goodHeader, goodClaims, "s")}.run(t, "decode", "--json")
	var got struct {
		Unverified bool
		Claims     struct{ Sub string }
		Notes      []string
	}
	if err := json.Unmarshal([]byte(out.stdout), &got); err != nil || !got.Unverified || got.Claims.Sub != "user_1" ||
		got.Notes == nil {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestColor(t *testing.T) {
	token := compact(goodHeader, goodClaims, "s")
	for name, c := range map[string]struct {
		person person
		want   bool
	}{
		"a terminal":    {person{terminal: true}, true},
		"a pipe":        {person{}, false},
		"NO_COLOR":      {person{terminal: true, env: map[string]string{"NO_COLOR": "1"}}, false},
		"dumb terminal": {person{terminal: true, env: map[string]string{"TERM": "dumb"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			c.person.stdin = token
			if out := c.person.run(t, "decode"); strings.Contains(out.stdout, "\x1b[") != c.want {
				t.Errorf("color is %v, want %v", !c.want, c.want)
			}
		})
	}
}
