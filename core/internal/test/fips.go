package test

import (
	"bytes"
	"os"
	"os/exec"
	"testing"

	"github.com/revstackhq/auth-go/core/internal/standardcrypto"
)

const fipsChild = "AUTH_GO_FIPS_CHILD"

// IsFIPSChild reports whether the program is one that [FIPSMode] has started.
func IsFIPSChild() bool { return os.Getenv(fipsChild) != "" }

// RunPrepared runs the tests of a package of prepared keys. In a program that has to use the standard library, it
// runs only the tests of [FIPSMode]. It returns the program's exit code.
func RunPrepared(m *testing.M) (code int) {
	if standardcrypto.Required() && !IsFIPSChild() {
		return 0
	}
	return m.Run()
}

// FIPSMode checks that prepare, which prepares a good key, succeeds without FIPS 140-3 mode and fails in it. It runs
// the calling test again, in a program of each kind.
func FIPSMode(t *testing.T, prepare func() error) {
	t.Helper()
	if IsFIPSChild() {
		t.Logf("enabled=%t prepared=%t", !standardcrypto.Required(), prepare() == nil)
		return
	}
	for godebug, want := range map[string]string{
		"fips140=off": "enabled=true prepared=true",
		"fips140=on":  "enabled=false prepared=false",
	} {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
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
