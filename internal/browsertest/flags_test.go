package browsertest_test

import (
	"flag"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	flag.String("screenshots", "", "the folder to write the pictures of docs/playground.md to")
	os.Exit(m.Run())
}
