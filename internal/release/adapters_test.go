package main

import (
	"slices"
	"strings"
	"testing"
)

// TestAdapters: an adapter only connects a guard to a framework. One with 100 lines of code or more has a policy of its
// own, which belongs in core/guard, where all frameworks get it. The READMEs have the same headings, so that a reader
// finds the same facts in the same place.
func TestAdapters(t *testing.T) {
	adapters := []string{"chiauth", "echo5auth", "echoauth", "fiber3auth", "fiberauth", "ginauth"}
	// gRPC has three places to guard, no error handler to delegate to, and no way to end a stream but to wrap it.
	// Connect middleware tells calls from other requests, and ends streams too.
	larger := map[string]int{"grpcauth": 200, "connectauth": 220}
	adapters = append(adapters, "grpcauth", "connectauth")
	code := map[string]int{}
	root, names := tracked(t, ".go")
	for _, name := range names {
		dir, _, _ := strings.Cut(name, "/")
		if slices.Contains(adapters, dir) && !strings.HasSuffix(name, "_test.go") {
			code[dir] += linesOfCode(readFile(t, root, name))
		}
	}
	want := headings(readFile(t, root, adapters[0]+"/README.md"))
	if len(want) < 5 {
		t.Errorf("headings %q: are they found at all?", want)
	}
	for _, adapter := range adapters {
		most := 100
		if larger[adapter] > 0 {
			most = larger[adapter]
		}
		if n := code[adapter]; n == 0 || n >= most {
			t.Errorf("%s has %d lines of code, want fewer than %d", adapter, n, most)
		}
		if got := headings(readFile(t, root, adapter+"/README.md")); !slices.Equal(got, want) {
			t.Errorf("the README of %s has the headings %q, want %q", adapter, got, want)
		}
	}
}

// linesOfCode counts the lines that are neither empty nor only a comment.
func linesOfCode(text string) int {
	n := 0
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			n++
		}
	}
	return n
}

// headings returns the headings of a page of Markdown below its title.
func headings(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "## ") {
			all = append(all, strings.TrimSpace(line))
		}
	}
	return all
}
