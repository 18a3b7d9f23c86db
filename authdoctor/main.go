// Command authdoctor answers why a token is refused: it decodes and checks
// tokens, looks at an issuer's keys, and reads, grades, compares and tests
// contracts.
//
//	authdoctor check --contract contract.json < token.txt
//
// It uses the network only where a flag or an argument names an address, and
// takes tokens from standard input or a file, never from its arguments.
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/revstackhq/auth-go/authdoctor/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := cli.Run(ctx, os.Args[1:], cli.System())
	stop()
	os.Exit(code)
}
