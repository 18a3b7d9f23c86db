package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
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
	goMod, err := m.releasedGoMod()
	if err != nil {
		return err
	}
	files, err := r.filesOf(m, goMod)
	if err != nil {
		return err
	}
	archive, err := os.Create(filepath.Join(dir, version+".zip"))
	if err != nil {
		return err
	}
	return errors.Join(
		zip.Create(archive, module.Version{Path: m.path(), Version: version}, files),
		archive.Close(),
		os.WriteFile(filepath.Join(dir, "list"), []byte(version+"\n"), 0o644),
		os.WriteFile(filepath.Join(dir, version+".info"), info, 0o644),
		os.WriteFile(filepath.Join(dir, version+".mod"), goMod, 0o644),
	)
}

// filesOf returns the files of m's zip, with this go.mod.
func (r *repository) filesOf(m publicModule, goMod []byte) ([]zip.File, error) {
	source := filepath.Join(r.root, m.dir)
	checked, err := zip.CheckDir(source)
	if err != nil {
		return nil, err
	}
	files := make([]zip.File, len(checked.Valid))
	for i, disk := range checked.Valid {
		name, err := filepath.Rel(source, disk)
		if err != nil {
			return nil, err
		}
		file := packedFile{name: filepath.ToSlash(name), disk: disk}
		if file.name == "go.mod" {
			file.text = goMod
		}
		files[i] = file
	}
	return files, nil
}

// packedFile is a file on disk, or other text in its place.
type packedFile struct {
	name, disk string
	text       []byte
}

func (f packedFile) Path() string { return f.name }

func (f packedFile) Lstat() (os.FileInfo, error) {
	info, err := os.Lstat(f.disk)
	if err != nil || f.text == nil {
		return info, err
	}
	return sized{info, int64(len(f.text))}, nil
}

func (f packedFile) Open() (io.ReadCloser, error) {
	if f.text != nil {
		return io.NopCloser(bytes.NewReader(f.text)), nil
	}
	return os.Open(f.disk)
}

// sized is a file's description with another size.
type sized struct {
	os.FileInfo
	size int64
}

func (s sized) Size() int64 { return s.size }
