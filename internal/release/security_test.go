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
		hasTest(t, root, m[2], m[1])
	}
	if rows < 30 {
		t.Errorf("%d lines, want at least 30", rows)
	}
}

// TestSecurityGuidance: every line of docs/security-guidance.md says in one of four ways how the advice is followed,
// and one that is held names a test that exists in the file that it links.
func TestSecurityGuidance(t *testing.T) {
	root, _ := tracked(t, ".md")
	held := regexp.MustCompile("^held: \\[`(Test\\w+)`\\]\\(\\.\\./(\\S+_test\\.go)\\)$")
	rows := map[string]int{}
	for line := range strings.Lines(readFile(t, root, "docs/security-guidance.md")) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 3 || strings.HasPrefix(line, "|---") || strings.TrimSpace(cells[1]) == "asks" {
			continue
		}
		answer := strings.TrimSpace(cells[2])
		kind, reason, _ := strings.Cut(answer, ": ")
		rows[kind]++
		switch kind {
		case "held":
			if m := held.FindStringSubmatch(answer); m != nil {
				hasTest(t, root, m[2], m[1])
			} else {
				t.Errorf("no test is linked: %s", line)
			}
		case "yours", "not applicable", "open":
			if reason == "" {
				t.Errorf("no reason is given: %s", line)
			}
		default:
			t.Errorf("the answer is of no known kind: %s", line)
		}
	}
	if rows["held"] < 40 || rows["yours"] < 10 || rows["not applicable"] < 10 {
		t.Errorf("lines are missing: %v", rows)
	}
}

func hasTest(t *testing.T, root, file, name string) {
	t.Helper()
	if !strings.Contains(readFile(t, root, file), "\nfunc "+name+"(t *testing.T) {") {
		t.Errorf("%s has no test %s", file, name)
	}
}
