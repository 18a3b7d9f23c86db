package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
)

// releasedGoMod returns m's go.mod as it is released. "go install path@version"
// refuses a module whose go.mod has replace lines, so a command has none of
// those for development. For any other module they have no effect and stay.
func (m publicModule) releasedGoMod() ([]byte, error) {
	file, err := modfile.Parse(m.file.Syntax.Name, modfile.Format(m.file.Syntax), nil) // a copy
	if err != nil {
		return nil, err
	}
	if m.command {
		for _, replace := range m.file.Replace {
			if err := file.DropReplace(replace.Old.Path, replace.Old.Version); err != nil {
				return nil, err
			}
		}
	}
	file.Cleanup()
	return file.Format()
}

// makeInstallable writes the released go.mod of every command.
func (r *repository) makeInstallable(out io.Writer) error {
	for _, m := range r.modules {
		if !m.command || len(m.file.Replace) == 0 {
			continue
		}
		text, err := m.releasedGoMod()
		if err != nil {
			return err
		}
		name := filepath.Join(r.root, m.dir, "go.mod")
		if err := os.WriteFile(name, text, 0o644); err != nil {
			return err
		}
		fmt.Fprintln(out, "wrote", m.dir+"/go.mod")
	}
	return nil
}
