package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tracked returns the names of the repository's files with the given extension, with slashes and from the root.
func tracked(t *testing.T, extension string) (root string, names []string) {
	t.Helper()
	r, err := openRepository(t.Context())
	if err != nil {
		t.Skip("the files are checked in the workspace: ", err)
	}
	list := exec.CommandContext(
		t.Context(),
		"git",
		"ls-files",
		"--cached",
		"--others",
		"--exclude-standard",
		"*"+extension,
	)
	list.Dir = r.root
	out, err := list.Output()
	if err != nil {
		t.Skip("the files are checked in a git repository: ", err)
	}
	for name := range strings.Lines(string(out)) {
		name = strings.TrimSpace(name)
		if _, err := os.Stat(filepath.Join(r.root, name)); err == nil { // not deleted since the last commit
			names = append(names, name)
		}
	}
	return r.root, names
}

// readFile returns the text of a tracked file.
func readFile(t *testing.T, root, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestFileSizes: a file is about one concept. One with more than 400 lines usually has several, and one with fewer than
// 10 belongs to another file, unless it is a package's comment, a variant for one platform, or what a package shows its
// own tests.
func TestFileSizes(t *testing.T) {
	small := map[string]string{
		"core/internal/standardcrypto/required.go": "it is the only user of the two variants of boringBuild",
		"core/internal/sessionkey/sessionkey.go":   "a package with one name, so that two packages share a context key",
	}
	root, names := tracked(t, ".go")
	for _, name := range names {
		text := readFile(t, root, name)
		lines := strings.Count(text, "\n")
		variant := strings.HasPrefix(text, "//go:build ") ||
			slices.Contains([]string{"doc.go", "export_test.go"}, filepath.Base(name))
		switch {
		case lines > 400:
			t.Errorf("%s has %d lines, want at most 400: split it by concept", name, lines)
		case lines < 10 && !variant && small[name] == "":
			t.Errorf("%s has %d lines, want at least 10: move them to the file that uses them", name, lines)
		case lines >= 10 && small[name] != "":
			t.Errorf("%s has %d lines and needs no exception", name, lines)
		}
	}
	if len(names) < 400 {
		t.Errorf("%d files, want at least 400: are they found at all?", len(names))
	}
}
