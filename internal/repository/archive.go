package repository

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// ErrArchiveFormat is of a form that nothing here writes.
var ErrArchiveFormat = errors.New("there is no archive of that format")

// ErrNoFolder is of a path of a tree where no folder is.
var ErrNoFolder = errors.New("there is no such folder")

// ArchiveOptions say what an archive has.
type ArchiveOptions struct {
	Format  string // tar.gz, tgz, gz, tar or zip
	Prefix  string // the folder that all is in, without a slash behind
	Path    string // only what is in that folder; "": all
	Exclude []string
}

// Archive writes the files of a commit as git archive does: with the commit's time, and its name in a comment. The
// error is ErrArchiveFormat, ErrNoFolder, or what w returns.
func (r *Repository) Archive(w io.Writer, c *Commit, o ArchiveOptions) error {
	if f, ok := r.FileAt(c.Tree, o.Path); !ok || f.Mode != ModeTree {
		return ErrNoFolder
	}
	switch o.Format {
	case "tar":
		return r.tar(w, c, o)
	case "tar.gz", "tgz", "gz":
		z := gzip.NewWriter(w)
		return errors.Join(r.tar(z, c, o), z.Close())
	case "zip":
		return r.zip(w, c, o)
	}
	return ErrArchiveFormat
}

// archived are the files and folders that an archive has, with what each contains. Folders come ahead of what is in
// them, where anything is.
func (r *Repository) archived(c *Commit, o ArchiveOptions, add func(name string, f File, content []byte) error) error {
	var err error
	for f := range r.Walk(c.Tree, o.Path, true) {
		if slices.ContainsFunc(o.Exclude, func(path string) bool {
			path = strings.Trim(path, "/")
			return f.Path == path || strings.HasPrefix(f.Path, path+"/")
		}) {
			continue
		}
		if slices.Contains(strings.Split(f.Path, "/"), "..") {
			continue // no name leads out of the folder where somebody unpacks it, however the tree came here
		}
		content, _ := r.Blob(f.ID)
		name := o.Prefix + "/" + f.Path
		if f.Mode == ModeTree || f.Mode == ModeSubmodule {
			name += "/"
		}
		if err = add(name, f, content); err != nil {
			return err
		}
	}
	return nil
}

// permissions are those that git archive gives, by whether a file may be run.
func permissions(m Mode) int64 {
	if m == ModeFile {
		return 0o664
	}
	return 0o775
}

func (r *Repository) tar(w io.Writer, c *Commit, o ArchiveOptions) error {
	t := tar.NewWriter(w)
	err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "pax_global_header",
		PAXRecords: map[string]string{"comment": c.ID}})
	header := func(name string, kind byte, m Mode, size int) *tar.Header {
		return &tar.Header{Typeflag: kind, Name: name, Mode: permissions(m), Size: int64(size), Uname: "root", Gname: "root",
			ModTime: c.Committer.When}
	}
	err = errors.Join(err, t.WriteHeader(header(o.Prefix+"/", tar.TypeDir, ModeTree, 0)))
	err = errors.Join(err, r.archived(c, o, func(name string, f File, content []byte) error {
		switch f.Mode {
		case ModeTree, ModeSubmodule:
			return t.WriteHeader(header(name, tar.TypeDir, f.Mode, 0))
		case ModeSymlink:
			h := header(name, tar.TypeSymlink, f.Mode, 0)
			h.Linkname, h.Mode = string(content), 0o777
			return t.WriteHeader(h)
		}
		if err := t.WriteHeader(header(name, tar.TypeReg, f.Mode, len(content))); err != nil {
			return err
		}
		_, err := t.Write(content)
		return err
	}))
	return errors.Join(err, t.Close())
}

func (r *Repository) zip(w io.Writer, c *Commit, o ArchiveOptions) error {
	z := zip.NewWriter(w)
	add := func(name string, mode fs.FileMode, content []byte) error {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: c.Committer.When.In(time.UTC)}
		h.SetMode(mode)
		if len(content) == 0 {
			h.Method = zip.Store
		}
		in, err := z.CreateHeader(h)
		if err == nil {
			_, err = in.Write(content)
		}
		return err
	}
	err := errors.Join(z.SetComment(c.ID), add(o.Prefix+"/", fs.ModeDir|0o755, nil))
	err = errors.Join(err, r.archived(c, o, func(name string, f File, content []byte) error {
		switch f.Mode {
		case ModeTree, ModeSubmodule:
			return add(name, fs.ModeDir|0o755, nil)
		case ModeSymlink:
			return add(name, fs.ModeSymlink|0o777, content)
		case ModeExecutable:
			return add(name, 0o755, content)
		}
		return add(name, 0o644, content)
	}))
	return errors.Join(err, z.Close())
}
