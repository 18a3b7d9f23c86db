package crosstest_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/adaptertest"
)

var update = flag.Bool("update", false, "write the golden files anew, from chi's answers")

// adapters are the four. The first one's answers are the golden ones.
func adapters() []adaptertest.Adapter {
	return []adaptertest.Adapter{
		{Name: "chiauth", Start: startChi},
		{Name: "ginauth", Start: startGin, HasErrorHandler: true},
		{Name: "echoauth", Start: startEcho, HasErrorHandler: true},
		{Name: "fiberauth", Start: startFiber, HasErrorHandler: true},
	}
}

func newStage(t *testing.T) *adaptertest.Stage {
	t.Helper()
	stage, err := adaptertest.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	})
	return stage
}

// goldenFile is testdata/<the scenario's name, fit for any file system>.golden.
func goldenFile(scenario adaptertest.Scenario) string {
	name := regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(scenario.Name), "-")
	return filepath.Join("testdata", strings.Trim(name, "-")+".golden")
}

// TestGolden plays every scenario on every adapter.
func TestGolden(t *testing.T) {
	stage := newStage(t)
	files := map[string]string{}
	for _, scenario := range adaptertest.Scenarios() {
		file := goldenFile(scenario)
		if other := files[file]; other != "" {
			t.Fatalf("%q and %q have the same golden file", scenario.Name, other)
		}
		files[file] = scenario.Name
		t.Run(scenario.Name, func(t *testing.T) {
			for n, adapter := range adapters() {
				x, err := stage.Play(t.Context(), adapter, scenario)
				if err == nil {
					err = scenario.Check(x)
				}
				if err != nil {
					t.Errorf("%s: %v\n%s", adapter.Name, err, x.Golden())
					continue
				}
				if *update && n == 0 {
					writeGolden(t, file, x)
				}
				compare(t, adapter.Name, file, x)
			}
		})
	}
	leftOver(t, files)
}

func writeGolden(t *testing.T, file string, x adaptertest.Exchange) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(x.Golden()), 0o600); err != nil {
		t.Fatal(err)
	}
}

func compare(t *testing.T, name, file string, x adaptertest.Exchange) {
	t.Helper()
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (run with -update after looking at the difference)", err)
	}
	if got := []byte(x.Golden()); !bytes.Equal(got, want) {
		t.Errorf("%s answers otherwise than %s says.\ngot:\n%s\nwant:\n%s", name, file, got, want)
	}
}

// leftOver finds golden files without a scenario: they would document what is
// not tested.
func leftOver(t *testing.T, files map[string]string) {
	t.Helper()
	all, err := filepath.Glob("testdata/*.golden")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range all {
		if files[file] != "" {
			continue
		}
		if !*update {
			t.Errorf("%s belongs to no scenario", file)
		} else if err := os.Remove(file); err != nil {
			t.Error(err)
		}
	}
}

// TestProgramsAreTheAdaptersOwn: the programs here are copies of those that the
// adapters certify themselves with, which a test of another module can't import.
func TestProgramsAreTheAdaptersOwn(t *testing.T) {
	for _, name := range []string{"chi", "gin", "echo", "fiber"} {
		here, err := os.ReadFile("app_" + name + "_test.go")
		if err != nil {
			t.Fatal(err)
		}
		there, err := os.ReadFile(filepath.Join("..", name+"auth", "app_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		_, a, _ := bytes.Cut(here, []byte("\n"))
		_, b, _ := bytes.Cut(there, []byte("\n"))
		if !bytes.Equal(a, b) {
			t.Errorf("app_%s_test.go and ../%sauth/app_test.go differ: copy one over the other", name, name)
		}
	}
}
