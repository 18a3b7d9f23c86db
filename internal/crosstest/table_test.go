package crosstest_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core/adaptertest"
)

// TestTableIsWritten: testdata/table.md, the table for people, lists the
// scenarios that are played.
func TestTableIsWritten(t *testing.T) {
	const file = "testdata/table.md"
	var b bytes.Buffer
	b.WriteString(
		"# What every adapter answers\n\nWritten by `go test . -update`. `{…}` stands for a token of that name; " +
			"the complete answers are in answers.txtar.\n" +
			"\n| scenario | request | status | code or user | challenge | rule |\n|---|---|---|---|---|---|\n",
	)
	for _, s := range adaptertest.Scenarios() {
		fmt.Fprintf(&b, "| %s | %s | %d | %s | %s | %s |\n",
			s.Name,
			code(request(s)),
			s.Want.Status,
			code(string(s.Want.Code)+s.Want.User),
			code(strings.ReplaceAll(s.Want.Challenge, "\n", ", ")),
			s.Why,
		)
	}
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), want) {
		t.Errorf("%s does not list the scenarios that are played: run with -update and review the difference", file)
	}
}

// request is a scenario's request in one line.
func request(s adaptertest.Scenario) string {
	method, target := s.Method, s.Target
	if method == "" {
		method = http.MethodGet
	}
	if target == "" {
		target = adaptertest.PathPrivate
	}
	line := method + " " + target
	for _, f := range s.Fields {
		line += "; " + f.Name + ": " + f.Value
	}
	return line
}

// code quotes text in a cell of a Markdown table.
func code(text string) string {
	if text == "" {
		return ""
	}
	quoted := fmt.Sprintf("%+q", text) // shows bytes that are not text, too
	quoted = quoted[1 : len(quoted)-1]
	return "`" + strings.NewReplacer(`\"`, `"`, `\\`, `\`, "|", `\|`, "`", "'").Replace(quoted) + "`"
}
