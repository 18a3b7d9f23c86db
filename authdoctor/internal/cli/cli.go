// Package cli is the command line of authdoctor: one file for each command.
package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/revstackhq/auth-go/authdoctor/internal/term"
)

// Exit codes of every command.
const (
	exitGood   = 0 // accepted, valid, no difference
	exitBad    = 1 // refused, invalid, different
	exitUnsure = 2 // undecided: wrong usage, an unreadable file, an unreachable issuer
)

// Errors of commands that have already printed their answer.
var (
	errBad    = errors.New("the answer is no")
	errUnsure = errors.New("the answer is unknown")
)

// grammar is the whole command line. A command is a struct with the method Run.
type grammar struct {
	Check      checkCommand      `cmd:"" help:"Check a token against a contract, and say why it is refused."`
	Decode     decodeCommand     `cmd:"" help:"Show what a token says, without checking it."`
	Keys       keysCommand       `cmd:"" help:"Show an issuer's keys, and what a verifier does with each."`
	Contract   contractCommand   `cmd:"" help:"Print, validate, grade, compare and test contracts."`
	Explain    explainCommand    `cmd:"" help:"Explain a code: its cause, and what to do."`
	Providers  providersCommand  `cmd:"" help:"List the providers that have a preset."`
	APIKey     apikeyCommand     `cmd:"" name:"apikey" help:"Make API keys, and inspect them."`
	Serve      serveCommand      `cmd:"" help:"Serve the playground: a page to mint, break, check and send tokens on."`
	Completion completionCommand `cmd:"" help:"Print the completion script of a shell."`
	Complete   completeCommand   `cmd:"" name:"__complete" hidden:"" passthrough:""`

	Version kong.VersionFlag `help:"Print the version and exit."`
}

const description = `Answers why a token is refused.

Tokens are read from standard input or a file, never from the arguments. The network is used only for addresses that a
flag, an argument or a contract names.

Exit codes: 0 accepted or valid, 1 refused or invalid, 2 undecided.`

// Run runs the command that args name and returns the exit code.
func Run(ctx context.Context, args []string, env *Env) int {
	if err := refuseTokens(args); err != nil {
		return env.fail(err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	exited := false
	parser, err := newParser(env, func(int) { exited = true })
	if err != nil {
		return env.fail(err)
	}
	command, err := parser.Parse(args)
	if exited { // by --help or --version
		return exitGood
	}
	if err != nil {
		return env.fail(usageError(err))
	}
	command.BindTo(ctx, (*context.Context)(nil))
	err = command.Run(env, parser)
	switch {
	case err == nil:
		return exitGood
	case errors.Is(err, errBad):
		return exitBad
	case errors.Is(err, errUnsure):
		return exitUnsure
	default:
		return env.fail(err)
	}
}

func newParser(env *Env, exit func(int)) (*kong.Kong, error) {
	return kong.New(&grammar{},
		kong.Name("authdoctor"),
		kong.Description(description),
		kong.Writers(env.Stdout, env.Stderr),
		kong.Exit(exit),
		kong.Vars{"version": version()},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: term.Width}),
	)
}

// usageError adds how to get help.
func usageError(err error) error {
	command := "authdoctor"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil && parse.Context.Selected() != nil {
		selected := parse.Context.Selected()
		command = selected.FullPath()
		if takesToken(selected) && strings.HasPrefix(err.Error(), "unexpected argument") {
			return errTokenArgument
		}
	}
	return fmt.Errorf("%w\nrun: %s --help", err, command)
}

// fail prints err and returns the exit code for "undecided".
func (e *Env) fail(err error) int {
	text := strings.TrimPrefix(err.Error(), "auth: ")
	_, _ = fmt.Fprintln(e.Stderr, "authdoctor: "+term.SafeLines(text))
	return exitUnsure
}
