// Command vectortest judges the test vectors of the module vectors with auth-go, directly and through a server of every
// adapter, and asks three other implementations for their opinion. It prints a table of the classes, with the number of
// cases and of wrong verdicts, a table of the adapters, and one of the disagreements, each with its reason:
//
//	go run ./internal/vectortest
//
// Its exit status is 1 if a verdict is wrong, and 2 if a disagreement has no reason. The tests judge the vectors also
// with caches, while keys are rotated, and by many goroutines at once.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/internal/vectortest/judge"
	"github.com/revstackhq/auth-go/vectors"
)

func main() {
	wrong, err := run(context.Background(), os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	switch {
	case wrong > 0:
		os.Exit(1)
	case err != nil:
		os.Exit(2)
	}
}

// run prints the tables and returns the number of wrong verdicts.
func run(ctx context.Context, out io.Writer) (wrong int, err error) {
	classes, err := vectors.Load()
	if err != nil {
		return 0, err
	}
	all, cases := allAdapters(), sendables(classes)
	answers := judgeAdapters(ctx, all, cases)
	if wrong, err = printClasses(ctx, out, classes, answers); err != nil {
		return wrong, err
	}
	if err := printAdapters(out, all, cases, answers); err != nil {
		return wrong, err
	}
	table, unexplained := judge.AskAll(ctx, classes).Table()
	fmt.Fprintf(out, "\n%s", table)
	return wrong, unexplained
}

// printClasses prints the table of the classes.
func printClasses(
	ctx context.Context, out io.Writer, classes []vectors.Class, answers []judged,
) (wrong int, err error) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "class\tcases\taccepted\trefused\twrong\tand through adapters\t")
	e := judge.NewEngine(core.TokenCache{Disabled: true})
	total, throughAdapters := 0, 0
	for _, class := range classes {
		accepted, bad, badAnswers := 0, 0, 0
		for i := range class.Cases {
			c := &class.Cases[i]
			if c.Accept {
				accepted++
			}
			if !e.Judge(ctx, c).Fits(c) {
				bad++
			}
		}
		for _, a := range answers {
			badAnswers += a.wrong[class.Name]
		}
		n := len(class.Cases)
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t\n", class.Name, n, accepted, n-accepted, bad, badAnswers)
		total, wrong, throughAdapters = total+n, wrong+bad, throughAdapters+badAnswers
	}
	fmt.Fprintf(w, "%d classes\t%d\t\t\t%d\t%d\t\n", len(classes), total, wrong, throughAdapters)
	return wrong + throughAdapters, w.Flush()
}

// printAdapters prints the table of the adapters. It returns the errors of all adapters, joined.
func printAdapters(out io.Writer, all []adapter, cases []*sendable, answers []judged) error {
	fmt.Fprintf(out, "\n%d of the cases can be sent in a request, through a server of each adapter:\n\n", len(cases))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "adapter\tsent\twrong\t")
	var errs []error
	for i, a := range answers {
		wrong := 0
		for _, n := range a.wrong {
			wrong += n
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t\n", all[i].name, a.sent, wrong)
		if a.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", all[i].name, a.err))
		}
	}
	return errors.Join(append(errs, w.Flush())...)
}
