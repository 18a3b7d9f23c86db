package authtest_test

import (
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/providers/clerk"
)

var start = time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)

func clerkContract(t *testing.T, cfg clerk.Config) *core.Contract {
	t.Helper()
	contract, err := clerk.NewContract(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return contract
}

func verifierOf(t *testing.T, contract *core.Contract, opts ...core.Option) *core.Verifier {
	t.Helper()
	verifier, err := core.NewVerifier(contract, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}
