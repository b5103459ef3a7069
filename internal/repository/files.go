package repository

import "strings"

// File is what lies at a path of a commit: a file, a symbolic link, a folder or a submodule.
type File struct {
	Path string // from the repository's top, without a slash in front
	Mode Mode
	ID   string // of the object
}

// Name is the last part of the path.
func (f File) Name() string { return f.Path[strings.LastIndexByte(f.Path, '/')+1:] }

// FileAt finds what lies at a path of a tree; false if nothing does. The empty path is the tree itself.
func (r *Repository) FileAt(tree, path string) (File, bool) {
	found := File{path, ModeTree, tree}
	if path == "" {
		return found, r.Has(tree)
	}
	for part := range strings.SplitSeq(path, "/") {
		if found.Mode != ModeTree {
			return File{}, false
		}
		e, ok := entryNamed(r.Entries(found.ID), part)
		if !ok {
			return File{}, false
		}
		found.Mode, found.ID = e.Mode, e.ID
	}
	return found, true
}

func entryNamed(entries []Entry, name string) (Entry, bool) {
	for _, e := range entries {
		if e.Name == name {
			return e, true
		}
	}
	return Entry{}, false
}

// ReadFile is the content of the file at a path of a commit, which is given as CommitAt takes it; false if there is no
// such commit or file. It is not to be changed.
func (r *Repository) ReadFile(revision, path string) ([]byte, bool) {
	c := r.CommitAt(revision)
	if c == nil {
		return nil, false
	}
	f, ok := r.FileAt(c.Tree, path)
	if !ok {
		return nil, false
	}
	return r.Blob(f.ID)
}

// Paths are the paths of all files of a commit, in git's order; nil if there is no such commit.
func (r *Repository) Paths(revision string) (paths []string) {
	if c := r.CommitAt(revision); c != nil {
		for f := range r.Walk(c.Tree, "", true) {
			if f.Mode != ModeTree {
				paths = append(paths, f.Path)
			}
		}
	}
	return paths
}

// Walk yields what lies directly below a path of a tree, and, recursively, below that: a folder comes before what is in
// it. Where there is no folder, nothing is yielded.
func (r *Repository) Walk(tree, path string, recursive bool) func(yield func(File) bool) {
	return func(yield func(File) bool) {
		if f, ok := r.FileAt(tree, path); ok && f.Mode == ModeTree {
			r.walk(f, recursive, yield)
		}
	}
}

func (r *Repository) walk(folder File, recursive bool, yield func(File) bool) bool {
	prefix := folder.Path
	if prefix != "" {
		prefix += "/"
	}
	for _, e := range r.Entries(folder.ID) {
		f := File{prefix + e.Name, e.Mode, e.ID}
		if !yield(f) || recursive && e.Mode == ModeTree && !r.walk(f, true, yield) {
			return false
		}
	}
	return true
}

// Files are all files of a tree by their paths.
func (r *Repository) Files(tree string) map[string]File {
	files := map[string]File{}
	for f := range r.Walk(tree, "", true) {
		if f.Mode != ModeTree {
			files[f.Path] = f
		}
	}
	return files
}
