// Command program links the whole catalog and calls it.
package main

import (
	"fmt"

	"github.com/revstackhq/auth-go/core/providers"
)

func main() {
	fmt.Println(len(providers.All()))
	fmt.Println(providers.Build("clerk", nil))
}
