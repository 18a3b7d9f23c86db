package guard_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	jwtrequest "github.com/golang-jwt/jwt/v5/request"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/internal/test"
)

// authorizationCase is a request by its Authorization headers, and what an
// extractor takes from it.
type authorizationCase struct {
	name   string
	values []string
	token  string
	code   core.Code
}

func checkAuthorization(t *testing.T, extractor guard.Extractor, cases []authorizationCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := request(http.MethodGet, "/")
			for _, v := range c.values {
				r.Header.Add("Authorization", v)
			}
			token, err := extractor.Extract(guard.HTTPRequest(r))
			if code := core.CodeOf(err); token != c.token || code != c.code {
				t.Fatalf("got %q and %q, want %q and %q: %v", token, code, c.token, c.code, err)
			}
		})
	}
}

func TestBearer(t *testing.T) {
	refused := core.CodeInvalidRequest
	checkAuthorization(t, guard.Bearer(), []authorizationCase{
		{"none", nil, "", ""},
		{"usual", []string{"Bearer a.b.c"}, "a.b.c", ""},
		{"lower case", []string{"bearer a.b.c"}, "a.b.c", ""},
		{"upper case", []string{"BEARER a.b.c"}, "a.b.c", ""},
		{"several spaces", []string{"Bearer   a.b.c"}, "a.b.c", ""},
		{"white space around", []string{" \tBearer a.b.c \t"}, "a.b.c", ""},
		{"padded token", []string{"Bearer abc=="}, "abc==", ""},
		{"all characters", []string{"Bearer aZ09-._~+/"}, "aZ09-._~+/", ""},
		{"empty", []string{""}, "", ""},
		{"another scheme", []string{"Basic dXNlcjpwdw=="}, "", ""},
		{"another scheme with parameters", []string{`Digest realm="a, b", nonce=x`}, "", ""},
		{"a longer word", []string{"Bearerx y"}, "", ""},
		{"a token alone", []string{"a.b.c"}, "", ""},
		{"the scheme alone", []string{"Bearer"}, "", refused},
		{"the scheme and a space", []string{"Bearer "}, "", refused},
		{"a tab between", []string{"Bearer\ta.b.c"}, "", refused},
		{"a tab behind the space", []string{"Bearer \ta.b.c"}, "", refused},
		{"two words", []string{"Bearer a b"}, "", refused},
		{"the scheme twice", []string{"Bearer " + "Bearer a.b.c"}, "", refused},
		{"a colon", []string{"Bearer: a.b.c"}, "", refused},
		{"quotes", []string{`Bearer "a.b.c"`}, "", refused},
		{"only padding", []string{"Bearer =="}, "", refused},
		{"padding inside", []string{"Bearer a=b"}, "", refused},
		{"not ASCII", []string{"Bearer é"}, "", refused},
		{"a null byte", []string{"Bearer a\x00b"}, "", refused},
		{"two headers", []string{"Bearer a", "Bearer b"}, "", refused},
		{"two equal headers", []string{"Bearer a", "Bearer a"}, "", refused},
		{"two headers, one of another scheme", []string{"Basic a", "Bearer b"}, "", refused},
		{"joined by a comma", []string{"Bearer a, Bearer b"}, "", refused},
		{"joined without a space", []string{"Bearer a,Bearer b"}, "", refused},
		{"another scheme joined behind", []string{"Bearer a, Basic b"}, "", refused},
		{"joined behind another scheme", []string{"Basic a, bearer b"}, "", refused},
		{"a comma behind", []string{"Bearer a,"}, "", refused},
	})
}

func TestVerifyHeader(t *testing.T) {
	v := newVerifier(t, secretRules())
	good := hs256(t, nil)
	for value, want := range map[string]core.Code{
		"Bearer " + good: "", "bEARER  " + good: "", "": core.CodeTokenMissing, good: core.CodeTokenMissing,
		"Basic x": core.CodeTokenMissing,
		"Bearer":  core.CodeInvalidRequest, "Bearer x": core.CodeInvalidFormat,
		"Bearer " + good + ", Bearer x": core.CodeInvalidRequest,
	} {
		s, err := v.VerifyHeader(t.Context(), value)
		wantCode(t, err, want)
		if (s == nil) != (want != "") {
			t.Errorf("%q: session %v", value, s)
		}
	}
}

func TestCookie(t *testing.T) {
	const host = "http://api.example.com/things"
	cases := []struct {
		name   string
		method string
		fields []string
		token  string
		code   core.Code
	}{
		{"none", "POST", []string{"Sec-Fetch-Site", "cross-site"}, "", ""},
		{"another cookie", "GET", []string{"Cookie", "other=x"}, "", ""},
		{"read", "GET", []string{"Cookie", "s=tok; other=x"}, "tok", ""},
		{"empty", "GET", []string{"Cookie", "s="}, "", ""},
		{"a space behind the name", "GET", []string{"Cookie", "s =tok"}, "tok", ""},
		{"another case", "GET", []string{"Cookie", "S=tok"}, "", ""},
		{"twice the same", "GET", []string{"Cookie", "s=tok; s=tok"}, "tok", ""},
		{"twice, in two headers", "GET", []string{"Cookie", "s=tok", "Cookie", "s=x"}, "", core.CodeInvalidRequest},
		{"twice, different", "GET", []string{"Cookie", "s=tok; s=x"}, "", core.CodeInvalidRequest},
		{"twice, one empty", "GET", []string{"Cookie", "s=; s=x"}, "", core.CodeInvalidRequest},
		{"a quote in it", "GET", []string{"Cookie", `s=a"b`}, "", core.CodeInvalidRequest},
		{"a backslash in it", "GET", []string{"Cookie", `s=\`}, "", core.CodeInvalidRequest},
		{"a byte that is not ASCII", "GET", []string{"Cookie", "s=\xff"}, "", core.CodeInvalidRequest},
		{"a space in it", "GET", []string{"Cookie", "s=a b"}, "", core.CodeInvalidRequest},
		{"a comma in it", "GET", []string{"Cookie", "s=a, s=b"}, "", core.CodeInvalidRequest},
		{"a bad one before a good one", "GET", []string{"Cookie", `s=a"b; s=tok`}, "", core.CodeInvalidRequest},
		{"a bad one after a good one", "GET", []string{"Cookie", "s=tok", "Cookie", `s=\`}, "", core.CodeInvalidRequest},
		{"a bad one from another site", "POST", []string{
			"Cookie", `s=a"b`, "Sec-Fetch-Site", "cross-site",
		}, "", core.CodeInvalidRequest},
		{"a bad one of another name", "GET", []string{"Cookie", `x=a"b; s=tok`}, "tok", ""},
		{"quoted", "GET", []string{"Cookie", `s="tok"`}, "tok", ""},
		{"half quoted", "GET", []string{"Cookie", `s="tok`}, "", core.CodeInvalidRequest},
		{"without spaces", "GET", []string{"Cookie", "x=1;s=tok;y=2"}, "tok", ""},
		{"with equals signs", "GET", []string{"Cookie", "s=tok=="}, "tok==", ""},
		{"WebSocket from another site", "GET", []string{
			"Cookie", "s=tok", "Upgrade", "h2c, WebSocket", "Sec-Fetch-Site", "cross-site",
		}, "", core.CodeForbidden},
		{"another upgrade from another site", "GET", []string{
			"Cookie", "s=tok", "Upgrade", "h2c", "Sec-Fetch-Site", "cross-site",
		}, "tok", ""},
		{"cross-site read", "GET", []string{"Cookie", "s=tok", "Sec-Fetch-Site", "cross-site"}, "tok", ""},
		{"cross-site HEAD", "HEAD", []string{"Cookie", "s=tok", "Sec-Fetch-Site", "cross-site"}, "tok", ""},
		{"cross-site preflight", "OPTIONS", []string{"Cookie", "s=tok", "Origin", "https://evil.example"}, "tok", ""},
		{"same-origin write", "POST", []string{"Cookie", "s=tok", "Sec-Fetch-Site", "same-origin"}, "tok", ""},
		{"write by hand", "POST", []string{"Cookie", "s=tok", "Sec-Fetch-Site", "none"}, "tok", ""},
		{"write of no browser", "POST", []string{"Cookie", "s=tok"}, "tok", ""},
		{"write from our origin", "PUT", []string{"Cookie", "s=tok", "Origin", "http://api.example.com"}, "tok", ""},
		{"cross-site write", "POST", []string{"Cookie", "s=tok", "Sec-Fetch-Site", "cross-site"}, "", core.CodeForbidden},
		{"same-site write", "DELETE", []string{"Cookie", "s=tok", "Sec-Fetch-Site", "same-site"}, "", core.CodeForbidden},
		{"write from another origin", "PATCH", []string{
			"Cookie", "s=tok", "Origin", "https://evil.example",
		}, "", core.CodeForbidden},
		{"write from nowhere", "POST", []string{"Cookie", "s=tok", "Origin", "null"}, "", core.CodeForbidden},
		{"write from a trusted origin", "POST", []string{
			"Cookie", "s=tok", "Sec-Fetch-Site", "cross-site", "Origin", "https://app.example",
		}, "tok", ""},
		{"unknown method from elsewhere", "BREW", []string{
			"Cookie", "s=tok", "Sec-Fetch-Site", "cross-site",
		}, "", core.CodeForbidden},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := guard.HTTPRequest(request(c.method, host, c.fields...))
			token, err := guard.Cookie("s", "https://app.example").Extract(r)
			if code := core.CodeOf(err); token != c.token || code != c.code {
				t.Fatalf("got %q and %q, want %q and %q: %v", token, code, c.token, c.code, err)
			}
			insecure, err := guard.InsecureCookie("s").Extract(r)
			if c.code == core.CodeForbidden && (insecure != "tok" || err != nil) {
				t.Errorf("InsecureCookie checks the origin: %v", err)
			}
		})
	}
}

func TestHeaderExtractor(t *testing.T) {
	for _, c := range []struct {
		fields []string
		token  string
		code   core.Code
	}{
		{nil, "", ""},
		{[]string{"X-Jwt", " a.b.c "}, "a.b.c", ""},
		{[]string{"x-jwt", "a.b.c"}, "a.b.c", ""},
		{[]string{"X-Jwt", ""}, "", ""},
		{[]string{"X-Jwt", "a", "X-Jwt", "a"}, "", core.CodeInvalidRequest},
	} {
		token, err := guard.Header("X-Jwt").Extract(get(c.fields...))
		if token != c.token || core.CodeOf(err) != c.code {
			t.Errorf("%q: %q %v", c.fields, token, err)
		}
	}
}

func TestWebSocketProtocol(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []string
		token  string
		code   core.Code
	}{
		{"none", nil, "", ""},
		{"no marker", []string{"chat, v2"}, "", ""},
		{"behind the marker", []string{"chat, bearer, a.b.c"}, "a.b.c", ""},
		{"in front of others", []string{"bearer,a.b.c,chat"}, "a.b.c", ""},
		{"over two lines", []string{"chat", "bearer", "a.b.c"}, "a.b.c", ""},
		{"the marker last", []string{"chat, bearer"}, "", core.CodeInvalidRequest},
		{"nothing behind it", []string{"bearer, , chat"}, "", core.CodeInvalidRequest},
		{"twice", []string{"bearer, a, bearer, b"}, "", core.CodeInvalidRequest},
		{"another case is another protocol", []string{"Bearer, a"}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := request(http.MethodGet, "/")
			for _, v := range c.values {
				r.Header.Add("Sec-WebSocket-Protocol", v)
			}
			token, err := guard.WebSocketProtocol("bearer").Extract(guard.HTTPRequest(r))
			if token != c.token || core.CodeOf(err) != c.code {
				t.Errorf("got %q, %v", token, err)
			}
		})
	}
}

func TestInsecureQuery(t *testing.T) {
	for target, want := range map[string]struct {
		token string
		code  core.Code
	}{
		"/": {}, "/?x=1": {}, "/?token=": {}, "/?token=a.b.c&x=1": {token: "a.b.c"}, "/?token=a%2Eb": {token: "a.b"},
		"/?token=a&token=a": {code: core.CodeInvalidRequest}, "/?Token=a": {}, "/?x=%zz&token=a": {token: "a"}, "/?x=%zz": {},
	} {
		token, err := guard.InsecureQuery("token").Extract(guard.HTTPRequest(request(http.MethodGet, target)))
		if token != want.token || core.CodeOf(err) != want.code {
			t.Errorf("%s: %q %v", target, token, err)
		}
	}
}

func TestExtractorChain(t *testing.T) {
	good, other := hs256(t, nil), hs256(t, map[string]any{"sub": "user_2"})
	var none *core.Error
	chain := guard.Extractors(
		guard.Bearer(),
		guard.Cookie("s"),
		guard.Header("X-Jwt"),
		guard.WebSocketProtocol("bearer"),
		guard.InsecureQuery("token"),
		guard.ExtractorFunc(func(r guard.Request) (string, error) {
			switch r.Path() {
			case "/fail":
				return "", errors.New("no idea")
			case "/nil":
				return "", none
			case "/forbidden":
				return "", &core.Error{Code: core.CodeForbidden}
			case "/codeless":
				return "", &core.Error{Detail: "forgot the code"}
			default:
				return strings.TrimPrefix(r.Path(), "/token/"), nil
			}
		}),
	)
	g := newGuard(t, chain)
	cases := []struct {
		name, target string
		fields       []string
		user         string
		code         core.Code
	}{
		{"by header", "/token/", []string{"Authorization", "Bearer " + good}, "user_1", ""},
		{"by cookie", "/token/", []string{"Cookie", "s=" + good}, "user_1", ""},
		{"by another header", "/token/", []string{"X-Jwt", good}, "user_1", ""},
		{"by protocol", "/token/", []string{"Sec-WebSocket-Protocol", "bearer, " + good}, "user_1", ""},
		{"by query", "/token/?token=" + good, nil, "user_1", ""},
		{"by our own", "/token/" + good, nil, "user_1", ""},
		{"the same everywhere", "/token/" + good + "?token=" + good, []string{
			"Authorization", "Bearer " + good, "Cookie", "s=" + good,
		}, "user_1", ""},
		{"two different ones", "/token/" + other, []string{"Authorization", "Bearer " + good}, "", core.CodeInvalidRequest},
		{"a good and a bad one", "/token/x", []string{"Authorization", "Bearer " + good}, "", core.CodeInvalidRequest},
		{"nowhere", "/token/", nil, "", core.CodeTokenMissing},
		{"an extractor that fails", "/fail", []string{"Authorization", "Bearer " + good}, "", core.CodeInvalidRequest},
		{"an extractor's nil *Error", "/nil", []string{"Authorization", "Bearer " + good}, "", core.CodeInvalidRequest},
		{"an extractor's own code", "/forbidden", nil, "", core.CodeForbidden},
		{"an extractor's error without one", "/codeless", nil, "", core.CodeInvalidRequest},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, rejection := g.Check(t.Context(), guard.HTTPRequest(request(http.MethodGet, c.target, c.fields...)))
			if c.code == "" {
				if rejection != nil || s.UserID() != c.user {
					t.Fatalf("%v, %v", s, rejection)
				}
				return
			}
			if s != nil || rejection == nil {
				t.Fatal("accepted")
			}
			wantCode(t, rejection, c.code)
			_ = rejection.Error()
		})
	}
}

// FuzzBearer: a token is the one word after the scheme, golang-jwt finds it there too, and written again it gives the
// token.
func FuzzBearer(f *testing.F) {
	for _, seed := range []string{
		"", "Bearer a.b.c", "bearer  a", "Bearer", "Bearer ", "Bearer a b", "Basic a, Bearer b", "\tBearer\ta",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		r := request(http.MethodGet, "/")
		r.Header["Authorization"] = []string{value}
		test.Bounded(t, len(value), 8<<10, 4, func() { _, _ = guard.Bearer().Extract(guard.HTTPRequest(r)) })
		token, err := guard.Bearer().Extract(guard.HTTPRequest(r))
		switch {
		case err != nil:
			if token != "" || core.CodeOf(err) != core.CodeInvalidRequest {
				t.Fatalf("%q: %q %v", value, token, err)
			}
		case token != "":
			trimmed := strings.Trim(value, " \t")
			if !strings.HasSuffix(trimmed, " "+token) || strings.ContainsAny(token, " ,\t\"\r\n\x00") ||
				!strings.EqualFold(strings.TrimRight(strings.TrimSuffix(trimmed, token), " "), "Bearer") {
				t.Fatalf("%q gave %q", value, token)
			}
			r.Header["Authorization"] = []string{trimmed} // as every server does it (RFC 9110 §5.5)
			other, err := jwtrequest.BearerExtractor{}.ExtractToken(r)
			if err != nil || strings.TrimLeft(other, " ") != token {
				t.Fatalf("%q gave %q, golang-jwt finds %q, %v", value, token, other, err)
			}
			r.Header["Authorization"] = []string{"Bearer " + token}
			if again, err := guard.Bearer().Extract(guard.HTTPRequest(r)); err != nil || again != token {
				t.Fatalf("%q gave %q, and that written again gives %q, %v", value, token, again, err)
			}
		}
	})
}
