package snippets_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the repository, seen from this folder.
const root = "../.."

// TestPages compiles every Go snippet of every page.
func TestPages(t *testing.T) {
	var all []snippet
	for _, page := range pages(t) {
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		found, err := extract(page, string(text))
		if err != nil {
			t.Error(err)
		}
		all = append(all, found...)
	}
	const least = 20 // the README and docs/clerk.md alone have more
	if len(all) < least {
		t.Errorf("%d snippets found, want at least %d", len(all), least)
	}
	skipped, err := compile(t, all)
	if err != nil {
		t.Error(err)
	}
	for _, s := range skipped {
		t.Log("not compiled: ", s)
	}
}

// pages are the Markdown files of the project, by their paths from its root.
// The changelog is left out: its code is of versions past.
func pages(t *testing.T) []string {
	t.Helper()
	var found []string
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." &&
			(strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules"):
			return fs.SkipDir
		case !d.IsDir() && strings.HasSuffix(path, ".md") && path != "CHANGELOG.md":
			found = append(found, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// presets are the packages in core/providers.
func presets() []string {
	entries, err := os.ReadDir(filepath.Join(root, "core", "providers"))
	if err != nil {
		return nil // then no fragment that uses one compiles, and says so
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && e.Name() != "internal" && e.Name() != "testdata" {
			names = append(names, e.Name())
		}
	}
	return names
}

// compile vets all snippets, each a package of its own, in a module beside
// this one that needs no network. The error names page and line of every fault.
func compile(t *testing.T, all []snippet) (skipped []string, err error) {
	t.Helper()
	dir := t.TempDir()
	var faults []error
	packages := 0
	for i, s := range all {
		text, why, err := s.source()
		switch {
		case err != nil:
			faults = append(faults, err)
			continue
		case why != "":
			skipped = append(skipped, s.at()+": "+why)
			continue
		}
		sub := filepath.Join(dir, fmt.Sprintf("s%03d", i))
		name := "snippet.go"
		if strings.Contains(text, "*testing.T") && strings.Contains(text, "func Test") {
			name = "snippet_test.go"
		}
		if err := errors.Join(os.Mkdir(sub, 0o755), os.WriteFile(filepath.Join(sub, name), []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
		packages++
	}
	if packages > 0 {
		faults = append(faults, vet(t, dir))
	}
	return skipped, errors.Join(faults...)
}

func vet(t *testing.T, dir string) error {
	t.Helper()
	work := workspace(t)
	if work != "off" {
		joinWorkspace(t, dir, work)
	} else {
		copyModule(t, dir)
	}
	// A fragment may end in a return that the wrapper's own follows.
	out, err := goTool(t, dir, work, "vet", "-unreachable=false", "./...")
	if err == nil {
		return nil
	}
	var reported []string
	for line := range strings.Lines(out) {
		// The compiler takes the page's path for one below the package's folder.
		line = folder.ReplaceAllString(strings.ReplaceAll(line, dir+string(filepath.Separator), ""), "")
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			reported = append(reported, line)
		}
	}
	return fmt.Errorf("%w:\n%s", err, strings.Join(reported, "\n"))
}

var folder = regexp.MustCompile(`(?:\./)?s\d{3}/`)

// workspace returns the go.work file in force, "off" if there is none.
func workspace(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOWORK").Output()
	if err != nil {
		t.Fatal(err)
	}
	if file := strings.TrimSpace(string(out)); file != "" {
		return file
	}
	return "off"
}

// joinWorkspace makes dir a module of a copy of the workspace, so that snippets
// are compiled with the versions that "go test work" has downloaded.
func joinWorkspace(t *testing.T, dir, work string) {
	t.Helper()
	write(t, filepath.Join(dir, "go.mod"), []byte("module snippets.invalid\n\ngo 1.25.0\n"))
	sums, err := os.ReadFile(work + ".sum")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "go.work.sum"), sums)
	text, err := os.ReadFile(work)
	if err != nil {
		t.Fatal(err)
	}
	rooted := relative.ReplaceAllString(string(text), "${1}"+filepath.ToSlash(filepath.Dir(work))+"/")
	write(t, filepath.Join(dir, "go.work"), []byte(rooted+"\nuse .\n"))
}

// relative matches the beginning of a module's path in a go.work file.
var relative = regexp.MustCompile(`(?m)^(\s+)\./`)

// copyModule gives dir the requirements of module examples, for GOWORK=off, with
// the same replacements.
func copyModule(t *testing.T, dir string) {
	t.Helper()
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(root, "examples", name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), bytes.ReplaceAll(text, []byte("=> ../"), []byte("=> "+filepath.ToSlash(top)+"/")))
	}
	if out, err := goTool(t, dir, "off", "mod", "edit", "-module=snippets.invalid"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func write(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// goTool runs the go command. It downloads nothing that "go test ./..." of this
// module has not downloaded: snippets import what the module's packages import.
func goTool(t *testing.T, dir, work string, args ...string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GOTOOLCHAIN=local")
	if work == "off" {
		command.Env = append(command.Env, "GOWORK=off", "GOFLAGS=-mod=mod")
	} else {
		command.Env = append(command.Env, "GOWORK="+filepath.Join(dir, "go.work"), "GOFLAGS=")
	}
	out, err := command.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go %s: %w", args[0], err)
	}
	return string(out), err
}
