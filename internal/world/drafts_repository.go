package world

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// RepositoryDraft is what a project's repository is to begin with: some files, as the first commit of its default
// branch, or a whole history, or neither, which is an empty repository.
type RepositoryDraft struct {
	Files   map[string]string // what each path contains
	History *repository.History
}

// The fields of a project that are its repository.
const (
	fieldFiles      = "files"
	fieldRepository = "repository"
)

// firstMessage is that of the commit that files of a draft make, and of that with a README.
const firstMessage = "Initial commit"

// Check finds all that is wrong with the draft.
func (d RepositoryDraft) Check() (ps Problems) {
	if len(d.Files) > 0 && d.History != nil {
		ps.Addf(fieldFiles, "the repository has its own commits; files are the only one of a repository that has no more")
	}
	for _, path := range slices.Sorted(maps.Keys(d.Files)) {
		ps.Add(datajson.Field(fieldFiles, path), repository.CheckPath(path))
	}
	if len(ps) == 0 {
		_, err := emptyRepository().WriteTree("", writesOf(d.Files))
		ps.Add(fieldFiles, err)
	}
	if d.History != nil {
		ps.Add(fieldRepository, historyProblems(emptyRepository().Load(*d.History)))
	}
	return ps
}

func emptyRepository() *repository.Repository { return repository.New(func() string { return "" }) }

// historyProblems are the errors of a history as problems.
func historyProblems(err error) error {
	var ps Problems
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, one := range joined.Unwrap() {
			var wrong *repository.HistoryError
			if errors.As(one, &wrong) {
				ps.Addf(wrong.Field, "%s", wrong.Text)
			}
		}
	}
	return ps.err()
}

func writesOf(files map[string]string) map[string]repository.Write {
	writes := make(map[string]repository.Write, len(files))
	for path, content := range files {
		writes[path] = repository.Write{Content: []byte(content)}
	}
	return writes
}

// FillRepository gives a new project what a draft says, of which Check finds nothing wrong. It was so for long: nothing
// follows from it.
func (st *State) FillRepository(p *Project, d RepositoryDraft) error {
	if d.History != nil {
		made := emptyRepository()
		if err := made.Load(*d.History); err != nil {
			return historyProblems(err)
		}
		p.Repository.Adopt(made)
		return nil
	}
	if len(d.Files) == 0 {
		return nil
	}
	_, err := st.Commit(p, p.firstAuthor(), CommitDraft{Branch: p.DefaultBranch(), Message: firstMessage,
		When: p.CreatedAt, Writes: writesOf(d.Files)}, PushOptions{Silent: true})
	return err
}

// firstAuthor is whose first commit the files of a draft are: the project's creator or, if nobody is known to be, root.
func (p *Project) firstAuthor() *User {
	if p.Creator != nil {
		return p.Creator
	}
	return p.root
}

// RepositoryDraft is what the project's repository is, as a draft that makes the same: files alone, where these make
// all that there is.
func (p *Project) RepositoryDraft() RepositoryDraft {
	if files, only := p.firstFiles(p.Repository.Refs()); only {
		return RepositoryDraft{Files: files}
	}
	h := p.Repository.History()
	return RepositoryDraft{History: &h}
}

// firstFiles are the files of a repository which has nothing but the commit that they would make: none of an empty one.
func (p *Project) firstFiles(refs []repository.Ref) (files map[string]string, only bool) {
	if len(refs) == 0 {
		return nil, true
	}
	if len(refs) > 1 || refs[0].Name != p.Repository.Head() {
		return nil, false
	}
	c := p.Repository.Commit(refs[0].ID) // as a branch leads to one
	by := SignatureOf(p.firstAuthor(), p.CreatedAt)
	made := repository.Commit{Tree: c.Tree, Author: by, Committer: by, Message: firstMessage}
	if made.Object().ID() != c.ID {
		return nil, false
	}
	files = map[string]string{}
	for path, f := range p.Repository.Files(c.Tree) {
		if f.Mode != repository.ModeFile {
			return nil, false
		}
		content, _ := p.Repository.Blob(f.ID)
		files[path] = string(content)
	}
	return files, len(files) > 0 && p.Repository.FilesMake(c.Tree)
}

// HasRepository reports whether a draft says what the project's repository is already.
func (p *Project) HasRepository(d RepositoryDraft) bool {
	now := p.RepositoryDraft()
	return maps.Equal(now.Files, d.Files) && reflect.DeepEqual(now.History, d.History)
}

// CommitFiles makes a commit on a branch on GitLab's side, by root; "" is the default branch. What follows from a push
// follows from it. Without files it is an empty commit; without a message it is none (gitaly, UserCommitFiles), while
// one of blanks will do. Paths that are to go must be there; the error names the nearest that are.
func (st *State) CommitFiles(path, branch string, files map[string]string, gone []string,
	message string) (string, error) {
	p, err := st.ProjectByPath(path)
	if err != nil {
		return "", err
	}
	branch = cmp.Or(branch, p.DefaultBranch())
	if !repository.ValidBranch(branch) {
		return "", fmt.Errorf("git takes no branch called %q", branch)
	}
	if message == "" {
		return "", errors.New("the commit has no message; without one GitLab makes none either")
	}
	writes := writesOf(files)
	start := branch
	if p.Repository.Ref(repository.Branch(branch)) == "" {
		start = "HEAD"
	}
	there := p.Repository.Paths(start)
	for _, path := range gone {
		if _, ok := p.Repository.ReadFile(start, path); !ok {
			return "", Missing("file", path, there)
		}
		writes[path] = repository.Write{Delete: true}
	}
	c, err := st.Commit(p, st.UserNames[RootUsername], CommitDraft{Branch: branch, Message: message, Writes: writes},
		PushOptions{})
	if err != nil {
		return "", err
	}
	return c.ID, nil
}
