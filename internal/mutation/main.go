// Command mutation shows that the checks of this library are needed. It changes one expression at a time, runs the
// tests of the package, and expects them to fail:
//
//	go run ./internal/mutation                  every mutant
//	go run ./internal/mutation -only keys/      those whose id starts so
//	go run ./internal/mutation -list            print them, run nothing
//
// The edits are data, in mutants/*.txt; see [parse] for the format. All edits of a package are compiled into one test
// binary through go test -overlay: nothing in the working tree changes, and a mutant costs one run of the tests. The
// command exits with 1 if a mutant survives without a reason in its file, if
// one with a reason is killed, or if an edit no longer fits the code.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ok, err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "mutation:", err)
		os.Exit(2)
	case !ok:
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) (ok bool, err error) {
	flags := flag.NewFlagSet("mutation", flag.ContinueOnError)
	only := flags.String("only", "", "comma-separated prefixes: run only the mutants whose id starts with one of them")
	jobs := flags.Int("jobs", 2, "how many mutants to test at a time, 1 to 16")
	list := flags.Bool("list", false, "print the mutants, run nothing")
	if err := flags.Parse(args); err != nil {
		return false, err
	}
	if flags.NArg() > 0 || *jobs < 1 || *jobs > 16 {
		flags.Usage()
		return false, fmt.Errorf("unexpected arguments: %s", strings.Join(args, " "))
	}
	root, err := findRoot()
	if err != nil {
		return false, err
	}
	all, err := loadAll(filepath.Join(root, "internal", "mutation", "mutants"))
	if err != nil {
		return false, err
	}
	chosen := choose(all, *only)
	if len(chosen) == 0 {
		return false, fmt.Errorf("no mutant's id starts with %q", *only)
	}
	if *list {
		for _, m := range chosen {
			fmt.Fprintf(out, "%s\t%s\t%s\n", m.id, m.file, m.edit())
		}
		return true, nil
	}
	return runAll(ctx, root, chosen, *jobs, out)
}

func choose(all []mutant, prefixes string) (chosen []mutant) {
	for _, m := range all {
		for prefix := range strings.SplitSeq(prefixes, ",") {
			if strings.HasPrefix(m.id, prefix) {
				chosen = append(chosen, m)
				break
			}
		}
	}
	return chosen
}

// findRoot returns the directory of go.work, at or above the working directory.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("no go.work at or above the working directory: run this inside the repository")
		}
		dir = parent
	}
}
