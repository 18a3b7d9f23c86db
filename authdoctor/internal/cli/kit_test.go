package cli_test

import (
	"bytes"
	"encoding/base64"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/authdoctor/internal/cli"
)

var update = flag.Bool("update", false, "record the answers in testdata")

// now is the time in these tests.
var now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// outcome is what a person gets.
type outcome struct {
	stdout, stderr string
	code           int
}

// person runs commands.
type person struct {
	stdin    string
	terminal bool // of stdout and stderr
	env      map[string]string
	stderr   io.Writer        // in place of a buffer
	now      func() time.Time // in place of the time of these tests
}

// screen is a terminal that says when it shows a text.
type screen struct {
	mu   sync.Mutex
	text strings.Builder
	want string
	seen chan struct{}
}

func newScreen(want string) *screen { return &screen{want: want, seen: make(chan struct{})} }

func (s *screen) Write(data []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := strings.Contains(s.text.String(), s.want)
	s.text.Write(data)
	if !before && strings.Contains(s.text.String(), s.want) {
		close(s.seen)
	}
	return len(data), nil
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func (p person) run(t *testing.T, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if p.stderr == nil {
		p.stderr = &stderr
	}
	if p.now == nil {
		p.now = func() time.Time { return now }
	}
	code := cli.Run(t.Context(), args, &cli.Env{
		Stdin:          strings.NewReader(p.stdin),
		Stdout:         &stdout,
		Stderr:         p.stderr,
		StdoutTerminal: p.terminal,
		StderrTerminal: p.terminal,
		Getenv:         func(name string) string { return p.env[name] },
		Now:            p.now,
	})
	return outcome{stdout.String(), stderr.String(), code}
}

func run(t *testing.T, args ...string) outcome {
	t.Helper()
	return person{}.run(t, args...)
}

// want checks the exit code and that out, both streams, has every text.
func (o outcome) want(t *testing.T, code int, texts ...string) {
	t.Helper()
	good := o.code == code
	if !good {
		t.Errorf("the exit code is %d, want %d", o.code, code)
	}
	for _, text := range texts {
		if !strings.Contains(o.stdout+o.stderr, text) {
			t.Errorf("the output lacks %q", text)
			good = false
		}
	}
	if !good {
		t.Logf("stdout:\n%s\nstderr:\n%s", o.stdout, o.stderr)
	}
}

// golden compares got with a file of testdata, or records it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("..", "..", "testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; if the change is wanted, run: go test ./authdoctor/internal/cli -update\ngot:\n%s", name, got)
	}
}

// compact writes a token whose signature has the given bytes.
func compact(header, claims, signature string) string {
	encode := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	return encode(header) + "." + encode(claims) + "." + encode(signature)
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
