package cli_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/revstackhq/auth-go/authdoctor/internal/cli"
)

// TestMain makes the test program authdoctor itself if it is called by that name.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "authdoctor" {
		os.Exit(cli.Run(context.Background(), os.Args[1:], cli.System()))
	}
	os.Exit(m.Run())
}

func TestCompletion(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  []string
	}{
		{[]string{"de"}, []string{"decode"}},
		{[]string{"decode", "--t"}, []string{"--token-file"}},
		{[]string{"providers", "cl"}, []string{"clerk", "cloudflare-access"}},
		{[]string{"providers", "--json", "cl"}, []string{"clerk", "cloudflare-access"}},
		{[]string{"completion", ""}, []string{"bash", "fish", "zsh"}},
		{[]string{"decode", "--token-file", "a"}, nil}, // a file name
		{[]string{"__"}, nil},
	} {
		out := run(t, append([]string{"__complete"}, c.words...)...)
		if got := strings.Fields(out.stdout); out.code != 0 || !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, %d, want %q", c.words, got, out.code, c.want)
		}
	}
	first := strings.Fields(run(t, "__complete", "").stdout)
	if !slices.Contains(first, "decode") || slices.Contains(first, "__complete") {
		t.Errorf("the commands are %q", first)
	}
}

// TestCompletionInBash lets bash complete words as it does for a person.
func TestCompletionInBash(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed")
	}
	bin := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(bin, "authdoctor")); err != nil {
		t.Skip("no symbolic links: ", err)
	}
	script := writeFile(t, "complete.bash", run(t, "completion", "bash").stdout+`
COMP_WORDS=(authdoctor providers cl)
COMP_CWORD=2
_authdoctor
echo "${COMPREPLY[*]}"
`)
	command := exec.CommandContext(t.Context(), bash, script)
	command.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := command.CombinedOutput()
	if got := strings.TrimSpace(string(out)); err != nil || got != "clerk cloudflare-access" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestCompletionScripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		run(t, "completion", shell).want(t, 0, "authdoctor __complete")
	}
	run(t, "completion", "tcsh").want(t, 2, "bash")
}
