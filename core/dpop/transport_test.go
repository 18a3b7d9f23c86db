package dpop_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/dpop"
)

// resource answers like a resource server that requires nonces, and counts requests.
func resource(t *testing.T, s *dpop.Signer, nonces *dpop.Nonces, requests *int) *httptest.Server {
	t.Helper()
	k, err := dpop.New(dpop.Config{Nonces: nonces, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*requests++
		body, _ := io.ReadAll(r.Body)
		err := k.Check(r.Context(), dpop.Presentation{
			Proof:      r.Header.Get("DPoP"),
			Method:     r.Method,
			URL:        server.URL + r.URL.EscapedPath(),
			Token:      strings.TrimPrefix(r.Header.Get("Authorization"), "DPoP "),
			Thumbprint: s.Thumbprint(),
		})
		if kind := kindOf(err); err != nil {
			w.Header().Set("WWW-Authenticate", `DPoP error="`+string(kind)+`"`)
			if kind == dpop.KindUseNonce {
				w.Header().Set("DPoP-Nonce", nonces.Issue(time.Now()))
			}
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write(append([]byte("hello "), body...))
	}))
	t.Cleanup(server.Close)
	return server
}

func TestTransport(t *testing.T) {
	s := newSigner(t)
	for name, c := range map[string]struct {
		nonces         *dpop.Nonces
		first, further int // requests for one call
	}{
		"without nonces": {nil, 1, 1},
		"with nonces":    {newNonces(t, secretA), 2, 1}, // the first answer says which nonce to use
	} {
		requests := 0
		server := resource(t, s, c.nonces, &requests)
		client := &http.Client{Transport: &dpop.Transport{
			Signer: s, Token: func(context.Context) (string, error) { return token, nil },
		}}
		want := 0
		for i := range 3 {
			if want += c.further; i == 0 {
				want = c.first
			}
			answer, err := client.Post(server.URL+"/orders?page=2", "text/plain", strings.NewReader("body"))
			if err != nil {
				t.Fatal(err)
			}
			text, _ := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if string(text) != "hello body" || requests != want {
				t.Errorf("%s, call %d: status %d, body %q after %d requests, want %d",
					name, i, answer.StatusCode, text, requests, want)
			}
		}
	}
}

// A redirect to another origin must not take the token along, and one to the same origin must.
func TestTransportRedirects(t *testing.T) {
	var got []string
	record := func(next http.HandlerFunc) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = append(got, r.URL.Path+" "+r.Header.Get("Authorization"))
			if (r.Header.Get("DPoP") == "") != (r.Header.Get("Authorization") == "") {
				t.Errorf("%s: token without proof, or proof without token", r.URL)
			}
			next(w, r)
		}))
		t.Cleanup(s.Close)
		return s
	}
	var api *httptest.Server
	other := record(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/2" {
			http.Redirect(w, r, api.URL+"/3", http.StatusTemporaryRedirect)
		}
	})
	api = record(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/0":
			http.Redirect(w, r, "/1", http.StatusTemporaryRedirect)
		case "/1":
			http.Redirect(w, r, other.URL+"/2", http.StatusTemporaryRedirect)
		}
	})
	transport := &dpop.Transport{
		Signer: newSigner(t), Token: func(context.Context) (string, error) { return "secret", nil },
	}
	answer, err := (&http.Client{Transport: transport}).Get(api.URL + "/0")
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	want := []string{"/0 DPoP secret", "/1 DPoP secret", "/2 ", "/3 DPoP secret"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTransportErrors(t *testing.T) {
	body := &closed{Reader: strings.NewReader("x")}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.example.com/", body)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := new(dpop.Transport).RoundTrip(r); err == nil || !body.done { //nolint:bodyclose // there is no answer
		t.Errorf("error %v, body closed %t", err, body.done)
	}
	if r.Header.Get("DPoP") != "" {
		t.Error("the request was changed")
	}
}

type closed struct {
	io.Reader
	done bool
}

func (c *closed) Close() error {
	c.done = true
	return nil
}
