package rest

// Commits that requests make: of several files at once, or of one (app/services/commits/create_service.rb,
// app/services/files, and what Gitaly says of files that are not there, or are).

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// What may be done to a file in a commit.
const (
	actionCreate = "create"
	actionDelete = "delete"
	actionMove   = "move"
	actionUpdate = "update"
	actionChmod  = "chmod"
)

// fileAction is one thing that a commit does to a file.
type fileAction struct {
	action, path, previous string
	content                *string // nil: none is given
	base64                 bool
	lastCommit             string
	executable             *bool
}

// newCommit is a commit as a request wants it.
type newCommit struct {
	branch, message       string
	startBranch, startSHA string
	force                 bool
	actions               []fileAction
	staleText             string // what is said of a file that has changed meanwhile; with %s for its path, or without
}

func badCommit(text, why string) *front.Response {
	return front.Refuse(http.StatusBadRequest, text).Because(why).AsRefusal()
}

// makeCommit makes a commit for the user of the request, or refuses in GitLab's order: the right to push there, the
// branch, the files.
func (q request) makeCommit(n newCommit) (*repository.Commit, *front.Response) {
	if refusal := q.checkStart(n); refusal != nil {
		return nil, refusal
	}
	if n.message == "" { // wraps_gitaly_errors.rb makes an ArgumentError of it
		return nil, gitlabFails("gitaly makes no commit without a message")
	}
	r := q.Project.Repository
	start := r.Commit(r.Ref(repository.Branch(n.startBranch)))
	if n.startSHA != "" {
		start = r.Commit(n.startSHA)
	}
	writes, refusal := q.writesOf(n, start)
	if refusal != nil {
		return nil, refusal
	}
	draft := world.CommitDraft{Branch: n.branch, Message: n.message, Author: q.author(), Committer: q.signature(),
		Writes: writes, Force: n.force}
	if start != nil {
		draft.Start = start.ID
	}
	if text, why := q.RefusedRef(q.Project, world.RefUpdate{Ref: repository.Branch(n.branch), Old: q.oldOf(n.branch),
		New: draft.Start}); text != "" {
		return nil, badCommit(text, why)
	}
	c, err := q.Commit(q.Project, q.User, draft, world.PushOptions{})
	if err != nil {
		return nil, badCommit(fileRefusal(err), err.Error())
	}
	return c, nil
}

// oldOf is where a branch is, as a move of it says.
func (q request) oldOf(branch string) string {
	if id := q.Project.Repository.Ref(repository.Branch(branch)); id != "" {
		return id
	}
	return repository.ZeroID
}

// checkStart refuses branches that the commit cannot be made on.
func (q request) checkStart(n newCommit) *front.Response {
	r := q.Project.Repository
	exists := func(branch string) bool { return r.Ref(repository.Branch(branch)) != "" }
	elsewhere := n.startBranch != n.branch || n.startSHA != ""
	if d := q.pushesTo(n.branch); !d.Allowed {
		return badCommit(msgMayNotPush, d.Reason)
	}
	switch {
	case n.startSHA != "" && !repository.IsID(n.startSHA):
		return badCommit(fmt.Sprintf(msgfInvalidStart, n.startSHA), "start_sha is a whole SHA")
	case n.startSHA != "" && r.Commit(n.startSHA) == nil:
		return badCommit(fmt.Sprintf(msgfNoStart, n.startSHA), "there is no such commit")
	case n.startSHA == "" && !r.Empty() && !exists(n.startBranch):
		return badCommit(msgNotOnBranch, q.noSuch("branch", n.startBranch, r.Branches()))
	case elsewhere && exists(n.branch) && !n.force:
		return badCommit(fmt.Sprintf(msgfBranchTaken, n.branch), q.Project.Path+" has a branch "+n.branch)
	case !repository.ValidBranch(n.branch): // of an empty repository's branch it is said, too
		return badCommit(fmt.Sprintf(msgfBranchNotMade, n.branch, msgBranchInvalid), "git takes no branch called "+n.branch)
	}
	return nil
}

// writesOf is what the actions make of the files of a commit, which is nil for none. Each sees what those before it
// did.
func (q request) writesOf(n newCommit, start *repository.Commit) (map[string]repository.Write, *front.Response) {
	w := writer{q.Project.Repository, "", map[string]repository.Write{}}
	if start != nil {
		w.tree = start.Tree
	}
	for _, a := range n.actions {
		if isBlank(a.path) {
			return nil, badCommit(msgNoFilePath, "file_path is blank")
		}
		last := a.path
		if a.previous != "" {
			last = a.previous
		}
		if a.lastCommit == "" || a.action == actionCreate {
			continue
		}
		if c := q.lastCommit(start, strings.TrimLeft(last, "/")); c == nil || c.ID != a.lastCommit {
			text := n.staleText
			if strings.Contains(text, "%s") {
				text = fmt.Sprintf(text, last)
			}
			return nil, badCommit(text, "last_commit_id is not the last commit that changed "+last)
		}
	}
	for _, a := range n.actions {
		a.path, a.previous = strings.TrimLeft(a.path, "/"), strings.TrimLeft(a.previous, "/") // as Gitaly does
		if text, why := w.apply(a); text != "" {
			return nil, badCommit(text, why)
		}
	}
	return w.writes, nil
}

func (q request) lastCommit(start *repository.Commit, path string) *repository.Commit {
	if start == nil {
		return nil
	}
	return q.Project.Repository.LastCommitFor(start.ID, path)
}

// writer collects what becomes of files.
type writer struct {
	*repository.Repository
	tree   string
	writes map[string]repository.Write
}

// file is what is at a path by now; false if no file is.
func (w writer) file(path string) (repository.Write, bool) {
	if changed, ok := w.writes[path]; ok {
		return changed, !changed.Delete
	}
	f, ok := w.FileAt(w.tree, path)
	if !ok || f.Mode == repository.ModeTree {
		return repository.Write{}, false
	}
	content, _ := w.Blob(f.ID)
	if f.Mode == repository.ModeSubmodule {
		content = []byte(f.ID)
	}
	return repository.Write{Content: content, Mode: f.Mode}, true
}

// folder reports whether files lie below a path by now.
func (w writer) folder(path string) bool {
	for below, changed := range w.writes {
		if isBelow(below, path) && !changed.Delete {
			return true
		}
	}
	for f := range w.Walk(w.tree, path, true) {
		if f.Mode != repository.ModeTree && !w.writes[f.Path].Delete {
			return true
		}
	}
	return false
}

// apply does an action, or says why it cannot be done: as Gitaly says it, and for the journal.
func (w writer) apply(a fileAction) (text, why string) {
	if text, why = checkFilePath(a.path); text != "" {
		return text, why
	}
	from := a.path
	if a.action == actionMove {
		from = a.previous
	}
	was, there := w.file(from)
	_, taken := w.file(a.path)
	switch a.action {
	case actionCreate:
		there = true
		was = repository.Write{Mode: repository.ModeFile}
	case actionUpdate, actionDelete, actionChmod:
		taken = false
	}
	switch {
	case !there:
		return msgFileNotThere, "there is no file " + from
	case taken:
		return msgFileThere, "there is a file " + a.path
	case (a.action == actionCreate || a.action == actionMove) && w.folder(a.path):
		return msgFolderThere, a.path + " is a folder"
	}
	if a.action == actionDelete || a.action == actionMove {
		w.remove(from)
		if a.action == actionDelete {
			return "", ""
		}
	}
	if a.content != nil && a.action != actionChmod {
		was.Content = []byte(*a.content)
		if a.base64 {
			was.Content = lenientBase64(*a.content)
		}
		if was.Mode == repository.ModeSubmodule {
			was.Mode = repository.ModeFile // what has a content is a file
		}
	}
	if a.executable != nil && was.Mode != repository.ModeSubmodule {
		was.Mode = repository.ModeFile
		if *a.executable {
			was.Mode = repository.ModeExecutable
		}
	}
	w.writes[a.path] = was
	return "", ""
}

// remove has a file go, which may have been made by an action before.
func (w writer) remove(path string) {
	if _, before := w.FileAt(w.tree, path); before {
		w.writes[path] = repository.Write{Delete: true}
	} else {
		delete(w.writes, path)
	}
}

// checkFilePath says what Gitaly says of a path that no file may have.
func checkFilePath(path string) (text, why string) {
	parts := strings.Split(path, "/")
	if slices.Contains(parts, "..") {
		return msgTraversal, "a path does not go up"
	}
	if err := repository.CheckPath(path); err != nil {
		return fmt.Sprintf(msgfInvalidPath, path), err.Error()
	}
	return "", ""
}

// lenientBase64 decodes as Ruby's Base64.decode64 does: what is no letter of it is passed over.
func lenientBase64(text string) []byte {
	text = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '+' || r == '/' {
			return r
		}
		return -1
	}, text)
	decoded, _ := base64.RawStdEncoding.DecodeString(text) // a letter too many at the end is dropped
	return decoded
}

// fileRefusal is what is said of a commit that world refuses: a file and a folder cannot have one name, nor can a
// branch and the folder of another, which Gitaly finds out at the end.
func fileRefusal(err error) string {
	if refused := (*world.RefRefusal)(nil); errors.As(err, &refused) {
		return fmt.Sprintf(msgfRefNotMoved, refused.Ref)
	}
	return msgFolderThere
}

// notForked refuses to begin a commit in a project that this one would have to be a fork of.
func (q request) notForked(ref string) front.Response {
	p := q.ProjectByRef(ref)
	if p == nil || !q.OnProject(p, policy.ReadProject).Allowed {
		return front.NotFound("Project").Because(fmt.Sprintf("there is no project %q that the caller may see", ref))
	}
	return front.Forbidden(fmt.Sprintf(msgfNotForked, p.FullNamespaceName()+" / "+p.Name), "the fake has no forks")
}

// createCommit is POST /projects/:id/repository/commits.
func createCommit(q request) front.Response {
	if ref, given := q.Params.String("start_project"); given {
		return q.notForked(ref)
	}
	branch := q.said("branch")
	if refusal := q.mayPush(branch); refusal != nil {
		return *refusal
	}
	actions, refusal := q.actions()
	if refusal != nil {
		return *refusal
	}
	n := newCommit{branch: branch, message: q.said("commit_message"), startBranch: q.said("start_branch"),
		startSHA: q.said("start_sha"), force: isTrue(q.Params, "force"), actions: actions, staleText: msgfFileChanged}
	if n.startBranch == "" { // of no account beside start_sha
		n.startBranch = branch
	}
	c, refusal := q.makeCommit(n)
	if refusal != nil {
		return *refusal
	}
	return front.Created(q.commitDetail(c))
}
