package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/build"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// prefix begins the path of every module of this repository.
const prefix = "github.com/revstackhq/auth-go/"

// repository is the checkout that the command runs in.
type repository struct {
	root    string
	modules []publicModule
}

// publicModule is a module that users may require.
type publicModule struct {
	dir     string // from the root, also the last part of its path
	file    *modfile.File
	command bool // its root is a program that people install with "go install"
}

func (m publicModule) path() string { return prefix + m.dir }

// openRepository finds the workspace above the working directory.
func openRepository(ctx context.Context) (*repository, error) {
	out, err := goCommand(ctx, ".", "env", "GOWORK")
	if err != nil {
		return nil, err
	}
	workFile := strings.TrimSpace(out)
	if workFile == "" || workFile == "off" {
		return nil, errors.New("run it inside the repository, without GOWORK=off: go.work lists the modules")
	}
	text, err := os.ReadFile(workFile)
	if err != nil {
		return nil, err
	}
	work, err := modfile.ParseWork(workFile, text, nil)
	if err != nil {
		return nil, err
	}
	r := &repository{root: filepath.Dir(workFile)}
	for _, use := range work.Use {
		dir := strings.TrimPrefix(filepath.ToSlash(use.Path), "./")
		if !public(dir) {
			continue
		}
		file, err := r.readModule(dir)
		if err != nil {
			return nil, err
		}
		command, err := r.isCommand(dir)
		if err != nil {
			return nil, err
		}
		r.modules = append(r.modules, publicModule{dir: dir, file: file, command: command})
	}
	return r, r.sort()
}

// public reports whether users may require the module in dir.
func public(dir string) bool {
	return dir != "examples" && !strings.HasPrefix(dir, "internal/")
}

func (r *repository) readModule(dir string) (*modfile.File, error) {
	name := filepath.Join(r.root, dir, "go.mod")
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return modfile.Parse(name, text, nil)
}

// isCommand reports whether the package in dir is a program.
func (r *repository) isCommand(dir string) (bool, error) {
	pkg, err := build.Default.ImportDir(filepath.Join(r.root, dir), 0)
	var none *build.NoGoError
	if errors.As(err, &none) {
		return false, nil
	}
	return err == nil && pkg.IsCommand(), err
}

// sort orders the modules so that each follows the siblings that it requires:
// the order in which tags must be pushed.
func (r *repository) sort() error {
	slices.SortFunc(r.modules, func(a, b publicModule) int { return strings.Compare(a.dir, b.dir) })
	var sorted []publicModule
	done := map[string]bool{}
	for len(sorted) < len(r.modules) {
		before := len(sorted)
		for _, m := range r.modules {
			ready := !slices.ContainsFunc(m.siblings(), func(path string) bool { return !done[path] })
			if ready && !done[m.path()] {
				sorted, done[m.path()] = append(sorted, m), true
			}
		}
		if len(sorted) == before {
			return errors.New("the modules require each other in a circle, or one that is not public")
		}
	}
	r.modules = sorted
	return nil
}

// siblings are the paths of the modules of this repository that m requires.
func (m publicModule) siblings() []string {
	var paths []string
	for _, require := range m.file.Require {
		if strings.HasPrefix(require.Mod.Path, prefix) {
			paths = append(paths, require.Mod.Path)
		}
	}
	return paths
}

// goCommand runs the go command in dir and returns what it prints.
func goCommand(ctx context.Context, dir string, args ...string) (string, error) {
	return goCommandEnv(ctx, dir, nil, args...)
}

func goCommandEnv(ctx context.Context, dir string, env []string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir = dir
	command.Env = append(os.Environ(), env...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return stdout.String(), fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return stdout.String(), nil
}
