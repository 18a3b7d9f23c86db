package snippets_test

import (
	"strings"
	"testing"
)

func TestExtract(t *testing.T) {
	page := strings.Join([]string{
		"# Page",                               // 1
		"```go",                                // 2
		"package main",                         // 3
		"```",                                  // 4
		"<!-- snippet: gin -->",                // 5
		"",                                     // 6
		"```go",                                // 7
		"r.Use()",                              // 8
		"```",                                  // 9
		"- in a list:",                         // 10
		"  ~~~golang title",                    // 11
		"  if x {",                             // 12
		"    y()",                              // 13
		"  }",                                  // 14
		"  ~~~~",                               // 15
		"```sh",                                // 16
		"<!-- snippet: not a comment here -->", // 17
		"```go",                                // 18
		"```",                                  // 19
		"````go",                               // 20
		"```",                                  // 21
		"````",                                 // 22
		"a ```go``` inline",                    // 23
	}, "\n")
	got, err := extract("p.md", page)
	if err != nil {
		t.Fatal(err)
	}
	want := []snippet{
		{"p.md", 3, "", "package main\n"},
		{"p.md", 8, "gin", "r.Use()\n"},
		{"p.md", 12, "", "if x {\n  y()\n}\n"},
		{"p.md", 21, "", "```\n"},
	}
	if len(got) != len(want) {
		t.Fatalf("got %d snippets: %+v", len(got), got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %+v, want %+v", got[i], want[i])
		}
	}
	windows, err := extract("p.md", strings.ReplaceAll(page, "\n", "\r\n"))
	if err != nil || len(windows) != len(want) || windows[2] != want[2] {
		t.Errorf("with CRLF: %+v, %v", windows, err)
	}
}

func TestExtractFaults(t *testing.T) {
	for name, c := range map[string]struct{ page, want string }{
		"never closed":            {"text\n```go\nx()\n", "p.md:2: this code block is never closed"},
		"comment and text":        {"<!-- snippet: gin -->\ntext\n```go\nx()\n```\n", "p.md:1: no Go block follows"},
		"comment and other block": {"<!-- snippet: gin -->\n```sh\nls\n```\n", "p.md:1: no Go block follows"},
		"comment and nothing":     {"a\n<!-- snippet: gin -->\n", "p.md:2: no Go block follows"},
		"two comments": {
			"<!-- snippet: gin -->\n<!-- snippet: chi -->\n```go\nx()\n```\n",
			"p.md:1: no Go block follows",
		},
		"comment over lines": {"<!-- snippet: gin\n-->\n```go\nx()\n```\n", "p.md:1: the comment must end on its line"},
		"empty block":        {"```go\n\n```\n", "p.md:1: this code block is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := extract("p.md", c.page); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestFaultsAreFound compiles pages with a mistake each, next to good ones.
func TestFaultsAreFound(t *testing.T) {
	page := func(line int, wrapper, code string) snippet { return snippet{"docs/p.md", line, wrapper, code} }
	good := []snippet{
		page(1, "", "package main\n\nfunc main() {}\n"),
		page(2, "", "s, err := verifier.Verify(ctx, token)\nif err != nil {\n\treturn\n}\n"),
		page(3, "gin", "r.Use(ginauth.New(contract))\n"),
		page(4, "echo-handler", "return c.JSON(http.StatusOK, echoauth.UserID(c))\n"),
		page(
			5,
			"",
			"type T struct{ clerk.Claims }\n\nfunc of(ctx context.Context) (T, error) { return core.Claims[T](ctx) }\n",
		),
		page(6, "", "contract, err := clerk.NewContract(clerk.Config{})\n"),
		page(7, "", "import \"fmt\"\n\nfunc hello() { fmt.Println() }\n"),
		page(8, "skip: on purpose", "this is no Go"),
		page(9, "", "func TestIt(t *testing.T) { _ = authtest.NewIssuer(t) }\n"),
		page(10, "test", "issuer := authtest.NewIssuer(t)\n"),
		{"fiberauth/README.md", 11, "", "app.Use(fiberauth.New(contract))\n"},
	}
	skipped, err := compile(t, good)
	if err != nil {
		t.Errorf("good pages: %v", err)
	}
	if len(skipped) != 1 || skipped[0] != "docs/p.md:8: on purpose" {
		t.Errorf("skipped %q", skipped)
	}
	bad := map[string]snippet{
		"docs/p.md:102:":                       page(101, "", "package main\nfunc main() { undefined() }\n"),
		"docs/p.md:201:":                       page(201, "", "contract.NoSuchMethod()\n"),
		"docs/p.md:302:":                       page(301, "gin", "r.Use(ginauth.New(contract))\nr.Use(1)\n"),
		"docs/p.md:401:":                       page(401, "", "if ... {\n"),
		"docs/p.md:502:":                       page(501, "", "type T struct{}\nvar _ core.Policy = T{}\n"),
		"docs/p.md:601: unknown wrapper":       page(601, "martini", "x()\n"),
		"docs/p.md:701: say why":               page(701, "skip", "x()\n"),
		"docs/p.md:801: a whole file takes no": page(801, "gin", "package main\n"),
		"docs/p.md:902:": page(
			901,
			"test",
			"t.Log()\nt.Logf(\"%d\", \"x\")\n",
		), // vet's, not the compiler's
	}
	all := good
	for _, s := range bad {
		all = append(all, s)
	}
	_, err = compile(t, all)
	if err == nil {
		t.Fatal("no error")
	}
	for want := range bad { // at the beginning of a line, where editors look for it
		if !strings.Contains("\n"+strings.ReplaceAll(err.Error(), "vet: ", ""), "\n"+want) {
			t.Errorf("%q is not reported in:\n%v", want, err)
		}
	}
	for _, s := range good {
		if strings.Contains(err.Error(), s.at()+":") {
			t.Errorf("%s is blamed in:\n%v", s.at(), err)
		}
	}
}
