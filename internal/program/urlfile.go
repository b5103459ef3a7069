package program

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// urlFile tells whoever waits for it where GitLab is: it is there, and whole, if and only if that can be called.
type urlFile struct {
	path string // "" for none
	text string
}

// newURLFile removes what an earlier run may have left, which would lead to nobody.
func newURLFile(path string) (*urlFile, error) {
	f := &urlFile{path: path}
	if path == "" {
		return f, nil
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			return f, usageError{fmt.Errorf("-url-file: %w", err)}
		}
		return f, nil
	case err != nil:
		return f, fmt.Errorf("-url-file: %w", err)
	case !info.Mode().IsRegular():
		return f, usageError{fmt.Errorf("-url-file: %s is no ordinary file", path)}
	}
	return f, os.Remove(path)
}

// write writes the file all at once: who finds it must not read half of it.
func (f *urlFile) write(url string) error {
	if f.path == "" {
		return nil
	}
	f.text = url + "\n"
	unfinished, err := os.CreateTemp(filepath.Dir(f.path), ".fakegitlab-url-*")
	if err != nil {
		return fmt.Errorf("-url-file: %w", err)
	}
	_, err = unfinished.WriteString(f.text)
	err = errors.Join(err, unfinished.Chmod(0o644), unfinished.Close())
	if err == nil {
		err = os.Rename(unfinished.Name(), f.path)
	}
	if err != nil {
		_ = os.Remove(unfinished.Name())
		return fmt.Errorf("-url-file: %w", err)
	}
	return nil
}

// remove removes the file, unless it has become that of another run.
func (f *urlFile) remove() {
	if text, err := os.ReadFile(f.path); err == nil && string(text) == f.text {
		_ = os.Remove(f.path)
	}
}
