package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core/apikey"
)

type apikeyCommand struct {
	New     newKeyCommand     `cmd:"" help:"Make an API key: shown once on standard error, its record on standard output."`
	Inspect inspectKeyCommand `cmd:"" help:"Check the form and the checksum of a key on standard input, and print its id."`
	Pattern patternCommand    `cmd:"" help:"Print the pattern that finds keys of a prefix, for secret scanners."`
}

// Help is printed below the flags.
func (apikeyCommand) Help() string {
	return `Examples:
  authdoctor apikey new --prefix northwind --owner user_42 --scope orders:read --sql | sqlite3 keys.db
  authdoctor apikey inspect --prefix northwind < key.txt
  authdoctor apikey pattern northwind`
}

type newKeyCommand struct {
	Prefix       string        `required:"" help:"How the key begins, such as northwind."`
	Owner        string        `required:"" help:"The user id of the key's sessions."`
	Organization string        `help:"The organization of the key's sessions."`
	Name         string        `help:"What the key is for, for people."`
	Scope        []string      `help:"A scope that the key has. May be given several times."`
	Lifetime     time.Duration `help:"How long the key is accepted, such as 2160h. Without it, until it is revoked."`
	SQL          bool          `name:"sql" help:"Print the record as an INSERT statement for a table that exists, instead of JSON."`
	Table        string        `default:"api_keys" help:"The table of the statement."`
}

// Help is printed below the flags.
func (newKeyCommand) Help() string {
	return `The record has a hash of the key. The key itself cannot be shown again.

Examples:
  authdoctor apikey new --prefix northwind --owner user_42 --scope orders:read --sql | sqlite3 keys.db
  authdoctor apikey new --prefix northwind --owner user_42 --lifetime 2160h > record.json`
}

// Run makes a key.
func (c *newKeyCommand) Run(env *Env) error {
	key, secret, err := apikey.NewKey(c.Prefix, apikey.Spec{
		Owner: c.Owner, Organization: c.Organization, Name: c.Name, Scopes: c.Scope, Lifetime: c.Lifetime,
	}, env.Now())
	if err != nil {
		return err
	}
	if c.SQL {
		statement, err := statementOf(c.Table, key)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(env.Stdout, statement)
		if err != nil {
			return err
		}
	} else if err := env.showJSON(key); err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.Stderr, secret.Reveal())
	return err
}

func statementOf(table string, key apikey.Key) (statement string, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("%q is not the name of a table", table)
		}
	}()
	return apikey.InsertStatement(apikey.SQLOptions{Table: table}, key)
}

type inspectKeyCommand struct {
	Prefix string `required:"" help:"How keys begin, such as northwind."`
}

// Run prints the id of a key.
func (c *inspectKeyCommand) Run(env *Env) error {
	const most = 4 << 10
	text, err := io.ReadAll(io.LimitReader(env.Stdin, most))
	if err != nil {
		return err
	}
	id, ok := apikey.Inspect(c.Prefix, strings.TrimSpace(string(text)))
	if !ok {
		_, _ = fmt.Fprintln(env.Stderr, "not a key of this prefix: the form or the checksum is wrong")
		return errBad
	}
	_, err = fmt.Fprintln(env.Stdout, id)
	return err
}

type patternCommand struct {
	Prefix string `arg:"" help:"How keys begin, such as northwind."`
}

// Run prints the pattern.
func (c *patternCommand) Run(env *Env) error {
	if c.Prefix == "" {
		return errors.New("the prefix is empty")
	}
	_, err := fmt.Fprintln(env.Stdout, apikey.Pattern(c.Prefix))
	return err
}
