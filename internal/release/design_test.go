package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestWayOfOneToken: every function that docs/design.md names on the way of a token is in the file that it names.
func TestWayOfOneToken(t *testing.T) {
	root, _ := tracked(t, ".md")
	_, way, _ := strings.Cut(readFile(t, root, "docs/design.md"), "\n## 3. One request\n")
	way, _, ok := strings.Cut(way, "\n## 4. ")
	if !ok {
		t.Fatal("the page has lost a section")
	}
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
