package ecverify_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"os"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/ecverify"
	"github.com/revstackhq/auth-go/core/internal/test"
)

func TestMain(m *testing.M) { os.Exit(test.RunPrepared(m)) }

func TestFIPSMode(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	test.FIPSMode(t, func() error {
		_, err := ecverify.Prepare(&private.PublicKey)
		return err
	})
}
