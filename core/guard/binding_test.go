package guard_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

// recorder is an authenticator that keeps the credentials it gets.
type recorder struct {
	verifier *core.Verifier
	got      []core.Credentials
}

func (a *recorder) Authenticate(ctx context.Context, c core.Credentials) (*core.Session, error) {
	c.Request = nil // must not be kept
	a.got = append(a.got, c)
	return a.verifier.Verify(ctx, c.Token)
}

// recorded is a handler behind a guard whose authenticator is the recorder.
func recorded(t *testing.T, a *recorder, opts ...guard.Option) http.Handler {
	t.Helper()
	g, err := guard.New(a, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return g.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, core.UserID(r.Context()))
	}))
}

// sendLines sends the request lines unchanged and returns the answer's status.
func sendLines(t *testing.T, conn net.Conn, lines ...string) int {
	t.Helper()
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, strings.Join(append(lines, "Connection: close", "", ""), "\r\n")); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || len(answer) < 12 {
		t.Fatalf("answer %q, error %v", answer, err)
	}
	status := 0
	for _, digit := range answer[9:12] {
		status = 10*status + int(digit-'0')
	}
	return status
}

func TestAuthenticatorGetsTheWholeCredentials(t *testing.T) {
	token := hs256(t, nil)
	authorization := "Authorization: Bearer " + token
	cases := []struct {
		name   string
		lines  []string
		opts   []guard.Option
		status int
		want   core.Credentials
	}{
		{
			name:   "bearer",
			lines:  []string{"GET /api/things HTTP/1.1", "Host: api.example.com", authorization},
			status: http.StatusOK,
			want:   core.Credentials{Scheme: "Bearer", Method: "GET", URL: "//api.example.com/api/things"},
		},
		{
			name: "query",
			lines: []string{
				"POST /api/things?x=/../1#f HTTP/1.1", "Host: api.example.com:8443", authorization, "Content-Length: 0",
			},
			status: http.StatusOK,
			want:   core.Credentials{Scheme: "Bearer", Method: "POST", URL: "//api.example.com:8443/api/things"},
		},
		{
			name:   "escaped path",
			lines:  []string{"GET /api/a%2Fb%20c/../%41 HTTP/1.1", "Host: api.example.com", authorization},
			status: http.StatusOK,
			want:   core.Credentials{Scheme: "Bearer", Method: "GET", URL: "//api.example.com/api/a%2Fb%20c/../%41"},
		},
		{
			name:   "absolute form",
			lines:  []string{"GET https://api.example.com/api/a%2Fb?x=1 HTTP/1.1", "Host: other.example.com", authorization},
			status: http.StatusOK,
			want:   core.Credentials{Scheme: "Bearer", Method: "GET", URL: "//api.example.com/api/a%2Fb"},
		},
		{
			name:   "absolute form, a path without a slash at its end",
			lines:  []string{"GET http://api.example.com/api HTTP/1.1", "Host: other.example.com", authorization},
			status: http.StatusOK,
			want:   core.Credentials{Scheme: "Bearer", Method: "GET", URL: "//api.example.com/api"},
		},
		{
			name:   "proof",
			lines:  []string{"GET /api/ HTTP/1.1", "Host: api.example.com", authorization, "dpop:  a.b.c "},
			status: http.StatusOK,
			want:   core.Credentials{Scheme: "Bearer", Proof: "a.b.c", Method: "GET", URL: "//api.example.com/api/"},
		},
		{
			name:   "two proofs",
			lines:  []string{"GET /api/ HTTP/1.1", "Host: api.example.com", authorization, "DPoP: a.b.c", "dpop: a.b.c"},
			status: http.StatusBadRequest,
		},
		{
			name:   "two proofs in one line",
			lines:  []string{"GET /api/ HTTP/1.1", "Host: api.example.com", authorization, "DPoP: a.b.c, a.b.c"},
			status: http.StatusBadRequest,
		},
		{
			name:   "DPoP scheme",
			lines:  []string{"GET /api/ HTTP/1.1", "Host: api.example.com", "Authorization: dpop " + token, "DPoP: a.b.c"},
			opts:   []guard.Option{guard.Extractors(guard.Bearer(), guard.DPoP())},
			status: http.StatusOK,
			want:   core.Credentials{Scheme: "DPoP", Proof: "a.b.c", Method: "GET", URL: "//api.example.com/api/"},
		},
		{
			name:   "DPoP scheme without the extractor",
			lines:  []string{"GET /api/ HTTP/1.1", "Host: api.example.com", "Authorization: DPoP " + token, "DPoP: a.b.c"},
			status: http.StatusUnauthorized,
		},
		{
			name:   "cookie",
			lines:  []string{"GET /api/ HTTP/1.1", "Host: api.example.com", "Cookie: s=" + token},
			opts:   []guard.Option{guard.Extractors(guard.Cookie("s"))},
			status: http.StatusOK,
			want:   core.Credentials{Method: "GET", URL: "//api.example.com/api/"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := &recorder{verifier: newVerifier(t, secretRules())}
			// A router that strips a prefix must not change the URL.
			handler := http.StripPrefix("/api", recorded(t, a, c.opts...))
			plain := httptest.NewServer(handler)
			defer plain.Close()
			secure := httptest.NewUnstartedServer(handler)
			secure.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
			secure.StartTLS()
			defer secure.Close()

			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", plain.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			plainStatus := sendLines(t, conn, c.lines...)
			config := secure.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
			config.ServerName = "example.com"
			config.Certificates = secure.TLS.Certificates // the client uses the server's certificate
			conn, err = (&tls.Dialer{Config: config}).DialContext(t.Context(), "tcp", secure.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			secureStatus := sendLines(t, conn, c.lines...)

			if plainStatus != c.status || secureStatus != c.status {
				t.Fatalf("status %d and %d, want %d", plainStatus, secureStatus, c.status)
			}
			if c.want.Method == "" {
				if len(a.got) != 0 {
					t.Errorf("the authenticator was called %d times", len(a.got))
				}
				return
			}
			want := c.want
			want.Token = token
			for i, scheme := range []string{"http:", "https:"} {
				got := a.got[i]
				certificate := got.PeerCertificate
				got.PeerCertificate = nil
				expected := want
				expected.URL = scheme + want.URL
				if got != expected {
					t.Errorf("%s got %s %q %q %q %q, want %q %q %q", scheme, got, got.Scheme, got.Proof, got.Method, got.URL,
						expected.Proof, expected.Method, expected.URL)
				}
				if (certificate == nil) != (scheme == "http:") || certificate != nil && !certificate.Equal(secure.Certificate()) {
					t.Errorf("%s got the certificate %v", scheme, certificate)
				}
			}
		})
	}
}

// A request that was not read by a server has no request line.
func TestCredentialsWithoutRequestLine(t *testing.T) {
	a := &recorder{verifier: newVerifier(t, secretRules())}
	h := recorded(t, a)
	for _, target := range []string{"http://api.example.com/a%2Fb?x", "http://api.example.com"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+hs256(t, nil))
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	if len(a.got) != 2 || a.got[0].URL != "http://api.example.com/a%2Fb" || a.got[1].URL != "http://api.example.com/" {
		t.Errorf("got %#v", a.got)
	}
}

// call is a request with only the required methods.
type call struct{ token string }

func (c call) Method() string        { return http.MethodPost }
func (c call) Host() string          { return "api.example.com" }
func (c call) Path() string          { return "/things.v1.Things/List" }
func (c call) Query(string) []string { return nil }
func (c call) Header(name string) []string {
	if name == "Authorization" {
		return []string{"Bearer " + c.token}
	}
	return nil
}

func TestCredentialsOfARequestWithoutTLS(t *testing.T) {
	a := &recorder{verifier: newVerifier(t, secretRules())}
	g, err := guard.New(a)
	if err != nil {
		t.Fatal(err)
	}
	if _, rejection := g.Check(t.Context(), call{hs256(t, nil)}); rejection != nil {
		t.Fatal(rejection.Err)
	}
	if c := a.got[0]; c.Method != http.MethodPost || c.URL != "" || c.PeerCertificate != nil || c.Proof != "" {
		t.Errorf("got %q %q", c.Method, c.URL)
	}
}

func TestDPoP(t *testing.T) {
	refused := core.CodeInvalidRequest
	checkAuthorization(t, guard.DPoP(), []authorizationCase{
		{"none", nil, "", ""},
		{"empty", []string{""}, "", ""},
		{"usual", []string{"DPoP a.b.c"}, "a.b.c", ""},
		{"another case", []string{" dpop   a.b.c\t"}, "a.b.c", ""},
		{"another scheme", []string{"Bearer a.b.c"}, "", ""},
		{"a longer word", []string{"DPoPx a.b.c"}, "", ""},
		{"the scheme alone", []string{"DPoP"}, "", refused},
		{"two words", []string{"DPoP a b"}, "", refused},
		{"joined", []string{"DPoP a, Bearer b"}, "", refused},
		{"two headers", []string{"DPoP a", "Bearer b"}, "", refused},
		{"not ASCII", []string{"DPoP é"}, "", refused},
	})
}

// A verifier does not check proofs, so it must not take the token as a bearer
// token.
func TestVerifierRejectsDPoP(t *testing.T) {
	g := newGuard(t, guard.Extractors(guard.Bearer(), guard.DPoP()))
	_, rejection := g.Check(t.Context(), get("Authorization", "DPoP "+hs256(t, nil), "Dpop", "a.b.c"))
	if rejection == nil || rejection.Err.Code != core.CodeInvalidRequest {
		t.Errorf("got %v", rejection)
	}
	_, rejection = g.Check(t.Context(), get())
	if rejection == nil || !strings.Contains(rejection.Err.Detail, "no DPoP token") {
		t.Errorf("got %v", rejection)
	}
}
