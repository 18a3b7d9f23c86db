package crosstest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/adaptertest"
)

// TestTable prints what each adapter answers to every scenario, side by side.
func TestTable(t *testing.T) {
	if !testing.Verbose() {
		t.Skip("prints the table; run with -v")
	}
	stage := newStage(t)
	const row = "%-72.72s"
	fmt.Printf(row, "scenario")
	for _, adapter := range adapters() {
		fmt.Printf(" %-29s", adapter.Name)
	}
	fmt.Println()
	scenarios, differ := adaptertest.Scenarios(), 0
	for _, scenario := range scenarios {
		fmt.Printf(row, scenario.Name)
		cells := map[string]bool{}
		for _, adapter := range adapters() {
			x, err := stage.Play(t.Context(), adapter, scenario)
			if err != nil {
				t.Errorf("%s: %s: %v", adapter.Name, scenario.Name, err)
			}
			fmt.Printf(" %-29s", cell(x))
			cells[cell(x)] = true
		}
		if len(cells) > 1 {
			differ++
			t.Errorf("%s: the adapters differ", scenario.Name)
			fmt.Print(" DIFFERS")
		}
		fmt.Println()
	}
	fmt.Printf("\n%d scenarios, %d of them answered differently.\n", len(scenarios), differ)
}

// cell is the status of an answer, and the code or the user in its body.
func cell(x adaptertest.Exchange) string {
	var body struct {
		Code   core.Code `json:"code"`
		UserID *string   `json:"userId"`
	}
	what := ""
	switch err := json.Unmarshal(x.Body, &body); {
	case err != nil: // no JSON: HEAD, a stream, a responder's text
	case body.Code != "":
		what = string(body.Code)
	case body.UserID != nil && *body.UserID == "":
		what = "anonymous"
	case body.UserID != nil:
		what = *body.UserID
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", x.Status, what))
}

// TestTableIsWritten holds testdata/table.md, the table for people, to the rows
// that are played.
func TestTableIsWritten(t *testing.T) {
	const file = "testdata/table.md"
	var b bytes.Buffer
	b.WriteString("# What every adapter answers\n\nWritten by `go test . -update`. `{…}` stands for a token of that name; " +
		"the whole answers are in the golden files.\n\n| scenario | request | status | code or user | challenge | rule |\n|---|---|---|---|---|---|\n")
	for _, s := range adaptertest.Scenarios() {
		fmt.Fprintf(&b, "| %s | %s | %d | %s | %s | %s |\n",
			s.Name, code(request(s)), s.Want.Status, code(string(s.Want.Code)+s.Want.User), code(s.Want.Challenge), s.Why)
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
		t.Errorf("%s is not the table that is played: run with -update and look at the difference", file)
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

// code is text as it is, in a cell of a Markdown table.
func code(text string) string {
	if text == "" {
		return ""
	}
	quoted := fmt.Sprintf("%+q", text) // which shows bytes that are no text, too
	quoted = quoted[1 : len(quoted)-1]
	return "`" + strings.NewReplacer(`\"`, `"`, `\\`, `\`, "|", `\|`, "`", "'").Replace(quoted) + "`"
}
