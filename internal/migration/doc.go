// Package migration holds the programs that the pages in docs/migrating show as
// "before": each folder is one program with another library, as its own
// documentation has it. A test compares them with the pages.
package migration
