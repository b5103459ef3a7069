package world

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// RunnerDraft is what CreateRunner, AddRunner and ChangeRunner make a runner of.
type RunnerDraft struct {
	ID           int        // 0: the next
	Type         RunnerType // empty: ImpliedType, for AddRunner
	Group        *Group     // of a group runner
	Projects     []*Project // of a project runner, the owner first
	Attributes   Attributes
	Name         *string
	Registration Registration
	Creator      *User  // nil when nobody is known to have made it
	Token        string // made up when empty
	Managers     []Manager
	// Existing: the draft says how the runner stands in the database, where texts saved before there was a limit may be
	// longer than that.
	Existing bool
	// CreatedAt and ContactedAt are for AddRunner and ChangeRunner: zero is now, and never contacted. TokenExpiresAt is
	// as the settings say when it is zero; a token that expires at Never lives for ever whatever they say.
	CreatedAt, ContactedAt, TokenExpiresAt time.Time
}

// CreateRunner makes a runner for a request by the rules of GitLab's model, plan limits among them
// (app/services/ci/runners/create_runner_service.rb and register_runner_service.rb); the error is an *Invalid. The
// draft has neither an id nor a token.
func (st *State) CreateRunner(n RunnerDraft) (*Runner, error) {
	var p *Project
	if len(n.Projects) > 0 {
		p = n.Projects[0]
	}
	if full := st.planLimit(n.Group, p); full != nil {
		return nil, full
	}
	return st.createRunner(n)
}

// createRunner is CreateRunner without plan limits, as a seed may describe a time before there was one. That the
// draft's token and id are free is for the caller to check.
func (st *State) createRunner(n RunnerDraft) (*Runner, error) {
	n.Attributes.Tags = cleanTags(n.Attributes.Tags)
	var before *Attributes
	if n.Existing {
		before = &n.Attributes
	}
	if err := st.validate(n.Attributes, before); err != nil {
		return nil, err
	}
	if st.Has(gitlabversion.DescriptionLimit) && !n.Existing && tooLong(n.Name, maxNameLength) {
		return nil, newInvalid(attrName, msgTooLong(maxNameLength))
	}
	now := st.Now()
	r := &Runner{ID: assignID(st, &st.Runners, n.ID), Type: n.Type, Group: n.Group, Attributes: n.Attributes, Name: n.Name,
		Registration: n.Registration, Creator: n.Creator, CreatedAt: now, UpdatedAt: now}
	for _, p := range n.Projects {
		r.Assignments = append(r.Assignments, &Assignment{p, now})
	}
	r.Token = st.runnerSecret(r, n.Token)
	if r.TokenExpiresAt = n.TokenExpiresAt; n.TokenExpiresAt.IsZero() {
		r.TokenExpiresAt = st.TokenExpiry(r, now)
	}
	add(st, &st.Runners, r)
	setKey(st, &st.RunnerTokens, r.Token, r)
	st.linkRunner(r)
	st.reindex(r)
	st.onUndo(func() {
		st.unlinkRunner(r)
		st.unindex(r)
	})
	return r, nil
}

// linkRunner has the runner found from what it serves: the instance, its group or its projects.
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

// unlinkRunner takes back what linkRunner did.
func (st *State) unlinkRunner(r *Runner) {
	st.instanceWide = removeByID(st.instanceWide, r)
	if r.Group != nil {
		r.Group.runners = removeByID(r.Group.runners, r)
	}
	for _, a := range r.Assignments {
		a.Project.Runners = removeByID(a.Project.Runners, r)
	}
}

// TokenExpiry is when an authentication token of the runner that is made at the time now expires: after the shortest
// interval that applies to the runner. Zero is never (app/models/ci/runner.rb, compute_token_expiration).
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
	return now.Add(shortest).Truncate(time.Microsecond) // as State.Now
}

// The life that a request may choose for a runner's first token.
const (
	minTokenLife = 5 * time.Minute
	maxTokenLife = 15 * 24 * time.Hour
)

// CheckTokenExpiry says what is wrong with the TokenExpiresAt that a request wants for a new runner's first token, and
// with the time until which it wants that token to be reset; both zero when nothing is wanted, and "" if all is well
// (ee/app/services/ee/ci/runners/create_runner_service.rb).
func (st *State) CheckTokenExpiry(n RunnerDraft, deadline time.Time) string {
	at, now := n.TokenExpiresAt, st.Now()
	if at.IsZero() {
		if !deadline.IsZero() {
			return msgExpiryNeeded
		}
		return ""
	}
	r := &Runner{Type: n.Type, Group: n.Group}
	for _, p := range n.Projects {
		r.Assignments = append(r.Assignments, &Assignment{p, now})
	}
	latest := now.Add(maxTokenLife)
	if t := st.TokenExpiry(r, now); !t.IsZero() && t.Before(latest) {
		latest = t
	}
	switch {
	case at.Before(now.Add(minTokenLife)):
		return msgExpiryTooEarly
	case at.After(latest):
		return fmt.Sprintf(msgfExpiryTooLate, latest.UTC().Format(time.RFC3339))
	case !deadline.IsZero() && deadline.Before(now):
		return msgDeadlinePast
	case deadline.After(at):
		return msgDeadlineTooLate
	}
	return ""
}

// UpdateRunner changes a runner's attributes (app/services/ci/runners/update_runner_service.rb). The error is an
// *Invalid, and then they are as before.
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

// ResetRunnerToken gives the runner a new authentication token, which expires as TokenExpiry says; the old one is dead
// at once (lib/api/ci/runners.rb, reset_authentication_token).
func (st *State) ResetRunnerToken(r *Runner) {
	st.setRunnerToken(r, st.newRunnerToken(r))
	r.TokenExpiresAt = st.TokenExpiry(r, st.Now())
	r.UpdatedAt = st.Now()
}

// setRunnerToken has the runner found by another token from now on.
func (st *State) setRunnerToken(r *Runner, token string) {
	delete(st.RunnerTokens, r.Token)
	st.tick(r)
	r.Token = token
	st.RunnerTokens[token] = r
}

// DeleteRunner removes the runner with its managers and assignments. The jobs that it took stay and forget it
// (app/services/ci/runners/unregister_runner_service.rb).
func (st *State) DeleteRunner(r *Runner) {
	st.unscopeEverywhere(r)
	st.unlinkRunner(r)
	st.unindex(r)
	for _, m := range r.Managers {
		st.managers.remove(m)
	}
	for _, j := range r.Jobs {
		st.setRunner(j, nil, nil)
	}
	delete(st.RunnerTokens, r.Token)
	st.Runners.remove(r)
	if st.gone == nil {
		st.gone = map[int]bool{}
	}
	st.gone[r.ID] = true
	st.tick(r)
}

// WasRunner reports whether a runner has had that id, which is gone or still there.
func (st *State) WasRunner(id int) bool { return st.gone[id] || has(st.Runners, id) }

// AssignRunner makes a project runner serve one project more (app/services/ci/runners/assign_runner_service.rb and
// app/models/ci/runner.rb, assign_to). The error is an *Invalid, which names last the assignment that failed, or that
// the runner is of another type, for which GitLab's model raises an error that nothing rescues.
func (st *State) AssignRunner(r *Runner, p *Project) error {
	if r.Type != ProjectRunner {
		return fmt.Errorf("a runner of %s is assigned to no project; app/models/ci/runner.rb raises an error, which "+
			"nothing rescues", r.Type)
	}
	if err := st.assignable(r, p); err != nil {
		return err
	}
	st.assign(r, p)
	return nil
}

// assignable is the refusal of AssignRunner for a project runner.
func (st *State) assignable(r *Runner, p *Project) error {
	refused := st.planLimit(nil, p)
	if r.AssignedTo(p) != nil {
		refused = newInvalid(attrRunnerTaken, msgAlreadyTaken)
	}
	if refused == nil {
		return nil
	}
	refused.Add(attrAssignTo, fmt.Sprintf(msgfValidationFailed, refused.Sentence()))
	return refused
}

// assign makes a project runner serve a project that it may serve.
func (st *State) assign(r *Runner, p *Project) {
	r.Assignments = append(r.Assignments, &Assignment{p, st.Now()})
	p.Runners = insertByID(p.Runners, r)
	st.tick(r)
}

// UnassignRunner ends that a project runner serves a project (app/services/ci/runners/unassign_runner_service.rb).
func (st *State) UnassignRunner(r *Runner, p *Project) {
	r.Assignments = slices.DeleteFunc(slices.Clone(r.Assignments), func(a *Assignment) bool { return a.Project == p })
	p.Runners = removeByID(p.Runners, r)
	st.tick(r)
}

// CheckRunnerProjects says why SetRunnerProjects is not possible; the error is an *Invalid.
func (st *State) CheckRunnerProjects(r *Runner, projects []*Project) error {
	for _, p := range projects {
		if r.AssignedTo(p) == nil {
			if err := st.assignable(r, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// SetRunnerProjects makes a project runner, which has an owner and of which CheckRunnerProjects says nothing, serve its
// owner project and these, and no others (app/services/ci/runners/set_runner_associated_projects_service.rb).
func (st *State) SetRunnerProjects(r *Runner, projects []*Project) {
	projects = append([]*Project{r.Owner()}, projects...)
	for _, p := range projects {
		if r.AssignedTo(p) == nil {
			st.assign(r, p)
		}
	}
	for _, a := range slices.Clone(r.Assignments) {
		if !slices.Contains(projects, a.Project) {
			st.UnassignRunner(r, a.Project)
		}
	}
}

// CheckRunner is the error of UpdateRunner, without the change.
func (st *State) CheckRunner(r *Runner, next Attributes) error {
	next.Tags = cleanTags(next.Tags)
	return st.validate(next, &r.Attributes)
}

// registrationTime is how long after it was made a runner may be registered from GitLab's page for that
// (app/models/ci/runner.rb, REGISTRATION_AVAILABILITY_TIME).
const registrationTime = time.Hour

// RegistrationStarted reports whether a runner was made by a person and has not been seen since: no machine runs with
// its token (app/models/ci/runner.rb, creation_state).
func (r *Runner) RegistrationStarted() bool {
	return r.Registration == ByUser && len(r.Managers) == 0 && r.ContactedAt.IsZero()
}

// RegistrationAvailable reports whether GitLab still shows how to register the runner
// (app/models/ci/runner.rb, registration_available?).
func (st *State) RegistrationAvailable(r *Runner) bool {
	return r.RegistrationStarted() && r.CreatedAt.After(st.Now().Add(-registrationTime))
}

// shortTokenLength is how much of a token is shown, without what it begins with
// (app/models/ci/runner.rb, RUNNER_SHORT_SHA_LENGTH).
const shortTokenLength = 8

// partitionOfToken is what a token may name of its runner's type in front.
var partitionOfToken = regexp.MustCompile(`^t\d_`)

// ShortSHA is the part of the runner's token by which people tell it (app/models/ci/runner.rb, short_sha).
func (r *Runner) ShortSHA() string {
	token := strings.TrimPrefix(strings.TrimPrefix(r.Token, registeredRunnerPrefix), createdRunnerPrefix)
	token = token[len(partitionOfToken.FindString(token)):]
	return token[:min(shortTokenLength, len(token))]
}
