package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/revstackhq/auth-go/authdoctor/internal/probe"
	"github.com/revstackhq/auth-go/authdoctor/internal/term"
	"github.com/revstackhq/auth-go/authdoctor/internal/token"
	"github.com/revstackhq/auth-go/core"
)

type checkCommand struct {
	contractSource `embed:""`
	tokenInput     `embed:""`

	At    string `placeholder:"TIME" help:"Judge the token at this time, such as 2026-11-26T12:00:00Z or seconds since 1970, instead of now."`
	Batch bool   `help:"Read a token from each line of the input, and print a line of JSON for each."`
	JSON  bool   `name:"json" help:"Print JSON."`
}

// Help is printed below the flags.
func (checkCommand) Help() string {
	return `Shows every step of the verification and the likely cause of a failure. Keys are fetched from the
address in the contract; a contract with static keys or a secret needs no network. It does not sign anyone in.

Exit codes: 0 accepted, 1 refused, 2 undecided, for example if the keys can't be fetched. With --batch, the exit code is
the highest of all lines.

Examples:
  authdoctor check --contract contract.json < token.txt
  pbpaste | authdoctor check --provider clerk --issuer https://clerk.example.com
  authdoctor check --provider cognito --set userPoolId=eu-west-1_Example01 --audience 4h8s2kq9v1 --token-file token.txt
  authdoctor check --config contracts.json --batch < tokens.txt`
}

// instant is a clock that always shows the same time.
type instant time.Time

func (i instant) Now() time.Time { return time.Time(i) }

// clock is a function that implements [keys.Clock].
type clock func() time.Time

func (c clock) Now() time.Time { return c() }

// Run checks the token, or every token of a batch.
func (c *checkCommand) Run(ctx context.Context, env *Env) error {
	verifier, err := c.verifier(env)
	if err != nil {
		return env.cannotCheck(err)
	}
	if c.Batch {
		return c.runBatch(ctx, env, verifier)
	}
	raw, notes, err := c.tokenInput.read(env)
	if err != nil {
		return err
	}
	report := explain(ctx, env, verifier, raw)
	report.Hints = slices.Concat(notes, c.clockHint(ctx, env, verifier, report), report.Hints)
	if c.JSON {
		err = env.showReportJSON(report, 0)
	} else {
		p := env.page()
		showReport(p, report)
		_, err = env.Stdout.Write(token.WithoutSignatures([]byte(p.String())))
	}
	if err != nil {
		return err
	}
	return verdict(report)
}

// verifier makes a verifier of the contracts.
func (c *checkCommand) verifier(env *Env) (*core.Verifier, error) {
	contracts, err := c.contractSource.read(env)
	if err != nil {
		return nil, err
	}
	options := []core.Option{core.WithLogger(slog.New(slog.DiscardHandler)), core.WithClock(clock(env.Now))}
	if c.At != "" {
		at, err := parseTime(c.At)
		if err != nil {
			return nil, err
		}
		options = append(options, core.WithClock(instant(at)))
	}
	return core.NewVerifier(contracts, options...)
}

// cannotCheck shows why a verifier cannot be made. The exit code is that of an
// undecided check: without a contract, nothing is known about the token.
func (e *Env) cannotCheck(err error) error {
	if shown := e.refuseContract(err, nil); !errors.Is(shown, errBad) {
		return shown
	}
	return errUnsure
}

func parseTime(text string) (time.Time, error) {
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(seconds, 0), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("--at %q is not a time: write one such as 2026-11-26T12:00:00Z, or seconds since 1970", text)
	}
	return at, nil
}

// explain explains a token. It shows progress, because the verifier may have to fetch keys.
func explain(ctx context.Context, env *Env, verifier *core.Verifier, raw string) core.Report {
	end := env.progress("checking the token, and fetching keys if the contract has none")
	defer end()
	return verifier.Explain(ctx, raw)
}

// clockHint compares this machine's clock with the issuer's if the token is
// refused because of its dates. It sends requests only to addresses from which keys were
// fetched.
func (c *checkCommand) clockHint(ctx context.Context, env *Env, verifier *core.Verifier, r core.Report) []string {
	if c.At != "" || r.Code != core.CodeTokenExpired && r.Code != core.CodeTokenNotActive {
		return nil
	}
	for _, health := range verifier.KeyHealth() {
		if health.Issuer != r.Issuer || health.URL == "" || health.FetchedAt.IsZero() {
			continue
		}
		if skew := probe.Compare(ctx, health.URL, env.Now); skew != nil && !skew.Agrees() {
			direction := "ahead of"
			if skew.Ahead < 0 {
				direction = "behind"
			}
			return []string{fmt.Sprintf(
				"this machine's clock is %s %s the issuer's: synchronize it (NTP)", span(skew.Ahead.Abs()), direction,
			)}
		}
	}
	return nil
}

// verdict turns a report into an exit code.
func verdict(r core.Report) error {
	switch {
	case r.Accepted:
		return nil
	case unsure(r):
		return errUnsure
	default:
		return errBad
	}
}

// unsure reports whether the report says nothing about the token, because of an
// outage or an error of the program.
func unsure(r core.Report) bool {
	return r.Code.Status() >= http.StatusInternalServerError || r.Code == core.CodeRequestCanceled
}

// runBatch checks the token of every line that is not empty.
func (c *checkCommand) runBatch(ctx context.Context, env *Env, verifier *core.Verifier) error {
	input, closeInput, err := c.open(env)
	if err != nil {
		return err
	}
	defer closeInput()
	lines := bufio.NewScanner(input)
	lines.Buffer(nil, token.MaxBytes)
	var worst error
	tokens := 0
	for n := 1; lines.Scan(); n++ {
		raw, notes := token.Clean(lines.Text())
		if raw == "" {
			continue
		}
		tokens++
		report := verifier.Explain(ctx, raw)
		report.Hints = append(notes, report.Hints...)
		if err := env.showReportJSON(report, n); err != nil {
			return err
		}
		if err := verdict(report); err != nil && worst != errUnsure { //nolint:errorlint // two sentinels of this package
			worst = err
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("a line has more than %d bytes: that is not a token", token.MaxBytes)
	case err != nil:
		return err
	case tokens == 0:
		return token.ErrEmpty
	}
	return worst
}

// showReportJSON prints a report as JSON: on a single line if line, its line in a
// batch, is not 0.
func (e *Env) showReportJSON(r core.Report, line int) error {
	report := struct {
		Line int `json:"line,omitempty"`
		core.Report
	}{line, r}
	text, err := json.Marshal(report)
	if err == nil && line == 0 {
		text, err = json.MarshalIndent(report, "", "  ")
	}
	if err != nil {
		return err
	}
	_, err = e.Stdout.Write(append(token.WithoutSignatures(text), '\n'))
	return err
}

func showReport(p *term.Page, r core.Report) {
	switch {
	case r.Accepted:
		p.Line(p.Good("ACCEPTED"))
	case unsure(r):
		p.Line(p.Warn("CANNOT TELL"), fmt.Sprintf("  %s, answered with status %d", r.Code, r.Status))
	default:
		p.Line(p.Bad("REFUSED"), fmt.Sprintf("  %s, answered with status %d", r.Code, r.Status))
	}
	if r.Provider != "" {
		p.Line("  by the contract ", term.Safe(r.Provider), " for ", term.Safe(r.Issuer))
	}
	if len(r.Hints) > 0 {
		p.Heading("Probable cause")
		for _, hint := range r.Hints {
			p.Text(2, "- ", term.Safe(hint))
		}
	}
	p.Heading("Steps")
	var rows [][]string
	for _, s := range r.Steps {
		rows = append(rows, []string{mark(p, s.Result), s.Name, stepText(p, s)})
	}
	p.Table(2, rows...)
	if r.Code != "" {
		p.Line()
		p.Line(p.Dim("authdoctor explain " + string(r.Code) + "   " + r.Code.DocURL()))
	}
}

func mark(p *term.Page, result string) string {
	switch result {
	case "pass":
		return p.Good("pass")
	case "fail":
		return p.Bad("FAIL")
	default:
		return p.Dim("-")
	}
}

// stepText returns the text for a step: its detail or, if it has none, what it found.
func stepText(p *term.Page, s core.ReportStep) string {
	switch {
	case s.Result != "pass" && s.Result != "fail":
		return p.Dim("not reached")
	case s.Detail != "":
		return term.Safe(s.Detail)
	case s.Expected == "" && s.Found == "missing":
		return p.Dim("not required, and missing")
	default:
		return term.Safe(s.Found)
	}
}

// open returns the input of a batch.
func (in *tokenInput) open(env *Env) (input io.Reader, closeInput func(), err error) {
	if in.TokenFile == "" {
		return env.Stdin, func() {}, nil
	}
	file, err := openFile(in.TokenFile)
	if err != nil {
		return nil, nil, err
	}
	return file, func() { _ = file.Close() }, nil
}
