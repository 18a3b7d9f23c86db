package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// pack writes all public modules at version into dir, laid out as a module
// proxy (https://go.dev/ref/mod#goproxy-protocol): GOPROXY=file://dir serves
// them as they would be released.
func (r *repository) pack(dir, version string) error {
	for _, m := range r.modules {
		if err := r.packModule(m, filepath.Join(dir, filepath.FromSlash(m.path()), "@v"), version); err != nil {
			return err
		}
	}
	return nil
}

func (r *repository) packModule(m publicModule, dir, version string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	info, err := json.Marshal(map[string]any{"Version": version, "Time": time.Now().UTC()})
	if err != nil {
		return err
	}
	source := filepath.Join(r.root, m.dir)
	goMod, err := os.ReadFile(filepath.Join(source, "go.mod"))
	if err != nil {
		return err
	}
	archive, err := os.Create(filepath.Join(dir, version+".zip"))
	if err != nil {
		return err
	}
	return errors.Join(
		zip.CreateFromDir(archive, module.Version{Path: m.path(), Version: version}, source),
		archive.Close(),
		os.WriteFile(filepath.Join(dir, "list"), []byte(version+"\n"), 0o644),
		os.WriteFile(filepath.Join(dir, version+".info"), info, 0o644),
		os.WriteFile(filepath.Join(dir, version+".mod"), goMod, 0o644),
	)
}
