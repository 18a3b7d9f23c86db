package main

import (
	"fmt"
	"strings"
)

// duplicates: two members of one name.
func duplicates(w *world) *class {
	c := w.class("duplicate-members", "A member is named twice, and readers disagree which one counts.",
		"RFC 7515 section 4", "RFC 7519 section 4", "RFC 8259 section 4", "RFC 8725 section 2.4", "CVE-2017-12635")
	const why = "some readers take the first member, others the last"
	for _, alg := range []string{"RS256", "ES256"} {
		sign, kid := w.signer(alg)
		for _, m := range [][2]string{
			{"alg, the last is none", `{"alg":%[1]q,"kid":%[2]q,"alg":"none"}`},
			{"alg, the first is none", `{"alg":"none","kid":%[2]q,"alg":%[1]q}`},
			{"alg, both alike", `{"alg":%[1]q,"kid":%[2]q,"alg":%[1]q}`},
			{"alg, one with an escape", `{"alg":%[1]q,"kid":%[2]q,"\u0061lg":"none"}`},
			{"kid", `{"alg":%[1]q,"kid":%[2]q,"kid":"evil"}`},
			{"kid, the first is another", `{"alg":%[1]q,"kid":"evil","kid":%[2]q}`},
			{"typ", `{"alg":%[1]q,"kid":%[2]q,"typ":"JWT","typ":"logout+jwt"}`},
			{"an unknown member", `{"alg":%[1]q,"kid":%[2]q,"x":1,"x":2}`},
			{"a nested member", `{"alg":%[1]q,"kid":%[2]q,"x":{"y":1,"y":2}}`},
		} {
			c.add(alg, "header: "+m[0], join(fmt.Sprintf(m[1], alg, kid), claims(), sign), badFormat, why)
		}
		base := strings.TrimSuffix(claims(), "}")
		for _, m := range [][2]string{
			{"iss", `"iss":"https://evil.example"`},
			{"iss, alike", `"iss":"https://issuer.example"`},
			{"iss with an escape", `"\u0069ss":"https://evil.example"`},
			{"sub", `"sub":"admin"`},
			{"sub with an escape", `"su\u0062":"admin"`},
			{"aud", `"aud":"other"`},
			{"exp", `"exp":1`},
			{"exp with an escape", `"e\u0078p":9999999999`},
			{"nbf", `"nbf":1,"nbf":2`},
			{"azp", `"azp":"a","azp":"b"`},
			{"an unknown claim", `"x":1,"x":1`},
			{"a nested claim", `"x":{"role":"user","role":"admin"}`},
			{"deep in a list", `"x":[[{"a":1,"a":1}]]`},
			{"an empty name", `"":1,"":2`},
			{"a name beyond the basic plane, one escaped", `"😀":1,"\ud83d\ude00":2`},
		} {
			c.add(alg, "claims: "+m[0], join(w.header(alg), base+","+m[1]+"}", sign), badFormat, why)
		}
		c.add(alg, "claims: names in another case", join(w.header(alg), base+`,"Sub":"admin","EXP":1,"iSs":"x","AUD":"y"}`, sign),
			accepted, "names are compared exactly: these are unknown claims")
		c.add(alg, "claims: the same name in two objects", join(w.header(alg), base+`,"x":{"a":1},"y":{"a":2}}`, sign), accepted,
			"each object has its own names")
	}
	return c
}

// broken returns names and documents that are not JSON, or that readers read in different ways. %s stands for the
// members of a good object.
func broken() [][2]string {
	return [][2]string{
		{"a byte order mark", "\xef\xbb\xbf{%s}"},
		{"UTF-16 big-endian", "\x00{\x00}"},
		{"an overlong slash", "{%s,\"x\":\"\xc0\xaf\"}"},
		{"an overlong NUL", "{%s,\"x\":\"\xc0\x80\"}"},
		{"an overlong quote", "{%s,\"x\":\"\xe0\x80\xa2\"}"},
		{"a surrogate in UTF-8", "{%s,\"x\":\"\xed\xa0\x80\"}"},
		{"a code point beyond Unicode", "{%s,\"x\":\"\xf4\x90\x80\x80\"}"},
		{"a lone continuation byte", "{%s,\"x\":\"\x80\"}"},
		{"a cut sequence", "{%s,\"x\":\"\xe2\x82\"}"},
		{"Latin-1", "{%s,\"x\":\"caf\xe9\"}"},
		{"a lone high surrogate", `{%s,"x":"\ud800"}`},
		{"a lone low surrogate", `{%s,"x":"\udc00"}`},
		{"surrogates in the wrong order", `{%s,"x":"\udc00\ud800"}`},
		{"half an escape", `{%s,"x":"\u12"}`},
		{"an unknown escape", `{%s,"x":"\x41"}`},
		{"a raw line break in a string", "{%s,\"x\":\"a\nb\"}"},
		{"a raw NUL in a string", "{%s,\"x\":\"a\x00b\"}"},
		{"data after the object", `{%s}{}`},
		{"a NUL after the object", "{%s}\x00"},
		{"a trailing comma", `{%s,}`},
		{"a leading comma", `{,%s}`},
		{"two commas", `{%s,,"x":1}`},
		{"a comment", `{%s/**/}`},
		{"a line comment", "{%s//\n}"},
		{"single quotes", `{%s,'x':1}`},
		{"a bare name", `{%s,x:1}`},
		{"a number as a name", `{%s,1:1}`},
		{"NaN", `{%s,"x":NaN}`},
		{"Infinity", `{%s,"x":Infinity}`},
		{"-Infinity", `{%s,"x":-Infinity}`},
		{"undefined", `{%s,"x":undefined}`},
		{"True", `{%s,"x":True}`},
		{"a hexadecimal number", `{%s,"x":0x10}`},
		{"a leading zero", `{%s,"x":01}`},
		{"a plus", `{%s,"x":+1}`},
		{"a bare point", `{%s,"x":1.}`},
		{"a leading point", `{%s,"x":.5}`},
		{"a bare exponent", `{%s,"x":1e}`},
		{"no closing brace", `{%s`},
		{"no colon", `{%s,"x"}`},
		{"no value", `{%s,"x":}`},
		{"a vertical tab as space", "{\v%s}"},
		{"a no-break space as space", "{\u00a0%s}"},
	}
}

// jsonText: header and claims are JSON in one reading only.
func jsonText(w *world) *class {
	c := w.class("json", "Header or claims are not JSON as RFC 8259 defines it, or are JSON that readers read in different ways.",
		"RFC 8259", "RFC 7515 section 4", "RFC 8725 section 3.7")
	sign, _ := w.signer("ES256")
	header, body := w.header("ES256"), claims()
	for _, m := range broken() {
		put := func(document string) string {
			if !strings.Contains(m[1], "%s") {
				return m[1]
			}
			return strings.Replace(m[1], "%s", strings.Trim(document, "{}"), 1)
		}
		c.add("ES256", "header: "+m[0], join(put(header), body, sign), badFormat, "JSON readers disagree about this text")
		c.add("ES256", "claims: "+m[0], join(header, put(body), sign), badFormat, "JSON readers disagree about this text")
	}
	for _, m := range []string{`null`, `true`, `1`, `"x"`, `[]`, `[` + body + `]`, ` `, `{{}}`} {
		c.add("ES256", "header: "+m, join(m, body, sign), badFormat, "a header is an object")
		c.add("ES256", "claims: "+m, join(header, m, sign), badFormat, "a claims set is an object")
	}
	inside := strings.TrimSuffix(body, "}")
	deep := func(n int) string { return inside + `,"x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + "}" }
	many := func(n int) string { return inside + `,"x":[` + strings.Repeat("0,", n) + "0]}" }
	c.add("ES256", "claims: 30 levels", join(header, deep(30), sign), accepted, "nesting that real tokens may have").choice()
	c.add("ES256", "claims: 100 levels", join(header, deep(100), sign), badFormat, "deep nesting costs a reader its stack").choice()
	c.add("ES256", "claims: 5,000 levels", join(header, deep(5000), sign), badFormat, "deep nesting costs a reader its stack").choice()
	c.add("ES256", "claims: 1,000 elements", join(header, many(1000), sign), accepted, "a size that real tokens may have").choice()
	c.add("ES256", "claims: 4,000 elements", join(header, many(4000), sign), badFormat, "what is read before the signature is bounded").
		choice()
	for _, m := range [][2]string{
		{"spaces and line breaks", " {\r\n\t" + strings.Trim(body, "{}") + " }\n"},
		{"names with escapes", strings.NewReplacer(`"iss"`, `"\u0069ss"`, `"exp"`, `"ex\u0070"`).Replace(body)},
		{"values with escapes", strings.NewReplacer(`"api"`, `"\u0061p\u0069"`, `https:`, `https\u003a`).Replace(body)},
		{"escaped slashes", strings.ReplaceAll(body, "/", `\/`)},
		{"text beyond the basic plane", inside + `,"x":"😀\ud83d\ude00"}`},
		{"an empty name", inside + `,"":1}`},
		{"names of JavaScript's prototype", inside + `,"__proto__":{"sub":"admin"},"constructor":1}`},
		{"a huge number in an unknown claim", inside + `,"x":1e400,"y":` + strings.Repeat("9", 400) + `}`},
	} {
		c.add("ES256", "claims: "+m[0], join(header, m[1], sign), accepted, "another spelling of the same claims")
	}
	return c
}
