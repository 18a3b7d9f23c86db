package table_test

import (
	"testing"

	"github.com/revstackhq/auth-go/core/providers"
	"github.com/revstackhq/auth-go/core/providers/internal/table"
)

func TestRenderNeedsFactsOfEveryProvider(t *testing.T) {
	all := providers.All()
	if _, err := table.Render(all[1:]); err == nil {
		t.Error("facts of a provider that the catalog does not have were accepted")
	}
	if _, err := table.Render(append(all, providers.Provider{Slug: "acme"})); err == nil {
		t.Error("a provider without facts was rendered")
	}
}
