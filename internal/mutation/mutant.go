package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// mutant is one edit that a test must notice.
type mutant struct {
	id       string
	file     string   // relative to the repository, with slashes
	after    string   // where it is not empty, the edit is after the only place with this text
	old, new string   // the code, and what replaces it
	test     []string // arguments of go test: a package, then flags
	survives string   // why no test can notice; empty for the others
	where    string   // file and line of the definition, for messages
}

// edit shows the edit on one line.
func (m mutant) edit() string {
	oneLine := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	return oneLine(m.old) + "  →  " + oneLine(m.new)
}

// place returns where in source the edit begins, an error if that is not exactly one place.
func (m mutant) place(source string) (int, error) {
	start := 0
	if m.after != "" {
		switch strings.Count(source, m.after) {
		case 0:
			return 0, fmt.Errorf("%s: %s no longer contains the line after @: %s", m.where, m.file, m.after)
		case 1:
			start = strings.Index(source, m.after)
		default:
			return 0, fmt.Errorf("%s: %s contains the line after @ more than once: %s", m.where, m.file, m.after)
		}
	}
	n := strings.Count(source[start:], m.old)
	switch {
	case n == 0:
		return 0, fmt.Errorf("%s: %s no longer contains %q", m.where, m.file, m.old)
	case n > 1 && m.after == "":
		return 0, fmt.Errorf("%s: %s contains %q %d times: name the function with an @ line", m.where, m.file, m.old, n)
	}
	return start + strings.Index(source[start:], m.old), nil
}

// apply returns source with the edit.
func (m mutant) apply(source string) (string, error) {
	at, err := m.place(source)
	if err != nil {
		return "", err
	}
	return source[:at] + m.new + source[at+len(m.old):], nil
}

// changed returns the mutated file's content. It fails if the edit does not fit or leaves something that is not Go.
func (m mutant) changed(root string) (string, error) {
	source, err := m.source(root)
	if err != nil {
		return "", err
	}
	mutated, err := m.apply(source)
	if err != nil {
		return "", err
	}
	if _, err := parser.ParseFile(token.NewFileSet(), m.file, mutated, parser.SkipObjectResolution); err != nil {
		return "", fmt.Errorf("%s: the edit leaves a syntax error: %w", m.where, err)
	}
	return mutated, nil
}

func (m mutant) source(root string) (string, error) {
	source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(m.file)))
	if err != nil {
		return "", fmt.Errorf("%s: %w", m.where, err)
	}
	return string(source), nil
}

func loadAll(dir string) (all []mutant, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return nil, err
	}
	seen := map[string]string{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		part, err := parse(filepath.Base(name), string(data))
		if err != nil {
			return nil, err
		}
		for _, m := range part {
			if other := seen[m.id]; other != "" {
				return nil, fmt.Errorf("%s: the id %s is also used at %s", m.where, m.id, other)
			}
			seen[m.id] = m.where
		}
		all = append(all, part...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no mutants in %s", dir)
	}
	return all, nil
}

// parse reads a file of mutants:
//
//	file core/internal/jose/token.go      for the mutants that follow
//	test ./core/internal/jose -run Token  arguments of go test, likewise; by default the package of the file
//
//	mutant jose/empty-signature
//	@ func split                     optional: the edit is the first one after this text, which occurs once
//	- case second == len(raw)-1:     the text to replace, which occurs once (after the @ line, the first counts)
//	+ case false:                    its replacement; without such a line the text is removed
//	test ./core                      optional: arguments for this mutant only
//	survives: why no test can notice optional
//
// Several - or + lines are joined by line ends. Lines that start with # are comments.
func parse(name, data string) (all []mutant, err error) {
	var file string
	var test []string
	var current *mutant
	for i, line := range strings.Split(data, "\n") {
		where := fmt.Sprintf("%s:%d", name, i+1)
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case strings.TrimSpace(line) == "":
			current = nil
		case strings.HasPrefix(line, "#"):
		case word == "file":
			file, test, current = rest, []string{"./" + filepath.ToSlash(filepath.Dir(rest))}, nil
		case word == "test" && current == nil:
			test = strings.Fields(rest)
		case word == "test":
			current.test = strings.Fields(rest)
		case word == "mutant":
			if file == "" {
				return nil, fmt.Errorf("%s: no file line before it", where)
			}
			all = append(all, mutant{id: rest, file: file, test: test, where: where})
			current = &all[len(all)-1]
		case current == nil:
			return nil, fmt.Errorf("%s: %q belongs to no mutant", where, line)
		case word == "@":
			current.after = rest
		case word == "-":
			current.old = joinLine(current.old, rest)
		case word == "+":
			current.new = joinLine(current.new, rest)
		case word == "survives:":
			current.survives = rest
		default:
			return nil, fmt.Errorf("%s: %q is not understood", where, line)
		}
	}
	for _, m := range all {
		switch {
		case m.id == "" || strings.ContainsAny(m.id, " \t"):
			return nil, fmt.Errorf("%s: an id is one word", m.where)
		case m.old == "":
			return nil, fmt.Errorf("%s: %s has no - line", m.where, m.id)
		case m.old == m.new:
			return nil, fmt.Errorf("%s: %s changes nothing", m.where, m.id)
		}
	}
	return all, nil
}

func joinLine(text, line string) string {
	if text == "" {
		return line
	}
	return text + "\n" + line
}
