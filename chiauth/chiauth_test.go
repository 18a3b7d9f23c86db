package chiauth_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/revstackhq/auth-go/chiauth"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/guard"
)

func serve(r http.Handler, token string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	if token != "" {
		authtest.Authorize(request, token)
	}
	answer := httptest.NewRecorder()
	r.ServeHTTP(answer, request)
	return answer
}

// TestPlainNetHTTP: the same middleware works in a program without chi.
func TestPlainNetHTTP(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	mux := http.NewServeMux()
	g := chiauth.New(issuer.Contract())
	mux.Handle("GET /", g(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(chiauth.UserID(r.Context())))
	})))
	if answer := serve(mux, issuer.Token(nil)); answer.Code != http.StatusOK || answer.Body.String() != "user_1" {
		t.Errorf("got %d %s", answer.Code, answer.Body)
	}
	if answer := serve(mux, ""); answer.Code != http.StatusUnauthorized {
		t.Errorf("without a token: got %d", answer.Code)
	}
}

// TestWriterIsNotWrapped: the server's flushing, hijacking and deadlines remain
// available, so that streams and WebSockets work behind the guard.
func TestWriterIsNotWrapped(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	recorder := httptest.NewRecorder()
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if w != http.ResponseWriter(recorder) {
			t.Errorf("the handler got a %T", w)
		}
	})
	request := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	authtest.Authorize(request, issuer.Token(nil))
	chiauth.New(issuer.Contract())(chiauth.Require()(handler)).ServeHTTP(recorder, request)
	if recorder.Code != http.StatusOK {
		t.Errorf("status %d", recorder.Code)
	}
}

// TestMountedRouters: a guard on a mounted router guards everything below it.
func TestMountedRouters(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	api := chi.NewRouter()
	api.Use(chiauth.New(issuer.Contract()))
	api.Get("/profile", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(chi.URLParam(r, "tenant"))) })
	root := chi.NewRouter()
	root.Mount("/{tenant}", api)
	for token, want := range map[string]int{"": http.StatusUnauthorized, issuer.Token(nil): http.StatusOK} {
		request := httptest.NewRequest(http.MethodGet, "/t1/profile", http.NoBody)
		if token != "" {
			authtest.Authorize(request, token)
		}
		answer := httptest.NewRecorder()
		root.ServeHTTP(answer, request)
		if answer.Code != want || want == http.StatusOK && answer.Body.String() != "t1" {
			t.Errorf("got %d %s, want %d", answer.Code, answer.Body, want)
		}
	}
}

// TestErrorHandlerChangesNothing: net/http has no error handling to delegate to.
func TestErrorHandlerChangesNothing(t *testing.T) {
	issuer := authtest.NewIssuer(t)
	h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the handler ran") })
	answer := serve(chiauth.New(issuer.Contract(), guard.DelegateErrors())(h), "")
	if answer.Code != http.StatusUnauthorized || answer.Body.Len() == 0 {
		t.Errorf("got %d %q", answer.Code, answer.Body)
	}
}

// TestMetadataPaths: some characters of a path have a special meaning for chi.
func TestMetadataPaths(t *testing.T) {
	for _, path := range []string{"", "/v1", "/a%20b", "/a%20b/c%7Bd%7D", "/%C3%BC%20x/y", "/a*b/c", "/GET%20x"} {
		g, err := guard.New(
			authtest.NewIssuer(t).Contract(),
			guard.Metadata(guard.ResourceMetadata{Resource: "https://api.example" + path}),
		)
		if err != nil {
			t.Fatal(err)
		}
		r := chi.NewRouter()
		chiauth.Metadata(r, g)
		for suffix, want := range map[string]int{"": http.StatusOK, "x": http.StatusNotFound} {
			answer := httptest.NewRecorder()
			r.ServeHTTP(
				answer,
				httptest.NewRequest(http.MethodGet, "/.well-known/oauth-protected-resource"+path+suffix, http.NoBody),
			)
			if answer.Code != want {
				t.Errorf("%s%s: got %d, want %d", path, suffix, answer.Code, want)
			}
		}
	}
	g := guard.Must("chiauth", authtest.NewIssuer(t).Contract())
	chiauth.Metadata(chi.NewRouter(), g) // without the option: no panic
}
