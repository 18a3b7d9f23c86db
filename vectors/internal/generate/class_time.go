package main

import (
	"fmt"
	"strings"
)

// lifetimes: the edges of exp, nbf and iat.
func lifetimes(w *world) *class {
	c := w.class("time", "The token is outside its lifetime, or at an edge of it.",
		"RFC 7519 section 4.1.4", "RFC 7519 section 4.1.5", "RFC 7519 section 4.1.6", "CVE-2024-51744")
	contracts := []struct {
		name   string
		leeway int64
		extra  []string
	}{
		{"no leeway", 0, []string{`"leewaySeconds":0`}},
		{"leeway of 30 seconds", 30, []string{`"leewaySeconds":30`}},
		{"leeway of 5 minutes", 300, []string{`"leewaySeconds":300`}},
	}
	for _, k := range contracts {
		contract := c.contract("ES256, "+k.name, []string{"ES256"}, k.extra...)
		put := func(name, body, code, why string) *vector {
			return c.put(vector{
				Name:     k.name + ": " + name,
				Contract: contract,
				Keys:     c.mainKeys(),
				Token:    w.token("ES256", body),
				Code:     code,
				Why:      why,
			})
		}
		at := func(offset int64) string { return num(int(now + offset)) }
		put("exp at the edge", claims("exp", at(-k.leeway)), expired, "RFC 7519 section 4.1.4: on or after exp")
		put("exp a second before the edge", claims("exp", at(-k.leeway-1)), expired, "the token has expired")
		put("exp a fraction after the edge", claims("exp", at(-k.leeway)+".000000001"), accepted, "the token has not expired yet")
		put("exp a fraction before the edge", claims("exp", at(-k.leeway-1)+".999999999"), expired, "the token has expired")
		put("exp a second after the edge", claims("exp", at(-k.leeway+1)), accepted, "the token has not expired yet")
		put("nbf at the edge", claims("nbf", at(k.leeway)), accepted, "RFC 7519 section 4.1.5: not before nbf")
		put("nbf a second beyond the edge", claims("nbf", at(k.leeway+1)), notActive, "the token is not valid yet")
		put("nbf a fraction beyond the edge", claims("nbf", at(k.leeway)+".000000001"), notActive, "the token is not valid yet")
		put("iat at the edge", claims("iat", at(k.leeway)), accepted, "clocks differ by no more than the leeway").choice()
		put("iat a second beyond the edge", claims("iat", at(k.leeway+1)), notActive, "a token from the future").choice()
		put("exp and nbf both wrong", claims("exp", at(-k.leeway-9), "nbf", at(k.leeway+9)), expired, "both dates are wrong, and exp is checked first")
		put("exp before iat", claims("exp", at(-k.leeway-1), "iat", at(0)), expired, "the token was never valid")
	}
	for _, m := range []struct{ name, body, code string }{
		{"no exp", claims("exp", ""), noClaim},
		{"no iat", claims("iat", ""), accepted},
		{"no exp, but nbf and iat", claims("exp", "", "nbf", num(now-60)), noClaim},
		{"exp in another case", claims("exp", "", "Exp", num(now+600)), noClaim},
		{"exp in milliseconds", claims("exp", num((now-600)*1000)), badFormat},
		{"exp is 0", claims("exp", "0"), expired},
		{"exp is negative", claims("exp", "-1"), expired},
		{"nbf is 0", claims("nbf", "0"), accepted},
		{"iat is negative", claims("iat", "-1"), accepted},
		{"exp in the year 9999", claims("exp", "253402300799"), accepted},
	} {
		c.add("ES256", m.name, w.token("ES256", m.body), m.code, "exp is the end of the token's lifetime, in seconds").choice()
	}
	aged := c.contract("ES256, one hour", []string{"ES256"}, `"leewaySeconds":0`, `"maxAgeSeconds":3600`)
	for _, m := range []struct{ name, iat, code string }{
		{"iat an hour ago", num(now - 3600), accepted},
		{"iat a second more than an hour ago", num(now - 3601), expired},
		{"iat a fraction more than an hour ago", num(now-3601) + ".9", expired},
		{"no iat", "", noClaim},
		{"iat is 0", "0", expired},
	} {
		c.put(vector{
			Name:     "at most an hour old: " + m.name,
			Contract: aged,
			Keys:     c.mainKeys(),
			Token:    w.token("ES256", claims("iat", m.iat)),
			Code:     m.code,
			Why:      "the contract bounds the age",
		})
	}
	good := w.token("ES256", claims())
	for _, m := range []struct {
		name string
		at   int64
		code string
	}{
		{"before it was issued", now - 91, notActive},
		{"when it was issued", now - 60, accepted},
		{"at its end", now + 629, accepted},
		{"after its end", now + 630, expired},
		{"years later", now + 100000000, expired},
	} {
		contract, keys := c.usual("ES256")
		c.put(vector{
			Name:     "one token " + m.name,
			Contract: contract,
			Keys:     keys,
			Time:     m.at,
			Token:    good,
			Code:     m.code,
			Why:      "the same token, with the leeway of 30 seconds that a contract has by default: a cached result must not replace a look at the clock",
		})
	}
	return c
}

// numbers: dates that are no numbers, and numbers that readers read in different ways.
func numbers(w *world) *class {
	c := w.class("numeric-date", "A date is not a number, or a number that overflows or rounds in a reader.",
		"RFC 7519 section 2", "RFC 8259 section 6", "RFC 8725 section 3.9")
	for _, claim := range []string{"exp", "nbf", "iat"} {
		for _, value := range []string{
			`null`, `true`, `"1800000600"`, `"1700000000"`, `""`, `"never"`, `"2027-01-15T08:00:00Z"`, `[]`, `[1800000600]`, `{}`,
			`{"$numberLong":"1800000600"}`,
		} {
			c.add("ES256", claim+" is "+value, w.token("ES256", claims(claim, value)), badFormat, "a NumericDate is a JSON number")
		}
		for _, value := range []string{
			`1e400`, `-1e400`, `1e308`, `9223372036854775807`, `9223372036854775808`, `18446744073709551616`, `-9223372036854775809`,
			strings.Repeat("9", 1000), `1` + strings.Repeat("0", 400), `253402300800`, `1e2147483648`, `1e99999999999999999999`,
		} {
			name := value
			if len(name) > 40 {
				name = fmt.Sprintf("%d digits", len(value))
			}
			c.add("ES256", claim+" is "+name, w.token("ES256", claims(claim, value)), badFormat,
				"a date beyond the year 9999 is a mistake or an attempt to overflow").choice()
		}
	}
	for _, m := range []struct{ name, value, code string }{
		{"a fraction", "1800000600.5", accepted},
		{"an exponent", "1.8000006e9", accepted},
		{"an upper-case exponent", "1.8000006E+9", accepted},
		{"a negative exponent", "18000006000e-1", accepted},
		{"a fraction of zero", "1800000600.0", accepted},
		{"a long fraction", "1800000600." + strings.Repeat("3", 300), accepted},
		{"zeros and an exponent", "0.000000018000006e17", accepted},
		{"a huge negative exponent", "1e-2147483648", expired},
		{"a tiny number", "1e-400", expired},
		{"minus zero", "-0", expired},
		{"zero with an exponent", "0e999999", expired},
		{"a past fraction", "1799999969.999", expired},
		{"2^53+1", "9007199254740993", badFormat},
	} {
		c.add("ES256", "exp with "+m.name, w.token("ES256", claims("exp", m.value)), m.code, "a JSON number in another spelling")
	}
	return c
}
