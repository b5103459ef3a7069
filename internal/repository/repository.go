package repository

import (
	"cmp"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
)

// Repository is one repository: its objects and its refs. Where HEAD leads is for its owner to say.
type Repository struct {
	objects map[string]Object
	order   []string           // their names, as they came
	commits map[string]*Commit // those of the objects that were asked for
	sizes   map[string]below   // of trees that were counted
	refs    map[string]string  // the object that a full name leads to
	folders map[string]int     // "refs/heads/": how many refs lie below it
	lately  struct {           // what AncestorsOf has found
		of        string
		ancestors map[string]bool
	}
	head func() string // the full name of the default branch, which may not be there
}

// New makes a repository that has nothing yet. head is asked each time where HEAD leads: the full name of the default
// branch's ref, whether it is there or not.
func New(head func() string) *Repository {
	return &Repository{objects: map[string]Object{}, commits: map[string]*Commit{}, sizes: map[string]below{},
		refs: map[string]string{}, folders: map[string]int{}, head: head}
}

// Ref is a ref: its full name and the object that it leads to.
type Ref struct{ Name, ID string }

// ErrMissing is of an object that the repository does not have.
var ErrMissing = errors.New("there is no such object")

// Add keeps an object, whose name it returns. One that is there is the same. What a tree, a commit or a tag leads to is
// not looked at: Brings and Check do.
func (r *Repository) Add(o Object) (id string) {
	id = o.ID()
	if _, known := r.objects[id]; !known {
		r.objects[id] = o
		r.order = append(r.order, id)
	}
	return id
}

// Has reports whether there is an object of that whole name.
func (r *Repository) Has(id string) bool { _, ok := r.objects[id]; return ok }

// Object is the object of a whole name; false if there is none. Its data is not to be changed.
func (r *Repository) Object(id string) (Object, bool) { o, ok := r.objects[id]; return o, ok }

// Objects are all objects by their names, in the order of these.
func (r *Repository) Objects() iter.Seq2[string, Object] {
	return func(yield func(string, Object) bool) {
		for _, id := range slices.Sorted(maps.Keys(r.objects)) {
			if !yield(id, r.objects[id]) {
				return
			}
		}
	}
}

// Since are the names of all objects that came after the first n, in the order in which they came.
func (r *Repository) Since(n int) []string { return r.order[n:] }

// Count is how many objects there are.
func (r *Repository) Count() int { return len(r.order) }

// Forget takes back the objects that came after the first n, of which nobody knows yet and to which no ref leads.
func (r *Repository) Forget(n int) {
	for _, id := range r.order[n:] {
		delete(r.objects, id)
		delete(r.commits, id)
		delete(r.sizes, id)
	}
	r.order = r.order[:n]
}

// Try makes a change that may be refused in the end, which it says with false: then the objects that it added are
// forgotten.
func (r *Repository) Try(change func() bool) {
	before, done := r.Count(), false
	defer func() {
		if !done {
			r.Forget(before)
		}
	}()
	done = change()
}

// Size is how many bytes all objects have, and how many there are.
func (r *Repository) Size() (bytes, objects int) {
	for _, o := range r.objects {
		bytes += len(o.Data)
	}
	return bytes, len(r.objects)
}

// Blob is the content of a blob; false if there is no such blob.
func (r *Repository) Blob(id string) ([]byte, bool) {
	o, ok := r.objects[id]
	return o.Data, ok && o.Kind == KindBlob
}

// Commit is the commit of a whole name; nil if there is none. It is not to be changed.
func (r *Repository) Commit(id string) *Commit {
	if c := r.commits[id]; c != nil {
		return c
	}
	o, ok := r.objects[id]
	if !ok || o.Kind != KindCommit {
		return nil
	}
	c, err := ParseCommit(o.Data)
	if err != nil {
		return nil
	}
	r.commits[id] = c
	return c
}

// AnnotatedTag is the tag object of a whole name; nil if there is none.
func (r *Repository) AnnotatedTag(id string) *AnnotatedTag {
	o, ok := r.objects[id]
	if !ok || o.Kind != KindTag {
		return nil
	}
	t, err := ParseTag(o.Data)
	if err != nil {
		return nil
	}
	return t
}

// Entries are the entries of a tree, in git's order; nil if there is no such tree.
func (r *Repository) Entries(tree string) []Entry {
	o, ok := r.objects[tree]
	if !ok || o.Kind != KindTree {
		return nil
	}
	entries, _ := ParseTree(o.Data) // of what is broken there is nothing to be seen
	return entries
}

// Head is the full name of the ref that HEAD leads to, the default branch, whether it is there or not.
func (r *Repository) Head() string { return r.head() }

// Ref is what a full name of a ref leads to: a commit, or an annotated tag; "" if there is no such ref.
func (r *Repository) Ref(name string) string { return r.refs[name] }

// SetRef has a ref of that full name lead to an object; ZeroID or "" deletes it. It returns what it led to before, ""
// for nothing, so that SetRef(name, before) takes it back. Nothing is checked: that is for whoever moves it.
func (r *Repository) SetRef(name, id string) (before string) {
	before = r.refs[name]
	if id == "" || id == ZeroID {
		delete(r.refs, name)
	} else {
		r.refs[name] = id
	}
	switch _, there := r.refs[name]; {
	case there && before == "":
		r.countFolders(name, 1)
	case !there && before != "":
		r.countFolders(name, -1)
	}
	return before
}

// Refs are all refs, by name.
func (r *Repository) Refs() []Ref { return r.refsWith("") }

// Branches are the branches: their names without refs/heads/, and the commits that they lead to, by name.
func (r *Repository) Branches() []Ref { return r.refsWith(BranchPrefix) }

// Tags are the tags: their names without refs/tags/, and what they lead to, which is an annotated tag or a commit.
func (r *Repository) Tags() []Ref { return r.refsWith(TagPrefix) }

func (r *Repository) refsWith(prefix string) (found []Ref) {
	for name, id := range r.refs {
		if len(name) > len(prefix) && name[:len(prefix)] == prefix {
			found = append(found, Ref{name[len(prefix):], id})
		}
	}
	slices.SortFunc(found, func(a, b Ref) int { return cmp.Compare(a.Name, b.Name) })
	return found
}

// Empty reports whether the repository has no branch at all, as GitLab's empty repositories.
func (r *Repository) Empty() bool {
	for name := range r.refs {
		if strings.HasPrefix(name, BranchPrefix) {
			return false
		}
	}
	return true
}

// Peel follows annotated tags to what they lead to in the end.
func (r *Repository) Peel(id string) string {
	for t := r.AnnotatedTag(id); t != nil; t = r.AnnotatedTag(id) {
		id = t.Target
	}
	return id
}

// Link is an object that another one leads to in the same repository.
type Link struct {
	ID   string
	Kind Kind // what it is said to be
}

// Links are the objects that an object leads to in the same repository.
func (o Object) Links() (to []Link, err error) {
	switch o.Kind {
	case KindCommit:
		c, err := ParseCommit(o.Data)
		if err != nil {
			return nil, err
		}
		to = append(to, Link{c.Tree, KindTree})
		for _, parent := range c.Parents {
			to = append(to, Link{parent, KindCommit})
		}
	case KindTag:
		t, err := ParseTag(o.Data)
		if err != nil {
			return nil, err
		}
		return []Link{{t.Target, t.TargetKind}}, nil
	case KindTree:
		entries, err := ParseTree(o.Data)
		for _, e := range entries {
			if e.Mode != ModeSubmodule {
				to = append(to, Link{e.ID, e.Mode.Kind()})
			}
		}
		return to, err
	}
	return to, nil
}

// Part is a repository of its own with what a tree leads to. It may be read where this one is not guarded.
func (r *Repository) Part(tree string) *Repository {
	part := New(r.head)
	for id := range r.Reachable(tree) {
		part.objects[id] = r.objects[id]
	}
	return part
}

// Reachable are the names of all objects that can be reached from some, those among them; what is not there is left
// out.
func (r *Repository) Reachable(from ...string) map[string]bool {
	seen := map[string]bool{}
	todo := slices.Clone(from)
	for len(todo) > 0 {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		o, ok := r.objects[id]
		if seen[id] || !ok {
			continue
		}
		seen[id] = true
		next, _ := o.Links()
		for _, link := range next {
			todo = append(todo, link.ID)
		}
	}
	return seen
}
