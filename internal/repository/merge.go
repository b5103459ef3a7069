package repository

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrConflict is of changes that do not go together.
var ErrConflict = errors.New("the changes are in conflict")

// Merge makes the tree that has what became of base in ours and in theirs, as git merge-tree does, and returns its
// name and the objects that it needs, of which none is kept; "" is a tree that has nothing. A file that one side moved
// as it was takes what the other side changed along. The error is an ErrConflict that names the file.
func (r *Repository) Merge(base, ours, theirs string) (tree string, made map[string]Object, err error) {
	b, o, t := r.Files(base), r.Files(ours), r.Files(theirs)
	if err := errors.Join(r.followMoves(base, ours, b, t), r.followMoves(base, theirs, b, o)); err != nil {
		return "", nil, err
	}
	writes := map[string]Write{}
	for path := range r.Files(ours) {
		writes[path] = Write{Delete: true} // until it is found to stay
	}
	for path := range union(b, o, t) {
		w, err := r.mergeFile(b[path], o[path], t[path])
		if err != nil {
			return "", nil, fmt.Errorf("%w: %s", err, path)
		}
		now, there := r.FileAt(ours, path)
		switch {
		case there && now.Mode != ModeTree && !w.Delete && w.Mode == now.Mode && w.blob == now.ID:
			delete(writes, path)
		case !w.Delete:
			writes[path] = w
		}
	}
	tree, made, err = r.treeAfter(ours, writes)
	if err != nil { // a file and a folder are called the same
		return "", nil, fmt.Errorf("%w: %w", ErrConflict, err)
	}
	return tree, made, nil
}

// Keep keeps the objects that Merge made.
func (r *Repository) Keep(made map[string]Object) {
	for _, o := range made {
		r.Add(o)
	}
}

func union(all ...map[string]File) map[string]bool {
	paths := map[string]bool{}
	for _, files := range all {
		for path := range files {
			paths[path] = true
		}
	}
	return paths
}

// followMoves has the base and the other side have the files that a side moved as they were where it moved them. The
// error is that the other side has such a file no more. Empty files are all alike: git takes none of them for moved.
func (r *Repository) followMoves(from, to string, base, other map[string]File) error {
	for _, c := range r.Changes(from, to) {
		there, stays := other[c.Old.Path]
		_, taken := other[c.New.Path]
		if content, isBlob := r.Blob(c.New.ID); !c.Renamed || taken || isBlob && len(content) == 0 {
			continue
		}
		if !stays {
			return fmt.Errorf("%w: %s", ErrConflict, c.Old.Path)
		}
		base[c.New.Path], other[c.New.Path] = base[c.Old.Path], there
		delete(base, c.Old.Path)
		delete(other, c.Old.Path)
	}
	return nil
}

// mergeFile is what becomes of one file. A file without an ID is none.
func (r *Repository) mergeFile(base, ours, theirs File) (Write, error) {
	same := func(a, b File) bool { return a.ID == b.ID && a.Mode == b.Mode }
	switch {
	case same(ours, theirs), same(base, theirs):
		return r.writeOf(ours), nil
	case same(base, ours):
		return r.writeOf(theirs), nil
	}
	mode := ours.Mode
	if base.Mode == ours.Mode {
		mode = theirs.Mode
	} else if base.Mode != theirs.Mode && ours.Mode != theirs.Mode {
		return Write{}, ErrConflict
	}
	for _, f := range []File{ours, theirs} {
		if f.Mode != ModeFile && f.Mode != ModeExecutable { // it is gone, or has no lines
			return Write{}, ErrConflict
		}
	}
	switch {
	case ours.ID == theirs.ID, base.ID == theirs.ID:
		return Write{Mode: mode, blob: ours.ID}, nil
	case base.ID == ours.ID:
		return Write{Mode: mode, blob: theirs.ID}, nil
	}
	old, _ := r.Blob(base.ID)
	mine, _ := r.Blob(ours.ID)
	other, _ := r.Blob(theirs.ID)
	text, ok := mergeTexts(old, mine, other)
	if !ok {
		return Write{}, ErrConflict
	}
	return Write{Mode: mode, Content: text}, nil
}

func (r *Repository) writeOf(f File) Write {
	switch {
	case f.ID == "":
		return Write{Delete: true}
	case f.Mode == ModeSubmodule:
		return Write{Mode: f.Mode, Content: []byte(f.ID), blob: f.ID}
	}
	return Write{Mode: f.Mode, blob: f.ID}
}

// mergeTexts is a text with what became of it in two others; false where that is not the same in one place. Changes
// with no line between them are in one place, as git takes them.
func mergeTexts(base, ours, theirs []byte) (merged []byte, ok bool) {
	if slices.ContainsFunc([][]byte{base, ours, theirs}, IsBinary) {
		return nil, false
	}
	old, a, b := linesOf(base), linesOf(ours), linesOf(theirs)
	mine, other := edits(old, a), edits(old, b)
	at := 0
	for len(mine) > 0 || len(other) > 0 {
		n, m, from, to := nextPlace(mine, other)
		text, there := became(old, a, mine[:n], from, to), became(old, b, other[:m], from, to)
		switch {
		case n > 0 && m > 0 && text != there:
			return nil, false
		case n == 0:
			text = there
		}
		merged = append(merged, strings.Join(old[at:from], "")+text...)
		mine, other, at = mine[n:], other[m:], to
	}
	return append(merged, strings.Join(old[at:], "")...), true
}

// nextPlace is the first place that either of two texts changes: how many edits of each are in it, and its lines.
func nextPlace(mine, other []edit) (n, m, from, to int) {
	if len(mine) > 0 && (len(other) == 0 || mine[0].oldFrom <= other[0].oldFrom) {
		n, from, to = 1, mine[0].oldFrom, mine[0].oldTo
	} else {
		m, from, to = 1, other[0].oldFrom, other[0].oldTo
	}
	for grew := true; grew; {
		grew = false
		if n < len(mine) && mine[n].oldFrom <= to {
			n, to, grew = n+1, max(to, mine[n].oldTo), true
		}
		if m < len(other) && other[m].oldFrom <= to {
			m, to, grew = m+1, max(to, other[m].oldTo), true
		}
	}
	return n, m, from, to
}

// became is what lines of an old text are in a new one.
func became(old, now []string, changes []edit, from, to int) string {
	var b strings.Builder
	for _, e := range changes {
		b.WriteString(strings.Join(old[from:e.oldFrom], "") + strings.Join(now[e.newFrom:e.newTo], ""))
		from = e.oldTo
	}
	return b.String() + strings.Join(old[from:to], "")
}
