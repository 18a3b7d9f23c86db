// Command generate writes the files of test vectors in the folder data. Its output depends only on this program:
// keys, salts and nonces are derived from labels. Run it with
//
//	go generate github.com/revstackhq/auth-go/vectors
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate FOLDER")
		os.Exit(2)
	}
	if err := writeAll(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// classes returns all classes. Each has a function that states which tokens are accepted and which are not.
func classes() []*class {
	w := newWorld()
	all := []func(*world) *class{
		algNone, keyConfusion, algorithmPinning, algorithmLabels, headerKeys, critical, unencoded,
		compression, keyIDs, duplicates, jsonText, base64url, structure, size, issuers, audiences, parties,
		types, bindings, subjects, nested, lifetimes, numbers, psychic, ecdsaEncoding, ecdsaEdges, pkcs1v15,
		pssForms, eddsa, hmacs, weakKeys, flippedBits, keySelection, published, proofs,
	}
	made := make([]*class, len(all))
	for i, class := range all {
		made[i] = class(w)
	}
	return made
}

// writeAll replaces the files in a folder.
func writeAll(folder string) error {
	old, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return err
	}
	for _, name := range old {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	for _, c := range classes() {
		text, err := c.text()
		if err != nil {
			return fmt.Errorf("%s: %w", c.Class, err)
		}
		if err := os.WriteFile(filepath.Join(folder, c.Class+".json"), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// text returns the content of a class's file, with one case on each line, so that a diff is readable.
func (c *class) text() ([]byte, error) {
	var b bytes.Buffer
	line := func(before string, v any, after string) error {
		b.WriteString(before)
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(v); err != nil {
			return err
		}
		b.Truncate(b.Len() - 1) // Encode ends the line
		b.WriteString(after)
		return nil
	}
	head := []struct {
		name string
		v    any
	}{{"class", c.Class}, {"about", c.About}, {"references", c.References}}
	b.WriteString("{\n")
	for _, h := range head {
		if err := line(fmt.Sprintf("  %q: ", h.name), h.v, ",\n"); err != nil {
			return nil, err
		}
	}
	for _, m := range []struct {
		name   string
		values map[string]json.RawMessage
	}{{"contracts", c.Contracts}, {"keySets", c.KeySets}} {
		fmt.Fprintf(&b, "  %q: {", m.name)
		before := "\n    "
		for _, name := range sorted(m.values) {
			if err := line(before, name, ": "); err != nil {
				return nil, err
			}
			b.Write(m.values[name]) // as written: a set may hold a member twice
			before = ",\n    "
		}
		b.WriteString("\n  },\n")
	}
	b.WriteString("  \"cases\": [")
	before := "\n    "
	for _, v := range c.Cases {
		if err := line(before, v, ""); err != nil {
			return nil, err
		}
		before = ",\n    "
	}
	b.WriteString("\n  ]\n}\n")
	return b.Bytes(), nil
}

func decode(text string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(text) }
