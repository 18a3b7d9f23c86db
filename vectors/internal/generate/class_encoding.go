package main

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// base64url: a token has one spelling.
func base64url(w *world) *class {
	c := w.class("base64-malleability",
		"A segment has another spelling that a lenient decoder reads as the same bytes. That bypasses revocation lists and caches "+
			"that compare tokens as text.",
		"RFC 7515 section 2", "RFC 4648 section 3", "RFC 4648 section 12", "CVE-2022-25898")
	names := []string{"header", "claims", "signature"}
	for _, alg := range []string{"RS256", "ES256", "HS256"} {
		sign, _ := w.signer(alg)
		// A claim with bytes whose encoding has - and _, and a length with unused bits at the end.
		good := strings.Split(join(w.header(alg), claims("x", `"??>>~~ÿÿ"`), sign), ".")
		for i, segment := range good {
			for _, m := range []struct{ name, text string }{
				{"padding", segment + strings.Repeat("=", (4-len(segment)%4)%4)},
				{"one sign of padding", segment + "="},
				{"three signs of padding", segment + "==="},
				{"the standard alphabet", strings.NewReplacer("-", "+", "_", "/").Replace(segment)},
				{"a space at the end", segment + " "},
				{"a space inside", segment[:4] + " " + segment[4:]},
				{"a line break inside", segment[:4] + "\n" + segment[4:]},
				{"CR LF inside", segment[:4] + "\r\n" + segment[4:]},
				{"a tab at the start", "\t" + segment},
				{"a percent escape", "%" + fmt.Sprintf("%02X", segment[0]) + segment[1:]},
				{"a NUL at the end", segment + "\x00"},
				{"a letter more", segment + "A"},
				{"bits that are not used", spareBits(segment)},
				{"a letter that is not in the alphabet", segment[:4] + "*" + segment[4:]},
				{"a letter beyond ASCII", segment[:4] + "ä" + segment[4:]},
			} {
				if m.text == segment || m.text == "" {
					continue
				}
				parts := append([]string{}, good...)
				parts[i] = m.text
				code := badFormat
				if m.name == "a letter more" && decodes(m.text) {
					continue // another signature or document, which other classes have
				}
				c.add(alg, names[i]+": "+m.name, strings.Join(parts, "."), code, "another spelling of a segment")
			}
		}
		c.signedSpellings(alg, sign)
	}
	return c
}

// signedSpellings adds tokens whose segments the issuer itself spelled in another way, with a valid signature of that
// text.
func (c *class) signedSpellings(alg string, sign signer) {
	header, body := []byte(c.world.header(alg)), []byte(claims("x", `"??>>"`))
	for _, m := range []struct {
		name     string
		encoding *base64.Encoding
	}{
		{"padded", base64.URLEncoding},
		{"in the standard alphabet", base64.StdEncoding},
		{"in the standard alphabet without padding", base64.RawStdEncoding},
	} {
		if m.encoding.EncodeToString(body) == b64(body) {
			continue
		}
		input := b64(header) + "." + m.encoding.EncodeToString(body)
		c.add(alg, "claims "+m.name+", signed so", input+"."+b64(sign(input)), badFormat, "RFC 7515 section 2: base64url without padding")
	}
}

func decodes(text string) bool {
	_, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return err == nil
}

// spareBits sets a bit at the end of a segment that decoding drops, "" if all bits are used.
func spareBits(segment string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	if len(segment)%4 == 0 {
		return ""
	}
	last := strings.IndexByte(alphabet, segment[len(segment)-1])
	return segment[:len(segment)-1] + string(alphabet[last|1])
}

// structure: texts that are not three segments.
func structure(w *world) *class {
	c := w.class("structure", "The text is not a compact JWS of three segments.",
		"RFC 7515 section 7.1", "RFC 7519 section 7.2", "CVE-2025-27144", "CVE-2025-30204")
	good := w.token("ES256", claims())
	parts := strings.Split(good, ".")
	for _, m := range []struct{ name, token string }{
		{"nothing", ""},
		{"a dot", "."},
		{"two dots", ".."},
		{"three dots", "..."},
		{"four dots", "...."},
		{"1,000 dots", strings.Repeat(".", 1000)},
		{"1,000 dots after a good token", good + strings.Repeat(".", 1000)},
		{"1,000 short segments", strings.Repeat("a.", 1000)},
		{"one segment", parts[0]},
		{"an opaque token", "mF_9"},
		{"two segments", parts[0] + "." + parts[1]},
		{"an empty header", "." + parts[1] + "." + parts[2]},
		{"empty claims", parts[0] + ".." + parts[2]},
		{"an empty signature", parts[0] + "." + parts[1] + "."},
		{"a fourth segment", good + ".e30"},
		{"a dot at the end", good + "."},
		{"a dot at the start", "." + good},
		{"two tokens", good + "." + good},
		{"two tokens with a comma", good + "," + good},
		{"two tokens with a space", good + " " + good},
		{"header and claims exchanged", parts[1] + "." + parts[0] + "." + parts[2]},
		{"claims and signature exchanged", parts[0] + "." + parts[2] + "." + parts[1]},
		{"a space at the start", " " + good},
		{"a space at the end", good + " "},
		{"a line break at the end", good + "\n"},
		{"a line break at the start", "\n" + good},
		{"a tab at the end", good + "\t"},
		{"in quotes", `"` + good + `"`},
		{"in angle brackets", "<" + good + ">"},
		{"with its scheme", "Bearer " + good},
		{"a byte order mark at the start", "\ufeff" + good},
		{"a zero-width space at the end", good + "\u200b"},
		{"full-width dots", strings.ReplaceAll(good, ".", "．")},
		{"escaped dots", strings.ReplaceAll(good, ".", "%2E")},
		{"NUL", "\x00"},
		{"a JWE of five segments", "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA"},
		{"JSON serialization, flattened", fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q}`, parts[0], parts[1], parts[2])},
		{"JSON serialization, general", fmt.Sprintf(`{"payload":%q,"signatures":[{"protected":%q,"signature":%q}]}`, parts[1],
			parts[0], parts[2])},
		{"the token encoded again", b64([]byte(good))},
		{"the header as JSON", w.header("ES256") + "." + parts[1] + "." + parts[2]},
		{"an XML document", "<?xml version=\"1.0\"?><token/>"},
		{"a PASETO", "v4.public.AAAA"},
		{"a PASETO with a footer", "v4.public.AAAA.AAAA"},
	} {
		c.add("ES256", m.name, m.token, badFormat, "the text is not a compact JWS")
	}
	c.add("ES256", "the token itself", good, accepted, "control: refused cases are refused because of the structure")
	return c
}

// size: tokens around the largest accepted length.
func size(w *world) *class {
	c := w.class("size", "The token is longer than the contract reads: what a stranger sends must not cost memory.",
		"RFC 8725 section 2.4", "CVE-2025-30204", "CVE-2025-61920")
	sign, _ := w.signer("ES256")
	contract := c.contract("ES256, 1,000 bytes", []string{"ES256"}, `"maxTokenBytes":1000`)
	filled := func(n int) string {
		for pad := 0; ; pad++ {
			token := join(w.header("ES256"), claims("x", quote(strings.Repeat("x", pad))), sign)
			if len(token) >= n {
				return token
			}
		}
	}
	put := func(name, token, code, why string) {
		c.put(vector{Name: name, Contract: contract, Keys: c.mainKeys(), Token: token, Code: code, Why: why})
	}
	put("just within the bound", fit(filled, 1000), accepted, "the bound itself is still read")
	put("one group beyond the bound", filled(1001), tooLarge, "the token is longer than the contract accepts")
	put("a token of 8,000 bytes", filled(8000), tooLarge, "the token is longer than the contract accepts")
	put("8,000 letters", strings.Repeat("A", 8000), tooLarge, "the length is checked first")
	put("8,000 dots", strings.Repeat(".", 8000), tooLarge, "the length is checked first")
	put("a header of 4,000 bytes", join(`{"alg":"ES256","kid":"P-256","x":"`+strings.Repeat("x", 4000)+`"}`, claims(), sign), tooLarge,
		"the token is longer than the contract accepts")
	put("a signature of 4,000 bytes", w.token("ES256", claims())+strings.Repeat("A", 4000), tooLarge,
		"the token is longer than the contract accepts")
	return c
}

// fit returns the longest token of filled that has at most n bytes.
func fit(filled func(int) string, n int) string {
	for want := n; ; want-- {
		if token := filled(want); len(token) <= n {
			return token
		}
	}
}
