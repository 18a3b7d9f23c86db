package realtest_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// unavailable skips the test, but fails it in CI: a table that is not played proves nothing.
func unavailable(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// packages installs the packages of npm/package-lock.json once for each lock file, outside the source, and returns a
// folder from which the programs in npm/ can be run.
func packages(t *testing.T) (dir string) {
	t.Helper()
	for _, name := range []string{"node", "npm"} {
		if out, err := exec.CommandContext(t.Context(), name, "--version").Output(); err != nil || len(out) == 0 {
			unavailable(t, "%s is not installed or does not run: %v", name, err)
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		unavailable(t, "there is no folder for caches: %v", err)
	}
	root := filepath.Join(cache, "auth-go-realtest", digestOf(t, "package.json", "package-lock.json"))
	copyFiles(t, root, "package.json", "package-lock.json")
	if _, err := os.Stat(filepath.Join(root, "node_modules", ".package-lock.json")); err != nil {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		install := exec.CommandContext(ctx, "npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund")
		install.Dir = root
		if out, err := install.CombinedOutput(); err != nil {
			unavailable(t, "the packages cannot be installed: %v\n%s", err, out)
		}
	}
	// Below the packages, where node looks for them, and apart from the programs of another checkout.
	programs := []string{"provider.mjs", "client.mjs"}
	dir = filepath.Join(root, digestOf(t, programs...))
	copyFiles(t, dir, programs...)
	return dir
}

func digestOf(t *testing.T, names ...string) string {
	t.Helper()
	h := sha256.New()
	for _, name := range names {
		_, _ = h.Write(readFile(t, name))
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:9])
}

func copyFiles(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		err := os.MkdirAll(dir, 0o700)
		if err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), readFile(t, name), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("npm", name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// node is a program that runs in node until the test ends.
type node struct {
	stdin  io.Writer
	lines  chan string // of its standard output
	stderr *log
}

// log collects what a program writes.
type log struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// run starts one of the programs in npm/. authority is a file with the certificate that it trusts.
func run(t *testing.T, dir, authority string, args ...string) *node {
	t.Helper()
	n := &node{lines: make(chan string, 100), stderr: &log{}}
	cmd := exec.CommandContext(t.Context(), "node", args...)
	cmd.Dir, cmd.Stderr = dir, n.stderr
	cmd.Env = append(os.Environ(), "NODE_EXTRA_CA_CERTS="+authority, "NODE_NO_WARNINGS=1")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if n.stdin, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(n.lines)
		s := bufio.NewScanner(stdout)
		for s.Buffer(nil, 1<<20); s.Scan(); {
			if !strings.Contains(s.Text(), "NOTICE") { // that the provider's defaults are in use
				n.lines <- s.Text()
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-read
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s: %s", args[0], n.stderr)
		}
	})
	return n
}

// line returns the program's next line.
func (n *node) line(t *testing.T) string {
	t.Helper()
	select {
	case line, ok := <-n.lines:
		if !ok {
			t.Fatalf("the program has ended: %s", n.stderr)
		}
		return line
	case <-time.After(30 * time.Second):
		t.Fatalf("the program says nothing: %s", n.stderr)
		return ""
	}
}

// do has the client do something and reads its answer.
func (n *node) do(t *testing.T, op string, parameters map[string]any, answer any) {
	t.Helper()
	line := map[string]any{"op": op}
	maps.Copy(line, parameters)
	if err := json.NewEncoder(n.stdin).Encode(line); err != nil {
		t.Fatalf("%v: %s", err, n.stderr)
	}
	text := []byte(n.line(t))
	var failed struct{ Failure string }
	err := errors.Join(json.Unmarshal(text, &failed), json.Unmarshal(text, answer))
	if err != nil || failed.Failure != "" {
		t.Fatalf("%s %v: %s, %v", op, parameters, failed.Failure, err)
	}
}
