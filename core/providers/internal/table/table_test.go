package table_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/revstackhq/auth-go/core/providers"
	"github.com/revstackhq/auth-go/core/providers/internal/table"
)

// TestProgramsDoNotContainThePage builds a program with every preset. What only
// the page needs must not be in it.
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

func TestRenderNeedsFactsOfEveryProvider(t *testing.T) {
	all := providers.All()
	if _, err := table.Render(all[1:]); err == nil {
		t.Error("facts of a provider that the catalog does not have were accepted")
	}
	if _, err := table.Render(append(all, providers.Provider{Slug: "acme"})); err == nil {
		t.Error("a provider without facts was rendered")
	}
}
