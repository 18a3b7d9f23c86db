package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestSecurityPage: every line of docs/security.md about a defense names a test that exists in the file that it links.
func TestSecurityPage(t *testing.T) {
	root, _ := tracked(t, ".md")
	_, defended, _ := strings.Cut(readFile(t, root, "docs/security.md"), "\n## What is defended\n")
	defended, left, ok := strings.Cut(defended, "\n## What is left to you\n")
	if !ok || left == "" {
		t.Fatal("the page has lost a section")
	}
	row := regexp.MustCompile("^\\| .+ \\| \\[`(Test\\w+)`\\]\\(\\.\\./(\\S+_test\\.go)\\) \\|$")
	rows := 0
	for line := range strings.Lines(defended) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "| defended") || strings.HasPrefix(line, "|---") {
			continue
		}
		m := row.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("no test is linked: %s", line)
			continue
		}
		rows++
		if !strings.Contains(readFile(t, root, m[2]), "\nfunc "+m[1]+"(t *testing.T) {") {
			t.Errorf("%s has no test %s", m[2], m[1])
		}
	}
	if rows < 30 {
		t.Errorf("%d lines, want at least 30", rows)
	}
}
