package judge

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/vectors"
)

// The kinds of mutations, and how many there are of each. The seed is fixed, so that every run asks about the same
// tokens.
const (
	changedText   = "changed text"   // a character of the token is changed, and the token is not signed again
	changedHeader = "changed header" // the header is changed and signed again with the issuer's secret
	changedClaims = "changed claims" // the claims are changed and signed again likewise

	mutantsOfEach = 4000
	mutationSeed  = 15
)

// mutant is a token that was made of an accepted vector.
type mutant struct {
	kind, token string
	of          *vectors.Case
}

// mutants returns the mutated tokens.
func mutants(classes []vectors.Class) iter.Seq[mutant] {
	return func(yield func(mutant) bool) {
		var good, secret []*vectors.Case
		for _, c := range Tokens(classes) {
			if !c.Accept {
				continue
			}
			good = append(good, c)
			if c.Keys.Set == nil && slices.Equal(c.Contract.Algorithms, []string{"HS256"}) {
				secret = append(secret, c)
			}
		}
		random := rand.New(rand.NewPCG(mutationSeed, 0))
		for range mutantsOfEach {
			c := good[random.IntN(len(good))]
			if !yield(mutant{changedText, string(mutate(random, []byte(c.Token), characters())), c}) {
				return
			}
			c = secret[random.IntN(len(secret))]
			parts := strings.Split(c.Token, ".")
			header, claims := decode(parts[0]), decode(parts[1])
			if !yield(mutant{changedHeader, signed(c.Keys.Secret, mutate(random, header, snippets()), claims), c}) ||
				!yield(mutant{changedClaims, signed(c.Keys.Secret, header, mutate(random, claims, snippets())), c}) {
				return
			}
		}
	}
}

func decode(segment string) []byte {
	text, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		return nil // an accepted vector is base64url
	}
	return text
}

// signed makes a token with HS256.
func signed(secret, header, claims []byte) string {
	encode := base64.RawURLEncoding.EncodeToString
	input := encode(header) + "." + encode(claims)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(input))
	return input + "." + encode(mac.Sum(nil))
}

// mutate changes a text in one to three places.
func mutate(random *rand.Rand, text []byte, inserted []string) []byte {
	text = slices.Clone(text)
	for range 1 + random.IntN(3) {
		at := random.IntN(len(text))
		end := min(len(text), at+1+random.IntN(4))
		piece := inserted[random.IntN(len(inserted))]
		switch random.IntN(6) {
		case 0:
			text[at] ^= 1 << random.IntN(8)
		case 1:
			text = slices.Delete(text, at, end)
		case 2:
			text = slices.Insert(text, at, slices.Clone(text[at:end])...)
		case 3:
			text = slices.Replace(text, at, end, []byte(piece)...)
		case 4:
			text = slices.Insert(text, at, []byte(piece)...)
		default: // after a character after which JSON allows a member or a value
			for at < len(text) && !strings.ContainsRune("{,:[", rune(text[at])) {
				at++
			}
			text = slices.Insert(text, min(at+1, len(text)), []byte(piece)...)
		}
		if len(text) == 0 {
			return []byte("{}")
		}
	}
	return text
}

// characters returns the texts to insert into a token.
func characters() []string {
	return []string{".", "..", "=", "==", "+", "/", "-", "_", "A", " ", "\t", "\n", "\r", "\x00", "\x80", "é", "%2e", "\"", "{", ","}
}

// snippets returns the texts to insert into a JSON document.
func snippets() []string {
	return []string{
		`"`, `\`, `,`, `:`, `{`, `}`, `[`, `]`, `null`, `true`, `0`, `-1`, `1e9`, `1e400`, `1.8e9`, `01`, ` `, "\n", "\t", "\x00", "\xff",
		"\xc0\xaf", "\xed\xa0\x80", "\ufeff", "\u2028", `\u0000`, `\ud800`, `\ud83d\ude00`, `\u0073`, `"iss":"x",`, `"iss":null,`,
		`"sub":"admin",`, `"sub":7,`, `"SUB":"admin",`, `"Exp":1,`, `"exp":1,`, `"exp":"1",`, `"exp":9e9,`, `"aud":[],`, `"aud":["api",1],`, `"x":1,`,
		`"nbf":9e9,`, `"nbf":"0",`, `"iat":null,`, `"alg":"none",`, `"alg":"HS384",`, `"Alg":"none",`, `"crit":["x"],`, `"crit":[],`, `"b64":false,`,
		`"b64":true,`, `"kid":1,`, `"kid":"a",`, `"kid":null,`, `"typ":"x",`, `"typ":"logout+jwt",`, `"typ":7,`, `"zip":"DEF",`, `"enc":"A128GCM",`,
		`"jwk":{},`, `"jku":"https://evil.example",`, `"x5c":["AA"],`, `"cnf":{},`, `"events":{},`, `"a":[[[[]]]],`, `"a":{"b":1,"b":2},`,
	}
}
