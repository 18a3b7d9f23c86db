package edverify_test

import (
	"bytes"
	"os"
	"os/exec"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/edverify"
	"github.com/revstackhq/auth-go/core/internal/standardcrypto"
)

const fipsChild = "EDVERIFY_FIPS_CHILD"

// TestMain leaves a program that has to use the standard library with TestFIPSMode alone.
func TestMain(m *testing.M) {
	if standardcrypto.Required() && os.Getenv(fipsChild) == "" {
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestFIPSMode(t *testing.T) {
	if os.Getenv(fipsChild) != "" {
		_, err := edverify.Prepare(public(newKey(1)))
		t.Logf("prepared=%t", err == nil)
		return
	}
	for godebug, want := range map[string]string{"fips140=off": "prepared=true", "fips140=on": "prepared=false"} {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFIPSMode$", "-test.v")
		child.Env = append(os.Environ(), "GODEBUG="+godebug, fipsChild+"=1")
		out, err := child.CombinedOutput()
		switch {
		case bytes.Contains(out, []byte("panic: fips140: ")):
			t.Skipf("no FIPS mode on this platform: %s", out)
		case err != nil:
			t.Fatalf("GODEBUG=%s: %v\n%s", godebug, err, out)
		case !bytes.Contains(out, []byte(want)):
			t.Errorf("GODEBUG=%s: want %q in\n%s", godebug, want, out)
		}
	}
}
