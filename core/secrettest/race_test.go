//go:build race

package secrettest_test

import (
	"fmt"
	"testing"
)

// TestMain runs no tests under the race detector: fmt and reflection read clients
// and verifiers that are in use without their locks. What they print is searched
// in every run without the detector.
func TestMain(*testing.M) {
	fmt.Println("skipped under the race detector: printing a value that is in use is a data race")
}
