// Command demo serves one small profile API in gin, echo v4 and v5, chi, fiber v2 and v3, and with net/http alone,
// guarded by one Clerk contract, and the issuer that signs its tokens, with the playground as its page. Everything is
// on loopback and needs only Go.
//
//	go run ./examples/demo          # serve, and print curl lines to paste
//	go run ./examples/demo -check   # play the scenarios of core/adaptertest on all of them, and report differences
//
// With CLERK_ISSUER_URL set it guards the same API with that Clerk instance;
// CLERK_AUTHORIZED_PARTIES may list the origins that may have obtained a token,
// separated by commas.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/revstackhq/auth-go/core/adaptertest"
	"github.com/revstackhq/auth-go/internal/crosstest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	gin.SetMode(gin.ReleaseMode) // gin's debug mode prints every route
	switch err := run(ctx, os.Args[1:], os.Getenv, os.Stdout); {
	case err == nil, errors.Is(err, flag.ErrHelp):
	default:
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run runs the program until ctx ends or a server fails.
func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	cfg, err := readConfig(args, getenv, out)
	if err != nil {
		return err
	}
	switch {
	case cfg.check:
		return check(ctx, crosstest.Adapters(), adaptertest.Scenarios(), out)
	case cfg.clerk.IssuerURL != "":
		return serveClerk(ctx, cfg, out)
	default:
		return serveDemo(ctx, cfg, out)
	}
}

// serveDemo serves the issuer and the APIs that trust it.
func serveDemo(ctx context.Context, cfg config, out io.Writer) (err error) {
	names := append([]string{issuerName}, frameworkNames()...)
	ports, err := listen(ctx, cfg, names)
	if err != nil {
		return err
	}
	site, err := newSite(ports[issuerName], nil)
	if err != nil {
		ports.close()
		return err
	}
	defer func() { err = errors.Join(err, site.close()) }()
	verifier, err := site.verifier()
	if err != nil {
		ports.close()
		return err
	}
	var all fleet
	defer func() { err = errors.Join(err, all.stop()) }()
	for _, f := range frameworks() {
		site.links = append(site.links, link{f.name, urlOf(ports[f.name])})
		all = append(all, start(f.name, f.serve(verifier, site.origins()), ports[f.name]))
	}
	all = append(all, start(issuerName, site.server(), ports[issuerName]))
	printDemo(out, site)
	return all.wait(ctx)
}

// shutdownTimeout bounds how long running requests may take at shutdown.
const shutdownTimeout = 5 * time.Second
