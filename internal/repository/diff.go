package repository

import (
	"bytes"
	"cmp"
	"slices"
)

// Change is what became of one file from one tree to another.
type Change struct {
	Old, New File // of an added file Old has no ID, of a deleted one New; their paths are both the file's
	// Renamed is whether the same content was in Old before, which is gone.
	Renamed bool
}

// Added reports whether there was no such file before.
func (c Change) Added() bool { return c.Old.ID == "" }

// Deleted reports whether there is no such file any more.
func (c Change) Deleted() bool { return c.New.ID == "" }

// Changes are the files in which two trees differ, by path; "" is a tree that has none. A file that is gone and whose
// very content is in a new one was renamed; what was renamed and changed as well counts as deleted and added.
func (r *Repository) Changes(from, to string) []Change {
	var changes []Change
	r.compare("", from, to, &changes)
	changes = renames(changes)
	slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Compare(a.New.Path, b.New.Path) })
	return changes
}

// compare adds the differences of two folders. What has the same object is not looked into.
func (r *Repository) compare(prefix, from, to string, changes *[]Change) {
	if from == to {
		return
	}
	old, now := byName(r.Entries(from)), byName(r.Entries(to))
	for name, a := range old {
		b := now[name]
		if a != b {
			r.compareEntries(prefix+name, a, b, changes)
		}
	}
	for name, b := range now {
		if _, known := old[name]; !known {
			r.compareEntries(prefix+name, Entry{}, b, changes)
		}
	}
}

func byName(entries []Entry) map[string]Entry {
	m := make(map[string]Entry, len(entries))
	for _, e := range entries {
		m[e.Name] = e
	}
	return m
}

func (r *Repository) compareEntries(path string, a, b Entry, changes *[]Change) {
	folder := func(e Entry) string {
		if e.Mode == ModeTree {
			return e.ID
		}
		return ""
	}
	r.compare(path+"/", folder(a), folder(b), changes)
	c := Change{File{path, a.Mode, a.ID}, File{path, b.Mode, b.ID}, false}
	if a.Mode == ModeTree {
		c.Old.Mode, c.Old.ID = "", ""
	}
	if b.Mode == ModeTree {
		c.New.Mode, c.New.ID = "", ""
	}
	if !c.Added() || !c.Deleted() {
		*changes = append(*changes, c)
	}
}

// renames puts what was deleted and what was added with the same content together.
func renames(changes []Change) (kept []Change) {
	gone := map[string][]Change{}
	for _, c := range changes {
		if c.Deleted() {
			gone[c.Old.ID] = append(gone[c.Old.ID], c)
		}
	}
	for _, of := range gone {
		slices.SortFunc(of, func(a, b Change) int { return cmp.Compare(a.Old.Path, b.Old.Path) })
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.New.Path, b.New.Path) })
	moved := map[string]bool{}
	for i, c := range changes {
		if from := gone[c.New.ID]; c.Added() && len(from) > 0 {
			gone[c.New.ID] = from[1:]
			moved[from[0].Old.Path] = true
			changes[i] = Change{from[0].Old, c.New, true}
		}
	}
	for _, c := range changes {
		if !c.Deleted() || !moved[c.Old.Path] {
			kept = append(kept, c)
		}
	}
	return kept
}

// ChangedPaths are the paths of the files that a push from one commit to another changed: those of both trees, of a
// renamed file both. An unknown commit has no files.
func (r *Repository) ChangedPaths(from, to string) (paths []string) {
	for _, c := range r.Changes(r.treeOf(from), r.treeOf(to)) {
		paths = append(paths, c.New.Path)
		if c.Renamed {
			paths = append(paths, c.Old.Path)
		}
	}
	slices.Sort(paths)
	return paths
}

func (r *Repository) treeOf(commit string) string {
	if c := r.Commit(commit); c != nil {
		return c.Tree
	}
	return ""
}

// ChangesOf are the files that a commit changed against its first parent; of the first commit all of its files.
func (r *Repository) ChangesOf(c *Commit) []Change {
	from := ""
	if len(c.Parents) > 0 {
		from = r.treeOf(c.Parents[0])
	}
	return r.Changes(from, c.Tree)
}

// IsBinary reports whether git takes a content for binary: there is a zero byte in its beginning.
func IsBinary(content []byte) bool {
	const looked = 8000 // bytes
	return bytes.IndexByte(content[:min(len(content), looked)], 0) >= 0
}

// contents are what a change has before and after.
func (r *Repository) contents(c Change) (old, now []byte) {
	old, _ = r.Blob(c.Old.ID)
	now, _ = r.Blob(c.New.ID)
	if c.Old.Mode == ModeSubmodule {
		old = []byte("Subproject commit " + c.Old.ID + "\n")
	}
	if c.New.Mode == ModeSubmodule {
		now = []byte("Subproject commit " + c.New.ID + "\n")
	}
	return old, now
}

// Patch is the change of a file as git diff writes it, without the headers: from the first "@@" on. Of binary files it
// is a sentence, of files that only changed their name or mode "".
func (r *Repository) Patch(c Change) string {
	old, now := r.contents(c)
	switch {
	case bytes.Equal(old, now):
		return ""
	case IsBinary(old) || IsBinary(now):
		a, b := c.headers()
		return "Binary files " + a + " and " + b + " differ\n"
	}
	return unified(linesOf(old), linesOf(now))
}

// PatchWithNames is Patch with the lines that name the file before and after.
func (r *Repository) PatchWithNames(c Change) string {
	patch := r.Patch(c)
	if len(patch) < 2 || patch[:2] != "@@" {
		return patch
	}
	a, b := c.headers()
	return "--- " + a + "\n+++ " + b + "\n" + patch
}

// headers are the names of the file before and after as a patch has them.
func (c Change) headers() (a, b string) {
	a, b = "a/"+c.Old.Path, "b/"+c.New.Path
	if c.Added() {
		a = "/dev/null"
	}
	if c.Deleted() {
		b = "/dev/null"
	}
	return a, b
}

// LineCount is how many lines changes added and deleted. Binary files have none.
func (r *Repository) LineCount(changes []Change) (added, deleted int) {
	for _, c := range changes {
		old, now := r.contents(c)
		if IsBinary(old) || IsBinary(now) {
			continue
		}
		for _, e := range edits(linesOf(old), linesOf(now)) {
			deleted += e.oldTo - e.oldFrom
			added += e.newTo - e.newFrom
		}
	}
	return added, deleted
}
