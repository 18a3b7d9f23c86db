package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// checkReasons compares the modules that m links with its deps.txt, which
// names each with the reason that it is needed:
//
//	github.com/maypok86/otter/v2    the bounded caches of verified tokens and tenants
//
// A dependency is written down by a person, so this file is never written by
// the command.
func (r *repository) checkReasons(m publicModule, linked []string) error {
	name := m.dir + "/deps.txt"
	text, err := os.ReadFile(filepath.Join(r.root, filepath.FromSlash(name)))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	var errs []error
	var listed []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		path, reason, _ := strings.Cut(line, " ")
		if strings.TrimSpace(reason) == "" {
			errs = append(errs, fmt.Errorf("%s: %s has no reason", name, path))
		}
		listed = append(listed, path)
	}
	for _, path := range linked {
		if !slices.Contains(listed, path) {
			errs = append(
				errs,
				fmt.Errorf("%s: %s is linked but not listed; add it with its reason, or do without it", name, path),
			)
		}
	}
	for _, path := range listed {
		if !slices.Contains(linked, path) {
			errs = append(errs, fmt.Errorf("%s: %s is listed but no longer linked; remove the line", name, path))
		}
	}
	return errors.Join(errs...)
}
