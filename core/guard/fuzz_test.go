package guard_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/internal/test"
)

// FuzzCookie: what is found in cookies, net/http finds there too and nothing else, and a cookie that is written again
// with the token gives the token.
func FuzzCookie(f *testing.F) {
	for _, seed := range []string{
		"", "s=a.b.c", "s=a.b.c; s=a.b.c", "s=a; s=b", `s="a.b"`, "s=", "a=1; s=x; b=2", " s = x", "s=a b", "S=x", "s=a,b", "s=x;;;s", "s==", "s=\x7f",
	} {
		f.Add(seed)
	}
	extractor := guard.InsecureCookie("s")
	extract := func(value string) (string, error) {
		r := request(http.MethodGet, "/")
		r.Header["Cookie"] = []string{value}
		return extractor.Extract(guard.HTTPRequest(r))
	}
	f.Fuzz(func(t *testing.T, value string) {
		if strings.ContainsAny(value, "\r\n\x00") {
			return // no field value has these (RFC 9110 §5.5), servers refuse them
		}
		test.Bounded(t, len(value), 8<<10, 4, func() { _, _ = extract(value) })
		token, err := extract(value)
		if err != nil {
			if token != "" || core.CodeOf(err) != core.CodeInvalidRequest {
				t.Fatalf("%q: %q %v", value, token, err)
			}
			return
		}
		r := &http.Request{Header: http.Header{"Cookie": {value}}}
		for _, c := range r.CookiesNamed("s") {
			// net/http drops a cookie with an invalid value, and keeps several of one name.
			if c.Value != token {
				t.Fatalf("%q gave %q, net/http finds %q", value, token, c.Value)
			}
		}
		if token == "" {
			return
		}
		if !strings.Contains(value, token) {
			t.Fatalf("%q gave %q, which is not in it", value, token)
		}
		if again, err := extract("s=" + token); err != nil || again != token {
			t.Fatalf("%q gave %q, and that written again gives %q, %v", value, token, again, err)
		}
	})
}

// FuzzWebSocketProtocol: a token follows the marker, which is there once, and written again it gives the token.
func FuzzWebSocketProtocol(f *testing.F) {
	for _, seed := range [][2]string{
		{"chat, bearer, a.b.c", ""},
		{"bearer, a.b.c", "bearer, d"},
		{"bearer", "a.b.c"},
		{"bearer,", ""},
		{"bearer, bearer", ""},
		{"", "bearer, x, y"},
	} {
		f.Add(seed[0], seed[1])
	}
	extractor := guard.WebSocketProtocol("bearer")
	extract := func(lines ...string) (string, error) {
		r := request(http.MethodGet, "/")
		r.Header["Sec-Websocket-Protocol"] = lines
		return extractor.Extract(guard.HTTPRequest(r))
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		test.Bounded(t, len(first)+len(second), 8<<10, 2, func() { _, _ = extract(first, second) })
		token, err := extract(first, second)
		if err != nil {
			if token != "" || core.CodeOf(err) != core.CodeInvalidRequest {
				t.Fatalf("%q, %q: %q %v", first, second, token, err)
			}
			return
		}
		var offered []string
		for part := range strings.SplitSeq(first+","+second, ",") {
			offered = append(offered, strings.TrimSpace(part))
		}
		found := 0
		for i, protocol := range offered {
			if protocol == "bearer" {
				found++
				if i+1 == len(offered) || offered[i+1] != token {
					t.Fatalf("%q, %q gave %q, which does not follow the marker", first, second, token)
				}
			}
		}
		if found > 1 || (found == 0) != (token == "") {
			t.Fatalf("%q, %q gave %q with %d markers", first, second, token, found)
		}
		if token == "" {
			return
		}
		if again, err := extract("bearer, " + token); err != nil || again != token {
			t.Fatalf("%q, %q gave %q, and that written again gives %q, %v", first, second, token, again, err)
		}
	})
}

// FuzzChallenge: whatever is in realm and scopes, a challenge is one header line that reads back as what was put in, or
// leaves out what a header cannot carry.
func FuzzChallenge(f *testing.F) {
	for _, seed := range [][2]string{
		{"api", "invoices:read"},
		{`a"b\c`, `"`},
		{"a, error=\"x\"", `\`},
		{"a\r\nSet-Cookie: b=c", "x\n"},
		{"é", "\x00"},
		{"", ""},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, realm, scope string) {
		g, err := guard.New(newVerifier(t, secretRules()), guard.Realm(realm))
		if err != nil {
			return // a realm that no header can carry is refused when the guard is made
		}
		refusal := &core.Error{Code: core.CodeInsufficientScope, Scopes: []string{scope}}
		r := guard.HTTPRequest(request(http.MethodGet, "/"))
		test.Bounded(t, len(realm)+len(scope), 16<<10, 16, func() { g.Reject(t.Context(), r, refusal) })
		rejection := g.Reject(t.Context(), r, refusal)
		for _, line := range rejection.Header.Values("WWW-Authenticate") {
			params, err := readChallenge(line)
			if err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			want := map[string]string{"error": "insufficient_scope"}
			for name, value := range map[string]string{"realm": realm, "scope": scope} {
				if value != "" && printable(value) {
					want[name] = value
				}
			}
			for _, name := range []string{"realm", "scope", "error"} {
				if params[name] != want[name] {
					t.Fatalf("%q: %s is %q, want %q", line, name, params[name], want[name])
				}
			}
			if len(params) != len(want) {
				t.Fatalf("%q has %d parameters, want %d", line, len(params), len(want))
			}
		}
	})
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// readChallenge reads a challenge with quoted parameters (RFC 9110 §11.2, §5.6.4).
func readChallenge(line string) (map[string]string, error) {
	rest, ok := strings.CutPrefix(line, "Bearer")
	if !ok {
		return nil, errors.New("the scheme is not Bearer")
	}
	params := map[string]string{}
	for rest != "" {
		if len(params) > 0 {
			if rest, ok = strings.CutPrefix(rest, ","); !ok {
				return nil, errors.New("no comma between two parameters")
			}
		}
		name, value, found := strings.Cut(strings.TrimPrefix(rest, " "), `="`)
		if !found {
			return nil, errors.New("a parameter without a quoted string")
		}
		var text strings.Builder
		for {
			if value == "" {
				return nil, errors.New("a quoted string does not end")
			}
			c := value[0]
			value = value[1:]
			if c == '"' {
				break
			}
			if c == '\\' && value != "" {
				c, value = value[0], value[1:]
			}
			if c < ' ' || c > '~' {
				return nil, errors.New("a character that no header may have")
			}
			text.WriteByte(c)
		}
		if _, twice := params[name]; twice {
			return nil, errors.New("a parameter twice")
		}
		params[name], rest = text.String(), value
	}
	return params, nil
}

// FuzzEnvoyCert: Envoy appends its element to the header that the client sent, and the client chooses the names in its
// certificate. Neither may replace the certificate of that element.
func FuzzEnvoyCert(f *testing.F) {
	for _, seed := range [][2]string{
		{"", "CN=a"},
		{`Hash=ab;Cert="x",By=y`, `CN=a"b;c,d`},
		{`Cert="x";URI="`, `CN=a"b`},
		{`Cert="x";URI="\`, `\`},
		{`Cert=x`, `";Cert="x`},
	} {
		f.Add(seed[0], seed[1])
	}
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace
	f.Fuzz(func(t *testing.T, sent, subject string) {
		list := `By=spiffe://a/b;Hash=ab;Cert="own";Subject="` + escape(subject) + `";URI=spiffe://c/d`
		if sent != "" {
			list = sent + "," + list
		}
		test.Bounded(t, len(list), 8<<10, 4, func() { _, _ = guard.LastEnvoyCert(list) })
		cert, err := guard.LastEnvoyCert(list)
		if err == nil && cert != "own" || err != nil && sent == "" {
			t.Fatalf("%q: %q, %v", list, cert, err)
		}
	})
}
