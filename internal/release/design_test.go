package main

import (
	"regexp"
	"strings"
	"testing"
)

// sectionOfDesign returns a section of docs/design.md, which must not be the last.
func sectionOfDesign(t *testing.T, root, title string) string {
	t.Helper()
	_, section, _ := strings.Cut(readFile(t, root, "docs/design.md"), "\n## "+title+"\n")
	section, _, ok := strings.Cut(section, "\n## ")
	if !ok {
		t.Fatalf("the page has no section %q before its last", title)
	}
	return section
}

// TestWayOfOneToken: every function that docs/design.md names on the way of a token is in the file that it names.
func TestWayOfOneToken(t *testing.T) {
	root, _ := tracked(t, ".md")
	way := sectionOfDesign(t, root, "3. One request")
	row := regexp.MustCompile("(?m)^\\| `([\\w/]+\\.go)` \\| ·* ?`(?:(\\w+)\\.)?(\\w+)` \\|")
	rows := row.FindAllStringSubmatch(way, -1)
	if lines := strings.Count(way, "\n| `"); len(rows) != lines || lines < 50 {
		t.Fatalf("%d of %d lines are understood", len(rows), lines)
	}
	for _, row := range rows {
		receiver := ""
		if row[2] != "" {
			receiver = `\(\w+ \*?` + row[2] + `\) `
		}
		if !regexp.MustCompile(`(?m)^func ` + receiver + row[3] + `[\[(]`).MatchString(readFile(t, root, row[1])) {
			t.Errorf("%s has no function %s of %q", row[1], row[3], row[2])
		}
	}
}

// TestListOfPackages: docs/design.md lists every package directly under core and core/internal, and no others.
func TestListOfPackages(t *testing.T) {
	root, names := tracked(t, ".go")
	list := sectionOfDesign(t, root, "2. Packages")
	listed := map[string]bool{}
	line := regexp.MustCompile(`(?m)^(core/(?:internal/)?)(\w+(?:, \w+)*) `)
	for _, m := range line.FindAllStringSubmatch(list, -1) {
		for name := range strings.SplitSeq(m[2], ", ") {
			listed[m[1]+name] = true
		}
	}
	packages := map[string]bool{}
	folder := regexp.MustCompile(`^(core/(?:internal/)?\w+)/`)
	for _, name := range names {
		if m := folder.FindStringSubmatch(name); m != nil {
			packages[m[1]] = true
		}
	}
	if len(packages) < 30 {
		t.Errorf("%d packages, want at least 30: are they found at all?", len(packages))
	}
	for name := range packages {
		if !listed[name] {
			t.Errorf("docs/design.md does not list %s", name)
		}
	}
	for name := range listed {
		if !packages[name] {
			t.Errorf("docs/design.md lists %s, which is not a package", name)
		}
	}
}
