package world

import (
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// RunnerDraft is what createRunner makes a runner of.
type RunnerDraft struct {
	Id           int
	Type         RunnerType
	Group        *Group
	Projects     []*Project
	Attributes   Attributes
	Name         *string
	Registration Registration
	Creator      *User
	Token        string // made up when empty
	Managers     []Manager
	// Existing: it is described as it stands in the database, where what was saved before a limit came is longer.
	Existing bool
	// Of an existing runner; zero is now, never contacted, and what the settings say.
	CreatedAt, ContactedAt, TokenExpiresAt time.Time
}

// CreateRunner makes a runner by the rules of GitLab's model. The plan limits are the caller's: requests have them, seeds
// may describe a time before the limit.
func (st *State) CreateRunner(n RunnerDraft) (*Runner, error) {
	n.Attributes.Tags = cleanTags(n.Attributes.Tags)
	var before *Attributes
	if n.Existing {
		before = &n.Attributes
	}
	if err := st.validate(n.Attributes, before); err != nil {
		return nil, err
	}
	if st.Has(gitlabversion.DescriptionLimit) && !n.Existing && TooLong(n.Name, maxNameLength) {
		return nil, NewInvalid(attrName, MsgTooLong(maxNameLength))
	}
	now := st.Now()
	r := &Runner{ID: assignID(st, &st.Runners, n.Id), Type: n.Type, Group: n.Group, Attributes: n.Attributes, Name: n.Name,
		Registration: n.Registration, Creator: n.Creator, CreatedAt: now, UpdatedAt: now,
		Token: st.secret(st.runnerTokenKind(n.Type, n.Registration), n.Token)}
	for _, p := range n.Projects {
		r.Assignments = append(r.Assignments, &Assignment{p, now})
	}
	r.TokenExpiresAt = st.TokenExpiry(r, now)
	add(st, &st.Runners, r)
	setKey(st, st.RunnerTokens, r.Token, r)
	st.linkRunner(r)
	st.reindex(r)
	st.OnUndo(func() {
		st.unlinkRunner(r)
		st.unindex(r)
	})
	return r, nil
}

// linkRunner makes the runner found from where it serves.
func (st *State) linkRunner(r *Runner) {
	if r.Type == InstanceRunner {
		st.instanceWide = insertByID(st.instanceWide, r)
	}
	if r.Group != nil {
		r.Group.runners = insertByID(r.Group.runners, r)
	}
	for _, a := range r.Assignments {
		a.Project.Runners = insertByID(a.Project.Runners, r)
	}
}

func (st *State) unlinkRunner(r *Runner) {
	st.instanceWide = removeByID(st.instanceWide, r)
	if r.Group != nil {
		r.Group.runners = removeByID(r.Group.runners, r)
	}
	for _, a := range r.Assignments {
		a.Project.Runners = removeByID(a.Project.Runners, r)
	}
}

// TokenExpiry is when a token made now dies: after the shortest interval that applies to the runner, or never
// (app/models/ci/runner.rb, compute_token_expiration).
func (st *State) TokenExpiry(r *Runner, now time.Time) time.Time {
	var shortest time.Duration
	limit := func(d time.Duration) {
		if d > 0 && (shortest == 0 || d < shortest) {
			shortest = d
		}
	}
	switch r.Type {
	case InstanceRunner:
		limit(st.Settings.RunnerTokenExpiration)
	case GroupRunner:
		limit(st.Settings.GroupRunnerTokenExpiration)
		if r.Group != nil {
			limit(r.Group.RunnerTokenExpiration)
		}
	case ProjectRunner:
		limit(st.Settings.ProjectRunnerTokenExpiration)
		for _, a := range r.Assignments {
			limit(a.Project.RunnerTokenExpiration)
		}
	}
	if shortest == 0 {
		return time.Time{}
	}
	return now.Add(shortest)
}

// UpdateRunner changes a runner's attributes, or refuses and leaves them.
func (st *State) UpdateRunner(r *Runner, next Attributes) error {
	next.Tags = cleanTags(next.Tags)
	if err := st.validate(next, &r.Attributes); err != nil {
		return err
	}
	r.Attributes = next
	r.UpdatedAt = st.Now()
	st.reindex(r)
	st.tick(r)
	return nil
}

// ResetRunnerToken gives the runner a new token of its kind; the old one is dead at once.
func (st *State) ResetRunnerToken(r *Runner) {
	st.setRunnerToken(r, st.made.token(st.runnerTokenKind(r.Type, r.Registration)))
	r.TokenExpiresAt = st.TokenExpiry(r, st.Now())
	r.UpdatedAt = st.Now()
}

func (st *State) setRunnerToken(r *Runner, token string) {
	delete(st.RunnerTokens, r.Token)
	st.tick(r)
	r.Token = token
	st.RunnerTokens[token] = r
}

// DeleteRunner removes the runner with its managers and assignments. Its jobs stay and forget it.
func (st *State) DeleteRunner(r *Runner) {
	st.unlinkRunner(r)
	st.unindex(r)
	for _, m := range r.Managers {
		st.managers.remove(m)
	}
	for _, j := range r.Jobs {
		j.Runner, j.Manager = nil, nil
	}
	delete(st.RunnerTokens, r.Token)
	st.Runners.remove(r)
	st.tick(r)
}

// AssignRunner makes a project runner serve one project more.
func (st *State) AssignRunner(r *Runner, p *Project) {
	r.Assignments = append(r.Assignments, &Assignment{p, st.Now()})
	p.Runners = insertByID(p.Runners, r)
	st.tick(r)
}

func (st *State) UnassignRunner(r *Runner, p *Project) {
	r.Assignments = slices.DeleteFunc(slices.Clone(r.Assignments), func(a *Assignment) bool { return a.Project == p })
	p.Runners = removeByID(p.Runners, r)
	st.tick(r)
}
