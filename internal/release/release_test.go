package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/revstackhq/auth-go/core/authtest"
	"github.com/revstackhq/auth-go/core/providers/clerk/clerktest"
)

func open(t *testing.T) *repository {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the go command over every module")
	}
	r, err := openRepository(t.Context())
	if err != nil {
		t.Skip("the listings and the release are checked in the workspace: ", err)
	}
	return r
}

// TestListings compares the exported names and the linked modules of every
// public module with what is committed.
func TestListings(t *testing.T) {
	t.Parallel() // the go command has parts that use one processor only
	if err := open(t).listings(t.Context(), false, t.Output()); err != nil {
		t.Error(err)
	}
}

// TestNamesOfCore bounds the names that a reader of package core has to
// read. What does not fit belongs into a package of its own, as keys and guard.
func TestNamesOfCore(t *testing.T) {
	const most = 75
	listing, err := os.ReadFile(filepath.Join(open(t).root, "api", "core.txt"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	declaration := regexp.MustCompile(`(?m)^core: (?:const|func|type|var) (\w+)`)
	for _, m := range declaration.FindAllStringSubmatch(string(listing), -1) {
		names[m[1]] = true
	}
	if len(names) == 0 || len(names) > most {
		t.Errorf("package core exports %d names, want at most %d", len(names), most)
	}
}

// TestRelease installs the packed modules as a user does: no replace, no
// workspace, none of our modules in the cache. It builds the programs of the pages
// and asks each for an answer, and installs the command.
func TestRelease(t *testing.T) {
	t.Parallel() // the go command has parts that use one processor only
	r := open(t)
	version, err := r.requiredVersion()
	if err != nil {
		t.Fatal(err)
	}
	env := userEnvironment(t, r, version)
	issuer := authtest.NewIssuer(t)
	programs := pagePrograms(t, r.root)
	if len(programs) != 5 {
		t.Fatalf("the README and the quick start have %d programs, want one for each framework and net/http", len(programs))
	}
	for i, program := range programs {
		t.Run(fmt.Sprintf("program %d", i+1), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			address := freeAddress(t)
			write(t, filepath.Join(dir, "main.go"), strings.ReplaceAll(program, "127.0.0.1:8080", address))
			userGo(t, dir, env, "mod", "init", "example.com/app")
			userGo(t, dir, env, append([]string{"get"}, requirements(r, program, version)...)...)
			userGo(t, dir, env, "build", "-o", "app", ".")
			start(t, filepath.Join(dir, "app"), slices.Concat(env, []string{"CLERK_ISSUER_URL=" + issuer.URL()}))
			expect(t, address, "", http.StatusUnauthorized)
			expect(t, address, clerktest.SessionToken(issuer, clerktest.Token{}), http.StatusOK)
		})
	}
	t.Run("install", func(t *testing.T) {
		t.Parallel()
		install(t, env, version)
	})
}

// install installs the command as a user does, and runs it.
func install(t *testing.T, env []string, version string) {
	t.Helper()
	bin := t.TempDir()
	userGo(t, t.TempDir(), slices.Concat(env, []string{"GOBIN=" + bin}), "install", prefix+"authdoctor@"+version)
	for _, c := range []struct{ args, want string }{
		{"--version", version},
		{"explain TOKEN_EXPIRED", "What to do"},
	} {
		installed := filepath.Join(bin, "authdoctor")
		out, err := exec.CommandContext(t.Context(), installed, strings.Fields(c.args)...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.want) {
			t.Errorf("authdoctor %s: %v\n%s", c.args, err, out)
		}
	}
}

// userEnvironment packs the modules into a proxy and returns an
// environment that finds them there and everything else where this machine
// finds it, with a module cache that has never seen us.
func userEnvironment(t *testing.T, r *repository, version string) []string {
	t.Helper()
	proxy, cache := t.TempDir(), t.TempDir()
	if err := r.pack(proxy, version); err != nil {
		t.Fatal(err)
	}
	out, err := goCommand(t.Context(), r.root, "env", "GOMODCACHE", "GOPROXY")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(out)
	downloaded := filepath.Join(lines[0], "cache", "download")
	env := []string{
		"GOWORK=off",
		"GOFLAGS=-modcacherw -trimpath", // -trimpath: what was built for another cache is not built again
		"GOMODCACHE=" + cache,
		"GOPROXY=" + strings.Join([]string{fileURL(proxy), fileURL(downloaded), lines[1]}, ","),
		"GONOSUMDB=" + prefix + "*",
		"GONOSUMCHECK=1",
	}
	return env
}

func fileURL(dir string) string { return "file://" + filepath.ToSlash(dir) }

// requirements returns the modules of this repository that the program imports.
func requirements(r *repository, program, version string) []string {
	var all []string
	for _, m := range r.modules {
		if strings.Contains(program, `"`+m.path()) {
			all = append(all, m.path()+"@"+version)
		}
	}
	return all
}

// pagePrograms returns the complete programs of the README and of the quick start.
func pagePrograms(t *testing.T, root string) []string {
	t.Helper()
	var programs []string
	for _, page := range []string{"README.md", "docs/quickstart.md"} {
		for _, block := range strings.Split(readFile(t, root, page), "```go\n")[1:] {
			block, _, _ = strings.Cut(block, "```")
			whole := strings.HasPrefix(block, "package main") && strings.Contains(block, "127.0.0.1:8080")
			if whole && !slices.Contains(programs, block) {
				programs = append(programs, block)
			}
		}
	}
	return programs
}

func userGo(t *testing.T, dir string, env []string, args ...string) {
	t.Helper()
	if _, err := goCommandEnv(t.Context(), dir, env, args...); err != nil {
		t.Fatal(err)
	}
}

// start runs the program until the test ends.
func start(t *testing.T, program string, env []string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	command := exec.CommandContext(ctx, program)
	command.Env = append(os.Environ(), env...)
	command.Stdout, command.Stderr = t.Output(), t.Output()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = command.Wait() // it was killed
	})
}

// freeAddress returns an address on loopback that nothing listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// expect asks for the profile until the program listens, and compares the status.
func expect(t *testing.T, address, token string, want int) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/api/profile", nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		authtest.Authorize(request, token)
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range 200 {
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode != want {
				t.Errorf("the answer is %d, want %d", response.StatusCode, want)
			}
			return
		}
		<-tick.C
	}
	t.Errorf("nothing listens on %s", address)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
