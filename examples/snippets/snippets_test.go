// Nothing here runs what could race, and the programs would be compiled once more.

//go:build !race

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
	"slices"
	"strings"
	"testing"
)

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

// TestFaultsAreFound compiles pages with a mistake each, next to good ones.
func TestFaultsAreFound(t *testing.T) {
	page := func(line int, wrapper, code string) snippet { return snippet{"docs/p.md", line, wrapper, code} }
	good := []snippet{
		page(1, "", "package main\n\nfunc main() {}\n"),
		page(2, "", "s, err := verifier.Verify(ctx, token)\nif err != nil {\n\treturn\n}\n"),
		page(3, "gin", "r.Use(ginauth.New(contract))\n"),
		page(4, "echo-handler", "return c.JSON(http.StatusOK, echoauth.UserID(c))\n"),
		page(
			5,
			"",
			"type T struct{ clerk.Claims }\n\nfunc of(ctx context.Context) (T, error) { return core.Claims[T](ctx) }\n",
		),
		page(6, "", "contract, err := clerk.NewContract(clerk.Config{})\n"),
		page(7, "", "import \"fmt\"\n\nfunc hello() { fmt.Println() }\n"),
		page(8, "skip: on purpose", "this is no Go"),
		page(9, "", "func TestIt(t *testing.T) { _ = authtest.NewIssuer(t) }\n"),
		page(10, "test", "issuer := authtest.NewIssuer(t)\n"),
		{"fiberauth/README.md", 11, "", "app.Use(fiberauth.New(contract))\n"},
	}
	skipped, err := compile(t, good)
	if err != nil {
		t.Errorf("good pages: %v", err)
	}
	if len(skipped) != 1 || skipped[0] != "docs/p.md:8: on purpose" {
		t.Errorf("skipped %q", skipped)
	}
	bad := map[string]snippet{
		"docs/p.md:102:":                       page(101, "", "package main\nfunc main() { undefined() }\n"),
		"docs/p.md:201:":                       page(201, "", "contract.NoSuchMethod()\n"),
		"docs/p.md:302:":                       page(301, "gin", "r.Use(ginauth.New(contract))\nr.Use(1)\n"),
		"docs/p.md:401:":                       page(401, "", "if ... {\n"),
		"docs/p.md:502:":                       page(501, "", "type T struct{}\nvar _ core.Policy = T{}\n"),
		"docs/p.md:601: unknown wrapper":       page(601, "martini", "x()\n"),
		"docs/p.md:701: say why":               page(701, "skip", "x()\n"),
		"docs/p.md:801: a whole file takes no": page(801, "gin", "package main\n"),
		"docs/p.md:902:": page(
			901,
			"test",
			"t.Log()\nt.Logf(\"%d\", \"x\")\n",
		), // vet's, not the compiler's
	}
	all := good
	for _, s := range bad {
		all = append(all, s)
	}
	_, err = compile(t, all)
	if err == nil {
		t.Fatal("no error")
	}
	for want := range bad { // at the beginning of a line, where editors look for it
		if !strings.Contains("\n"+strings.ReplaceAll(err.Error(), "vet: ", ""), "\n"+want) {
			t.Errorf("%q is not reported in:\n%v", want, err)
		}
	}
	for _, s := range good {
		if strings.Contains(err.Error(), s.at()+":") {
			t.Errorf("%s is blamed in:\n%v", s.at(), err)
		}
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

// compile vets all snippets, in a module beside this one that needs no network.
// The error names page and line of every fault.
func compile(t *testing.T, all []snippet) (skipped []string, err error) {
	t.Helper()
	var faults []error
	var sources []source
	for _, s := range all {
		of, err := s.source()
		switch {
		case err != nil:
			faults = append(faults, err)
		case of.skipped != "":
			skipped = append(skipped, s.at()+": "+of.skipped)
		default:
			sources = append(sources, of)
		}
	}
	if len(sources) == 0 {
		return skipped, errors.Join(faults...)
	}
	err = vet(t, sources, true)
	if err != nil {
		err = vet(t, sources, false) // a fault hides others of its package
	}
	return skipped, errors.Join(append(faults, err)...)
}

// vet vets each source as a package of its own. Those that are bodies of functions may share a package: most of the
// time goes into packages.
func vet(t *testing.T, sources []source, share bool) error {
	t.Helper()
	dir := t.TempDir()
	for i, s := range sources {
		number := fmt.Sprintf("s%03d", i)
		file := filepath.Join(number, "snippet.go")
		switch {
		case share && s.body:
			file = filepath.Join("bodies", number+".go")
		case strings.Contains(s.text, "*testing.T") && strings.Contains(s.text, "func Test"):
			file = filepath.Join(number, "snippet_test.go")
		}
		file = filepath.Join(dir, file)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(s.text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return vetModule(t, dir)
}

func vetModule(t *testing.T, dir string) error {
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

var folder = regexp.MustCompile(`(?:\./)?(?:s\d{3}|bodies)/`)

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
// module has not downloaded: snippets import what the module's packages import. It
// builds with the flags of the test, because other flags would compile them again.
func goTool(t *testing.T, dir, work string, args ...string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Dir = dir
	flags := slices.DeleteFunc(strings.Fields(os.Getenv("GOFLAGS")), func(flag string) bool {
		return strings.HasPrefix(strings.TrimLeft(flag, "-"), "mod=")
	})
	if work == "off" {
		flags = append(flags, "-mod=mod")
	} else {
		work = filepath.Join(dir, "go.work")
	}
	command.Env = append(os.Environ(), "GOTOOLCHAIN=local", "GOWORK="+work, "GOFLAGS="+strings.Join(flags, " "))
	out, err := command.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go %s: %w", args[0], err)
	}
	return string(out), err
}
