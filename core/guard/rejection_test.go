package guard_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

var update = flag.Bool("update", false, "update the golden files")

// golden compares text with a file of testdata, which documents what clients see.
func golden(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s differs; run the test with -update if that is meant\ngot\n%s\nwant\n%s", file, text, want)
	}
}

// refusing returns a guard whose policy fails with err.
func refusing(t *testing.T, err *core.Error, opts ...guard.Option) *guard.Guard {
	t.Helper()
	return newGuard(t, append(opts, guard.Policies(policyFunc(func(*core.Session) error { return err })))...)
}

// exchange returns an answer as HTTP/1.1 sends it.
func exchange(t *testing.T, g *guard.Guard, method string) string {
	t.Helper()
	server := httptest.NewServer(g.Handler(http.NotFoundHandler()))
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+hs256(t, nil))
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", resp.Status)
	names := make([]string, 0, len(resp.Header))
	for name := range resp.Header {
		if name != "Date" && name != "Content-Length" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range resp.Header[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	return b.String() + "\n" + body.String()
}

func TestRejections(t *testing.T) {
	var plain, problem strings.Builder
	for _, code := range append(allCodes(), core.CodeNetworkError) {
		err := &core.Error{Code: code, Detail: "internal detail", RetryAfter: 1500 * time.Millisecond, Scopes: nil}
		fmt.Fprintf(&plain, "# %s\n%s\n", code, exchange(t, refusing(t, err), http.MethodGet))
		fmt.Fprintf(&problem, "# %s\n%s\n", code, exchange(t, refusing(t, err, guard.ProblemDetails()), http.MethodGet))
	}
	if strings.Contains(plain.String()+problem.String(), "internal detail") {
		t.Error("internal detail leaves the server")
	}
	golden(t, "rejections", plain.String())
	golden(t, "rejections_problem", problem.String())
}

func TestRejectionDetails(t *testing.T) {
	scope := func(scopes ...string) *core.Error {
		return &core.Error{Code: core.CodeInsufficientScope, Scopes: scopes}
	}
	stepUp := &core.Error{
		Code:   core.CodeReauthenticationRequired,
		ACR:    []string{"gold", "phr"},
		MaxAge: 10*time.Minute + 900*time.Millisecond,
	}
	metadata := guard.Metadata(guard.ResourceMetadata{Resource: "https://api.example.com/v1/"})
	const injection = "a\"\r\nSet-Cookie: x=y"
	cases := []struct {
		name   string
		err    *core.Error
		method string
		opts   []guard.Option
	}{
		{"realm with quotes and a backslash", scope(), "GET", []guard.Option{guard.Realm(`a "b" \c`)}},
		{"scopes", scope("read:things", "write:things"), "GET", []guard.Option{guard.Realm("api")}},
		{"scopes that break out", scope("read", injection), "GET", nil},
		{"scopes that are quoted", scope(`a"b\`), "GET", nil},
		{"scopes that are not ASCII", scope("é"), "GET", nil},
		{"step-up", stepUp, "GET", nil},
		{"step-up that breaks out", &core.Error{
			Code:   core.CodeReauthenticationRequired,
			ACR:    []string{injection},
			MaxAge: time.Second,
		}, "GET", nil},
		{"metadata", &core.Error{Code: core.CodeTokenExpired}, "GET", []guard.Option{guard.Realm("api"), metadata}},
		{"metadata is nothing for an outage", &core.Error{Code: core.CodeKeysUnavailable}, "GET", []guard.Option{metadata}},
		{"HEAD has no body", scope("a"), "HEAD", nil},
		{"HEAD of a problem", scope("a"), "HEAD", []guard.Option{guard.ProblemDetails()}},
		{"POST", scope("a"), "POST", nil},
		{"own message", scope("a"), "GET", []guard.Option{guard.Messages(func(r guard.Request, e *core.Error) string {
			return "Das geht <nicht>: " + r.Method() + " " + string(e.Code) + "\r\n"
		})}},
		{"own message in a problem", scope("a"), "GET", []guard.Option{
			guard.ProblemDetails(), guard.Messages(func(guard.Request, *core.Error) string { return "Nein." }),
		}},
		{
			"default if the message is empty", scope("a"), "GET",
			[]guard.Option{guard.Messages(func(guard.Request, *core.Error) string { return "" })},
		},
		{"responder", scope("a"), "GET", []guard.Option{guard.Responder(func(_ guard.Request, r *guard.Rejection) {
			r.Status, r.Body = http.StatusTeapot, []byte("short and stout")
			r.Header.Set("Content-Type", "text/plain")
			r.Header.Set("X-Code", string(r.Err.Code))
		})}},
		{
			"responder with an invalid status",
			scope("a"),
			"GET",
			[]guard.Option{guard.Responder(func(_ guard.Request, r *guard.Rejection) {
				r.Status, r.Err = 0, nil
			})},
		},
		{
			"responder with an interim status", scope("a"), "GET",
			[]guard.Option{guard.Responder(func(_ guard.Request, r *guard.Rejection) { r.Status = 100 })},
		},
		{
			"responder without headers", scope("a"), "GET",
			[]guard.Option{guard.Responder(func(_ guard.Request, r *guard.Rejection) { r.Header = nil })},
		},
	}
	var b strings.Builder
	for _, c := range cases {
		fmt.Fprintf(&b, "# %s\n%s\n", c.name, exchange(t, refusing(t, c.err, c.opts...), c.method))
	}
	if strings.Contains(b.String(), "\nSet-Cookie") {
		t.Error("a header was injected")
	}
	golden(t, "rejection_details", b.String())
}

func TestRetryAfter(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "1", -time.Second: "1", 1: "1", time.Second: "1", time.Second + 1: "2", 1500 * time.Millisecond: "2",
		30 * time.Second: "30",
	} {
		_, rejection := refusing(t, &core.Error{
			Code:       core.CodeKeysUnavailable,
			RetryAfter: d,
		}).Check(t.Context(), get("Authorization", "Bearer "+hs256(t, nil)))
		if got := rejection.Header.Get("Retry-After"); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

// A rejection belongs to its caller: changing it does not change another one.
func TestRejectionIsOwned(t *testing.T) {
	g := refusing(t, &core.Error{Code: core.CodeForbidden})
	var first string
	for range 2 {
		_, r := g.Check(t.Context(), get("Authorization", "Bearer "+hs256(t, nil)))
		text := fmt.Sprint(r.Status, r.Header, string(r.Body))
		if first == "" {
			first = text
		}
		if text != first {
			t.Fatalf("got %s, want %s", text, first)
		}
		clear(r.Body)
		for _, values := range r.Header {
			values[0] = "spoilt"
		}
	}
}

func TestRejectionAsError(t *testing.T) {
	_, r := refusing(
		t,
		&core.Error{Code: core.CodeForbidden, Detail: "why"},
		guard.DelegateErrors(),
	).Check(t.Context(), get("Authorization", "Bearer "+hs256(t, nil)))
	if !r.Delegate || r.Error() != "You are not allowed to do this." || !errors.Is(r, r.Err) {
		t.Errorf("%v %s", r.Delegate, r.Error())
	}
	data, err := json.Marshal(r)
	if err != nil || string(data)+"\n" != string(r.Body) {
		t.Errorf("%s %v", data, err)
	}
	spoil := guard.Responder(func(_ guard.Request, r *guard.Rejection) { r.Err = nil })
	_, spoilt := refusing(
		t,
		&core.Error{Code: core.CodeForbidden},
		spoil,
	).Check(t.Context(), get("Authorization", "Bearer "+hs256(t, nil)))
	wantCode(t, spoilt, core.CodeForbidden) // adapters hand it to their framework
	r.Body = []byte("no JSON")
	if data, err = json.Marshal(r); err != nil || string(data) != `"no JSON"` {
		t.Errorf("%s %v", data, err)
	}
}

// TestRejectionTextIsPublic: error handlers of frameworks print an error's text.
func TestRejectionTextIsPublic(t *testing.T) {
	inner := &core.Error{
		Code:   core.CodeForbidden,
		Detail: "needs role billing-admin",
		Err:    errors.New("http://10.0.0.7/keys"),
	}
	spanish := guard.Messages(func(guard.Request, *core.Error) string { return "No." })
	for want, opts := range map[string][]guard.Option{"You are not allowed to do this.": nil, "No.": {spanish}} {
		_, r := refusing(t, inner, opts...).Check(t.Context(), get("Authorization", "Bearer "+hs256(t, nil)))
		if text := fmt.Sprint(r, " ", fmt.Errorf("wrapped: %w", r)); text != want+" wrapped: "+want {
			t.Errorf("the text is %q", text)
		}
		var detailed *core.Error
		if !errors.As(r, &detailed) || detailed.Detail != inner.Detail {
			t.Errorf("errors.As finds %v", detailed)
		}
	}
	if text := (&guard.Rejection{Err: inner}).Error(); text != "You are not allowed to do this." {
		t.Errorf("made by hand: %q", text)
	}
}

// TestNoHeaderIsSplit: client input that a responder copies into a field stays in
// that field, no matter which server writes it.
func TestNoHeaderIsSplit(t *testing.T) {
	shared := []string{"caf\xe9\n"}
	g := newGuard(t, guard.Responder(func(_ guard.Request, r *guard.Rejection) {
		r.Header["X-Shared"] = shared
		r.Header["Location"] = []string{" /a\r\nSet-Cookie: a=b\x00 ", "\r", "/b"}
		r.Header["X-Bad\r\nSet-Cookie"] = []string{"a=b"}
		r.Header["X Bad"], r.Header[""] = []string{"x"}, []string{"x"}
	}))
	_, r := g.Check(t.Context(), get())
	if got := r.Header["Location"]; !slices.Equal(got, []string{"/a  Set-Cookie: a=b", "", "/b"}) {
		t.Errorf("Location is %q", got)
	}
	if got := r.Header["X-Shared"]; !slices.Equal(got, []string{"caf\xe9"}) || shared[0] != "caf\xe9\n" {
		t.Errorf("got %q from %q: other bytes stay, and the program's slice too", got, shared)
	}
	if len(r.Header) != 5 { // and Cache-Control, Content-Type, WWW-Authenticate
		t.Errorf("fields whose names can't be sent are left: %q", r.Header)
	}
}

func TestMetadata(t *testing.T) {
	serve := func(g *guard.Guard, method string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		g.MetadataHandler().ServeHTTP(w, request(method, "/"))
		return w
	}
	cases := []struct {
		resource, url, path string
	}{
		{
			"https://api.example.com", "https://api.example.com/.well-known/oauth-protected-resource",
			"/.well-known/oauth-protected-resource",
		},
		{
			"https://api.example.com/", "https://api.example.com/.well-known/oauth-protected-resource",
			"/.well-known/oauth-protected-resource",
		},
		{
			"https://api.example.com:8443/v1/mcp", "https://api.example.com:8443/.well-known/oauth-protected-resource/v1/mcp",
			"/.well-known/oauth-protected-resource/v1/mcp",
		},
		{
			"https://api.example.com/a%20b", "https://api.example.com/.well-known/oauth-protected-resource/a%20b",
			"/.well-known/oauth-protected-resource/a b",
		},
		{
			"http://localhost:8080/v1", "http://localhost:8080/.well-known/oauth-protected-resource/v1",
			"/.well-known/oauth-protected-resource/v1",
		},
	}
	for _, c := range cases {
		g := newGuard(t, guard.Metadata(guard.ResourceMetadata{Resource: c.resource}))
		_, r := g.Check(t.Context(), get())
		if got := r.Header.Get("WWW-Authenticate"); got != `Bearer resource_metadata="`+c.url+`"` ||
			g.MetadataPath() != c.path {
			t.Errorf("%s: %s at %s", c.resource, got, g.MetadataPath())
		}
	}
	servers, scopes := []string{"https://login.example"}, []string{"read", "write"}
	g := newGuard(t, guard.Metadata(guard.ResourceMetadata{
		Resource:             "https://api.example.com",
		AuthorizationServers: servers,
		Scopes:               scopes,
		Name:                 "Things",
		Documentation:        "https://docs.example.com",
	}))
	servers[0], scopes[0] = "spoilt", "spoilt"
	golden(t, "metadata", string(g.Metadata()))
	w := serve(g, http.MethodGet)
	if w.Code != 200 || w.Body.String() != string(g.Metadata()) ||
		w.Header().Get("Content-Type") != "application/json" ||
		w.Header().Get("Access-Control-Allow-Origin") != "*" ||
		!strings.Contains(w.Header().Get("Cache-Control"), "max-age") {
		t.Errorf("GET: %d %v %s", w.Code, w.Header(), w.Body)
	}
	if w = serve(g, http.MethodHead); w.Code != 200 || w.Body.Len() != 0 ||
		w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("HEAD: %d %s", w.Code, w.Body)
	}
	if w = serve(g, http.MethodPost); w.Code != http.StatusMethodNotAllowed ||
		w.Header().Get("Allow") != "GET, HEAD, OPTIONS" {
		t.Errorf("POST: %d %v", w.Code, w.Header())
	}
	if w = serve(g, http.MethodOptions); w.Code != http.StatusNoContent || w.Body.Len() != 0 ||
		w.Header().Get("Access-Control-Allow-Origin") != "*" ||
		w.Header().Get("Access-Control-Allow-Methods") != "GET, HEAD" ||
		w.Header().Get("Access-Control-Allow-Headers") != "Authorization, *" {
		t.Errorf("OPTIONS: %d %v", w.Code, w.Header())
	}
	// The default names the contracts' issuers that are URLs.
	v := newVerifier(t, secretRules(), newContract(t, core.Rules{
		Issuer:    "gateway",
		Audiences: []string{"a"},
		Secret:    core.NewSecret(kitSecret),
	}))
	d, err := guard.New(v, guard.Metadata(guard.ResourceMetadata{Resource: "https://api.example.com"}))
	if err != nil || !strings.Contains(string(d.Metadata()), `"authorization_servers":["`+kitIssuer+`"]`) {
		t.Errorf("%s %v", d.Metadata(), err)
	}
	none := newGuard(t)
	if none.Metadata() != nil || none.MetadataPath() != "" {
		t.Error("metadata without the option")
	}
	if w = serve(none, http.MethodGet); w.Code != 404 {
		t.Errorf("without the option: %d", w.Code)
	}
}
