package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/revstackhq/auth-go/authdoctor/internal/token"
)

// tokenInput is where a command takes a token from.
type tokenInput struct {
	TokenFile string `placeholder:"FILE" help:"Read the token from this file instead of standard input." type:"existingfile"`
}

// errTokenArgument explains why a token must not be an argument. It does not repeat the token.
var errTokenArgument = errors.New(
	`tokens are not accepted as arguments: the shell's history and the list of processes would expose them.
Use standard input or a file:
  pbpaste | authdoctor decode            (or xclip -o, wl-paste, Get-Clipboard)
  authdoctor decode --token-file token.txt
If it was a real token, end its session, or wait until it has expired`,
)

// refuseTokens finds tokens among the arguments before anything can print them.
func refuseTokens(args []string) error {
	for _, arg := range args {
		words := strings.FieldsFunc(arg, func(r rune) bool { return strings.ContainsRune(" \t\r\n=:\"'", r) })
		if slices.ContainsFunc(words, token.Looks) {
			return errTokenArgument
		}
	}
	return nil
}

// takesToken reports whether the command reads a token. An argument that it does
// not expect may be an opaque token.
func takesToken(command *kong.Node) bool {
	for _, flag := range command.Flags {
		if flag.Name == "token-file" {
			return true
		}
	}
	return false
}

// read returns the token without what people often paste with it, and notes about
// what was removed.
func (in *tokenInput) read(env *Env) (raw string, notes []string, err error) {
	text, err := in.text(env)
	if err != nil {
		return "", nil, err
	}
	raw, notes = token.Clean(text)
	if raw == "" {
		return "", nil, fmt.Errorf("%w\n%s", token.ErrEmpty, howToPipe)
	}
	return raw, notes, nil
}

const howToPipe = "pipe the token in, or name a file with --token-file"

func (in *tokenInput) text(env *Env) (string, error) {
	from, what := env.Stdin, "standard input"
	switch {
	case in.TokenFile != "":
		file, err := openFile(in.TokenFile)
		if err != nil {
			return "", err
		}
		defer func() { _ = file.Close() }()
		from, what = file, in.TokenFile
	case env.StdinTerminal && env.StderrTerminal:
		_, _ = fmt.Fprintln(env.Stderr, "Paste the token, then press Enter and Ctrl-D:")
	}
	data, err := io.ReadAll(io.LimitReader(from, token.MaxBytes+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("%s: %w", what, err)
	case len(data) > token.MaxBytes:
		return "", fmt.Errorf("%s has more than %d bytes: that is not a token", what, token.MaxBytes)
	}
	return string(data), nil
}

func openFile(name string) (*os.File, error) {
	return os.Open(name) // #nosec G304 -- the person who runs the command names it
}
