package world

import (
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

// PushOptions are what somebody says of a push beside the refs.
type PushOptions struct {
	SkipCI    bool              // ci.skip: its pipelines are skipped
	Variables map[string]string // ci.variable: of its pipelines
	Inputs    map[string]any    // ci.input: of its pipelines, as InputOf reads them
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
