package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMutantsFitTheCode: a refactoring that moves or rewrites a check must bring its mutants along. It runs none.
func TestMutantsFitTheCode(t *testing.T) {
	root, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	all, err := loadAll("mutants")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if _, err := m.changed(root); err != nil {
			t.Errorf("%s: %v", m.id, err)
		}
	}
	if len(all) < 150 {
		t.Errorf("there are %d mutants, want at least 150", len(all))
	}
}

// TestRun plays every verdict on a module of its own.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":  "module sample\n\ngo 1.25.0\n",
		"go.work": "go 1.25.0\n\nuse .\n",
		"a.go": "package sample\n\nconst ten = 10\n\nfunc small(n int) bool { return n < ten }\n\n" +
			"func end(_, n int) int {\n\tfor n < 10 {\n\t\tn++\n\t}\n\treturn n\n}\n",
		"a_test.go": "package sample\n\nimport \"testing\"\n\nfunc TestSmall(t *testing.T) {\n" +
			"\tt.Run(\"ten\", func(t *testing.T) {\n\t\tif small(10) || end(1, 3) != 10 {\n\t\t\tt.Fatal()\n\t\t}\n\t})\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const data = `file a.go

mutant killed
- n < ten }
+ n <= ten }

mutant survived
- n < ten }
+ n == 3 }

mutant explained
- n < ten }
+ n == 4 }
survives: only ten is asked

mutant unexplained
- n < ten }
+ n < 11 }
survives: wrongly

mutant panics
- n++
+ panic("here")

mutant uncompiled
- n < ten }
+ n < "ten" }

mutant constant
- ten = 10
+ ten = 11

mutant misfit
- n > 10
+ n > 11
`
	mutants, err := parse("data", data)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	ok, err := runAll(t.Context(), dir, mutants, 2, &out)
	if err != nil || ok {
		t.Fatalf("ok = %v, %v; want a run that is not good\n%s", ok, err, &out)
	}
	for _, want := range []string{
		"killed" + " killed n < ten } → n <= ten } [a.go] (by TestSmall/ten",
		"SURVIVED survived",
		"explained" + " explained",
		"WRONGLY EXPLAINED unexplained",
		"killed panics n++ → panic(\"here\") [a.go] (by TestSmall/ten",
		"DOES NOT COMPILE uncompiled",
		"DOES NOT FIT misfit",
		"8 mutants: 3 killed 1 explained 1 SURVIVED 1 WRONGLY EXPLAINED 1 DOES NOT COMPILE 1 DOES NOT FIT",
	} {
		if !strings.Contains(strings.Join(strings.Fields(out.String()), " "), want) {
			t.Errorf("the report lacks %q:\n%s", want, &out)
		}
	}
	out.Reset()
	if ok, err := runAll(t.Context(), dir, mutants[:1], 1, &out); err != nil || !ok {
		t.Errorf("one that is killed: %v, %v\n%s", ok, err, &out)
	}
}

// TestBaseline: tests that fail without any edit would kill every mutant.
func TestBaseline(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":    "module sample\n\ngo 1.25.0\n",
		"a.go":      "package sample\n\nfunc a() int { return 1 }\n",
		"a_test.go": "package sample\n\nimport \"testing\"\n\nfunc TestFails(t *testing.T) { t.Fatal(a()) }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mutants, err := parse("data", "file a.go\nmutant one\n- 1\n+ 2\n")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOWORK", "off")
	_, err = runAll(t.Context(), dir, mutants, 1, &strings.Builder{})
	if err == nil || !strings.Contains(err.Error(), "fail without any mutant") {
		t.Errorf("error = %v", err)
	}
}

func TestParseFaults(t *testing.T) {
	for data, want := range map[string]string{
		"mutant a\n- x\n+ y\n":                                "no file line",
		"file a.go\n- x\n":                                    "belongs to no mutant",
		"file a.go\nmutant a b\n- x\n+ y\n":                   "one word",
		"file a.go\nmutant a\n+ y\n":                          "no - line",
		"file a.go\nmutant a\n- y\n+ y\n":                     "changes nothing",
		"file a.go\nmutant a\n- x\nwhatever it is\n":          "not understood",
		"file a.go\nmutant a\n- x\n+ y\n\nsurvives: no one\n": "belongs to no mutant",
	} {
		if _, err := parse("data", data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error = %v, want one that says %q", data, err, want)
		}
	}
}

// TestApply: an edit has exactly one place.
func TestApply(t *testing.T) {
	const source = "func a() { x }\nfunc b() { x }\n"
	for name, c := range map[string]struct{ after, old, want string }{
		"twice":           {"", "x", ""},
		"after":           {"func b", "x", "func a() { x }\nfunc b() { y }\n"},
		"first after":     {"func a", "x", "func a() { y }\nfunc b() { x }\n"},
		"nowhere":         {"", "z", ""},
		"after nothing":   {"func c", "x", ""},
		"after something": {"func", "x", ""},
	} {
		got, err := mutant{after: c.after, old: c.old, new: "y"}.apply(source)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
