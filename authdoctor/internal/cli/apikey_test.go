package cli_test

import (
	"regexp"
	"strings"
	"testing"
)

// TestAPIKey makes a key: the key is on standard error alone, and the record has no secret.
func TestAPIKey(t *testing.T) {
	args := []string{"apikey", "new", "--prefix", "northwind", "--owner", "o'neill", "--scope", "a", "--scope", "b"}
	pattern := strings.TrimSpace(run(t, "apikey", "pattern", "northwind").stdout)
	for _, format := range []string{"", "--sql"} {
		out := run(t, append(args, strings.Fields(format)...)...)
		key := strings.TrimSpace(out.stderr)
		if out.code != 0 || !regexp.MustCompile("^"+pattern+"$").MatchString(key) {
			t.Fatalf("exit code %d, %q", out.code, out.stderr)
		}
		parts := strings.Split(key, "_")
		if strings.Contains(out.stdout, parts[2]) || !strings.Contains(out.stdout, parts[1]) {
			t.Errorf("the record:\n%s", out.stdout)
		}
		want := `"owner": "o'neill"`
		if format != "" {
			want = "'o''neill', '', 'a b', "
		}
		if !strings.Contains(out.stdout, want) {
			t.Errorf("the record lacks %s:\n%s", want, out.stdout)
		}
		if out := (person{stdin: key + "\n"}).run(t, "apikey", "inspect", "--prefix", "northwind"); out.code != 0 ||
			strings.TrimSpace(out.stdout) != parts[1] {
			t.Errorf("inspect: %+v", out)
		}
		if out := (person{stdin: key[:len(key)-1]}).run(t, "apikey", "inspect", "--prefix", "northwind"); out.code != 1 ||
			strings.Contains(out.stderr+out.stdout, parts[2]) {
			t.Errorf("inspect of a key that was cut off: %+v", out)
		}
	}
	for _, bad := range [][]string{{"--prefix", "A"}, {"--lifetime", "-1h"}, {"--scope", "a b"}, {
		"--sql", "--table",
		"a;b",
	}, {"--sql", "--name", `a\`}} {
		if out := run(t, append(args, bad...)...); out.code != 2 || strings.Contains(out.stderr, "northwind_") {
			t.Errorf("%q: %+v", bad, out)
		}
	}
}
