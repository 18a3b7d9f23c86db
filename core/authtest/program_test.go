//go:build !race

package authtest_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSessionOutsideTests runs a program that "go test" did not build. The race detector sees nothing of it.
func TestSessionOutsideTests(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	program := filepath.Join(t.TempDir(), "program")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./testdata/program").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err = exec.CommandContext(t.Context(), program).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "authtest: Session: this program is not a test") {
		t.Errorf("without the option: %v\n%s", err, out)
	}
	if out, err := exec.CommandContext(t.Context(), program, "asked").CombinedOutput(); err != nil ||
		string(out) != "user_1\n" {
		t.Errorf("asked: %v\n%s", err, out)
	}
}

// TestImportsNoPreset: a test for another provider does not link a preset. What is
// specific to Clerk is in clerktest.
func TestImportsNoPreset(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), "auth-go/core/keys\n") {
		t.Fatalf("the list of packages is incomplete:\n%s", out)
	}
	for pkg := range strings.FieldsSeq(string(out)) {
		if strings.Contains(pkg, "/core/providers") {
			t.Errorf("authtest imports %s", pkg)
		}
	}
}
