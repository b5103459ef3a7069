package repository

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// History is all that can be reached from the refs of a repository, as plain data that people read and write.
type History struct {
	Refs    map[string]string // the commit, tag or other object that the full name of a ref leads to
	Commits []HistoryCommit   // each behind its parents
	Tags    []HistoryTag      // those with a message
	Objects map[string]string // by SHA: trees and blobs that no Files make, with the header that the SHA is of
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
	Tree              string // the SHA of its tree among Objects, where Files and Deleted would not make it; else ""
	Raw               string // the object as git stores it, if it has more in it, as a signature; "": it has not
}

// HistoryTag is an annotated tag.
type HistoryTag struct {
	SHA, Name, Target, Tagger, Message string
	Raw                                string // as that of a commit
}

// signatureText is a signature as a history has it.
func signatureText(s Signature) string {
	return legible(s.Name + " <" + s.Email + "> " + s.When.Format(time.RFC3339))
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

// legible is a text as JSON and GitLab's database hold it: what is no character is U+FFFD, and NUL bytes are gone.
func legible(s string) string {
	if strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}

// telling is a repository on its way into a history.
type telling struct {
	*Repository
	told History
	made map[string]bool // trees, blobs and tags that what was told so far makes
}

// History is the repository's history.
func (r *Repository) History() History {
	t := telling{r, History{Refs: map[string]string{}}, map[string]bool{}}
	var from, others []string
	for _, ref := range r.Refs() {
		t.told.Refs[ref.Name] = ref.ID
		if target := r.Peel(ref.ID); r.Commit(target) != nil {
			from = append(from, target)
		} else {
			others = append(others, target)
		}
		for id := ref.ID; r.AnnotatedTag(id) != nil; id = r.AnnotatedTag(id).Target {
			if !t.made[id] {
				t.made[id] = true
				t.told.Tags = append(t.told.Tags, historyTag(r.AnnotatedTag(id), r.objects[id]))
			}
		}
	}
	slices.Reverse(t.told.Tags) // a tag of a tag comes behind it
	commits := slices.Collect(r.Log(LogOptions{From: from, Topological: true}))
	slices.Reverse(commits)
	for _, c := range commits {
		t.commit(c)
	}
	for _, id := range others {
		t.keep(id)
	}
	return t.told
}

func historyTag(t *AnnotatedTag, o Object) HistoryTag {
	h := HistoryTag{SHA: t.ID, Name: legible(t.Name), Target: t.Target, Tagger: signatureText(t.Tagger),
		Message: legible(t.Message)}
	said := AnnotatedTag{Name: h.Name, Target: h.Target, TargetKind: t.TargetKind, Message: h.Message}
	var err error
	if said.Tagger, err = parseSignatureText(h.Tagger); err != nil || string(said.Object().Data) != string(o.Data) {
		h.Raw = string(o.Data)
	}
	return h
}

func (t *telling) commit(c *Commit) {
	h := HistoryCommit{SHA: c.ID, Parents: slices.Clone(c.Parents), Author: signatureText(c.Author),
		Message: legible(c.Message)}
	if committer := signatureText(c.Committer); committer != h.Author {
		h.Committer = committer
	}
	if o := t.objects[c.ID]; !h.says(c, o) {
		h.Raw = string(o.Data)
	}
	from := ""
	if len(c.Parents) > 0 {
		from = t.treeOf(c.Parents[0])
	}
	if writes, made := t.writesTo(from, c.Tree); made != nil {
		for id := range made {
			t.made[id] = true
		}
		for path, w := range writes {
			if !w.Delete && w.Mode != ModeSubmodule {
				t.made[w.blob] = true
			}
			h.write(path, w)
		}
		slices.Sort(h.Deleted)
	} else {
		h.Tree = c.Tree
		t.keep(c.Tree)
	}
	t.told.Commits = append(t.told.Commits, h)
}

// says reports whether the fields of a commit but its files make the commit as it is.
func (h *HistoryCommit) says(c *Commit, o Object) bool {
	said := Commit{Tree: c.Tree, Parents: c.Parents, Message: h.Message}
	var author, committer error
	said.Author, author = parseSignatureText(h.Author)
	if said.Committer = said.Author; h.Committer != "" {
		said.Committer, committer = parseSignatureText(h.Committer)
	}
	return author == nil && committer == nil && string(said.Object().Data) == string(o.Data)
}

func (h *HistoryCommit) write(path string, w Write) {
	if w.Delete {
		h.Deleted = append(h.Deleted, path)
		return
	}
	if h.Files == nil {
		h.Files = map[string]string{}
	}
	h.Files[path] = string(w.Content)
	if w.Mode != ModeFile {
		if h.Modes == nil {
			h.Modes = map[string]string{}
		}
		h.Modes[path] = string(w.Mode)
	}
}

// writesTo are the writes that make one tree of another, with the trees that they make, by name. made is nil where
// there are no such writes: modes that git does not write any more, folders with nothing in them, and names that are
// no text are lost on the way.
func (r *Repository) writesTo(from, to string) (writes map[string]Write, made map[string]Object) {
	var changes []Change
	r.compare("", from, to, &changes)
	writes = make(map[string]Write, len(changes))
	for _, change := range changes {
		path := change.New.Path
		if change.Deleted() {
			writes[path] = Write{Delete: true}
			continue
		}
		content, isBlob := r.Blob(change.New.ID)
		w := Write{Content: content, Mode: change.New.Mode, blob: change.New.ID}
		if w.Mode == ModeSubmodule {
			w.Content = []byte(change.New.ID)
		} else if !isBlob {
			return nil, nil
		}
		writes[path] = w
	}
	id, made, err := r.treeAfter(from, writes)
	if err != nil || id != to {
		return nil, nil
	}
	return writes, made
}

// FilesMake reports whether a tree is the one that its files make by themselves.
func (r *Repository) FilesMake(tree string) bool {
	_, made := r.writesTo("", tree)
	return made != nil
}

// keep keeps a tree or a blob as it is, with all that it leads to and nothing has made yet.
func (t *telling) keep(id string) {
	o, ok := t.objects[id]
	if !ok || t.made[id] {
		return
	}
	if t.told.Objects == nil {
		t.told.Objects = map[string]string{}
	}
	t.made[id], t.told.Objects[id] = true, string(o.header())+string(o.Data)
	links, _ := o.Links() // what was pushed could be read
	for _, link := range links {
		t.keep(link.ID)
	}
}
