package authtest

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// BadToken is a token that a contract must reject.
type BadToken struct {
	// Name describes what is wrong with the token. It is unique in its list.
	Name string
	// Token is the token.
	Token string
	// Code is the code of the verifier's error.
	Code core.Code
}

// Sendable reports whether the token can be sent in an Authorization header (RFC
// 6750 §2.1). A guard rejects any other token, or finds none, before the verifier
// sees it, and answers with another code.
func (b BadToken) Sendable() bool {
	bare := strings.TrimRight(b.Token, "=")
	return bare != "" && !strings.ContainsFunc(bare, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-._~+/", r)
	})
}

// Bad returns tokens of every kind that contract must reject, each with the code of
// the error. They are made from good, a token of this issuer that contract accepts
// now, and differ from it only in what their name says. Tokens that the contract
// allows, such as one without exp under InsecureNoExpiry, are not in the list. If
// good is signed with a secret, opts must contain WithSecret.
//
// The verifier must use the issuer's clock (core.WithClock). Use a new verifier for
// each token, or expect KEYS_UNAVAILABLE after RotateKeys or RemoveKey.
func (i *Issuer) Bad(contract *core.Contract, good string, opts ...TokenOption) []BadToken {
	i.t.Helper()
	f := i.newForge(contract, good, opts)
	f.shapes()
	f.algorithms()
	f.headers()
	f.signatures()
	f.dates()
	f.types()
	f.binding()
	return f.list
}

// forge makes bad tokens from a good one.
type forge struct {
	*Issuer
	rules core.Rules
	opts  []TokenOption // sign like the good token

	good                         string
	header64, payload64, sig64   string
	header, payload              map[string]json.RawMessage
	headerText, payloadText, alg string
	list                         []BadToken
}

func (i *Issuer) newForge(contract *core.Contract, good string, opts []TokenOption) *forge {
	i.t.Helper()
	f := &forge{Issuer: i, rules: contract.Rules(), good: good}
	var ok bool
	if f.header64, f.payload64, f.sig64, ok = segments(good); !ok {
		i.fail("authtest: Bad: the good token does not have three segments")
	}
	f.headerText, f.header = i.object(f.header64)
	f.payloadText, f.payload = i.object(f.payload64)
	if json.Unmarshal(f.header["alg"], &f.alg) != nil {
		i.fail("authtest: Bad: the good token's header has no alg")
	}
	f.opts = []TokenOption{WithAlgorithm(f.alg)}
	if strings.Contains(good, "=") {
		f.opts = append(f.opts, WithPadding())
	}
	f.opts = append(f.opts, opts...)
	return f
}

func (i *Issuer) object(segment string) (text string, members map[string]json.RawMessage) {
	i.t.Helper()
	data, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(segment, "="))
	if err == nil {
		err = json.Unmarshal(data, &members)
	}
	if err != nil {
		i.fail("authtest: Bad: the good token cannot be parsed: %v", err)
	}
	return string(data), members
}

// encode encodes a segment like the good token does.
func (f *forge) encode(data []byte) string { return newMint(f.opts).encode(data) }

func (f *forge) add(name string, code core.Code, token string) {
	f.list = append(f.list, BadToken{Name: name, Token: token, Code: code})
}

// with signs the good token with one claim changed; nil removes it.
func (f *forge) with(claim string, value any) string { return f.withAll(Claims{claim: value}) }

func (f *forge) withAll(changes Claims) string {
	return f.TokenRaw(f.headerText, f.edit(f.payload, changes), f.opts...)
}

// withHeader signs the good token with one header parameter changed.
func (f *forge) withHeader(name string, value any) string {
	return f.TokenRaw(f.edit(f.header, Claims{name: value}), f.payloadText, f.opts...)
}

// withText signs the text of the good payload with more members at its end, such as
// a second exp.
func (f *forge) withText(members string) string {
	return f.TokenRaw(f.headerText, extend(f.payloadText, members), f.opts...)
}

func extend(object, members string) string {
	return strings.TrimSuffix(object, "}") + "," + members + "}"
}

func (f *forge) edit(object map[string]json.RawMessage, changes Claims) string {
	f.t.Helper()
	members := make(Claims, len(object)+len(changes))
	for name, value := range object {
		members[name] = value
	}
	for name, value := range changes {
		if members[name] = value; value == nil {
			delete(members, name)
		}
	}
	data, err := json.Marshal(members)
	if err != nil {
		f.fail("authtest: Bad: %v", err)
	}
	return string(data)
}

// allows reports whether the contract allows alg.
func (f *forge) allows(alg string) bool { return slices.Contains(f.rules.Algorithms, alg) }

func (f *forge) isSecret() bool { return strings.HasPrefix(f.alg, "HS") }

// shapes adds tokens with errors in the compact form (RFC 7515 §7.1).
func (f *forge) shapes() {
	const format = core.CodeInvalidFormat
	signed := f.header64 + "." + f.payload64
	f.add("empty", format, "")
	f.add("binary junk", format, "\x00\x01\xfe\xff\x80.\xc3\x28\xa0\xa1.\xff")
	f.add("opaque", format, "oat_2vA7bYtR3MwXz5SlJo0UdCe8FzN")
	f.add("dots only", format, "..")
	f.add("no signature segment", format, signed)
	f.add("empty signature", format, signed+".")
	f.add("empty header", format, "."+f.payload64+"."+f.sig64)
	f.add("empty payload", format, f.header64+".."+f.sig64)
	f.add("extra segment", format, f.good+".AAAA")
	f.add("JWE of five segments", format, f.header64+".AAAA.BBBB.CCCC.DDDD")
	f.add("truncated", format, truncated(signed, f.sig64))
	f.add("padded", format, f.good+"=")
	f.add("CR LF in the signature", format, signed+"."+f.sig64[:8]+"\r\n"+f.sig64[8:])
	f.add("CR LF in the payload", format, f.header64+"."+f.payload64[:8]+"\r\n"+f.payload64[8:]+"."+f.sig64)
	f.add("trailing newline", format, f.good+"\n")
	f.add("space in front", format, " "+f.good)
	f.add("standard base64 alphabet", format, signed+".+/"+f.sig64[2:])
	if twisted, ok := nonCanonical(f.sig64); ok {
		f.add("non-canonical base64url", format, signed+"."+twisted)
	}
	f.add("oversized", core.CodeTokenTooLarge, f.with("padding", strings.Repeat("x", f.rules.MaxTokenBytes)))
	for _, p := range []struct{ name, text string }{
		{"payload is an array", "[" + f.payloadText + "]"},
		{"payload is not JSON", "sub=user_1"},
		{"payload is a string", `"x"`},
		{"payload with trailing data", f.payloadText + "{}"},
		{"payload with a byte order mark", "\ufeff" + f.payloadText},
		{"payload is not UTF-8", extend(f.payloadText, "\"x\":\"\xff\xfe\"")},
		{"payload nested too deep", extend(f.payloadText, `"x":`+strings.Repeat("[", 200)+strings.Repeat("]", 200))},
	} {
		f.add(p.name, format, f.TokenRaw(f.headerText, p.text, f.opts...))
	}
}

// truncated cuts the signature at a length that base64url cannot have.
func truncated(signed, signature string) string {
	for len(signature)%4 != 1 {
		signature = signature[:len(signature)-1]
	}
	return signed + "." + signature
}

// nonCanonical encodes the same bytes in another way, if their encoding has unused
// bits (RFC 4648 §3.5).
func nonCanonical(padded string) (string, bool) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	segment := strings.TrimRight(padded, "=")
	if len(segment)%4 == 0 || segment == "" {
		return "", false
	}
	last := strings.IndexByte(alphabet, segment[len(segment)-1])
	return segment[:len(segment)-1] + string(alphabet[last|1]) + padded[len(segment):], last&1 == 0
}

// dates adds tokens with wrong exp, nbf or iat (RFC 7519 §4.1).
func (f *forge) dates() {
	now, leeway := f.cfg.Clock.Now(), max(f.rules.Leeway, 0)
	// An hour, so that tokens that are made ahead stay bad for as long as a slow test takes.
	past, future := now.Add(-leeway-time.Hour).Unix(), now.Add(leeway+time.Hour).Unix()
	f.add("expired", core.CodeTokenExpired, f.withAll(Claims{"exp": past, "iat": past - 60, "nbf": past - 60}))
	f.add("expired at the last second of the leeway", core.CodeTokenExpired,
		f.withAll(Claims{"exp": now.Add(-leeway).Unix(), "iat": past - 60, "nbf": past - 60}))
	f.add("exp 0", core.CodeTokenExpired, f.with("exp", 0))
	f.add("exp negative", core.CodeTokenExpired, f.with("exp", -1))
	f.add("not yet valid", core.CodeTokenNotActive, f.with("nbf", future))
	f.add("issued in the future", core.CodeTokenNotActive, f.with("iat", future))
	if !f.rules.InsecureNoExpiry {
		f.add("exp missing", core.CodeMissingClaim, f.with("exp", nil))
		f.add("Exp for exp", core.CodeMissingClaim, f.withAll(Claims{"exp": nil, "Exp": future}))
		f.add("EXP for exp", core.CodeMissingClaim, f.withAll(Claims{"exp": nil, "EXP": future}))
	}
	for _, v := range []struct{ name, value string }{
		{"a string", `"4102444800"`},
		{"1e300", "1e300"},
		{"null", "null"},
		{"true", "true"},
		{"an array", "[4102444800]"},
		{"beyond 2^63", "9223372036854775808"},
	} {
		for _, claim := range []string{"exp", "nbf", "iat"} {
			f.add(claim+" "+v.name, core.CodeInvalidFormat, f.with(claim, json.RawMessage(v.value)))
		}
	}
	f.add(
		"exp NaN",
		core.CodeInvalidFormat,
		f.TokenRaw(f.headerText, extend(f.edit(f.payload, Claims{"exp": nil}), `"exp":NaN`), f.opts...),
	)
	f.add("exp twice", core.CodeInvalidFormat, f.withText(`"exp":4102444800`))
	f.add("exp twice, once escaped", core.CodeInvalidFormat, f.withText(`"\u0065xp":4102444800`))
}

// types adds tokens with registered claims of the wrong JSON type or given twice.
func (f *forge) types() {
	const format = core.CodeInvalidFormat
	f.add("sub a number", format, f.with("sub", 12345))
	f.add("sub null", format, f.with("sub", json.RawMessage("null")))
	f.add("sub twice", format, f.withText(`"sub":"user_admin"`))
	f.add("iss a number", format, f.with("iss", 1))
	f.add("iss an array", format, f.with("iss", []string{f.URL()}))
	f.add("iss twice", format, f.withText(`"iss":"https://evil.example"`))
	f.add("aud a number", format, f.with("aud", 7))
	f.add("aud an array with a number", format, f.with("aud", []any{"x", 7}))
	f.add("aud an object", format, f.with("aud", map[string]any{"x": true}))
}
