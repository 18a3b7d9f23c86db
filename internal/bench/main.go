// Command bench formats benchstat's CSV of this package's benchmarks: of one
// file the tables of docs/benchmarks.md and README.md, of two the rows that have
// become slower. The script run makes that CSV.
//
// The benchmarks compare auth-go with the libraries that Go programs verify JWTs
// with today. Each row does the same work: signature, alg, iss, exp, nbf, azp,
// and the claims decoded into a struct. Before anything is timed each row has to
// accept the good token and to refuse forged ones; where a library leaves a
// check to its user, the row makes it by hand.
package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// slowerThan is how much slower than before a row of auth-go may be.
const slowerThan = 1.03

func run(in io.Reader, out io.Writer) error {
	statistics, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	all := parse(string(statistics))
	switch slow := slower(all); {
	case len(all) == 0:
		return fmt.Errorf("no rows in benchstat's CSV")
	case !all[0].compared:
		fmt.Fprint(out, tables(all))
	case len(slow) > 0:
		for _, row := range slow {
			fmt.Fprintln(out, row)
		}
		return fmt.Errorf("%d of %d rows are slower than %g times before", len(slow), len(all), slowerThan)
	default:
		fmt.Fprintf(out, "No row of auth-go is slower than %g times before.\n", slowerThan)
	}
	return nil
}
