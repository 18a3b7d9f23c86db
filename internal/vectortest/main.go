// Command vectortest judges the test vectors of the module vectors with auth-go, and asks three other implementations
// for their opinion. It prints a table of the classes, with the number of cases and of wrong verdicts, and a table of
// the disagreements, each with its reason:
//
//	go run ./internal/vectortest
//
// Its exit status is 1 if a verdict is wrong, and 2 if a disagreement has no reason. The tests judge the vectors also
// with caches, while keys are rotated, and by many goroutines at once; package internal/crosstest sends them to every
// framework.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/vectors"
)

func main() {
	wrong, err := run(context.Background(), os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if wrong > 0 {
		os.Exit(1)
	}
}

// run prints the tables and returns how much is wrong in them.
func run(ctx context.Context, out io.Writer) (wrong int, err error) {
	classes, err := vectors.Load()
	if err != nil {
		return 0, err
	}
	if wrong, err = printClasses(ctx, out, classes); err != nil {
		return wrong, err
	}
	table, unexplained := askAll(ctx, classes).table()
	fmt.Fprintf(out, "\n%s", table)
	return wrong, unexplained
}

// printClasses prints the table of the classes.
func printClasses(ctx context.Context, out io.Writer, classes []vectors.Class) (wrong int, err error) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "class\tcases\taccepted\trefused\twrong\t")
	e := newEngine(core.TokenCache{Disabled: true})
	total := 0
	for _, class := range classes {
		accepted, bad := 0, 0
		for i := range class.Cases {
			c := &class.Cases[i]
			if c.Accept {
				accepted++
			}
			if !e.judge(ctx, c).fits(c) {
				bad++
			}
		}
		n := len(class.Cases)
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t\n", class.Name, n, accepted, n-accepted, bad)
		total, wrong = total+n, wrong+bad
	}
	fmt.Fprintf(w, "%d classes\t%d\t\t\t%d\t\n", len(classes), total, wrong)
	return wrong, w.Flush()
}
