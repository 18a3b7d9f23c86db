// Program makes a session outside a test: with the argument "asked" by name,
// else not.
package main

import (
	"fmt"
	"os"

	"github.com/revstackhq/auth-go/core/authtest"
)

func main() {
	var opts []authtest.SessionOption
	if len(os.Args) > 1 && os.Args[1] == "asked" {
		opts = append(opts, authtest.InsecureOutsideTests())
	}
	fmt.Println(authtest.Session("user_1", nil, opts...).UserID())
}
