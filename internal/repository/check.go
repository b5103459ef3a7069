package repository

import (
	"errors"
	"fmt"
	"strings"
)

// Fault is why git takes no object of a push: what its fsck says of it (fsck.c, with fsck.* as Gitaly has them).
type Fault struct {
	ID   string // of the object
	Text string // "hasDotdot: contains '..'"
}

// Error names the object ahead of what is said.
func (f *Fault) Error() string { return "object " + f.ID + ": " + f.Text }

// What fsck says.
const (
	faultTree       = "badTree: cannot be parsed as a tree"
	faultCommit     = "missingTree: invalid format - expected 'tree' line"
	faultTag        = "missingObject: invalid format - expected 'object' line"
	faultDot        = "hasDot: contains '.'"
	faultDotdot     = "hasDotdot: contains '..'"
	faultDotgit     = "hasDotgit: contains '.git'"
	faultSlash      = "fullPathname: contains full pathnames"
	faultDuplicates = "duplicateEntries: contains duplicate file entries"
	faultOrder      = "treeNotSorted: not properly sorted"
	faultZero       = "nullSha1: contains entries pointing to null sha1"
	faultLongName   = "largePathname: contains excessively large pathname"
)

// longestName is how many bytes the name of an entry has at most.
const longestName = 4096

// Check says what is wrong with an object by itself: a *Fault; nil if git takes it. id is its name.
func (o Object) Check(id string) error {
	switch _, err := o.Links(); {
	case err == nil && o.Kind != KindTree:
		return nil
	case errors.Is(err, errBrokenCommit):
		return &Fault{id, faultCommit}
	case errors.Is(err, errBrokenTag):
		return &Fault{id, faultTag}
	}
	entries, err := ParseTree(o.Data)
	if err != nil {
		return &Fault{id, faultTree}
	}
	names := make(map[string]bool, len(entries))
	for i, e := range entries {
		fault := e.fault()
		switch {
		case fault != "":
		case names[e.Name]:
			fault = faultDuplicates
		case i > 0 && entries[i-1].sortKey() > e.sortKey():
			fault = faultOrder
		}
		if fault != "" {
			return &Fault{id, fault}
		}
		names[e.Name] = true
	}
	return nil
}

// fault is what is wrong with an entry by itself; "" for nothing.
func (e Entry) fault() string {
	switch {
	case e.ID == ZeroID:
		return faultZero
	case strings.Contains(e.Name, "/"):
		return faultSlash
	case e.Name == ".":
		return faultDot
	case e.Name == "..":
		return faultDotdot
	case isDotGit(e.Name):
		return faultDotgit
	case len(e.Name) > longestName:
		return faultLongName
	}
	return ""
}

// isDotGit reports whether a file system of Windows or of a Mac could take a name for .git: it drops dots and spaces at
// the end and what follows a colon, has short names, and knows characters that count for nothing.
func isDotGit(name string) bool {
	visible := strings.Map(func(r rune) rune {
		if r >= 0x200c && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x206a && r <= 0x206f || r == 0xfeff {
			return -1
		}
		return r
	}, name)
	if strings.EqualFold(visible, ".git") {
		return true
	}
	for part := range strings.SplitSeq(name, `\`) {
		part, _, _ = strings.Cut(part, ":")
		part = strings.TrimRight(part, " .")
		if strings.EqualFold(part, ".git") || strings.EqualFold(part, "git~1") {
			return true
		}
	}
	return false
}

// ErrKind is of an object that is of another kind than what leads to it says.
var ErrKind = errors.New("object of unexpected type")

// Brings are the objects that an object leads to, itself among them, of those that were sent: what the repository has
// or brought has is left out, for from there all is there. It is ErrMissing if one of them is nowhere, and ErrKind.
func (r *Repository) Brings(id string, sent, brought map[string]Object) (map[string]Object, error) {
	more := map[string]Object{}
	todo := []Link{{ID: id}}
	for len(todo) > 0 {
		link := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		o, known := more[link.ID]
		for _, there := range []map[string]Object{brought, r.objects} {
			if !known {
				o, known = there[link.ID]
			}
		}
		if !known {
			var ok bool
			if o, ok = sent[link.ID]; !ok {
				return nil, fmt.Errorf("%w: %s", ErrMissing, link.ID)
			}
			links, err := o.Links()
			if err != nil {
				return nil, err
			}
			more[link.ID] = o
			todo = append(todo, links...)
		}
		if link.Kind != "" && o.Kind != link.Kind {
			return nil, ErrKind
		}
	}
	return more, nil
}

// Broken are those of the objects that were sent that lead, by any way, to one that is nowhere. Each object is looked
// at once.
func (r *Repository) Broken(sent map[string]Object) map[string]bool {
	above := map[string][]string{} // what leads to an object that the repository does not have
	var todo []string
	for id, o := range sent {
		links, _ := o.Links() // who sends what is no such object is refused for that
		for _, link := range links {
			if r.Has(link.ID) {
				continue
			}
			if _, ok := sent[link.ID]; !ok && above[link.ID] == nil {
				todo = append(todo, link.ID)
			}
			above[link.ID] = append(above[link.ID], id)
		}
	}
	broken := map[string]bool{}
	for len(todo) > 0 {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, up := range above[id] {
			if !broken[up] {
				broken[up] = true
				todo = append(todo, up)
			}
		}
	}
	return broken
}

// How much one tree may have: what goes through all of it would never end otherwise, for a tree may have another one
// many times.
const (
	maxPaths = 1_000_000
	maxDepth = 2048 // folders within one another, as in git (core.maxTreeDepth)
)

// below is how much a tree has.
type below struct{ paths, depth int }

// CheckSize refuses a tree, with a sentence, that has more than anybody could go through.
func (r *Repository) CheckSize(tree string) error {
	switch size := r.sizeOf(tree, 0); {
	case size.depth > maxDepth:
		return fmt.Errorf("the tree %s has more than %d folders within one another", tree, maxDepth)
	case size.paths > maxPaths:
		return fmt.Errorf("the tree %s has more than %d paths", tree, maxPaths)
	}
	return nil
}

// sizeOf counts each tree once, however often it is there. It ends where too much is found, level folders down.
func (r *Repository) sizeOf(tree string, level int) below {
	if size, known := r.sizes[tree]; known {
		return size
	}
	if level > maxDepth {
		return below{depth: maxDepth + 1}
	}
	var size below
	for _, e := range r.Entries(tree) {
		size.paths++
		if e.Mode == ModeTree {
			inside := r.sizeOf(e.ID, level+1)
			size.paths += inside.paths
			size.depth = max(size.depth, inside.depth+1)
		}
		if size.paths > maxPaths || size.depth > maxDepth {
			return size
		}
	}
	r.sizes[tree] = size
	return size
}
