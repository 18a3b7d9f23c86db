//go:build !race

package table_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/revstackhq/auth-go/core/providers/internal/table"
)

// TestProgramsDoNotContainThePage builds a program with every preset. What only
// the page needs must not be in it. The race detector sees nothing of the program.
func TestProgramsDoNotContainThePage(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	program := filepath.Join(t.TempDir(), "program")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./testdata/program").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	binary, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(binary, []byte("Enterprise identity provider with OIDC and JWKS.")) {
		t.Fatal("the descriptions of the catalog are not in the program: the search finds nothing")
	}
	rows, err := table.Rows()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for _, fact := range append(row.Checks, row.Issuer, row.Keys, row.Audience, row.UserID) {
			if len(fact) > 40 && bytes.Contains(binary, []byte(fact)) {
				t.Errorf("%s: the program contains %q", row.Slug, fact)
			}
		}
	}
}
