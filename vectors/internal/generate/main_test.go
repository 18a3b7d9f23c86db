package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestGenerated: the committed files are what this program writes, so every case can be traced to the code that made
// it.
func TestGenerated(t *testing.T) {
	const committed = "../../data"
	fresh := t.TempDir()
	if err := writeAll(fresh); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(fresh, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	old, err := filepath.Glob(filepath.Join(committed, "*.json"))
	if err != nil || len(old) != len(names) {
		t.Errorf("%d files are committed, %d are written (%v)", len(old), len(names), err)
	}
	for _, name := range names {
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(committed, filepath.Base(name)))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the generator writes (%v): run go generate in the folder vectors", filepath.Base(name), err)
		}
	}
}
