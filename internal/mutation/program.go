package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A program is one test binary that holds many mutants: every mutated function is compiled next to the original, which
// calls it if the environment names the mutant. So a mutant costs a run of the tests and not a build.
type program struct {
	dir     string // of the mutated files, relative to the repository
	test    []string
	mutants []mutant
	whole   bool          // it holds one mutant, whose edit is not inside a function, and which is always active
	timeout time.Duration // of the tests
}

// activeVar is the name of the variable, and of the environment variable, with the id of the active mutant.
const activeVar = "activeMutant"

// programs groups the mutants. Those that fit nowhere are returned with the reason.
func programs(root string, mutants []mutant) (all []*program, misfits map[string]error) {
	misfits = map[string]error{}
	known := map[string]*program{}
	for _, m := range mutants {
		if _, err := m.changed(root); err != nil {
			misfits[m.id] = err
			continue
		}
		p := &program{dir: path.Dir(m.file), test: m.test, mutants: []mutant{m}}
		source, err := m.source(root)
		if err != nil {
			misfits[m.id] = err
			continue
		}
		if _, err := withMutants(m.file, source, p.mutants, nil); err != nil {
			p.whole = true
			all = append(all, p)
			continue
		}
		key := p.dir + " " + strings.Join(p.test, " ")
		if known[key] != nil {
			known[key].mutants = append(known[key].mutants, m)
			continue
		}
		known[key] = p
		all = append(all, p)
	}
	return all, misfits
}

// files returns the content of the files that differ from the working tree, by name, without the mutants in skip.
func (p *program) files(root string, skip map[string]bool) (map[string]string, error) {
	if p.whole {
		content, err := p.mutants[0].changed(root)
		return map[string]string{p.mutants[0].file: content}, err
	}
	byFile := map[string][]mutant{}
	for _, m := range p.mutants {
		if !skip[m.id] {
			byFile[m.file] = append(byFile[m.file], m)
		}
	}
	files := map[string]string{}
	var name string
	for _, file := range slices.Sorted(maps.Keys(byFile)) {
		source, err := byFile[file][0].source(root)
		if err != nil {
			return nil, err
		}
		if files[file], err = withMutants(file, source, byFile[file], p.mutants); err != nil {
			return nil, err
		}
		if name == "" {
			parsed, err := parser.ParseFile(token.NewFileSet(), file, source, parser.PackageClauseOnly)
			if err != nil {
				return nil, err
			}
			name = parsed.Name.Name
		}
	}
	if name != "" {
		files[path.Join(p.dir, "active_mutant.go")] = fmt.Sprintf(
			"package %s\n\nimport \"os\"\n\nvar %s = os.Getenv(%q)\n", name, activeVar, activeVar)
	}
	return files, nil
}

// withMutants returns source with a copy of the surrounding function for each mutant, and in the original a switch
// that calls it. The compiler's messages name the copy of all[i] as mutant<i>.go.
func withMutants(file, source string, mutants, all []mutant) (string, error) {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, source, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	offset := func(p token.Pos) int { return set.Position(p).Offset }
	var inserts []insertion
	var copies strings.Builder
	named := map[*ast.FuncDecl]bool{}
	for i, m := range mutants {
		at, err := m.place(source)
		if err != nil {
			return "", err
		}
		f := enclosing(parsed, at, at+len(m.old), offset)
		if f == nil {
			return "", fmt.Errorf("%s: the edit is not inside a function", m.where)
		}
		header := source[offset(f.Pos()):offset(f.Name.Pos())]
		name := fmt.Sprintf("%s__mutant%d", f.Name.Name, i)
		end := offset(f.End())
		fmt.Fprintf(&copies, "\n//line mutant%d.go:1\n%s%s%s%s%s\n", indexOf(all, m), header, name,
			source[offset(f.Name.End()):at], m.new, source[at+len(m.old):end])
		call, renames := callOf(f, name, offset)
		if !named[f] { // the first one names the parameters that the original does not
			named[f] = true
			inserts = append(inserts, renames...)
		}
		inserts = append(inserts, insertion{
			at:   offset(f.Body.Lbrace) + 1,
			text: fmt.Sprintf(" if %s == %q { %s };", activeVar, m.id, call),
		})
	}
	slices.SortStableFunc(inserts, func(a, b insertion) int { return a.at - b.at })
	var out strings.Builder
	last := 0
	for _, in := range inserts {
		out.WriteString(source[last:in.at])
		out.WriteString(in.text)
		last = in.at + in.drop
	}
	out.WriteString(source[last:])
	out.WriteString(copies.String())
	return out.String(), nil
}

// insertion puts text in the place of drop bytes.
type insertion struct {
	at, drop int
	text     string
}

func indexOf(all []mutant, m mutant) int {
	return slices.IndexFunc(all, func(o mutant) bool { return o.id == m.id })
}

// enclosing returns the function whose body holds start to end, nil if there is none that can be copied.
func enclosing(file *ast.File, start, end int, offset func(token.Pos) int) *ast.FuncDecl {
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if ok && f.Body != nil && offset(f.Body.Lbrace) < start && end <= offset(f.Body.Rbrace) &&
			f.Name.Name != "init" && f.Name.Name != "main" {
			return f
		}
	}
	return nil
}

// callOf returns the statement that calls name with f's own arguments, and what gives names to those without.
func callOf(f *ast.FuncDecl, name string, offset func(token.Pos) int) (call string, renames []insertion) {
	var b strings.Builder
	n := 0
	argument := func(field *ast.Field, ident *ast.Ident) string {
		if ident != nil && ident.Name != "_" {
			return ident.Name
		}
		n++
		fresh := fmt.Sprintf("unnamed%d", n)
		if ident != nil {
			renames = append(renames, insertion{at: offset(ident.Pos()), drop: 1, text: fresh})
		} else {
			renames = append(renames, insertion{at: offset(field.Type.Pos()), text: fresh + " "})
		}
		return fresh
	}
	if f.Recv != nil {
		receiver := f.Recv.List[0]
		var ident *ast.Ident
		if len(receiver.Names) > 0 {
			ident = receiver.Names[0]
		}
		b.WriteString(argument(receiver, ident) + ".")
	}
	b.WriteString(name)
	if f.Type.TypeParams != nil {
		var types []string
		for _, field := range f.Type.TypeParams.List {
			for _, ident := range field.Names {
				types = append(types, ident.Name)
			}
		}
		b.WriteString("[" + strings.Join(types, ", ") + "]")
	}
	var args []string
	for _, field := range f.Type.Params.List {
		dots := ""
		if _, variadic := field.Type.(*ast.Ellipsis); variadic {
			dots = "..."
		}
		if len(field.Names) == 0 {
			args = append(args, argument(field, nil)+dots)
		}
		for _, ident := range field.Names {
			args = append(args, argument(field, ident)+dots)
		}
	}
	b.WriteString("(" + strings.Join(args, ", ") + ")")
	if f.Type.Results == nil {
		return b.String() + "; return", renames
	}
	return "return " + b.String(), renames
}

// testDir is where the test binary runs: the directory of the tested package.
func (p *program) testDir(root string) string {
	return filepath.Join(root, filepath.FromSlash(p.test[0]))
}
