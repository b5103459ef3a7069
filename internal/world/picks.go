package world

import (
	"errors"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// PickDraft is a commit whose change somebody makes on a branch once more, or takes back there.
type PickDraft struct {
	Branch            string // without refs/heads/; it is there
	Commit            *repository.Commit
	Revert            bool // the change is taken back
	Message           string
	Author, Committer repository.Signature
	// DryRun: whether it can be done is all that is asked.
	DryRun bool
}

// What keeps a change from being made on a branch.
var (
	ErrPickEmpty = errors.New("the branch has the change already")
	ErrPickRoot  = errors.New("the first commit of a history changes nothing that there was")
)

// Pick makes the change of a commit against its first parent on a branch, or takes it back, as git merge-tree merges
// it, and moves the branch with PushRefs. The error is a repository.ErrConflict, ErrPickEmpty, ErrPickRoot or a
// *RefRefusal. Of what is refused, and of a dry run, whose commit is nil, nothing stays.
func (st *State) Pick(p *Project, user *User, d PickDraft, o PushOptions) (*repository.Commit, error) {
	r := p.Repository
	on := r.Commit(r.Ref(repository.Branch(d.Branch)))
	before := ""
	if parents := d.Commit.Parents; len(parents) > 0 {
		if parent := r.Commit(parents[0]); parent != nil {
			before = parent.Tree
		}
	}
	from, to := before, d.Commit.Tree
	if d.Revert {
		from, to = to, from
	} else if before == "" {
		return nil, ErrPickRoot
	}
	tree, objects, err := r.Merge(from, on.Tree, to)
	switch {
	case err != nil:
		return nil, err
	case tree == on.Tree:
		return nil, ErrPickEmpty
	case d.DryRun:
		return nil, nil
	}
	return st.commitTo(p, user, RefUpdate{Ref: repository.Branch(d.Branch), Old: on.ID}, o,
		func() (*repository.Commit, error) {
			r.Keep(objects)
			return r.AddCommit(repository.Commit{Tree: tree, Parents: []string{on.ID}, Message: d.Message, Author: d.Author,
				Committer: d.Committer}), nil
		})
}
