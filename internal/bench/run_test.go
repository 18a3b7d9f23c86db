package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// quick runs the command for real, with next to no measuring.
func quick(t *testing.T, args ...string) *report {
	t.Helper()
	var out bytes.Buffer
	if err := run(t.Context(), append([]string{"-quick", "-json"}, args...), &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	r := &report{}
	if err := json.Unmarshal(out.Bytes(), r); err != nil {
		t.Fatal(err)
	}
	return r
}

// checkoutOf makes a folder that looks like one.
func checkoutOf(t *testing.T, readme string) string {
	t.Helper()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "docs"), 0o755); err != nil {
		t.Fatal(err)
	}
	page := "before\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nbetween\n<!-- scale:begin -->\nold\n<!-- scale:end -->\nafter\n"
	for path, text := range map[string]string{pageFile: page, readmeFile: readme} {
		if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func read(t *testing.T, elem ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestTables(t *testing.T) {
	root := checkoutOf(t, "top\n<!-- bench:begin --><!-- bench:end -->\nbottom\n")
	r := quick(t, "-write", "-root", root)
	kinds := map[tableKind]int{}
	for _, table := range r.Tables {
		kinds[table.Kind]++
		for _, row := range table.Rows {
			if row.Unsupported {
				continue
			}
			if row.Nanoseconds <= 0 || row.Ratio <= 0 || row.Name == "" {
				t.Errorf("%s: %+v", table.Title, row)
			}
		}
	}
	for kind, want := range map[tableKind]int{kindVerify: 4, kindParallel: 1, kindMiddleware: 4, kindRefuse: 4} {
		if kinds[kind] != want {
			t.Errorf("%d tables of kind %s, want %d", kinds[kind], kind, want)
		}
	}
	if got, want := len(verdicts(r.Tables)), len(goals()); got != want {
		t.Errorf("%d goals have figures, want all %d", got, want)
	}

	page := read(t, root, pageFile)
	for _, want := range []string{"before\n", "\nbetween\n<!-- scale:begin -->\nold\n", "### EdDSA", "### fiber: what the guard adds", r.Machine, "| **auth-go, seen before** |"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	readme := read(t, root, readmeFile)
	for _, want := range []string{"top\n", "\nbottom\n", "| RS256 | ES256 | EdDSA | HS256 | RS256 allocs |", "jwx v3", r.Date} {
		if !strings.Contains(readme, want) {
			t.Errorf("the README lacks %q", want)
		}
	}
	for line := range strings.Lines(readme) {
		if strings.HasPrefix(line, "| go-oidc") && !strings.Contains(line, "| – |") {
			t.Errorf("go-oidc verifies no HS256, but: %s", line)
		}
		if strings.HasPrefix(line, "|") && strings.Count(line, "|") != 7 {
			t.Errorf("not six columns: %s", line)
		}
	}
}

func TestScale(t *testing.T) {
	root := checkoutOf(t, "no markers here\n")
	r := quick(t, "-scale", "-write", "-root", root)
	if len(r.Curves) != 5 {
		t.Fatalf("%d curves, want 5", len(r.Curves))
	}
	page := read(t, root, pageFile)
	if !strings.Contains(page, "<!-- bench:begin -->\nold\n") {
		t.Error("the curves overwrote the tables")
	}
	for _, c := range r.Curves {
		if !strings.Contains(page, "benchmarks/"+c.Name+".svg") {
			t.Errorf("the page lacks the plot of %s", c.Name)
		}
		if len(c.Lines) < 2 || len(c.Lines[0].Points) != 2 || len(c.Lines[1].Points) != 2 {
			t.Errorf("%s: lines %+v", c.Name, c.Lines)
		}
		plot := read(t, root, plotFolder, c.Name+".svg")
		if err := xml.Unmarshal([]byte(plot), new(struct {
			XMLName xml.Name `xml:"http://www.w3.org/2000/svg svg"`
		})); err != nil {
			t.Errorf("%s.svg: %v", c.Name, err)
		}
		for _, want := range []string{lineFirst, lineSeen, c.Title, "prefers-color-scheme: dark"} {
			if !strings.Contains(plot, want) {
				t.Errorf("%s.svg lacks %q", c.Name, want)
			}
		}
	}
	if r.Entry == nil || r.Entry.Bytes <= 0 || r.Entry.Derived < r.Entry.Bytes {
		t.Errorf("entry %+v", r.Entry)
	}
	if got := read(t, root, readmeFile); got != "no markers here\n" {
		t.Errorf("a README without markers became %q", got)
	}
}

func TestOnly(t *testing.T) {
	r := quick(t, "-only", "^ES256/auth-go, seen before$")
	if len(r.Tables) != 1 || len(r.Tables[0].Rows) != 2 || r.Tables[0].Rows[0].Name != rowLimit || r.Tables[0].Rows[1].Name != rowSeen {
		t.Errorf("tables %+v", r.Tables)
	}
	for _, args := range [][]string{{"-only", "nothing"}, {"-only", "("}, {"-rounds", "0"}, {"-slice", "-1s"}, {"stray"}, {"-write", "-only", "RS256"}} {
		if err := run(t.Context(), append([]string{"-quick"}, args...), io.Discard, io.Discard); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}

func TestText(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-quick", "-only", "^gin/auth-go"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"gin: what the guard adds", rowFirst, rowBare, rowLimit, "Goals"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, &out)
		}
	}
}

func TestMeasureStopsAtAFailure(t *testing.T) {
	broken := errors.New("broken")
	calls := 0
	_, err := plan{1, 1}.measure([]workload{{name: "x", op: func() error {
		if calls++; calls > 3 {
			return broken
		}
		return nil
	}}})
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	_, err = plan{1, 1}.measure([]workload{{name: "x", workers: 3, op: func() error { return broken }}})
	if !errors.Is(err, broken) {
		t.Errorf("in parallel: error %v", err)
	}
}
