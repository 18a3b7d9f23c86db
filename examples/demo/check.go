package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/adaptertest"
)

// check plays the scenarios over HTTP against every adapter and prints the
// answers side by side. It fails if an answer is not the documented one, or if
// two adapters differ in a byte.
func check(
	ctx context.Context,
	adapters []adaptertest.Adapter,
	scenarios []adaptertest.Scenario,
	out io.Writer,
) (err error) {
	stage, err := adaptertest.NewStage()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stage.Close()) }()
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "scenario")
	for _, adapter := range adapters {
		fmt.Fprint(w, "\t", adapter.Name)
	}
	fmt.Fprintln(w, "\t")
	plays := make([][]result, len(adapters)) // of each adapter, in the order of the scenarios
	for n, adapter := range adapters {
		stage.PlayAll(
			ctx, adapter, adaptertest.HTTP1, scenarios,
			func(_ adaptertest.Scenario, x adaptertest.Exchange, err error) {
				plays[n] = append(plays[n], result{x, err})
			},
		)
	}
	var differences []string
	for row, scenario := range scenarios {
		fmt.Fprint(w, scenario.Name)
		verdict := "as documented"
		report := func(adapter adaptertest.Adapter, problem any) {
			verdict = "DIFFERS"
			differences = append(differences, fmt.Sprintf("%s: %s: %v", scenario.Name, adapter.Name, problem))
		}
		for n, adapter := range adapters {
			x, err := plays[n][row].answer, plays[n][row].err
			if err != nil {
				return fmt.Errorf("%s: %s: %w", scenario.Name, adapter.Name, err)
			}
			answer := x.Golden()
			if err := scenario.Check(x); err != nil {
				report(adapter, err)
			} else if answer != plays[0][row].answer.Golden() {
				report(adapter, fmt.Sprintf("the answer is not %s's:\n%s", adapters[0].Name, answer))
			}
			fmt.Fprint(w, "\t", cell(x))
		}
		fmt.Fprintln(w, "\t"+verdict)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(differences) > 0 {
		fmt.Fprintf(out, "\n%s\n", strings.Join(differences, "\n"))
		return fmt.Errorf("%d differences, see above", len(differences))
	}
	fmt.Fprintf(
		out,
		"\n%d scenarios, %d adapters: every answer is as documented, and the same from each.\n",
		len(scenarios),
		len(adapters),
	)
	return nil
}

// result is what an adapter answered, or why it did not.
type result struct {
	answer adaptertest.Exchange
	err    error
}

// cell is the status of an answer with the code or the user in its body.
func cell(x adaptertest.Exchange) string {
	var body struct {
		Code   core.Code `json:"code"`
		UserID *string   `json:"userId"`
	}
	what := ""
	switch err := json.Unmarshal(x.Body, &body); {
	case err != nil: // not JSON: HEAD, a stream, a responder's text
	case body.Code != "":
		what = string(body.Code)
	case body.UserID != nil && *body.UserID == "":
		what = "anonymous"
	case body.UserID != nil:
		what = *body.UserID
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", x.Status, what))
}
