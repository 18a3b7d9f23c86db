// Package snippets holds the test that compiles every Go snippet of this
// project's Markdown: README.md, docs and the adapters' pages.
//
// A snippet is a fenced block of the language go. One that begins with a
// package clause is a file by itself. Anything else is a fragment: statements
// or declarations that are wrapped in a function with the variables such a
// place has, and get the imports that they use. A comment just before the block
// names the wrapper, or says why the block can't be compiled:
//
//	<!-- snippet: gin -->
//	<!-- snippet: skip: the mistake that this section is about -->
//
// See wrappers in wrap_test.go for the names. Without a comment it is the
// framework's own in an adapter's folder, and "core" elsewhere.
//
// go test does not notice that a page outside this module has changed: after
// editing one, run it with -count=1, as .ci/run does.
package snippets
