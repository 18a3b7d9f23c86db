package main

import (
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var (
	fenced  = regexp.MustCompile("(?ms)^[ \t]*```.*?^[ \t]*```[ \t]*$")
	code    = regexp.MustCompile("`[^`\n]*`")
	link    = regexp.MustCompile(`\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)`)
	heading = regexp.MustCompile(`(?m)^#{1,6}[ \t]+(.+?)[ \t]*#*$`)
	named   = regexp.MustCompile(`<a (?:id|name)="([^"]+)"`)
	linked  = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

// TestLinks: every relative link in the repository's Markdown leads to a file, and every fragment to a heading in it.
func TestLinks(t *testing.T) {
	root, pages := tracked(t, ".md")
	anchors := map[string][]string{}
	for _, page := range pages {
		anchors[page] = anchorsOf(readFile(t, root, page))
	}
	links := 0
	for _, page := range pages {
		for _, target := range linksOf(readFile(t, root, page)) {
			links++
			if problem := checkLink(root, page, target, anchors); problem != "" {
				t.Errorf("%s: the link %s %s", page, target, problem)
			}
		}
	}
	if links < 100 {
		t.Errorf("%d relative links, want at least 100: are they found at all?", links)
	}
}

// TestEveryPageIsLinked: the index of the documentation links every page under docs.
func TestEveryPageIsLinked(t *testing.T) {
	root, pages := tracked(t, ".md")
	reached := map[string]bool{"docs/README.md": true}
	for _, index := range []string{"docs/README.md", "docs/providers/README.md"} {
		for _, target := range linksOf(readFile(t, root, index)) {
			file, _, _ := strings.Cut(target, "#")
			reached[path.Join(path.Dir(index), file)] = true
		}
	}
	for _, page := range pages {
		if strings.HasPrefix(page, "docs/") && !reached[page] {
			t.Errorf("%s is not linked from docs/README.md", page)
		}
	}
}

// linksOf returns the relative links of a page, without those in code.
func linksOf(text string) (links []string) {
	text = code.ReplaceAllString(fenced.ReplaceAllString(text, ""), "")
	for _, m := range link.FindAllStringSubmatch(text, -1) {
		if u, err := url.Parse(m[1]); err != nil || !u.IsAbs() {
			links = append(links, m[1])
		}
	}
	return links
}

// checkLink returns what is wrong with a link, "" if it leads somewhere.
func checkLink(root, page, target string, anchors map[string][]string) (problem string) {
	u, err := url.Parse(target)
	if err != nil {
		return "is not a URL"
	}
	file := page
	if u.Path != "" {
		file = path.Join(path.Dir(page), u.Path)
	}
	if strings.HasPrefix(file, "..") {
		return "leads out of the repository"
	}
	if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(file))); err != nil {
		return "leads to a file that does not exist"
	}
	if u.Fragment != "" && !slices.Contains(anchors[file], u.Fragment) {
		return "leads to a heading that does not exist"
	}
	return ""
}

// anchorsOf returns the fragments that GitHub gives the headings of a page, and those of <a id="…">.
func anchorsOf(text string) (anchors []string) {
	text = fenced.ReplaceAllString(text, "")
	seen := map[string]int{}
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		anchor := slug(m[1])
		n := seen[anchor]
		seen[anchor]++
		if n > 0 {
			anchor += "-" + string(rune('0'+n))
		}
		anchors = append(anchors, anchor)
	}
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		anchors = append(anchors, m[1])
	}
	return anchors
}

// slug returns the fragment of a heading: in lower case, with hyphens for spaces and without punctuation.
func slug(title string) string {
	title = linked.ReplaceAllString(title, "$1")
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}

// TestLinkRules checks the checker.
func TestLinkRules(t *testing.T) {
	const page = "# A `Title`, 2nd\n\n## Twice\n## Twice\n\n```go\n# no heading\n[a](no/link)\n```\n" +
		"[up](../gone.md) [here](#twice-1) [there](README.md#setup \"title\") [web](https://go.dev/x) `[b](code)`\n" +
		"<a id=\"by-hand\"></a>\n"
	if got, want := anchorsOf(page), []string{"a-title-2nd", "twice", "twice-1", "by-hand"}; !slices.Equal(got, want) {
		t.Errorf("anchors = %q, want %q", got, want)
	}
	if got, want := linksOf(page), []string{"../gone.md", "#twice-1", "README.md#setup"}; !slices.Equal(got, want) {
		t.Errorf("links = %q, want %q", got, want)
	}
	anchors := map[string][]string{"a/b.md": {"twice"}}
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "a"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "a", "b.md"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]string{
		"#twice":      "",
		"b.md#twice":  "",
		"../a/b.md":   "",
		"":            "",
		"#thrice":     "heading",
		"c.md":        "file",
		"../../x.md":  "out of",
		"b.md#b":      "heading",
		"%zz":         "URL",
		"../a/#twice": "heading",
	} {
		problem := checkLink(root, "a/b.md", target, anchors)
		if (problem == "") != (want == "") || !strings.Contains(problem, want) {
			t.Errorf("%q: %q, want %q", target, problem, want)
		}
	}
}
