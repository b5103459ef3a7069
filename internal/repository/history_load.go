package repository

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// HistoryError is what is wrong with one part of a history.
type HistoryError struct {
	Field string // its place: "commits[2].sha"
	Text  string
}

// Load makes what a history says, in a repository that is empty. Nothing but the error counts if there is one: the
// errors are *HistoryError, joined.
func (r *Repository) Load(h History) error {
	l := loading{r, map[string]string{}, map[string]Object{}, nil}
	for _, id := range slices.Sorted(maps.Keys(h.Objects)) {
		l.object(fmt.Sprintf("objects[%q]", id), id, h.Objects[id])
	}
	for i, c := range h.Commits {
		l.commit(fmt.Sprintf("commits[%d]", i), c)
	}
	for i, t := range h.Tags {
		l.tag(fmt.Sprintf("tags[%d]", i), t)
	}
	for _, name := range slices.Sorted(maps.Keys(h.Refs)) {
		field := fmt.Sprintf("refs[%q]", name)
		switch id := l.target(field, h.Refs[name]); {
		case !ValidRef(name):
			l.fail(field, "%q is not the full name of a ref, such as refs/heads/main", name)
		case isTooLong(name):
			l.fail(field, "no file can have so long a name, which git would make of it")
		case r.InTheWay(name) != "":
			l.fail(field, "it cannot be there beside %s, for git makes a file of one and a folder of the other",
				r.InTheWay(name))
		case strings.HasPrefix(name, BranchPrefix) && id != "" && r.Commit(id) == nil:
			l.fail(field, "a branch leads to a commit")
		default:
			r.SetRef(name, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(l.sent)) {
		if !l.Has(id) {
			l.fail(fmt.Sprintf("objects[%q]", id), "neither a commit nor a tag nor a ref leads to it")
		}
	}
	return errors.Join(l.errors...)
}

// Error says what is wrong and where.
func (e *HistoryError) Error() string { return e.Field + ": " + e.Text }

// loading is a history on its way into a repository.
type loading struct {
	*Repository
	ids    map[string]string // by what the history calls it
	sent   map[string]Object // by name; each becomes one of the repository's when something leads to it
	errors []error
}

func (l *loading) fail(field, format string, args ...any) {
	l.errors = append(l.errors, &HistoryError{field, fmt.Sprintf(format, args...)})
}

// named is the object that a word stands for.
func (l *loading) named(field, word string) string {
	id, ok := l.ids[word]
	if !ok {
		l.fail(field, "no commit or tag ahead of it is called %q", word)
	}
	return id
}

// target is what a ref or a tag leads to: what has a name, or an object that is kept as it is.
func (l *loading) target(field, word string) string {
	if l.ids[word] == "" && (l.Has(word) || l.sent[word].Kind != "") {
		return l.bring(field, word)
	}
	return l.named(field, word)
}

// object is one that is kept as it is: a tree or a blob, with its header.
func (l *loading) object(field, id, stored string) {
	header, data, _ := strings.Cut(stored, "\x00")
	kind, _, _ := strings.Cut(header, " ")
	o := Object{Kind(kind), []byte(data)}
	switch {
	case o.Kind != KindTree && o.Kind != KindBlob || header+"\x00" != string(o.header()):
		l.fail(field, "it does not begin as a tree or a blob of its length: \"tree 38\", and a NUL byte")
	case o.ID() != id:
		l.fail(field, "what it has makes %s", o.ID())
	default:
		if err := o.Check(id); err != nil {
			l.fail(field, "%v", err)
		}
		l.sent[id] = o
	}
}

// bring takes over an object that is kept as it is, with all that it leads to.
func (l *loading) bring(field, id string) string {
	more, err := l.Brings(id, l.sent, nil)
	for _, name := range slices.Sorted(maps.Keys(more)) {
		l.Add(more[name])
	}
	if err == nil {
		err = l.CheckSize(id)
	}
	if err != nil {
		l.fail(field, "%v", err)
	}
	return id
}

// treeOfItsOwn is the tree of a commit that names it.
func (l *loading) treeOfItsOwn(field string, h HistoryCommit) string {
	id := l.bring(field+".tree", h.Tree)
	if o, ok := l.Object(id); ok && o.Kind != KindTree {
		l.fail(field+".tree", "%s is a %s", id, o.Kind)
	}
	if len(h.Files)+len(h.Modes)+len(h.Deleted) > 0 {
		l.fail(field+".tree", "it has all files of the commit; files, modes and deleted are for commits without it")
	}
	return id
}

func (l *loading) signature(field, text string) Signature {
	s, err := parseSignatureText(text)
	if err != nil {
		l.fail(field, "%v", err)
	}
	return s
}

// keep keeps an object that a history calls so.
func (l *loading) keep(field, word string, o Object) {
	id := l.Add(o)
	switch before := l.ids[word]; {
	case word == "":
		l.fail(field+".sha", "no name is given")
	case before != "":
		l.fail(field+".sha", "%q is another one already", word)
	case IsID(word) && word != id:
		l.fail(field+".sha", "what it says makes %s; to change it, give it another name, which need not be a SHA", id)
	}
	l.ids[word] = id
}

func (l *loading) commit(field string, h HistoryCommit) {
	c, from := Commit{Message: h.Message}, ""
	for i, parent := range h.Parents {
		id := l.named(fmt.Sprintf("%s.parents[%d]", field, i), parent)
		if i == 0 {
			from = l.treeOf(id)
		}
		c.Parents = append(c.Parents, id)
	}
	if c.Tree = h.Tree; c.Tree != "" {
		c.Tree = l.treeOfItsOwn(field, h)
	} else {
		c.Tree = l.treeOfFiles(field, from, h)
	}
	var o Object
	if h.Raw != "" {
		o = Object{KindCommit, []byte(h.Raw)}
		if stored, err := ParseCommit(o.Data); err != nil {
			l.fail(field+".raw", "%v", err)
		} else if stored.Tree != c.Tree {
			l.fail(field+".raw", "it is of the tree %s, but the files make %s; leave raw out and give the commit another name",
				stored.Tree, c.Tree)
		}
	} else {
		c.Author = l.signature(field+".author", h.Author)
		if c.Committer = c.Author; h.Committer != "" {
			c.Committer = l.signature(field+".committer", h.Committer)
		}
		o = c.Object()
	}
	l.keep(field, h.SHA, o)
}

// treeOfFiles is the tree that the files of a commit make of that of its first parent.
func (l *loading) treeOfFiles(field, from string, h HistoryCommit) string {
	writes := map[string]Write{}
	for _, path := range h.Deleted {
		writes[path] = Write{Delete: true}
	}
	for path, content := range h.Files {
		mode := Mode(h.Modes[path])
		if mode == "" {
			mode = ModeFile
		} else if !slices.Contains([]Mode{ModeFile, ModeExecutable, ModeSymlink, ModeSubmodule}, mode) {
			l.fail(field+".modes", "%q has the mode %q, which is none of git's", path, mode)
		}
		writes[path] = Write{Content: []byte(content), Mode: mode}
	}
	tree, err := l.WriteTree(from, writes)
	if err != nil {
		l.fail(field+".files", "%v", err)
		tree, _ = l.WriteTree("", nil)
	}
	return tree
}

func (l *loading) tag(field string, h HistoryTag) {
	t := AnnotatedTag{Name: h.Name, Message: h.Message, Target: l.target(field+".target", h.Target)}
	to, _ := l.Object(t.Target)
	t.TargetKind = to.Kind
	var o Object
	if h.Raw != "" {
		o = Object{KindTag, []byte(h.Raw)}
		if stored, err := ParseTag(o.Data); err != nil {
			l.fail(field+".raw", "%v", err)
		} else if stored.Target != t.Target {
			l.fail(field+".raw", "it leads to %s, and not to the target", stored.Target)
		}
	} else {
		t.Tagger = l.signature(field+".tagger", h.Tagger)
		o = t.Object()
	}
	l.keep(field, h.SHA, o)
}

// Adopt takes over all objects and refs of another repository.
func (r *Repository) Adopt(other *Repository) {
	for _, id := range other.order {
		if !r.Has(id) {
			r.objects[id] = other.objects[id]
			r.order = append(r.order, id)
		}
	}
	for name, id := range other.refs {
		r.SetRef(name, id)
	}
}
