// Command release prepares a version of all public modules in lock-step.
//
//	go run ./internal/release                  check the next version and print what would be done
//	go run ./internal/release -version v0.2.0 -write
//	                                           set the versions in every go.mod
//	go run ./internal/release -installable     remove the replace lines from the go.mod of every command, which
//	                                           "go install" refuses: in the commit that is tagged, and nowhere else
//	go run ./internal/release -api             compare the listings in api/ with the code
//	go run ./internal/release -api -write      update them
//
// It never tags or pushes: it prints the tags in the order in which to push
// them. RELEASING.md has the whole procedure.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	version := flags.String(
		"version",
		"",
		"the version to release; without it, the one that the modules require of each other",
	)
	write := flags.Bool("write", false, "change files; without it nothing is written")
	api := flags.Bool("api", false, "only the listings of exported names and linked modules")
	installable := flags.Bool("installable", false, "only remove the replace lines from the go.mod of every command")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	repo, err := openRepository(ctx)
	if err != nil {
		return err
	}
	if *installable {
		return repo.makeInstallable(out)
	}
	if *api {
		return repo.listings(ctx, *write, out)
	}
	if *version == "" {
		if *version, err = repo.requiredVersion(); err != nil {
			return err
		}
	}
	if *write {
		if err := repo.setVersion(*version); err != nil {
			return err
		}
	}
	if err := repo.check(ctx, *version, out); err != nil {
		return err
	}
	repo.printTags(*version, out)
	return nil
}
