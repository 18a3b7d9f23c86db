package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

// requiredVersion returns the one version that all modules require of each
// other, in public modules and in the others alike.
func (r *repository) requiredVersion() (string, error) {
	version := ""
	for _, m := range r.modules {
		for _, require := range m.file.Require {
			if !strings.HasPrefix(require.Mod.Path, prefix) {
				continue
			}
			if version != "" && version != require.Mod.Version {
				return "", fmt.Errorf("%s/go.mod requires %s at %s, others require %s: set one with -version and -write",
					m.dir, require.Mod.Path, require.Mod.Version, version)
			}
			version = require.Mod.Version
		}
	}
	if version == "" {
		return "", errors.New("no module requires a sibling: name the version with -version")
	}
	return version, nil
}

// setVersion makes every module of the workspace require its siblings at version.
func (r *repository) setVersion(version string) error {
	if !semver.IsValid(version) || semver.Canonical(version) != version {
		return fmt.Errorf("-version %q is not a version like v0.2.0", version)
	}
	return filepath.WalkDir(r.root, func(name string, entry os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != r.root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata"):
			return filepath.SkipDir
		case entry.Name() != "go.mod":
			return nil
		}
		return setVersionIn(name, version)
	})
}

func setVersionIn(name, version string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	file, err := modfile.Parse(name, text, nil)
	if err != nil {
		return err
	}
	changed := false
	for _, require := range file.Require {
		if strings.HasPrefix(require.Mod.Path, prefix) && require.Mod.Version != version {
			changed = true
			if err := file.AddRequire(require.Mod.Path, version); err != nil {
				return err
			}
		}
	}
	if !changed {
		return nil
	}
	file.Cleanup()
	formatted, err := file.Format()
	if err != nil {
		return err
	}
	return os.WriteFile(name, formatted, 0o644)
}

// check compares the repository with what a release needs.
func (r *repository) check(ctx context.Context, version string, out io.Writer) error {
	var errs []error
	required, err := r.requiredVersion()
	if err == nil && required != version {
		err = fmt.Errorf(
			"the modules require %s of each other, not %s: run with -version %s -write",
			required,
			version,
			version,
		)
	}
	errs = append(errs, err, r.checkChangelog(version))
	for _, m := range r.modules {
		_, err := goCommandEnv(ctx, filepath.Join(r.root, m.dir), []string{"GOWORK=off"}, "mod", "tidy", "-diff")
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", m.dir, err))
		}
	}
	errs = append(errs, r.listings(ctx, false, out))
	return errors.Join(errs...)
}

// checkChangelog wants a section of its own for version.
func (r *repository) checkChangelog(version string) error {
	text, err := os.ReadFile(filepath.Join(r.root, "CHANGELOG.md"))
	if err != nil {
		return err
	}
	heading := "## " + strings.TrimPrefix(version, "v")
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, heading) {
			return nil
		}
	}
	return fmt.Errorf("CHANGELOG.md has no section %q: move what is under Unreleased there", heading)
}

// printTags prints the tags, each after those of the modules that it requires.
func (r *repository) printTags(version string, out io.Writer) {
	fmt.Fprintf(out, "\nTags of %s, in this order:\n", version)
	for _, m := range r.modules {
		fmt.Fprintf(out, "git tag %s/%s && git push origin %s/%s\n", m.dir, version, m.dir, version)
	}
}
