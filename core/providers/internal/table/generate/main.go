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
	page, err := table.Render(providers.All())
	if err == nil {
		err = os.WriteFile(*out, []byte(page), 0o644) //nolint:gosec // a page that everyone may read
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
