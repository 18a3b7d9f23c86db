package jwks_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/event"
	"github.com/revstackhq/auth-go/core/internal/jwks"
	"github.com/revstackhq/auth-go/core/keys"
)

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

// TestBadAnswersAreRefusedAndKeysKept turns a good issuer bad: each answer must be reported with its kind, must not
// replace the current keys, and must not leak a goroutine.
func TestBadAnswersAreRefusedAndKeysKept(t *testing.T) {
	elsewhere := newIssuer(t, jwkSet(set(ec("evil"))))
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	_, _ = zip.Write([]byte(`{"keys":[`))
	_, _ = zip.Write(bytes.Repeat([]byte(" "), 64<<20))
	_, _ = zip.Write([]byte(`]}`))
	_ = zip.Close()
	big := append([]byte(`{"keys":[],"pad":"`), bytes.Repeat([]byte("x"), 10<<20)...)
	many := `{"keys":[` + strings.Repeat("{},", 99_999) + `{}]}`

	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   jwks.FetchKind
	}{
		"10 MB":                   {jwkSet(big), jwks.KindTooLarge},
		"100,000 keys":            {jwkSet([]byte(many)), jwks.KindTooManyKeys},
		"gzip bomb":               {jwkSet(bomb.Bytes(), "Content-Encoding", "gzip"), jwks.KindTooLarge},
		"HTML with 200":           {body("text/html; charset=utf-8", []byte("<html>")), jwks.KindNotJSON},
		"JSON said to be HTML":    {body("text/html", set(ec("evil"))), jwks.KindNotJSON},
		"HTML said to be JSON":    {jwkSet([]byte("\n <html>")), jwks.KindNotJSON},
		"empty":                   {jwkSet(nil), jwks.KindNotJSON},
		"array":                   {jwkSet([]byte("[]")), jwks.KindNotJSON},
		"no set":                  {jwkSet([]byte(`{"error":"x"}`)), jwks.KindMalformedSet},
		"cut short":               {jwkSet(set(ec("evil"))[:40]), jwks.KindMalformedSet},
		"empty set":               {jwkSet(set()), jwks.KindNoUsableKeys},
		"404":                     {status(404), jwks.KindStatus},
		"204":                     {status(204), jwks.KindStatus},
		"500":                     {status(500), jwks.KindStatus},
		"unconditional 304":       {status(304), jwks.KindStatus},
		"redirect: another host":  {redirect(elsewhere.URL + "/keys"), jwks.KindRedirect},
		"redirect: a private one": {redirect("http://169.254.169.254/latest/meta-data"), jwks.KindRedirect},
		"redirect: other scheme":  {redirect("https://127.0.0.1/keys"), jwks.KindRedirect},
		"redirect: for ever":      {redirect("/keys"), jwks.KindRedirect},
		"dropped connection": {
			func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			jwks.KindNetwork,
		},
		"endless": {func(w http.ResponseWriter, _ *http.Request) {
			_, err := w.Write([]byte(`{"keys":[`))
			for blanks := bytes.Repeat([]byte(" "), 64<<10); err == nil; {
				_, err = w.Write(blanks)
			}
		}, jwks.KindTooLarge},
		"half a body": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"keys":[`))
		}, jwks.KindNetwork},
	} {
		t.Run(name, func(t *testing.T) {
			i, clk, seen := newIssuer(t, jwkSet(set(ec("a")))), newClock(), &events{}
			s := i.source(clk, func(c *jwks.Config) { c.URL += "?secret=hush"; c.Emit = seen.emit })
			before := found(t, s, "a")
			seen.take(s)

			i.serve(c.answer)
			clk.advance(11 * time.Minute)
			if found(t, s, "a") != before {
				t.Fatal("the current key was replaced")
			}
			h := s.Health()
			if jwks.FetchKind(h.LastErrorKind) != c.kind || h.State != keys.StateStale || h.Failures != 1 {
				t.Fatalf("health = %+v, want a failure of kind %s", h, c.kind)
			}
			if strings.Contains(h.LastError, "hush") || strings.Contains(h.URL, "hush") {
				t.Fatalf("the query leaks: %v", h.LastError)
			}
			if evs := seen.take(s); len(evs) != 1 || kindOf(evs[0].(event.KeysStale).Err) != c.kind { // a panic fails the test
				t.Fatalf("events = %+v", evs)
			}
			// A cold start on the same answer has nothing to fall back on.
			_, err := look(i.source(newClock()), "a")
			if unavailable(t, err); kindOf(err) != c.kind {
				t.Fatalf("cold: %v, want kind %s", err, c.kind)
			}
		})
	}
	hits(t, elsewhere, 0)
}

func TestRedirectFromHTTPSToHTTP(t *testing.T) {
	plain := newIssuer(t, jwkSet(set(ec("evil"))))
	tls := httptest.NewTLSServer(redirect(plain.URL + "/keys"))
	defer tls.Close()
	s := jwks.New(jwks.Config{URL: tls.URL, Client: tls.Client(), Clock: newClock()})
	if err := s.Ready(context.Background()); kindOf(err) != jwks.KindInsecureScheme {
		t.Fatalf("err = %v", err)
	}
	hits(t, plain, 0)
}

func TestRedirectsOnTheSameHostAreFollowed(t *testing.T) {
	good := set(ec("a"))
	hops := map[string]string{"/keys": "/1", "/1": "/2", "/2": "/3"}
	i := newIssuer(t, func(w http.ResponseWriter, r *http.Request) {
		if to, ok := hops[r.URL.Path]; ok {
			redirect(to)(w, r)
			return
		}
		jwkSet(good)(w, r)
	})
	found(t, i.source(newClock()), "a")
	hits(t, i, 4)
	hops["/3"] = "/4"
	if err := i.source(newClock()).Ready(context.Background()); kindOf(err) != jwks.KindRedirect {
		t.Fatalf("a fourth redirect: %v", err)
	}
}

func TestPlainHTTPIsForLoopbackOnly(t *testing.T) {
	reached := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("reached")
	})}
	for raw, refused := range map[string]bool{
		"http://issuer.example/keys":     true,
		"http://10.0.0.1/":               true,
		"ftp://127.0.0.1/":               true,
		"http://localhost.evil.example/": true,
		"https://issuer.example/keys":    false,
		"http://127.0.0.1/":              false,
		"http://127.8.9.1/":              false,
		"http://[::1]:8/":                false,
		"http://localhost:80/":           false,
		"http://[::ffff:127.0.0.1]/":     false,
	} {
		err := jwks.New(jwks.Config{URL: raw, Client: reached}).Ready(context.Background())
		if got := kindOf(err) == jwks.KindInsecureScheme; got != refused {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

// TestInsecureHTTPIsNoOtherScheme: who allows plain http allows nothing else.
func TestInsecureHTTPIsNoOtherScheme(t *testing.T) {
	s := jwks.New(jwks.Config{URL: "ftp://issuer.example/keys", InsecureHTTP: true})
	if err := s.Ready(t.Context()); kindOf(err) != jwks.KindInsecureScheme {
		t.Errorf("error = %v", err)
	}
}

// TestLongValidatorIsNotKept: an issuer must not choose how large our requests are.
func TestLongValidatorIsNotKept(t *testing.T) {
	for size, sent := range map[int]bool{1000: true, 2000: false} {
		var got string
		etag := `"` + strings.Repeat("x", size) + `"`
		i := newIssuer(t, func(w http.ResponseWriter, r *http.Request) {
			got = r.Header.Get("If-None-Match")
			jwkSet(set(ec("a")), "ETag", etag)(w, r)
		})
		clk := newClock()
		s := i.source(clk)
		found(t, s, "a")
		clk.advance(24 * time.Hour)
		found(t, s, "a")
		s.Await()
		hits(t, i, 2)
		if (got == etag) != sent || (got == "") == sent {
			t.Errorf("an ETag of %d bytes came back as %d bytes", len(etag), len(got))
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestRequestHeadersAndForeignClient(t *testing.T) {
	var got http.Header
	i := newIssuer(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		http.SetCookie(w, &http.Cookie{Name: "sticky", Value: "1"})
		jwkSet(set(ec("a")))(w, r)
	})
	jar := &jarSpy{}
	theirs := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}
	found(t, i.source(newClock(), func(c *jwks.Config) { c.Client = theirs }), "a")
	if got.Get("Accept") != "application/jwk-set+json, application/json" ||
		!strings.HasPrefix(got.Get("User-Agent"), "auth-go-jwks") {
		t.Fatalf("headers = %v", got)
	}
	if jar.used || theirs.Jar != jar {
		t.Fatal("the caller's jar was used, or their client changed")
	}
	theirs.CloseIdleConnections()
}

type jarSpy struct{ used bool }

func (j *jarSpy) SetCookies(*url.URL, []*http.Cookie) { j.used = true }
func (j *jarSpy) Cookies(*url.URL) []*http.Cookie     { j.used = true; return nil }

func TestErrorsHoldNoCredentials(t *testing.T) {
	leaky := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		return nil, errors.New("cannot reach " + r.URL.String() + "\nforged log line")
	})}
	s := jwks.New(jwks.Config{URL: "https://user:hunter2@issuer.example/keys?token=hush#frag", Client: leaky})
	err := s.Ready(context.Background())
	text := err.Error() + s.Health().LastError + s.Health().URL
	for _, secret := range []string{"hunter2", "hush", "frag", "\n"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q leaks: %s", secret, text)
		}
	}
	if !strings.Contains(text, "https://issuer.example/keys") {
		t.Errorf("the URL is not named: %s", text)
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "a\r\nb": "a??b", "\xff": "?", "12345678é": "12345678…", "1234567é": "1234567?…", "\u202e": "?",
	} {
		if got := jwks.Printable(in, 8); got != want {
			t.Errorf("%q → %q, want %q", in, got, want)
		}
	}
	if got := jwks.RedactURL("https://\x7f"); got != "(unreadable URL)" {
		t.Error(got)
	}
}

// TestWhyNoKeyIsUsable: health says of every entry why it is not used, also
// while there is no set.
func TestWhyNoKeyIsUsable(t *testing.T) {
	i := newIssuer(t, jwkSet([]byte(`{"keys":[{"kty":"oct","kid":"hs","k":"AA"},{"kty":"RSA","kid":"enc","use":"enc"}]}`)))
	s := i.source(newClock())
	_, err := look(s, "a")
	unavailable(t, err)
	h := s.Health()
	if len(h.Skipped) != 2 || h.Skipped[0].ID != "hs" || h.Skipped[1].Reason != "use is enc, not sig" {
		t.Errorf("skipped = %+v", h.Skipped)
	}
}
