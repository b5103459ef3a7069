package repository

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// History is all that can be reached from the refs of a repository, as plain data that people read and write.
type History struct {
	Refs    map[string]string // the commit or annotated tag that the full name of a ref leads to
	Commits []HistoryCommit   // each behind its parents
	Tags    []HistoryTag      // those with a message
}

// HistoryCommit is a commit with what it changed against its first parent.
type HistoryCommit struct {
	SHA               string // or any other word that Refs, Parents and Target call it by
	Parents           []string
	Author, Committer string // "Ann <ann@example.com> 2024-05-01T12:00:00Z"; Committer "" is the author
	Message           string
	Files             map[string]string // what the files contain that it added or changed
	Modes             map[string]string // of those of them that are not "100644"
	Deleted           []string
	Raw               string // the object as git stores it, if it has more in it, as a signature; "": it has not
}

// HistoryTag is an annotated tag.
type HistoryTag struct {
	SHA, Name, Target, Tagger, Message string
	Raw                                string // as that of a commit
}

// signatureText is a signature as a history has it.
func signatureText(s Signature) string {
	return s.Name + " <" + s.Email + "> " + s.When.Format(time.RFC3339)
}

func parseSignatureText(text string) (s Signature, err error) {
	name, rest, ok := strings.Cut(text, " <")
	email, when, closed := strings.Cut(rest, "> ")
	if !ok || !closed {
		return s, fmt.Errorf("%q is not of the form Ann <ann@example.com> 2024-05-01T12:00:00Z", text)
	}
	s.Name, s.Email = name, email
	s.When, err = time.Parse(time.RFC3339, when)
	return s, err
}

// History is the repository's history.
func (r *Repository) History() History {
	h := History{Refs: map[string]string{}}
	var from []string
	for _, ref := range r.Refs() {
		if r.Commit(r.Peel(ref.ID)) == nil {
			continue // of a blob or a tree there is no history
		}
		h.Refs[ref.Name] = ref.ID
		from = append(from, r.Peel(ref.ID))
		for id := ref.ID; r.AnnotatedTag(id) != nil; id = r.AnnotatedTag(id).Target {
			if !slices.ContainsFunc(h.Tags, func(t HistoryTag) bool { return t.SHA == id }) {
				h.Tags = append(h.Tags, historyTag(r.AnnotatedTag(id), r.objects[id]))
			}
		}
	}
	slices.Reverse(h.Tags) // a tag of a tag comes behind it
	for c := range r.Log(LogOptions{From: from, Topological: true}) {
		h.Commits = append(h.Commits, r.historyCommit(c))
	}
	slices.Reverse(h.Commits)
	return h
}

func historyTag(t *AnnotatedTag, o Object) HistoryTag {
	h := HistoryTag{SHA: t.ID, Name: t.Name, Target: t.Target, Tagger: signatureText(t.Tagger), Message: t.Message}
	if string(t.Object().Data) != string(o.Data) {
		h.Raw = string(o.Data)
	}
	return h
}

func (r *Repository) historyCommit(c *Commit) HistoryCommit {
	h := HistoryCommit{SHA: c.ID, Parents: slices.Clone(c.Parents), Author: signatureText(c.Author), Message: c.Message}
	if committer := signatureText(c.Committer); committer != h.Author {
		h.Committer = committer
	}
	if o := r.objects[c.ID]; string(c.Object().Data) != string(o.Data) {
		h.Raw = string(o.Data)
	}
	from := ""
	if len(c.Parents) > 0 {
		from = r.treeOf(c.Parents[0])
	}
	var changes []Change
	r.compare("", from, c.Tree, &changes)
	for _, change := range changes {
		path := change.New.Path
		if change.Deleted() {
			h.Deleted = append(h.Deleted, path)
			continue
		}
		if h.Files == nil {
			h.Files = map[string]string{}
		}
		content, _ := r.Blob(change.New.ID)
		if h.Files[path] = string(content); change.New.Mode == ModeSubmodule {
			h.Files[path] = change.New.ID
		}
		if change.New.Mode != ModeFile {
			if h.Modes == nil {
				h.Modes = map[string]string{}
			}
			h.Modes[path] = string(change.New.Mode)
		}
	}
	slices.Sort(h.Deleted)
	return h
}

// HistoryError is what is wrong with one part of a history.
type HistoryError struct {
	Field string // its place: "commits[2].sha"
	Text  string
}

// Load makes what a history says, in a repository that is empty. Nothing but the error counts if there is one: the
// errors are *HistoryError, joined.
func (r *Repository) Load(h History) error {
	l := loading{r, map[string]string{}, nil}
	for i, c := range h.Commits {
		l.commit(fmt.Sprintf("commits[%d]", i), c)
	}
	for i, t := range h.Tags {
		l.tag(fmt.Sprintf("tags[%d]", i), t)
	}
	for _, name := range slices.Sorted(maps.Keys(h.Refs)) {
		field := fmt.Sprintf("refs[%q]", name)
		switch id := l.named(field, h.Refs[name]); {
		case !ValidRef(name):
			l.fail(field, "%q is not the full name of a ref, such as refs/heads/main", name)
		case strings.HasPrefix(name, BranchPrefix) && id != "" && r.Commit(id) == nil:
			l.fail(field, "a branch leads to a commit")
		default:
			r.SetRef(name, id)
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
	c := Commit{Author: l.signature(field+".author", h.Author), Message: h.Message}
	if c.Committer = c.Author; h.Committer != "" {
		c.Committer = l.signature(field+".committer", h.Committer)
	}
	from := ""
	for i, parent := range h.Parents {
		id := l.named(fmt.Sprintf("%s.parents[%d]", field, i), parent)
		if i == 0 {
			from = l.treeOf(id)
		}
		c.Parents = append(c.Parents, id)
	}
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
	c.Tree = tree
	o := c.Object()
	if h.Raw != "" {
		if _, err := ParseCommit([]byte(h.Raw)); err != nil {
			l.fail(field+".raw", "%v", err)
		} else {
			o = Object{KindCommit, []byte(h.Raw)}
		}
	}
	l.keep(field, h.SHA, o)
}

func (l *loading) tag(field string, h HistoryTag) {
	t := AnnotatedTag{Name: h.Name, Tagger: l.signature(field+".tagger", h.Tagger), Message: h.Message,
		Target: l.named(field+".target", h.Target), TargetKind: KindCommit}
	if l.AnnotatedTag(t.Target) != nil {
		t.TargetKind = KindTag
	}
	o := t.Object()
	if h.Raw != "" {
		if _, err := ParseTag([]byte(h.Raw)); err != nil {
			l.fail(field+".raw", "%v", err)
		} else {
			o = Object{KindTag, []byte(h.Raw)}
		}
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
	maps.Copy(r.refs, other.refs)
}
