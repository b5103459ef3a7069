package world

import (
	"cmp"
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

// What git reports of a ref that is not moved (builtin/receive-pack.c).
const (
	RefNotMoved = "failed to update ref"
	RefNoObject = "missing necessary objects"
	RefFunny    = "funny refname"
)

// Why git moves no ref of that name there, as it says beside that (refs.c, refs/files-backend.c).
const (
	reffStale    = "cannot lock ref '%s': is at %s but expected %s"
	reffThere    = "cannot lock ref '%s': reference already exists"
	reffGone     = "cannot lock ref '%s': unable to resolve reference '%s'"
	reffBeside   = "cannot lock ref '%s': '%s' exists; cannot create '%s'"
	reffTogether = "cannot lock ref '%s': cannot process '%s' and '%s' at the same time"
	reffLongName = "cannot lock ref '%s': Unable to create './%s.lock': File name too long"
	reffLongPath = "cannot lock ref '%s': unable to create directory for ./%s"
	reffNoCommit = "cannot update ref '%s': trying to write non-commit object %s to branch '%s'"
)

// RefRefusal is the error of a ref that cannot be moved.
type RefRefusal struct {
	Ref    string // the full name
	Reason string // in git's words, as it reports them of a push
	Detail string // what git says beside; "" for nothing
	Beside string // the ref that cannot be there at the same time, being a folder of this one or in it; "" for none
}

// Error is what git says, with the ref.
func (r *RefRefusal) Error() string { return cmp.Or(r.Detail, r.Ref+": "+r.Reason) }

// CheckRefUpdate holds a move of a ref against the repository, in git's order: the name is one that git takes and can
// make a file of, the ref is where the update says that it was, where it goes there is an object, a commit in case of a
// branch, and no other ref is in the way of a new one. A deletion whose Old is ZeroID is of whatever is there. The
// error is a *RefRefusal. Who may move it is for the caller to ask.
func (st *State) CheckRefUpdate(p *Project, u RefUpdate) error {
	r := p.Repository
	_, isTag, known := repository.ShortName(u.Ref)
	now := r.Ref(u.Ref)
	deletes := u.New == repository.ZeroID
	longName, longFolder := repository.TooLong(u.Ref)
	notMoved := func(format string, args ...any) error {
		return &RefRefusal{Ref: u.Ref, Reason: RefNotMoved, Detail: fmt.Sprintf(format, args...)}
	}
	switch {
	case !repository.ValidRef(u.Ref):
		return &RefRefusal{Ref: u.Ref, Reason: RefFunny}
	case !deletes && !r.Has(u.New):
		return &RefRefusal{Ref: u.Ref, Reason: RefNoObject}
	case longFolder:
		return notMoved(reffLongPath, u.Ref, u.Ref)
	case longName:
		return notMoved(reffLongName, u.Ref, u.Ref)
	case now == "" && u.Old != repository.ZeroID:
		return notMoved(reffGone, u.Ref, u.Ref)
	case now == "" && r.InTheWay(u.Ref) != "":
		beside := r.InTheWay(u.Ref)
		return &RefRefusal{u.Ref, RefNotMoved, fmt.Sprintf(reffBeside, u.Ref, beside, u.Ref), beside}
	case now != "" && u.Old == repository.ZeroID && !deletes:
		return notMoved(reffThere, u.Ref)
	case now != u.Old && u.Old != repository.ZeroID:
		return notMoved(reffStale, u.Ref, now, u.Old)
	case known && !isTag && !deletes && r.Commit(u.New) == nil:
		return notMoved(reffNoCommit, u.Ref, u.New, u.Ref)
	}
	return nil
}

// CheckRefUpdates holds moves against the repository as CheckRefUpdate does, each with the refs as those before it that
// can be made leave them. The error of each is at its place.
func (st *State) CheckRefUpdates(p *Project, updates []RefUpdate) []error {
	errs := make([]error, len(updates))
	for i, u := range updates {
		if errs[i] = st.CheckRefUpdate(p, u); errs[i] == nil {
			before := p.Repository.SetRef(u.Ref, u.New)
			defer p.Repository.SetRef(u.Ref, before)
		}
	}
	return errs
}

// CheckRefsAtOnce holds moves against the repository that are to be made in one transaction of git: none makes room for
// another. Each is of a ref of its own. The error is the *RefRefusal of the first that cannot be.
func (st *State) CheckRefsAtOnce(p *Project, updates []RefUpdate) error {
	among := repository.New(nil)
	for _, u := range updates {
		if long, longFolder := repository.TooLong(u.Ref); !long && !longFolder {
			among.SetRef(u.Ref, u.Ref)
		}
	}
	for _, u := range updates {
		if err := st.CheckRefUpdate(p, u); err != nil {
			return err
		}
		if other := among.InTheWay(u.Ref); other != "" && p.Repository.Ref(u.Ref) == "" {
			return &RefRefusal{u.Ref, RefNotMoved, fmt.Sprintf(reffTogether, u.Ref, u.Ref, other), other}
		}
	}
	return nil
}

// standOn makes the first branch of an empty repository its default branch, of a push that does not bring that of the
// project's settings.
func (st *State) standOn(p *Project, u RefUpdate) {
	name, isTag, ok := repository.ShortName(u.Ref)
	if !ok || isTag || u.New == repository.ZeroID || !p.Repository.Empty() {
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
