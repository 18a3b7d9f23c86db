package migration_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pages are the pages in docs/migrating, by the folder of the program that each shows.
func pages() map[string]string {
	return map[string]string{
		"auth0":     "auth0.md",
		"clerk":     "clerk-sdk-go.md",
		"echojwt":   "echo-jwt.md",
		"fiberjwt":  "fiber-jwt.md",
		"ginjwt":    "gin-jwt.md",
		"golangjwt": "golang-jwt.md",
		"jwtauth":   "jwtauth.md",
	}
}

// TestPagesShowThePrograms: what a page shows as "before" is a program that compiles.
func TestPagesShowThePrograms(t *testing.T) {
	for folder, name := range pages() {
		program, err := os.ReadFile(filepath.Join(folder, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		page, err := os.ReadFile(filepath.Join("..", "..", "docs", "migrating", name))
		if err != nil {
			t.Fatal(err)
		}
		_, before, _ := strings.Cut(string(page), "\n## Before\n")
		before, after, ok := strings.Cut(before, "\n## After\n")
		if !ok || !strings.Contains(before, "```go\n"+string(program)+"```\n") {
			t.Errorf("%s does not show internal/migration/%s/main.go as it is", name, folder)
		}
		for _, heading := range []string{"## What replaces what", "## What you gain", "## What you lose"} {
			if !strings.Contains(after, "\n"+heading+"\n") {
				t.Errorf("%s has no heading %q", name, heading)
			}
		}
	}
}

// TestEveryProgramHasAPage: a folder that no page shows is of no use.
func TestEveryProgramHasAPage(t *testing.T) {
	programs, err := filepath.Glob("*/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range programs {
		if folder := filepath.Dir(program); pages()[folder] == "" {
			t.Errorf("no page shows internal/migration/%s", folder)
		}
	}
}
