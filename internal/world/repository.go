package world

import (
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// beginRepository gives a new project its repository, which is empty.
func (st *State) beginRepository(p *Project) {
	p.root = st.UserNames[RootUsername]
	p.Repository = repository.New(func() string { return repository.Branch(p.DefaultBranch()) })
}

// RefUpdate is one ref that somebody moves, makes or deletes.
type RefUpdate struct {
	Ref      string // the full name: "refs/heads/main"
	Old, New string // the object before and after; repository.ZeroID for none
}

// PushOptions are what somebody says of a push beside the refs.
type PushOptions struct {
	SkipCI    bool              // ci.skip: its pipelines are skipped
	Variables map[string]string // ci.variable: of its pipelines
	Inputs    map[string]string // ci.input: of its pipelines
	// NoPipelines: none are made, as for what a job pushes with its token.
	NoPipelines bool
	// Silent pushes are those that a test seeds: nothing follows from them, as if they had been long ago.
	Silent bool
}

// What keeps a ref from being moved, in git's words.
const (
	refStale       = "fetch first"
	refNoObject    = "missing necessary objects"
	refInvalidName = "funny refname"
	refNoCommit    = "bad object type"
)

// RefRefusal is the error of a ref that cannot be moved.
type RefRefusal struct {
	Ref    string // the full name
	Reason string // in git's words, as it reports them of a push
}

// Error is the ref with the reason.
func (r *RefRefusal) Error() string { return fmt.Sprintf("%s: %s", r.Ref, r.Reason) }

// CheckRefUpdate holds a move of a ref against the repository: the name is one that git takes, the ref is where the
// update says that it was, and where it goes there is an object, a commit in case of a branch. The error is a
// *RefRefusal. Who may move it is for the caller to ask.
func (st *State) CheckRefUpdate(p *Project, u RefUpdate) error {
	r := p.Repository
	_, isTag, known := repository.ShortName(u.Ref)
	old := r.Ref(u.Ref)
	switch {
	case !repository.ValidRef(u.Ref):
		return &RefRefusal{u.Ref, refInvalidName}
	case old != u.Old && !(old == "" && u.Old == repository.ZeroID):
		return &RefRefusal{u.Ref, refStale}
	case u.New == repository.ZeroID:
		return nil
	case !r.Has(u.New):
		return &RefRefusal{u.Ref, refNoObject}
	case known && !isTag && r.Commit(u.New) == nil:
		return &RefRefusal{u.Ref, refNoCommit}
	}
	return nil
}

// PushRefs moves refs of a project's repository for a user, who is nil for nobody, all of them or none, and sets off
// what follows from a push. It is the one way in which refs move, be it by git, REST or a seed. Their objects are there
// already. The error is a *RefRefusal; who may move which ref is for the caller to ask before.
func (st *State) PushRefs(p *Project, user *User, updates []RefUpdate, o PushOptions) error {
	for _, u := range updates {
		if err := st.CheckRefUpdate(p, u); err != nil {
			return err
		}
	}
	wasEmpty := p.Repository.Empty()
	for _, u := range updates {
		st.standOn(p, u)
		before := p.Repository.SetRef(u.Ref, u.New)
		st.onUndo(func() { p.Repository.SetRef(u.Ref, before) })
	}
	if !o.Silent {
		st.afterPush(p, user, updates, o, wasEmpty)
	}
	return nil
}

// standOn makes the first branch of an empty repository its default branch, which that of the project's settings is not
// there to be.
func (st *State) standOn(p *Project, u RefUpdate) {
	name, isTag, ok := repository.ShortName(u.Ref)
	if !ok || isTag || u.New == repository.ZeroID || !p.Repository.Empty() || name == p.DefaultBranch() {
		return
	}
	before := p.Attributes
	st.onUndo(func() { p.Attributes = before })
	p.Attributes = maps.Clone(before)
	if p.Attributes == nil {
		p.Attributes = map[string]string{}
	}
	p.Attributes[AttrDefaultBranch] = name
}

// CommitDraft is a commit that somebody makes on a branch.
type CommitDraft struct {
	Branch  string // without refs/heads/
	Start   string // the revision that the branch begins at if it is not there, and with Force goes on from; "": HEAD
	Force   bool   // the branch goes on from Start though it is there
	Message string
	Author  *repository.Signature // nil: the user
	Writes  map[string]repository.Write
	// When is the time of the commit; zero is now. git keeps whole seconds.
	When time.Time
}

// ErrNoStart is the error of a branch that is to begin where nothing is.
var ErrNoStart = errors.New("there is no commit to begin the branch at")

// Commit makes a commit of a project's repository on a branch, by a user, and moves the branch there with PushRefs. In
// an empty repository it is the first commit. A write that cannot be is an error in a sentence for a person. Of a
// commit that is refused nothing stays.
func (st *State) Commit(p *Project, user *User, d CommitDraft,
	o PushOptions) (made *repository.Commit, err error) {
	r := p.Repository
	ref := repository.Branch(d.Branch)
	old := r.Ref(ref)
	from := r.Commit(old)
	if from == nil || d.Force {
		start := d.Start
		if start == "" {
			start = "HEAD"
		}
		if from = r.CommitAt(start); from == nil && (d.Start != "" || !r.Empty()) {
			return nil, ErrNoStart
		}
	}
	if old == "" {
		old = repository.ZeroID
	}
	objects := r.Count()
	st.onUndo(func() { r.Forget(objects) })
	r.Try(func() bool {
		if made, err = st.makeCommit(r, user, from, d); err == nil {
			err = st.PushRefs(p, user, []RefUpdate{{ref, old, made.ID}}, o)
		}
		return err == nil
	})
	return made, err
}

// makeCommit makes the commit behind another one, which is nil for none. No ref moves.
func (st *State) makeCommit(r *repository.Repository, user *User, from *repository.Commit,
	d CommitDraft) (*repository.Commit, error) {
	c := repository.Commit{Committer: SignatureOf(user, orNow(d.When, st.Now())), Message: d.Message}
	if c.Author = c.Committer; d.Author != nil {
		c.Author = *d.Author
	}
	tree := ""
	if from != nil {
		tree, c.Parents = from.Tree, []string{from.ID}
	}
	tree, err := r.WriteTree(tree, d.Writes)
	if err != nil {
		return nil, err
	}
	c.Tree = tree
	return r.AddCommit(c), nil
}

// SignatureOf is how a user signs commits at a time; nil is the user root of a new GitLab.
func SignatureOf(u *User, when time.Time) repository.Signature {
	s := repository.Signature{Name: "Administrator", Email: "admin@example.com", When: when.UTC().Truncate(time.Second)}
	if u != nil {
		s.Name, s.Email = u.Name, u.Email
	}
	return s
}

// PipelineRefs are the refs by which runners fetch the commits of a project's pipelines, whatever has become of their
// branches (lib/gitlab/git/repository.rb, app/models/ci/persistent_ref.rb).
func (p *Project) PipelineRefs() (refs []repository.Ref) {
	for _, pipeline := range p.pipelines {
		if sha := pipeline.Commit().SHA; p.Repository.Has(sha) {
			refs = append(refs, repository.Ref{Name: "refs/pipelines/" + strconv.Itoa(pipeline.ID), ID: sha})
		}
	}
	return refs
}

// FirstPush is who makes the first branch of a project that has none: GitLab protects it before it is there
// (app/models/protected_branch.rb, lib/gitlab/access/branch_protection.rb).
func (st *State) FirstPush(p *Project) RefAccess {
	switch p.branchProtection() {
	case protectNothing, protectPartly, protectAfterFirst:
		return DevelopersUp
	}
	return MaintainersUp
}

// What default_branch_protection of a group may be (lib/gitlab/access.rb); without a group it is as in a new one.
const (
	protectNothing    = "0"
	protectPartly     = "1" // developers push
	protectFully      = "2"
	protectMerging    = "3" // developers merge
	protectAfterFirst = "4" // developers make the first push
)

func (p *Project) branchProtection() string {
	if p.Group == nil {
		return protectFully
	}
	return p.Group.Attribute(attrBranchProtection)
}

// protectDefault protects the default branch of a project once it is there
// (app/services/projects/protect_default_branch_service.rb).
func (st *State) protectDefault(p *Project) {
	level, name := p.branchProtection(), p.DefaultBranch()
	if level == protectNothing || st.RefRules(p, false, name).Protected {
		return
	}
	r := ProtectedRef{Project: p, Name: name, Push: MaintainersUp, Merge: MaintainersUp}
	switch level {
	case protectPartly:
		r.Push = DevelopersUp
	case protectMerging:
		r.Merge = DevelopersUp
	}
	_, _ = st.ProtectRef(r) // the name is there, and no rule is for it
}
