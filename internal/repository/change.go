package repository

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Write is what becomes of one path: a file of that content, or none.
type Write struct {
	Content []byte // of a submodule the name of its commit
	Mode    Mode   // "" keeps that of the file before, and is ModeFile of a new one
	Delete  bool
	blob    string // the name of the blob of that content, where it is known; "" to find it
}

// CheckPath says what is wrong with a path of a file; nil if git and GitLab take it.
func CheckPath(path string) error {
	switch {
	case path == "":
		return errors.New("a path is empty")
	case strings.HasPrefix(path, "/"):
		return fmt.Errorf("the path %q begins with a slash", path)
	case strings.ContainsRune(path, 0) || !utf8.ValidString(path):
		return fmt.Errorf("the path %q is no text", path)
	}
	for part := range strings.SplitSeq(path, "/") {
		switch {
		case part == "":
			return fmt.Errorf("the path %q has an empty part", path)
		case part == "." || part == "..":
			return fmt.Errorf("the path %q has the part %q", path, part)
		case strings.EqualFold(part, ".git"):
			return fmt.Errorf("the path %q goes into .git, which is git's own", path)
		}
	}
	return nil
}

// WriteTree makes the tree that another one becomes by some writes, and returns its name. tree is "" for none. Folders
// come and go with their files. A path below a file, or a file where a folder is, is an error; so is deleting what is
// not there. Nothing is kept of a change that is refused.
func (r *Repository) WriteTree(tree string, writes map[string]Write) (string, error) {
	id, made, err := r.treeAfter(tree, writes)
	if err != nil {
		return "", err
	}
	for _, o := range made {
		r.Add(o)
	}
	return id, nil
}

// treeAfter is WriteTree that keeps nothing: what it would keep are the objects made, by their names.
func (r *Repository) treeAfter(tree string, writes map[string]Write) (id string, made map[string]Object, err error) {
	for path, w := range writes {
		if err := CheckPath(path); err != nil {
			return "", nil, err
		}
		if w.Mode == ModeSubmodule && !IsID(string(w.Content)) {
			return "", nil, fmt.Errorf("the submodule %q is at no commit", path)
		}
		if !w.Delete {
			continue
		}
		if f, ok := r.FileAt(tree, path); !ok || f.Mode == ModeTree {
			return "", nil, fmt.Errorf("there is no file %q to delete", path)
		}
	}
	made = map[string]Object{}
	id, err = r.writeTree("", tree, writes, made)
	if err != nil {
		return "", nil, err
	}
	if id == "" { // not even an empty folder is left
		id = keep(made, TreeObject(nil))
	}
	return id, made, nil
}

func keep(made map[string]Object, o Object) (id string) {
	id = o.ID()
	made[id] = o
	return id
}

// writeTree is WriteTree for one folder; paths of writes are below it. It returns "" if nothing is left in it.
func (r *Repository) writeTree(folder, tree string, writes map[string]Write, made map[string]Object) (string, error) {
	entries := map[string]Entry{} // by name
	for _, e := range r.Entries(tree) {
		entries[e.Name] = e
	}
	below := map[string]map[string]Write{}
	for path, w := range writes {
		name, rest, deeper := strings.Cut(path, "/")
		if below[name] == nil {
			below[name] = map[string]Write{}
		}
		if !deeper {
			rest = ""
		}
		below[name][rest] = w
	}
	for name, inside := range below {
		old, there := entries[name]
		delete(entries, name)
		e, err := r.writeEntry(folder+name, old, there, inside, made)
		if err != nil {
			return "", err
		}
		if e.ID != "" {
			e.Name = name
			entries[name] = e
		}
	}
	if len(entries) == 0 {
		return "", nil
	}
	return keep(made, TreeObject(slices.Collect(maps.Values(entries)))), nil
}

// writeEntry makes what an entry becomes: the write of the empty path is the entry itself.
func (r *Repository) writeEntry(path string, old Entry, there bool, inside map[string]Write,
	made map[string]Object) (e Entry, err error) {
	w, itself := inside[""]
	delete(inside, "")
	stays := there && !itself
	switch {
	case itself && !w.Delete && slices.ContainsFunc(slices.Collect(maps.Values(inside)),
		func(below Write) bool { return !below.Delete }):
		return e, fmt.Errorf("%q cannot be a file and a folder", path)
	case itself && !w.Delete && there && old.Mode == ModeTree && !r.emptied(old.ID, inside):
		return e, fmt.Errorf("%q is a folder", path)
	case len(inside) > 0 && stays && old.Mode != ModeTree:
		return e, fmt.Errorf("%q is a file; nothing lies below it", path)
	case itself && !w.Delete && w.Mode == ModeSubmodule:
		return Entry{ModeSubmodule, "", string(w.Content)}, nil
	case itself && !w.Delete && w.blob != "":
		return Entry{modeAfter(w.Mode, old, there), "", w.blob}, nil
	case itself && !w.Delete:
		return Entry{modeAfter(w.Mode, old, there), "", keep(made, Object{KindBlob, w.Content})}, nil
	case len(inside) == 0:
		return e, nil // deleted
	}
	from := ""
	if old.Mode == ModeTree {
		from = old.ID
	}
	id, err := r.writeTree(path+"/", from, inside, made)
	return Entry{ModeTree, "", id}, err
}

// emptied reports whether writes leave nothing in a folder; a file may then stand in its place.
func (r *Repository) emptied(tree string, writes map[string]Write) bool {
	for path := range r.Files(tree) {
		if !writes[path].Delete {
			return false
		}
	}
	return true
}

func modeAfter(wanted Mode, old Entry, there bool) Mode {
	switch {
	case wanted != "":
		return wanted
	case there && old.Mode != ModeTree && old.Mode != ModeSubmodule:
		return old.Mode
	}
	return ModeFile
}

// AddCommit makes a commit of a tree and keeps it. No ref moves.
func (r *Repository) AddCommit(c Commit) *Commit {
	return r.Commit(r.Add(c.Object()))
}
