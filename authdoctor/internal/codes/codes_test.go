package codes_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/authdoctor/internal/codes"
	"github.com/revstackhq/auth-go/core"
)

// declared returns the codes that package core declares, in their order there.
func declared(t *testing.T) []core.Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../../core/code.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var all []core.Code
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(strings.ToLower(spec.Names[0].Name), "code") {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, core.Code(text))
		return false
	})
	if len(all) < 20 {
		t.Fatalf("found %d codes in core/code.go, want at least 20", len(all))
	}
	return all
}

func TestEveryCodeIsExplained(t *testing.T) {
	var explained []core.Code
	for _, e := range codes.All() {
		explained = append(explained, e.Code)
		if !sentence(e.Cause) {
			t.Errorf("%s: the cause is not a sentence: %q", e.Code, e.Cause)
		}
		if len(e.Fix) == 0 {
			t.Errorf("%s has no fix", e.Code)
		}
		for _, fix := range e.Fix {
			if !sentence(fix) {
				t.Errorf("%s: the fix is not a sentence: %q", e.Code, fix)
			}
		}
	}
	if want := declared(t); !slices.Equal(explained, want) {
		t.Errorf("explained, in order:\n%v\ndeclared in core/code.go:\n%v", explained, want)
	}
}

func sentence(s string) bool {
	return len(s) > 10 && strings.HasSuffix(s, ".") && strings.TrimSpace(s) == s && strings.Count(s, "`")%2 == 0
}

func TestLookup(t *testing.T) {
	for _, code := range []string{"TOKEN_EXPIRED", "token_expired", " token-expired ", "Token expired"} {
		if e, ok := codes.Lookup(code); !ok || e.Code != core.CodeTokenExpired {
			t.Errorf("%q: got %v", code, e)
		}
	}
	for _, code := range []string{"", "EXPIRED", "TOKEN_EXPIRED2"} {
		if e, ok := codes.Lookup(code); ok {
			t.Errorf("%q: got %v", code, e)
		}
	}
}
