// Package errorpages writes docs/errors.md and docs/config-errors.md: the first
// from package codes, the second from configurations that are really refused.
//
//go:generate go run ./generate -out ../../../docs
package errorpages

import (
	"strconv"
	"strings"

	"github.com/revstackhq/auth-go/authdoctor/internal/codes"
	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/guard"
)

const generated = "<!-- Written by go generate in authdoctor/internal/errorpages. Edit the packages there " +
	"and in authdoctor/internal/codes instead. -->\n\n"

const errorsHead = generated + `# Errors

Every refused request has one code. The client gets it in the body, with a sentence for a person:

` + "```json" + `
{"error":"The session has expired. Please sign in again.","code":"TOKEN_EXPIRED"}
` + "```" + `

What was expected and what was found is in the server's log, never in the answer. In Go the error is a ` + "`*core.Error`" + `:

<!-- snippet: error -->
` + "```go" + `
session, err := verifier.Verify(ctx, token)
switch {
case errors.Is(err, core.CodeTokenExpired):
	return errors.New("sign in again")
case errors.Is(err, core.CodeNetworkError): // any outage
	return errors.New("try again later")
case err != nil:
	return err // its text is for the log: code, detail, cause
}
fmt.Println(session.UserID())
` + "```" + `

Codes are stable: clients may switch on them. A token with several faults reports the first one in the order of this page.
` + "`Code.DocURL`" + ` returns the address of a code's section. Looking for a symptom instead? See [why 401](common-errors.md).
Mistakes in a configuration are on [a page of their own](config-errors.md).

`

// Errors returns docs/errors.md.
func Errors() string {
	var b strings.Builder
	b.WriteString(errorsHead)
	b.WriteString("| code | status |\n|---|---|\n")
	for _, e := range codes.All() {
		b.WriteString("| [`" + string(e.Code) + "`](#" + Anchor(string(e.Code)) + ") | " + statusCell(e.Code) + " |\n")
	}
	for _, e := range codes.All() {
		section(&b, e)
	}
	return b.String()
}

func section(b *strings.Builder, e codes.Explanation) {
	b.WriteString("\n## " + string(e.Code) + "\n\n")
	b.WriteString(statusLine(e.Code) + "\n\n")
	b.WriteString("**Cause.** " + e.Cause + "\n\n**Fix.**\n\n")
	for _, fix := range e.Fix {
		b.WriteString("- " + fix + "\n")
	}
}

// statusLine says what a client gets, as the guard renders it.
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
