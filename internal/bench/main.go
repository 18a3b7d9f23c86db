// Command bench converts benchstat's CSV for this package's benchmarks to
// Markdown. For one file, it writes the tables of docs/figures.md; for two files,
// the goals before and after, and the rows that have become slower. The script
// run makes the CSV.
//
// The benchmarks compare auth-go with the libraries that Go programs verify JWTs
// with today; docs/benchmarks.md says what each row does.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Names of rows that the tables and the goals use.
const (
	rowLimit     = "the limit"
	rowBare      = "no guard"
	rowFirst     = "auth-go, new token"
	rowFirstBare = "auth-go, new token, session only"
	rowStandard  = "auth-go, new token, session only, standard library"
	rowSeen      = "auth-go, cached token"
	rowSeenFlat  = "auth-go, cached token, flat claims"
	rowSeenBare  = "auth-go, cached token, session only"
)

const slowerThan = 1.03 // the largest accepted ratio of time after to time before, for rows of auth-go

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	all, compared, err := parse(in)
	if err == nil && len(all) == 0 {
		err = errors.New("no rows in benchstat's CSV")
	}
	var p page
	if !compared {
		p.addFigures(all)
	}
	p.addGoals(all, compared)
	fmt.Fprint(out, &p)
	slow := 0
	for _, r := range all {
		if r.ours() && r.change > slowerThan {
			fmt.Fprintf(out, "%s takes %.2f times as long as before\n", r.name(), r.change)
			slow++
		}
	}
	if slow > 0 {
		err = fmt.Errorf("%d rows are slower than %g times before", slow, slowerThan)
	}
	return err
}
