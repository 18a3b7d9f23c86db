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
