package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// listedPackage is what "go list -json" prints of a package.
type listedPackage struct {
	ImportPath string
	Name       string
	Export     string
	Standard   bool
	Module     *struct{ Path string }
}

// packages runs "go list" in dir.
func packages(ctx context.Context, dir string, env []string, args ...string) ([]listedPackage, error) {
	list := append([]string{"list", "-json=ImportPath,Name,Export,Standard,Module"}, args...)
	out, err := goCommandEnv(ctx, dir, env, list...)
	if err != nil {
		return nil, err
	}
	var all []listedPackage
	for decoder := json.NewDecoder(strings.NewReader(out)); ; {
		var p listedPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
}

// compiled lists the packages of all modules and what they link, with the files
// that describe what they export.
func (r *repository) compiled(ctx context.Context) ([]listedPackage, error) {
	args := []string{"-deps", "-export"}
	for _, m := range r.modules {
		args = append(args, "./"+m.dir+"/...")
	}
	return packages(ctx, r.root, nil, args...)
}

// surface returns one line for each exported name of the packages of m that
// users can import: the name and its type, fields and methods on lines of
// their own. linked are the compiled packages.
func surface(m publicModule, linked []listedPackage) (string, error) {
	exports := map[string]string{}
	for _, p := range linked {
		exports[p.ImportPath] = p.Export
	}
	open := func(pkg string) (io.ReadCloser, error) { return os.Open(exports[pkg]) }
	imports := importer.ForCompiler(token.NewFileSet(), "gc", open)
	var text strings.Builder
	for _, p := range linked {
		if p.Module == nil || p.Module.Path != m.path() || p.Name == "main" || internal(p.ImportPath) {
			continue
		}
		pkg, err := imports.Import(p.ImportPath)
		if err != nil {
			return "", err
		}
		short := strings.TrimPrefix(p.ImportPath, prefix)
		for _, line := range exported(pkg) {
			fmt.Fprintf(&text, "%s: %s\n", short, line)
		}
	}
	lines := strings.SplitAfter(text.String(), "\n")
	slices.Sort(lines)
	return strings.Join(lines, ""), nil
}

func internal(importPath string) bool {
	return slices.Contains(strings.Split(importPath, "/"), "internal")
}

// exported describes the exported names of pkg.
func exported(pkg *types.Package) []string {
	// Names of the package itself are not qualified, others by their package's name.
	qualify := func(other *types.Package) string {
		if other == pkg {
			return ""
		}
		return other.Name()
	}
	var lines []string
	for _, name := range pkg.Scope().Names() {
		object := pkg.Scope().Lookup(name)
		if !object.Exported() {
			continue
		}
		switch object := object.(type) {
		case *types.TypeName:
			lines = append(lines, describeType(object, qualify)...)
		case *types.Const:
			lines = append(
				lines,
				fmt.Sprintf("const %s %s = %s", name, types.TypeString(object.Type(), qualify), object.Val().ExactString()),
			)
		default:
			lines = append(lines, types.ObjectString(object, qualify))
		}
	}
	return lines
}

func describeType(object *types.TypeName, qualify types.Qualifier) []string {
	name := object.Name()
	if object.IsAlias() {
		return []string{types.ObjectString(object, qualify)}
	}
	var lines []string
	switch under := object.Type().Underlying().(type) {
	case *types.Struct:
		lines = append(lines, "type "+name+" struct")
		for field := range under.Fields() {
			if field.Exported() {
				lines = append(
					lines,
					fmt.Sprintf("type %s struct, %s %s", name, field.Name(), types.TypeString(field.Type(), qualify)),
				)
			}
		}
	case *types.Interface:
		lines = append(lines, "type "+name+" interface")
		for method := range under.Methods() {
			lines = append(lines, fmt.Sprintf("type %s interface, %s%s", name, method.Name(), signature(method, qualify)))
		}
	default:
		lines = append(lines, fmt.Sprintf("type %s %s", name, types.TypeString(under, qualify)))
	}
	named, ok := object.Type().(*types.Named)
	if !ok {
		return lines
	}
	set := types.NewMethodSet(types.NewPointer(named))
	for selection := range set.Methods() {
		method, ok := selection.Obj().(*types.Func)
		if !ok || !method.Exported() || types.IsInterface(named) {
			continue
		}
		receiver := name
		if method.Signature().Recv() != nil {
			if _, pointer := method.Signature().Recv().Type().(*types.Pointer); pointer {
				receiver = "*" + name
			}
		}
		lines = append(lines, fmt.Sprintf("method (%s) %s%s", receiver, method.Name(), signature(method, qualify)))
	}
	return lines
}

func signature(method *types.Func, qualify types.Qualifier) string {
	return strings.TrimPrefix(types.TypeString(method.Signature(), qualify), "func")
}

// linkedModules are the modules outside this repository that m's packages link.
func (r *repository) linkedModules(ctx context.Context, m publicModule) ([]string, error) {
	// In the workspace, m is built with versions that other modules demand.
	linked, err := packages(ctx, filepath.Join(r.root, m.dir), []string{"GOWORK=off"}, "-deps", "./...")
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, p := range linked {
		if p.Module != nil && p.Module.Path != m.path() {
			paths = append(paths, p.Module.Path)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}

// listings compares the committed listings with the code, or writes them.
func (r *repository) listings(ctx context.Context, write bool, out io.Writer) error {
	all, err := r.compiled(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, m := range r.modules {
		names, err := surface(m, all)
		if err != nil {
			return err
		}
		if names != "" || !m.command { // a command may have no package that others can import
			errs = append(errs, r.listing(path.Join("api", m.dir+".txt"), names, write, out))
		}
	}
	return errors.Join(append(errs, r.dependencies(ctx))...)
}

// dependencies compares the modules that each module links with its deps.txt. It
// runs the go command for some modules at once, because it mostly waits.
func (r *repository) dependencies(ctx context.Context) error {
	errs := make([]error, len(r.modules))
	turn := make(chan struct{}, 4)
	var running sync.WaitGroup
	for i, m := range r.modules {
		running.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			linked, err := r.linkedModules(ctx, m)
			if err == nil {
				err = r.checkReasons(m, linked)
			}
			errs[i] = err
		})
	}
	running.Wait()
	return errors.Join(errs...)
}

func (r *repository) listing(name, want string, write bool, out io.Writer) error {
	file := filepath.Join(r.root, filepath.FromSlash(name))
	have, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if string(have) == want {
		return nil
	}
	if !write {
		return fmt.Errorf("%s differs from the code; if the change is wanted, run: go run ./internal/release -api -write\n%s",
			name, difference(string(have), want))
	}
	fmt.Fprintln(out, "wrote", name)
	return errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(want), 0o644))
}

// difference shows the lines that only one of two sorted listings has.
func difference(have, want string) string {
	old, now := strings.Split(have, "\n"), strings.Split(want, "\n")
	var text strings.Builder
	for _, line := range old {
		if _, found := slices.BinarySearch(now, line); !found && line != "" {
			fmt.Fprintln(&text, "-", line)
		}
	}
	for _, line := range now {
		if _, found := slices.BinarySearch(old, line); !found && line != "" {
			fmt.Fprintln(&text, "+", line)
		}
	}
	return text.String()
}
