package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/revstackhq/auth-go/core/providers/clerk"
)

// serveClerk serves the APIs, guarded by a real Clerk instance.
func serveClerk(ctx context.Context, cfg config, out io.Writer) (err error) {
	contract, err := clerk.NewContract(cfg.clerk)
	if err != nil {
		return fmt.Errorf("CLERK_ISSUER_URL: %w", err)
	}
	ports, err := listen(ctx, cfg, frameworkNames())
	if err != nil {
		return err
	}
	var all fleet
	defer func() { err = errors.Join(err, all.stop()) }()
	var links []link
	for _, f := range frameworks() {
		links = append(links, link{f.name, urlOf(ports[f.name])})
		all = append(all, start(f.name, f.serve(contract, cfg.clerk.AuthorizedParties), ports[f.name]))
	}
	printClerk(out, cfg.clerk, links)
	return all.wait(ctx)
}
