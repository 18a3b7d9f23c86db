package edverify_test

import (
	"os"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/edverify"
	"github.com/revstackhq/auth-go/core/internal/test"
)

func TestMain(m *testing.M) { os.Exit(test.RunPrepared(m)) }

func TestFIPSMode(t *testing.T) {
	test.FIPSMode(t, func() error {
		_, err := edverify.Prepare(public(newKey(1)))
		return err
	})
}
