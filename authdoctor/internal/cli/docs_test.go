package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentation compares the outputs on the page with real ones, what a
// command without a file prints and what is recorded in testdata, and finds
// every command in the page's table.
func TestDocumentation(t *testing.T) {
	read := func(elements ...string) string {
		text, err := os.ReadFile(filepath.Join(elements...))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	page := read("..", "..", "..", "docs", "doctor.md")
	var recorded string
	for _, name := range []string{"tokens.txt", "contracts.txt", "keys.txt"} {
		recorded += read("..", "..", "testdata", name)
	}
	commands := regexp.MustCompile(`(?m)^  ([a-z]+)  +[A-Z]`).FindAllStringSubmatch(run(t, "--help").stdout, -1)
	if len(commands) < 8 {
		t.Errorf("--help shows only %d commands: are they found at all?", len(commands))
	}
	for _, command := range commands {
		if !strings.Contains(page, "| `"+command[1]+"` |") {
			t.Errorf("the page does not list the command %s", command[1])
		}
	}
	compared := 0
	for _, block := range strings.Split(page, "```")[1:] {
		kind, text, _ := strings.Cut(block, "\n")
		command, output, _ := strings.Cut(text, "\n")
		switch {
		case kind != "console" && kind != "text":
			continue
		case strings.Contains(recorded, text):
		case kind == "console":
			args := strings.Fields(strings.TrimPrefix(command, "$ authdoctor "))
			if out := run(t, args...); out.stdout != output {
				t.Errorf("the page shows another output of %s\ngot:\n%s", command, out.stdout)
			}
		default:
			t.Errorf("the page shows what is not recorded:\n%s", text)
		}
		compared++
	}
	if compared < 4 {
		t.Errorf("only %d outputs were found on the page", compared)
	}
}
