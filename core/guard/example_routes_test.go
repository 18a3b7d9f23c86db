package guard_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/revstackhq/auth-go/core/guard"
)

// exampleGet sends an anonymous GET request to h and prints path and status.
func exampleGet(h http.Handler, path string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
	fmt.Println(path, w.Code)
}

func ExampleSkip() {
	protect := guard.Middleware(exampleContract("my-gateway"), guard.Skip(func(r guard.Request) bool {
		return r.Method() == http.MethodGet && strings.HasPrefix(r.Path(), "/public/")
	}))
	handler := protect(http.HandlerFunc(greeting))
	exampleGet(handler, "/public/logo.svg")
	exampleGet(handler, "/orders")
	exampleGet(handler, "/public/..%2Forders") // routers disagree about this path, so it is never skipped
	// Output:
	// /public/logo.svg 200
	// /orders 401
	// /public/..%2Forders 401
}

func ExampleSkipPaths() {
	protect := guard.Middleware(exampleContract("my-gateway"), guard.SkipPaths("/health", "/public/*"))
	handler := protect(http.HandlerFunc(greeting))
	exampleGet(handler, "/health")
	exampleGet(handler, "/public/css/site.css")
	exampleGet(handler, "/Health")
	exampleGet(handler, "/orders")
	// Output:
	// /health 200
	// /public/css/site.css 200
	// /Health 401
	// /orders 401
}

func ExampleMetadata() {
	g, err := guard.New(exampleContract("https://id.example.com"), guard.Metadata(guard.ResourceMetadata{
		Resource: "https://api.example.com/mcp",
		Scopes:   []string{"tools:read"},
	}))
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle(g.MetadataPath(), g.MetadataHandler()) // public: not behind the guard
	mux.Handle("/mcp", g.Handler(http.HandlerFunc(greeting)))

	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/mcp", http.NoBody))
	fmt.Println(w.Code, w.Header().Get("WWW-Authenticate"))

	w = httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/.well-known/oauth-protected-resource/mcp", http.NoBody))
	fmt.Print(w.Code, " ", w.Body)
	// Output:
	// 401 Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp"
	// 200 {"resource":"https://api.example.com/mcp","authorization_servers":["https://id.example.com"],"scopes_supported":["tools:read"],"bearer_methods_supported":["header"]}
}
