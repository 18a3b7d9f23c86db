// Command generate writes the table of providers. Run it by go generate in
// core/providers.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/revstackhq/auth-go/core/providers"
	"github.com/revstackhq/auth-go/core/providers/internal/table"
)

func main() {
	out := flag.String("out", "", "the file to write")
	flag.Parse()
	if err := os.WriteFile(*out, []byte(table.Render(providers.All())), 0o644); err != nil { //nolint:gosec // a page for everybody
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
