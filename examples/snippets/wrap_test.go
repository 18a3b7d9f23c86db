package snippets_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// wrapper is the function that surrounds a fragment.
type wrapper struct {
	params string
	result string // its type, if any; the function ends with returning nil
	// packages are imported in place of those of that name in packages.
	packages map[string]string
}

// wrappers are the places that pages show fragments of.
func wrappers() map[string]wrapper {
	return map[string]wrapper{
		"core": {params: "ctx context.Context, contract *core.Contract, verifier *core.Verifier, g *guard.Guard, " +
			"session *core.Session, token string, w http.ResponseWriter, r *http.Request, next http.Handler, " +
			// the reader's own preset
			"configuration []byte, source keys.Source, acme struct { NewContract func(custom.Config) (*core.Contract, error) }"},
		"error": {
			params: "ctx context.Context, contract *core.Contract, verifier *core.Verifier, session *core.Session, " +
				"token string, db *sql.DB, keyring *apikey.Keyring",
			result: "error",
		},
		"logout": {
			params: "ctx context.Context, contract *core.Contract, sink logout.Sink, handler http.Handler, " +
				"mux *http.ServeMux, r *gin.Engine, e *echo.Echo, app *fiber.App",
			result: "error",
		},
		"test":        {params: "t *testing.T, contract *core.Contract"},
		"gin":         {params: "r *gin.Engine, contract *core.Contract, verifier *core.Verifier"},
		"gin-handler": {params: "c *gin.Context"},
		"echo":        {params: "e *echo.Echo, contract *core.Contract, verifier *core.Verifier"},
		"echo-handler": {
			params: "c echo.Context", result: "error",
		},
		"echo5": {
			params:   "e *echo.Echo, contract *core.Contract, verifier *core.Verifier",
			packages: map[string]string{"echo": "github.com/labstack/echo/v5"},
		},
		"chi":         {params: "r chi.Router, contract *core.Contract, verifier *core.Verifier, admin http.HandlerFunc"},
		"chi-handler": {params: "w http.ResponseWriter, r *http.Request"},
		"mcp": {
			params: "contract *core.Contract, streamable http.Handler, getServer func(*http.Request) *mcp.Server",
		},
		"fiber":   {params: "app *fiber.App, contract *core.Contract, verifier *core.Verifier"},
		"grpc":    {params: "contract *core.Contract, verifier *core.Verifier"},
		"connect": {params: "mux *http.ServeMux, orders http.Handler, contract *core.Contract, verifier *core.Verifier"},
		"rpc": {params: "mux *http.ServeMux, contract *core.Contract, g *guard.Guard, err error, refresh func(), " +
			"logUnary grpc.UnaryServerInterceptor, newOrdersHandler func(...connect.HandlerOption) (string, http.Handler)"},
		"fleet": {params: "ctx context.Context, contract *core.Contract, revocations *fleet.Revocations, " +
			"cache keys.Cache, secret core.Secret, " +
			"session *core.Session, issuer string, r *gin.Engine", result: "error"},
		"fiber-handler": {
			params: "c *fiber.Ctx", result: "error",
		},
		"fiber3": {
			params:   "app *fiber.App, contract *core.Contract, verifier *core.Verifier",
			packages: map[string]string{"fiber": "github.com/gofiber/fiber/v3"},
		},
		"handlers": {params: "contract *core.Contract, profile, deleteItem http.Handler"},
	}
}

// packages are what a fragment may use without importing it.
func packages() map[string]string {
	const ours = "github.com/revstackhq/auth-go/"
	all := map[string]string{
		"gin": "github.com/gin-gonic/gin", "echo": "github.com/labstack/echo/v4",
		"chi": "github.com/go-chi/chi/v5", "fiber": "github.com/gofiber/fiber/v2",
		"grpc": "google.golang.org/grpc", "status": "google.golang.org/grpc/status",
		"errdetails":  "google.golang.org/genproto/googleapis/rpc/errdetails",
		"connect":     "connectrpc.com/connect",
		"grpcauth":    ours + "grpcauth",
		"connectauth": ours + "connectauth",
		"cors":        "github.com/gofiber/fiber/v2/middleware/cors",
		"core":        ours + "core",
		"dpop":        ours + "core/dpop",
		"guard":       ours + "core/guard",
		"keys":        ours + "core/keys",
		"keystest":    ours + "core/keys/keystest",
		"authtest":    ours + "core/authtest", "adaptertest": ours + "core/adaptertest",
		"clerktest": ours + "core/providers/clerk/clerktest",
		"policy":    ours + "core/policy", "event": ours + "core/event", "providers": ours + "core/providers",
		"fleet":          ours + "core/fleet",
		"apikey":         ours + "core/apikey",
		"clientauth":     ours + "core/clientauth",
		"downstream":     ours + "core/downstream",
		"introspect":     ours + "core/introspect",
		"sql":            "database/sql",
		"logout":         ours + "core/logout",
		"otelauth":       ours + "otelauth",
		"adaptor":        "github.com/gofiber/fiber/v2/middleware/adaptor",
		"atomic":         "sync/atomic",
		"otelprometheus": "go.opentelemetry.io/otel/exporters/prometheus",
		"prometheus":     "github.com/prometheus/client_golang/prometheus",
		"promhttp":       "github.com/prometheus/client_golang/prometheus/promhttp",
		"sdkmetric":      "go.opentelemetry.io/otel/sdk/metric",
		"ginauth":        ours + "ginauth",
		"echoauth":       ours + "echoauth",
		"echo5auth":      ours + "echo5auth",
		"chiauth":        ours + "chiauth",
		"fiberauth":      ours + "fiberauth",
		"fiber3auth":     ours + "fiber3auth",
		"mcpauth":        ours + "mcpauth",
		"redisauth":      ours + "redisauth",
		"valkey":         "github.com/valkey-io/valkey-go",
		"mcp":            "github.com/modelcontextprotocol/go-sdk/mcp",
		"json":           "encoding/json",
		"http":           "net/http",
		"httptest":       "net/http/httptest",
		"slog":           "log/slog",
		"url":            "net/url",
		"middleware":     "github.com/labstack/echo/v4/middleware",
	}
	for _, std := range []string{
		"context", "errors", "fmt", "io", "log", "os", "slices", "strings", "sync", "testing", "time",
	} {
		all[std] = std
	}
	for _, preset := range presets() {
		all[preset] = ours + "core/providers/" + preset
	}
	return all
}

// presets are the packages in core/providers.
func presets() []string {
	entries, err := os.ReadDir(filepath.Join(root, "core", "providers"))
	if err != nil {
		return nil // then no fragment that uses one compiles, and says so
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && e.Name() != "internal" && e.Name() != "testdata" {
			names = append(names, e.Name())
		}
	}
	return names
}

// source is the Go file that is made of a snippet.
type source struct {
	text    string
	body    bool   // the snippet is the body of a function without a name
	skipped string // why the snippet is left out
}

// source makes a Go file of a snippet; its errors, and the compiler's, name the page.
func (s snippet) source() (source, error) {
	if reason, ok := strings.CutPrefix(s.wrapper, "skip"); ok {
		if reason = strings.TrimSpace(strings.TrimPrefix(reason, ":")); reason == "" {
			return source{}, fmt.Errorf("%s: say why: <!-- snippet: skip: the reason -->", s.at())
		}
		return source{skipped: reason}, nil
	}
	whole := s.lineDirective() + s.code
	if _, err := parser.ParseFile(token.NewFileSet(), "", s.code, parser.PackageClauseOnly); err == nil {
		if s.wrapper != "" {
			return source{}, fmt.Errorf("%s: a whole file takes no wrapper, but the comment says %q", s.at(), s.wrapper)
		}
		return source{text: whole}, nil
	}
	name := s.wrapper
	if name == "" {
		name = usual(s.file)
	}
	w, ok := wrappers()[name]
	if !ok {
		return source{}, fmt.Errorf("%s: unknown wrapper %q: use one of %s", s.at(), name,
			strings.Join(slices.Sorted(maps.Keys(wrappers())), ", "))
	}
	return s.wrapped(w)
}

// usual returns the default wrapper of a page: in an adapter's folder the
// adapter's.
func usual(file string) string {
	folder, _, _ := strings.Cut(file, "/")
	if framework, ok := strings.CutSuffix(folder, "auth"); ok && wrappers()[framework].params != "" {
		return framework
	}
	return "core"
}

// wrapped parses the fragment as declarations, else as statements.
func (s snippet) wrapped(w wrapper) (source, error) {
	const head = "package snippet\n"
	f, err := parser.ParseFile(token.NewFileSet(), "", head+s.code, parser.SkipObjectResolution)
	if err == nil {
		if len(f.Imports) > 0 {
			return source{text: head + s.lineDirective() + s.code}, nil // it imports what it uses
		}
		return source{text: head + w.imports(f) + s.lineDirective() + s.code}, nil
	}
	open := "func _(" + w.params + ") " + w.result + " {\n"
	closing := "}\n"
	if w.result != "" {
		closing = "return nil\n}\n"
	}
	// The inner block lets a fragment redeclare a parameter's name.
	f, err = parser.ParseFile(
		token.NewFileSet(),
		"",
		head+open+"{\n"+s.lineDirective()+s.code+"}\n"+closing,
		parser.SkipObjectResolution,
	)
	if err != nil {
		// The line directive has named the page.
		return source{}, fmt.Errorf("%w: neither declarations nor statements of Go", err)
	}
	inner := f.Decls[0].(*ast.FuncDecl).Body.List[0].(*ast.BlockStmt)
	text := head + w.imports(f) + open + "{\n" + s.lineDirective() + s.code + uses(inner) + "}\n" + closing
	return source{text: text, body: true}, nil
}

func (s snippet) lineDirective() string { return "//line " + s.at() + "\n" }

// imports are those of the packages that f names.
func (w wrapper) imports(f *ast.File) string {
	all := packages()
	maps.Copy(all, w.packages)
	used := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := selector.X.(*ast.Ident); ok {
				used[x.Name] = true
			}
		}
		return true
	})
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if used[name] {
			b.WriteString("import " + name + " " + strconv.Quote(all[name]) + "\n")
		}
	}
	return b.String()
}

// uses mentions the variables that a fragment declares: showing how to get one
// is enough.
func uses(block *ast.BlockStmt) string {
	var names []string
	for _, statement := range block.List {
		switch st := statement.(type) {
		case *ast.AssignStmt:
			if st.Tok == token.DEFINE {
				for _, left := range st.Lhs {
					if id, ok := left.(*ast.Ident); ok && id.Name != "_" {
						names = append(names, id.Name)
					}
				}
			}
		case *ast.DeclStmt:
			if d, ok := st.Decl.(*ast.GenDecl); ok && d.Tok == token.VAR {
				for _, spec := range d.Specs {
					for _, id := range spec.(*ast.ValueSpec).Names {
						if id.Name != "_" {
							names = append(names, id.Name)
						}
					}
				}
			}
		}
	}
	var b strings.Builder
	for _, name := range names {
		b.WriteString("_ = &" + name + "\n") // a pointer: vet minds copied locks
	}
	return b.String()
}
