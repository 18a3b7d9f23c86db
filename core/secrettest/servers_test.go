package secrettest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/clientauth"
	"github.com/revstackhq/auth-go/core/downstream"
	"github.com/revstackhq/auth-go/core/guard"
	"github.com/revstackhq/auth-go/core/introspect"
	"github.com/revstackhq/auth-go/core/secrettest"
)

// echo answers with what it got, as servers do that explain too much.
func echo(status int, contentType string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		text := r.Header.Get("Authorization") + " " + string(body)
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("WWW-Authenticate", `Bearer error_description="`+text+`"`)
		w.Header().Set("Location", "http://127.0.0.1:9/?"+string(body))
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"active":true,"error":%q,"error_description":%q,"access_token":7}`, text, text)
	}
}

func echoes() map[string]http.HandlerFunc {
	all := map[string]http.HandlerFunc{
		"hangs up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"garbage": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(w, r.Body)
		},
	}
	for _, status := range []int{200, 302, 307, 400, 401, 403, 404, 429, 500, 503} {
		all[fmt.Sprint(status, " JSON")] = echo(status, "application/json")
		all[fmt.Sprint(status, " HTML")] = echo(status, "text/html")
	}
	return all
}

// methods are the ways in which a client proves who it is, each with a marked secret.
func methods(marks *secrettest.Marks) map[string]clientauth.Method {
	secret := core.NewSecret(marks.Random("the client's secret"))
	return map[string]clientauth.Method{
		"basic":  clientauth.Basic("orders", secret),
		"post":   clientauth.Post("orders", secret),
		"bearer": clientauth.Bearer(secret),
	}
}

// TestClientAuth: how a program identifies itself.
func TestClientAuth(t *testing.T) {
	marks := secrettest.New()
	for name, m := range methods(marks) {
		marks.CheckDeep(t, name, m)
		marks.CheckDeep(t, name+": a pointer", &m)
	}
	spoiled := core.NewSecret(marks.Random("the client's secret") + "\n")
	for name, m := range map[string]clientauth.Method{
		"basic":  clientauth.Basic("orders", spoiled),
		"post":   clientauth.Post("orders", spoiled),
		"bearer": clientauth.Bearer(spoiled),
	} {
		if m.Validate() == nil {
			t.Errorf("%s: a secret that ends in a newline is accepted", name)
		}
		marks.CheckDeep(t, name+", spoiled", m)
		marks.CheckDeep(t, name+": the error", m.Validate())
	}
}

// TestIntrospection: a server that echoes the token and the client's secret in every kind of answer.
func TestIntrospection(t *testing.T) {
	for name, answer := range echoes() {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(answer)
			defer server.Close()
			marks := secrettest.New()
			for method, auth := range methods(marks) {
				config := introspect.Config{
					Server:  introspect.Server{URL: server.URL + "/introspect"},
					Auth:    auth,
					Rules:   core.Rules{Issuer: "https://id.example", Audiences: core.Strings{"https://api.example"}},
					Logger:  marks.Logger(),
					Observe: observe(t, marks),
				}
				client, err := introspect.New(config)
				if err != nil {
					t.Fatal(err)
				}
				marks.CheckDeep(t, method+": the configuration", config.Auth)
				token := marks.Random("the opaque token")
				for range 4 { // the breaker opens
					s, err := client.Authenticate(t.Context(), core.Credentials{Token: token})
					marks.Check(t, method+": the error", err)
					marks.Check(t, method+": the session", s)
				}
				marks.Check(t, method+": the client", client)
			}
			marks.CheckLog(t)
		})
	}
}

// TestExchange: a server that echoes the caller's token and the client's secret, and a transport that fails.
func TestExchange(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	g, err := guard.New(issuer.Contract(), guard.KeepToken())
	if err != nil {
		t.Fatal(err)
	}
	for name, answer := range echoes() {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(answer)
			defer server.Close()
			marks := secrettest.New()
			token := marks.Add("the caller's token", issuer.Token(nil))
			ctx, rejection := g.Enter(t.Context(), guard.HTTPRequest(request("/", "Authorization", "Bearer "+token)))
			if rejection != nil {
				t.Fatal(rejection)
			}
			marks.Check(t, "the context", ctx)
			for method, auth := range methods(marks) {
				exchange, err := downstream.NewExchange(downstream.ExchangeConfig{
					TokenURL: server.URL + "/token",
					Auth:     auth,
					Audience: "https://billing.example",
					Origins:  []string{server.URL},
				})
				if err != nil {
					t.Fatal(err)
				}
				_, err = exchange.Token(ctx)
				if err == nil {
					t.Error("a token was exchanged")
				}
				marks.Check(t, method+": the error", err)
				marks.Check(t, method+": the exchange", exchange)
				forward, err := downstream.NewForward(nil, server.URL)
				if err != nil {
					t.Fatal(err)
				}
				for _, transport := range []http.RoundTripper{exchange.Transport(nil), forward} {
					for _, target := range []string{server.URL, "https://elsewhere.example"} {
						req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody)
						if err != nil {
							t.Fatal(err)
						}
						resp, err := transport.RoundTrip(req)
						if err == nil {
							_ = resp.Body.Close()
						}
						marks.Check(t, method+": the error of a call", err)
						marks.Check(t, method+": the transport", transport)
					}
				}
			}
		})
	}
}
