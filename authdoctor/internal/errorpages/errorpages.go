// Package errorpages writes docs/errors.md and docs/config-errors.md: the first
// from package codes, the second from configurations that are really refused.
//
//go:generate go run ./generate -out ../../../docs
package errorpages

import (
	"embed"
	"strconv"
	"strings"
	"text/template"

	"github.com/revstackhq/auth-go/authdoctor/internal/codes"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

//go:embed *.md.tmpl
var templates embed.FS

// Errors returns docs/errors.md.
func Errors() string { return render("errors.md.tmpl", codes.All()) }

// render fills in a template.
func render(name string, data any) string {
	page := template.Must(template.New(name).Funcs(template.FuncMap{
		"anchor":     func(code core.Code) string { return Anchor(string(code)) },
		"statusCell": statusCell,
		"statusLine": statusLine,
	}).ParseFS(templates, name))
	var b strings.Builder
	if err := page.Execute(&b, data); err != nil {
		panic(err) // the template does not fit the data: a mistake in this package
	}
	return b.String()
}

// statusLine returns what a client gets, as the guard renders it.
func statusLine(code core.Code) string {
	if code == core.CodeNetworkError {
		return "Never in an answer."
	}
	refused := &core.Error{Code: code}
	answer := new(guard.Renderer).Render(nil, refused)
	line := "Status " + strconv.Itoa(answer.Status)
	if challenge := answer.Header.Get("WWW-Authenticate"); challenge != "" {
		line += " · `WWW-Authenticate: " + challenge + "`"
	}
	if answer.Header.Get("Retry-After") != "" {
		line += " · `Retry-After`"
	}
	return line + " · “" + refused.Message() + "”"
}

func statusCell(code core.Code) string {
	if code == core.CodeNetworkError {
		return "–"
	}
	return strconv.Itoa(new(guard.Renderer).Render(nil, &core.Error{Code: code}).Status)
}

// Anchor returns the fragment that GitHub gives to a heading of these pages.
func Anchor(heading string) string {
	return strings.ReplaceAll(strings.ToLower(heading), " ", "-")
}
