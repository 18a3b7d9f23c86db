package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/revstackhq/auth-go/authdoctor/internal/grade"
	"github.com/revstackhq/auth-go/authdoctor/internal/term"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers"
)

type contractCommand struct {
	Print    contractPrint    `cmd:"" help:"Print the complete contract as JSON, without its secret."`
	Validate contractValidate `cmd:"" help:"Show every mistake in a contract's JSON."`
	Grade    contractGrade    `cmd:"" help:"Grade what a contract leaves open, A to F."`
	Diff     contractDiff     `cmd:"" help:"Show how two contracts differ."`
	Test     contractTest     `cmd:"" help:"Run the tests in a contract's JSON."`
}

// Help is printed below the commands.
func (contractCommand) Help() string {
	return `Examples:
  authdoctor contract validate contract.json
  authdoctor contract grade --provider clerk --issuer https://clerk.example.com
  authdoctor contract diff old.json new.json
  authdoctor contract test contract.json`
}

type contractPrint struct {
	contractSource `embed:""`
}

// Run prints the contracts.
func (c *contractPrint) Run(env *Env) error {
	contracts, err := c.read(env)
	if err != nil {
		return env.refuseContract(err, nil)
	}
	if len(contracts) == 1 {
		return env.showJSON(contracts[0])
	}
	return env.showJSON(map[string]any{"contracts": contracts})
}

type contractValidate struct {
	File string `arg:"" help:"The file, or - for standard input."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Run reads the file. It may hold one contract or several.
func (c *contractValidate) Run(env *Env) error {
	data, err := readContractFile(env, c.File)
	if err != nil {
		return err
	}
	contracts, err := parseAny(data)
	if c.JSON {
		return c.runJSON(env, err)
	}
	if err != nil {
		return env.refuseContract(err, data)
	}
	p := env.page()
	for _, contract := range contracts {
		p.Line(p.Good("VALID"), "  ", describe(contract))
		if g := grade.Of(contract); len(g.Findings) > 0 {
			p.Line(fmt.Sprintf("  grade %s: run authdoctor contract grade", g.Letter))
		}
	}
	return env.show(p)
}

func (c *contractValidate) runJSON(env *Env, err error) error {
	if err != nil && len(core.ConfigErrors(err)) == 0 {
		return err
	}
	mistakes := []map[string]any{}
	for _, e := range core.ConfigErrors(err) {
		mistakes = append(mistakes, map[string]any{
			"field": e.Field, "value": e.Value, "kind": e.Kind, "reason": e.Reason, "line": e.Line, "column": e.Column,
		})
	}
	if shown := env.showJSON(map[string]any{"valid": err == nil, "errors": mistakes}); shown != nil {
		return shown
	}
	if err != nil {
		return errBad
	}
	return nil
}

// parseAny reads one contract or several.
func parseAny(data []byte) ([]*core.Contract, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) == nil && members["contracts"] != nil {
		return providers.ParseContracts(data)
	}
	contract, err := providers.ParseContract(data)
	return []*core.Contract{contract}, err
}

// refuseContract shows the mistakes that make a contract invalid. It returns errors
// that are not about a configuration unchanged.
func (e *Env) refuseContract(err error, file []byte) error {
	mistakes := core.ConfigErrors(err)
	if len(mistakes) == 0 {
		return err
	}
	p := e.page()
	p.Line(p.Bad("INVALID"), "  ", count(len(mistakes), "mistake"))
	p.Line()
	showMistakes(p, mistakes, file)
	if err := e.show(p); err != nil {
		return err
	}
	return errBad
}

// describe names a contract: provider, issuer, algorithms.
func describe(contract *core.Contract) string {
	issuer := contract.Issuer()
	if issuer == "" {
		issuer = "any issuer"
	}
	algorithms := strings.Join(contract.Rules().Algorithms, " ")
	return term.Safe(fmt.Sprintf("%s, %s, %s", contract.Provider(), issuer, algorithms))
}

type contractGrade struct {
	contractSource `embed:""`
	JSON           bool   `name:"json" help:"Print JSON."`
	Least          string `enum:"A,B,C,D,F" default:"F" placeholder:"GRADE" help:"Exit with 1 if a contract's grade is worse than this: A, B, C or D."`
}

// Run grades the contracts.
func (c *contractGrade) Run(env *Env) error {
	contracts, err := c.read(env)
	if err != nil {
		return env.refuseContract(err, nil)
	}
	p := env.page()
	worst := "A"
	var all []any
	for i, contract := range contracts {
		g := grade.Of(contract)
		worst = max(worst, g.Letter)
		all = append(all, map[string]any{"contract": describe(contract), "grade": g.Letter, "findings": g.Findings})
		if i > 0 {
			p.Line()
		}
		showGrade(p, contract, g)
	}
	if c.JSON {
		err = env.showJSON(all)
	} else {
		err = env.show(p)
	}
	if err == nil && worst > c.Least {
		return errBad
	}
	return err
}

func showGrade(p *term.Page, contract *core.Contract, g grade.Grade) {
	letter := p.Good(g.Letter)
	switch g.Letter {
	case "B", "C":
		letter = p.Warn(g.Letter)
	case "D", "F":
		letter = p.Bad(g.Letter)
	}
	p.Line(letter, "  ", describe(contract))
	if len(g.Findings) == 0 {
		p.Line("   nothing is left open that a contract can close")
	}
	for _, f := range g.Findings {
		p.Text(3, f.Grade+"  ", term.Safe(f.Text))
		var fields []string
		for _, field := range f.Fields {
			if field.JSON != "" && field.JSON != field.Name {
				fields = append(fields, fmt.Sprintf("%s (in JSON %s)", field.Name, field.JSON))
			} else {
				fields = append(fields, field.Name)
			}
		}
		if len(fields) > 0 {
			p.Text(6, "closed by ", p.Bold(strings.Join(fields, ", ")))
		}
	}
}

type contractDiff struct {
	Old string `arg:"" help:"The file of one contract."`
	New string `arg:"" help:"The file of the other."`
}

// Run compares the complete contracts, defaults and the preset's rules included.
func (c *contractDiff) Run(env *Env) error {
	var contracts [2]*core.Contract
	var texts [2]map[string]json.RawMessage
	for i, name := range []string{c.Old, c.New} {
		data, err := readContractFile(env, name)
		if err != nil {
			return err
		}
		if contracts[i], err = providers.ParseContract(data); err != nil {
			if len(core.ConfigErrors(err)) > 0 {
				return fmt.Errorf("%s is not a valid contract: run authdoctor contract validate %s", name, name)
			}
			return err
		}
		text, err := json.Marshal(contracts[i])
		if err == nil {
			err = json.Unmarshal(text, &texts[i])
		}
		if err != nil {
			return err
		}
	}
	p := env.page()
	if contracts[0].Equal(contracts[1]) {
		p.Line(p.Good("EQUAL"), "  both accept the same tokens")
		return env.show(p)
	}
	before, after := grade.Of(contracts[0]).Letter, grade.Of(contracts[1]).Letter
	p.Line(p.Warn("DIFFERENT"), fmt.Sprintf("  grade %s before, %s after", before, after))
	differences := 0
	for _, name := range membersOfBoth(texts) {
		old, now := texts[0][name], texts[1][name]
		if bytes.Equal(old, now) {
			continue
		}
		differences++
		p.Heading(name)
		if old != nil {
			p.Block(2, p.Bad("- ")+term.SafeLines(string(old)))
		}
		if now != nil {
			p.Block(2, p.Good("+ ")+term.SafeLines(string(now)))
		}
	}
	if differences == 0 {
		p.Line("  the secrets differ")
	}
	if err := env.show(p); err != nil {
		return err
	}
	return errBad
}

func membersOfBoth(texts [2]map[string]json.RawMessage) []string {
	var names []string
	for _, text := range texts {
		for name := range text {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

type contractTest struct {
	File string `arg:"" help:"A contract's file with the member \"tests\"."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help is printed below the flags.
func (contractTest) Help() string {
	return `A test has a name, claims (or a token), the time and what to expect:

  "tests": [
    {"name": "a good token", "claims": {"sub": "user_1"}, "expect": "ACCEPTED"},
    {"name": "other audience", "claims": {"aud": "other"}, "expect": "AUDIENCE_MISMATCH"},
    {"name": "no expiry", "claims": {"exp": null}, "expect": "MISSING_CLAIM"}
  ]

Claims are signed with a temporary key that the contract trusts for the test; iss, sub, aud, azp, iat, nbf and exp have
valid values unless a test sets them. No network is used. The contract's other members keep their meaning, so the file
can be deployed as it is.

Example:
  authdoctor contract test contract.json`
}

// Run runs the tests.
func (c *contractTest) Run(env *Env) error {
	data, err := readContractFile(env, c.File)
	if err != nil {
		return err
	}
	results, err := authtest.CheckContract(data, providers.ParseContract)
	if err != nil {
		if len(core.ConfigErrors(err)) > 0 {
			if shown := env.refuseContract(err, data); !errors.Is(shown, errBad) {
				return shown
			}
			return errUnsure // its tests could not run
		}
		return errors.New(strings.ReplaceAll(err.Error(), "authtest: ", ""))
	}
	p := env.page()
	failed := 0
	for _, r := range results {
		if r.Passed() {
			p.Line(p.Good("pass"), "  ", term.Safe(r.Name), p.Dim("  "+r.Got))
			continue
		}
		failed++
		p.Line(p.Bad("FAIL"), "  ", term.Safe(r.Name))
		p.Text(6, "", term.Safe(fmt.Sprintf("got %s, expected %s", r.Got, r.Expected)))
		if r.Detail != "" {
			p.Text(6, "", term.Safe(r.Detail))
		}
	}
	p.Line()
	p.Line(fmt.Sprintf("%s, %d failed", count(len(results), "test"), failed))
	if c.JSON {
		err = env.showJSON(results)
	} else {
		err = env.show(p)
	}
	if err == nil && failed > 0 {
		return errBad
	}
	return err
}
