package providers_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers"
)

func TestKindsOfMistakes(t *testing.T) {
	cases := map[string]struct {
		provider, config, field string
		kind                    string
	}{
		"no issuer":         {"clerk", `{"authorizedParties": ["https://a.example"]}`, "issuerUrl", "missing"},
		"an empty member":   {"clerk", `{"issuerUrl": ""}`, "issuerUrl", "missing"},
		"a dashboard":       {"clerk", `{"issuerUrl": "https://dashboard.clerk.com"}`, "issuerUrl", "invalid"},
		"an unknown member": {"clerk", `{"issuerURL": "https://clerk.a.example"}`, "issuerURL", "invalid"},
		"an empty client id": {
			"cognito", `{"userPoolId": "eu-west-1_Qm7Tz4LxB", "clientId": [""]}`, "clientId", "missing",
		},
		"two ways to say a tenant": {
			"firebase", `{"projectId": "northwind", "tenant": ["a"], "insecureAnyTenant": true}`, "insecureAnyTenant",
			"conflicting",
		},
		"plain http":                {"clerk", `{"issuerUrl": "http://clerk.a.example"}`, "issuerUrl", "prohibited"},
		"credentials in an address": {"clerk", `{"issuerUrl": "https://u:p@clerk.a.example"}`, "issuerUrl", "prohibited"},
		"a long leeway": {
			"clerk", `{"issuerUrl": "https://clerk.a.example", "leewaySeconds": 86400}`, "leewaySeconds", "prohibited",
		},
		"an unknown provider": {"clark", `{}`, "provider", "invalid"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := providers.Build(c.provider, []byte(c.config))
			for _, e := range core.ConfigErrors(err) {
				if e.Field == c.field {
					if e.Kind != c.kind {
						t.Errorf("%v is of kind %s, want %s", e, e.Kind, c.kind)
					}
					return
				}
			}
			t.Errorf("no error about %s: %v", c.field, err)
		})
	}
}

// A reason that asks for one of two fields, or for a value, says which kind the
// mistake has. Programs translate kinds, so the two must agree.
func TestReasonsAgreeWithKinds(t *testing.T) {
	conflicting := regexp.MustCompile(`keep one|remove one of the two|does not go with|is set too`)
	missing := regexp.MustCompile(`^is required|^is nil|^is missing`)
	checked := 0
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, "../"+path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 3 {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			reason, isText := call.Args[2].(*ast.BasicLit)
			if !ok || !isText || method.Sel.Name != "Add" && method.Sel.Name != "Invalid" {
				return true
			}
			checked++
			switch text := strings.Trim(reason.Value, "\"`"); {
			case conflicting.MatchString(text):
				t.Errorf("%v: %s notes %s, which is a conflict", files.Position(n.Pos()), method.Sel.Name, reason.Value)
			case missing.MatchString(text):
				t.Errorf("%v: %s notes %s, which is a missing value", files.Position(n.Pos()), method.Sel.Name, reason.Value)
			}
			return true
		})
		return nil
	})
	if err != nil || checked < 100 {
		t.Errorf("checked %d reasons: %v", checked, err)
	}
}
