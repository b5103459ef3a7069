package world

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// Limits of what an environment says of itself, in characters (app/models/environment.rb).
const (
	maxEnvironmentText        = 255
	maxEnvironmentDescription = 10_000
)

// How long environments are left to themselves (app/models/environment.rb).
const (
	longStop    = 7 * 24 * time.Hour // in which one that is stopping is to be stopped
	deletionsIn = 7 * 24 * time.Hour // after which those are deleted that somebody has marked
)

// reviewFolder is what the names of environments begin with that come and go with branches.
const reviewFolder = "review/"

// unsafeSchemes are those of addresses that no page may link to (lib/gitlab/utils/sanitize_node_link.rb).
var unsafeSchemes = []string{"data", "javascript", "vbscript"}

// EnvironmentChange is what a request says of an environment.
type EnvironmentChange struct {
	ExternalURL, Description, Tier, AutoStopSetting Change[string]
	KubernetesNamespace, FluxResourcePath           string
}

// CreateEnvironment makes an environment. The error is an *Invalid.
func (st *State) CreateEnvironment(p *Project, name string, c EnvironmentChange) (*Environment, error) {
	var bad Invalid
	checkEnvironmentName(&bad, p, name)
	next := EnvironmentFacts{State: EnvironmentAvailable, AutoStopSetting: AutoStopAlways}
	c.applyTo(&next, &bad)
	if next.Tier == "" { // it is guessed where null is said, too
		next.Tier = EnvironmentTier(name)
	}
	if err := bad.orNil(); err != nil {
		return nil, err
	}
	return st.storeEnvironment(0, p, name, next, st.Now()), nil
}

// checkEnvironmentName is the model's validation of the name and of the slug that is made of it.
func checkEnvironmentName(bad *Invalid, p *Project, name string) {
	if strings.TrimSpace(name) == "" {
		bad.Add(attrName, msgBlank)
	}
	if p.EnvironmentNamed(name) != nil {
		bad.Add(attrName, msgAlreadyTaken)
	}
	if tooLong(&name, maxEnvironmentText) {
		bad.Add(attrName, msgTooLong(maxEnvironmentText))
	}
	if problem := ci.EnvironmentNameProblem(name); problem != "" {
		bad.Add(attrName, problem)
	}
	if p.environmentSlugs[EnvironmentSlug(name)] != nil {
		bad.Add(attrSlug, msgAlreadyTaken)
	}
}

// applyTo makes the facts what the request wants, and adds what the model says of them.
func (c EnvironmentChange) applyTo(f *EnvironmentFacts, bad *Invalid) {
	text := func(c Change[string], to *string) {
		if c.Given {
			*to = OrEmpty(c.Value)
		}
	}
	text(c.ExternalURL, &f.ExternalURL)
	text(c.Description, &f.Description)
	text(c.Tier, &f.Tier)
	if c.AutoStopSetting.Value != nil { // null changes nothing: a new one has the default
		f.AutoStopSetting = *c.AutoStopSetting.Value
	}
	f.ExternalURL, f.Description = nullIfBlank(f.ExternalURL), nullIfBlank(f.Description)
	f.KubernetesNamespace, f.FluxResourcePath = c.KubernetesNamespace, c.FluxResourcePath
	f.check(bad)
}

// nullIfBlank is a text, or none where it is blank.
func nullIfBlank(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return text
}

// check is the model's validation of what may change.
func (f *EnvironmentFacts) check(bad *Invalid) {
	if tooLong(&f.ExternalURL, maxEnvironmentText) {
		bad.Add(attrExternalURL, msgTooLong(maxEnvironmentText))
	}
	if tooLong(&f.Description, maxEnvironmentDescription) {
		bad.Add(attrDescription, msgTooLong(maxEnvironmentDescription))
	}
	u, err := url.Parse(f.ExternalURL)
	switch {
	case err != nil:
		bad.Add(attrExternalURL, msgInvalidURI)
	case slices.Contains(unsafeSchemes, strings.ToLower(u.Scheme)):
		bad.Add(attrExternalURL, fmt.Sprintf(msgfSchemeNotAllowed, strings.ToLower(u.Scheme)))
	}
	switch {
	case f.KubernetesNamespace != "":
		bad.Add(attrKubernetesNamespace, msgAgentNeeded)
	case f.FluxResourcePath != "":
		bad.Add(attrFluxResourcePath, msgNamespaceNeeded)
	}
}

// ChangeEnvironment changes an environment. The error is an *Invalid, and then it is as before; draft is what it would
// be.
func (st *State) ChangeEnvironment(e *Environment, c EnvironmentChange) (draft *Environment, err error) {
	var bad Invalid
	next := e.EnvironmentFacts
	c.applyTo(&next, &bad)
	if next.Tier == "" {
		next.Tier = EnvironmentTier(e.Name)
	}
	if err := bad.orNil(); err != nil {
		refused := *e
		refused.EnvironmentFacts = next
		return &refused, err
	}
	st.setEnvironment(e, next)
	return e, nil
}

// setEnvironment makes an environment what it has become, and notes the time if that is something else.
func (st *State) setEnvironment(e *Environment, next EnvironmentFacts) {
	if next == e.EnvironmentFacts {
		return
	}
	before, updated := e.EnvironmentFacts, e.UpdatedAt
	st.onUndo(func() { e.EnvironmentFacts, e.UpdatedAt = before, updated })
	e.EnvironmentFacts, e.UpdatedAt = next, st.Now()
}

// storeEnvironment puts an environment into the world.
func (st *State) storeEnvironment(id int, p *Project, name string, f EnvironmentFacts, at time.Time) *Environment {
	e := &Environment{ID: assignID(st, &st.Environments, id), Project: p, Name: name, EnvironmentFacts: f, CreatedAt: at,
		UpdatedAt: at}
	add(st, &st.Environments, e)
	p.environments = insertByID(p.environments, e)
	st.onUndo(func() { p.environments = removeByID(p.environments, e) })
	setKey(st, &p.environmentNames, name, e)
	setKey(st, &p.environmentSlugs, e.Slug(), e)
	return e
}

// DeleteEnvironment deletes an environment with its deployments.
func (st *State) DeleteEnvironment(e *Environment) {
	for _, d := range slices.Clone(e.deployments) {
		st.DeleteDeployment(d)
	}
	p := e.Project
	delete(p.environmentNames, e.Name)
	delete(p.environmentSlugs, e.Slug())
	p.environments = removeByID(p.environments, e)
	st.Environments.remove(e)
	st.onUndo(func() {
		put(&p.environmentNames, e.Name, e)
		put(&p.environmentSlugs, e.Slug(), e)
		p.environments = insertByID(p.environments, e)
		st.Environments.insert(e)
	})
}

// dropEnvironments takes the environments of a project away, which goes.
func (st *State) dropEnvironments(p *Project) {
	for _, e := range slices.Clone(p.environments) {
		st.DeleteEnvironment(e)
	}
}

// StopActions are the jobs that stop an environment, those that the jobs of its last finished pipeline name, in their
// order; they wait for that, or have ended (app/models/environment.rb, stop_actions, and deployment.rb, stop_action).
// Those of a draft are the environment's.
func (st *State) StopActions(e *Environment) (jobs []*Job) {
	last := e.lastFinished()
	if last == nil || last.Job == nil {
		return nil
	}
	latest := last.Job.Pipeline.Latest()
	manual := map[string]*Job{}
	for _, j := range latest {
		if j.manualAction() {
			manual[j.Name] = j
		}
	}
	for _, j := range latest {
		d := st.DeploymentOf(j)
		if d == nil || d.Environment.ID != e.ID || d.OnStop == j.Name || !j.Finished() {
			continue
		}
		if stops := manual[d.OnStop]; stops != nil {
			jobs = append(jobs, stops)
		}
	}
	return jobs
}

// manualAction reports whether people start the job, and may do so now or have done so.
func (j *Job) manualAction() bool {
	return (j.When == whenManual || j.When == "" && j.Manual) && (j.Status == JobManual || j.Status.Completed())
}

// StopEnvironment stops an environment that is available. The jobs that stop it are played, each for its own user, and
// until one succeeds the environment is stopping; without any it is stopped at once, unless it wants to have one. By
// force it is stopped in any case, without them. A job whose user may not play it any more stays as it is
// (app/services/environments/stop_service.rb).
func (st *State) StopEnvironment(e *Environment, force bool) {
	if force {
		st.stopped(e)
	}
	if e.State != EnvironmentAvailable {
		return
	}
	actions := st.StopActions(e)
	switch {
	case len(actions) > 0:
		next := e.EnvironmentFacts
		next.State = EnvironmentStopping
		st.setEnvironment(e, next)
	case e.AutoStopSetting == AutoStopAlways:
		st.stopped(e)
	}
	for _, j := range actions {
		if st.userPlays(j) {
			st.PlayJob(j, j.User, nil, nil)
		}
	}
}

// userPlays reports whether the user of a job may play it.
func (st *State) userPlays(j *Job) bool {
	may := st.around.MayPlay
	return may == nil || may(st, j.User, j)
}

// Unstoppable is the first of the jobs that stop an environment whose user may not play it any more; nil if all may.
func (st *State) Unstoppable(e *Environment) *Job {
	if e.State != EnvironmentAvailable {
		return nil
	}
	for _, j := range st.StopActions(e) {
		if !st.userPlays(j) {
			return j
		}
	}
	return nil
}

// stopped makes an environment stopped.
func (st *State) stopped(e *Environment) {
	next := e.EnvironmentFacts
	next.State, next.AutoStopAt = EnvironmentStopped, time.Time{}
	st.setEnvironment(e, next)
}

// StopStale stops the environments of a project that have neither been changed since nor deployed to
// (app/services/environments/stop_stale_service.rb).
func (st *State) StopStale(p *Project, since time.Time) {
	for _, e := range p.environments {
		fresh := func(d *Deployment) bool { return !d.UpdatedAt.Before(since) }
		if e.UpdatedAt.Before(since) && !slices.ContainsFunc(e.deployments, fresh) {
			st.StopEnvironment(e, false)
		}
	}
}

// StoppedReviews are the stopped environments in the folder review that were made before, the oldest first, at most so
// many, without those that are marked to be deleted.
func (p *Project) StoppedReviews(before time.Time, most int) []*Environment {
	found := Filtered(p.environments, func(e *Environment) bool {
		return e.State == EnvironmentStopped && strings.HasPrefix(e.Name, reviewFolder) && e.CreatedAt.Before(before) &&
			e.AutoDeleteAt.IsZero()
	})
	slices.SortStableFunc(found, func(a, b *Environment) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return found[:min(len(found), most)]
}

// MarkForDeletion has workers delete environments in a week.
func (st *State) MarkForDeletion(environments []*Environment) {
	for _, e := range environments {
		e.AutoDeleteAt = st.Now().Add(deletionsIn)
	}
}

// tendEnvironments stops the environments whose time is over, has those that were not stopped for long be available
// again, and deletes those that are marked (app/services/environments/auto_stop_service.rb, auto_recover_service.rb,
// app/workers/environments/auto_delete_cron_worker.rb).
func (st *State) tendEnvironments() {
	now := st.Now()
	for _, e := range slices.Clone(st.Environments.Rows) {
		switch {
		case e.State == EnvironmentAvailable && !e.AutoStopAt.IsZero() && e.AutoStopAt.Before(now):
			st.StopEnvironment(e, false)
		case e.State == EnvironmentStopping && e.UpdatedAt.Before(now.Add(-longStop)):
			next := e.EnvironmentFacts
			next.State = EnvironmentAvailable
			st.setEnvironment(e, next)
		case e.State == EnvironmentStopped && !e.AutoDeleteAt.IsZero() && e.AutoDeleteAt.Before(now):
			st.DeleteEnvironment(e)
		}
	}
}

// stopWithBranch stops the environments that were deployed to from a branch last which is gone, as far as its user may
// (app/services/git/branch_hooks_service.rb; app/services/environments/stop_service.rb, execute_for_branch).
func (st *State) stopWithBranch(p *Project, user *User, branch string) {
	for _, e := range p.environments {
		last := e.LastDeployment()
		if last == nil || last.Ref != branch || last.RefIsTag {
			continue
		}
		if may := st.around.MayStop; may == nil || may(st, user, e) {
			st.StopEnvironment(e, false)
		}
	}
}

// afterSuccess is what follows for its environment from a job that has succeeded: what stops it has, and what prepares,
// verifies or accesses it may give it more time (app/workers/environments/stop_job_success_worker.rb,
// app/services/environments/recalculate_auto_stop_service.rb).
func (st *State) afterSuccess(j *Job) {
	e := st.EnvironmentOf(j)
	if e == nil {
		return
	}
	said := j.Spec.Environment
	if said.Action == actionStop && e.State != EnvironmentStopped {
		st.stopped(e)
	}
	renews := said.Action == actionPrepare || said.Action == actionAccess
	if !renews && said.Action != actionVerify || !st.Has(gitlabversion.EnvironmentTimersRenewed) {
		return
	}
	in := said.AutoStopIn
	if last := e.LastDeployment(); in == "" && renews && last != nil && last.Job != nil {
		j, in = last.Job, last.Job.Spec.Environment.AutoStopIn
	}
	next := e.EnvironmentFacts
	st.autoStop(&next, st.expanded(j, in, true))
	st.setEnvironment(e, next)
}

// autoStop has an environment be stopped after a time as environment:auto_stop_in says it, if that says one.
func (st *State) autoStop(f *EnvironmentFacts, in string) {
	if strings.EqualFold(in, "never") {
		f.AutoStopAt = time.Time{}
	}
	if after, _ := ci.ParseDuration(in); after > 0 { // none where it is wrong
		f.AutoStopAt = st.Now().Add(after).Truncate(time.Microsecond)
	}
}
