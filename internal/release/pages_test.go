package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestPagesNameEverything: a page that lists what a package offers leaves nothing out, and every option is on a page.
func TestPagesNameEverything(t *testing.T) {
	root, pages := tracked(t, ".md")
	var docs strings.Builder
	for _, page := range pages {
		if strings.HasPrefix(page, "docs/") {
			docs.WriteString(readFile(t, root, page))
		}
	}
	api := readFile(t, root, "api/core.txt")
	for _, c := range []struct{ page, names string }{
		{"docs/policies.md", `core/policy: func (\w+)\(.*\) core\.Policy`},
		{"docs/ways-in.md", `core/guard: func (\w+)\(.*\) Extractor`},
		{"docs/observability.md", `core/event: type ((?:Token|Keys|KeyCache|Unknown)\w+) struct`},
		{"docs/fleet.md", `core/fleet: func (\w+)\(.*\) Target`},
		{"", `core/guard: func (\w+)\(.*\) Option`},
		{"", `core/logout: func (\w+)\(.*\) Option`},
		{"", `core: func (\w+)\(.*\) Option`},
	} {
		text := docs.String()
		if c.page != "" {
			text = readFile(t, root, c.page)
		}
		found := regexp.MustCompile(`(?m)^`+c.names+`$`).FindAllStringSubmatch(api, -1)
		if len(found) < 5 {
			t.Errorf("%s: %d names, want at least 5: are they found at all?", c.names, len(found))
		}
		for _, m := range found {
			if !regexp.MustCompile(`\b` + m[1] + `\b`).MatchString(text) {
				t.Errorf("%s is not on the page %s, or on any", m[1], c.page)
			}
		}
	}
}
