// Command generate writes the pages of package errorpages into a folder.
package main

import (
	"flag"
	"log"
	"os"
	"path/filepath"

	"github.com/revstackhq/auth-go/authdoctor/internal/errorpages"
)

func main() {
	dir := flag.String("out", ".", "the folder of the pages")
	flag.Parse()
	for name, page := range map[string]string{"errors.md": errorpages.Errors(), "config-errors.md": errorpages.Config()} {
		const public = 0o644 // everyone may read a page
		if err := os.WriteFile(filepath.Join(*dir, name), []byte(page), public); err != nil {
			log.Fatal(err)
		}
	}
}
