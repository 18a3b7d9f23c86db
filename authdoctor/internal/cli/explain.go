package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/revstackhq/auth-go/authdoctor/internal/codes"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

type explainCommand struct {
	Code string `arg:"" optional:"" help:"A code such as TOKEN_EXPIRED; all of them if not given." completion:"codes"`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help is printed below the flags.
func (explainCommand) Help() string {
	return `Needs no network and no file.

Examples:
  authdoctor explain
  authdoctor explain TOKEN_EXPIRED`
}

// Run explains a code, or lists all.
func (c *explainCommand) Run(env *Env) error {
	if c.Code == "" {
		return c.list(env)
	}
	e, ok := codes.Lookup(c.Code)
	if !ok {
		return fmt.Errorf("unknown code %q: run authdoctor explain for the list", c.Code)
	}
	rejection := new(guard.Renderer).Render(nil, &core.Error{Code: e.Code})
	if c.JSON {
		return env.showJSON(map[string]any{
			"code": e.Code, "status": rejection.Status, "cause": e.Cause, "fix": e.Fix, "page": e.Code.DocURL(),
		})
	}
	p := env.page()
	p.Line(p.Bold(string(e.Code)))
	p.Line()
	p.Text(2, "", e.Cause)
	p.Heading("What to do")
	for i, fix := range e.Fix {
		p.Text(2, strconv.Itoa(i+1)+". ", fix)
	}
	if e.Code != core.CodeNetworkError { // no error carries it
		p.Heading("What the client gets")
		rows := [][]string{{"status", strconv.Itoa(rejection.Status)}}
		for _, name := range []string{"Www-Authenticate", "Retry-After"} {
			if value := rejection.Header.Get(name); value != "" {
				rows = append(rows, []string{name, value})
			}
		}
		p.Table(2, rows...)
		p.Block(2, string(rejection.Body))
	}
	p.Line()
	p.Line(p.Dim(e.Code.DocURL()))
	return env.show(p)
}

func (c *explainCommand) list(env *Env) error {
	if c.JSON {
		return env.showJSON(codes.All())
	}
	p := env.page()
	rows := [][]string{{p.Bold("code"), p.Bold("status"), p.Bold("means")}}
	for _, e := range codes.All() {
		status := "-"
		if e.Code != core.CodeNetworkError {
			status = strconv.Itoa(new(guard.Renderer).Render(nil, &core.Error{Code: e.Code}).Status)
		}
		rows = append(rows, []string{string(e.Code), status, firstSentence(e.Cause)})
	}
	p.Table(0, rows...)
	return env.show(p)
}

func firstSentence(text string) string {
	first, _, more := strings.Cut(text, ". ")
	if more {
		first += "."
	}
	return first
}
