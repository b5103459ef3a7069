package world

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// environmentCreationFailure is why a job has failed whose environment cannot have the name that it comes to.
const environmentCreationFailure = "environment_creation_failure"

// outdatedDeployment is why a job has failed that would have deployed what is older than what is there.
const outdatedDeployment = "failed_outdated_deployment_job"

// deploymentEvents are the events of the state machine by the status that they lead to, each with the statuses that
// know it; without any it is all others (app/models/deployment.rb).
var deploymentEvents = map[DeploymentStatus]struct {
	name string
	from []DeploymentStatus
}{
	DeploymentRunning:  {"run", []DeploymentStatus{DeploymentCreated, DeploymentBlocked}},
	DeploymentBlocked:  {"block", []DeploymentStatus{DeploymentCreated}},
	DeploymentCreated:  {"create", []DeploymentStatus{DeploymentSkipped}},
	DeploymentSuccess:  {"succeed", nil},
	DeploymentFailed:   {"drop", nil},
	DeploymentCanceled: {"cancel", nil},
	DeploymentSkipped:  {"skip", nil},
}

// deploys reports whether a job of an environment makes a deployment: it starts that
// (app/models/concerns/ci/deployable.rb, deployment_job?).
func (j *Job) deploys() bool {
	return cmp.Or(j.Spec.Environment.Action, actionStart) == actionStart
}

// nameEnvironment gives the plan of a job that is about to be made the name of its environment, if there can be one.
func (st *State) nameEnvironment(j *Job) {
	name := st.expanded(j, j.Spec.Environment.Name, false)
	if ci.IsEnvironmentName(name) && j.Project.slugTaker(name) == nil {
		own := *j.Plan
		own.EnvironmentName = name
		j.Plan = &own
	}
}

// making is the pipeline whose jobs are being made, and what expands texts of these; the zero value is none.
type making struct {
	pipeline int
	expander *ci.Expander // nil before the first text with references
}

// expanded is a text in which references to the variables of a job stand for their values. Once it is stored there are
// those that tell of the job itself, and those of its dotenv report.
func (st *State) expanded(j *Job, text string, stored bool) string {
	if !ciexpr.MayRefer(text) {
		return text
	}
	of := ci.Job{Name: j.Name, Stage: j.Stage, When: j.When, Part: j.Part, Parts: j.Parts, Spec: j.Spec}
	if !stored {
		return st.expanderOf(j).Expand(of, text, nil)
	}
	x := st.expansionOf(j, j.EnvironmentName)
	x.Predefined = append(x.Predefined, st.storedVariables(j)...)
	x.Variables = append(x.Variables, j.Variables...)
	var more ci.JobVariables
	for _, d := range j.Dependencies() {
		more = append(more, d.Dotenv...)
	}
	return x.Expander().Expand(of, text, append(more, j.Dotenv...))
}

// expanderOf is what expands texts of a job that is about to be made: one for all jobs of a pipeline.
func (st *State) expanderOf(j *Job) *ci.Expander {
	if st.making.pipeline != j.PipelineID {
		return st.expansionOf(j, "").Expander()
	}
	if st.making.expander == nil {
		st.making.expander = st.expansionOf(j, "").Expander()
	}
	return st.making.expander
}

// expansionOf is what the texts of a job are expanded for, given the variables for an environment; "" is none.
func (st *State) expansionOf(j *Job, environment string) ci.Context {
	f := PipelineFacts{Ref: j.Ref, RefIsTag: j.RefIsTag, Protected: j.Protected, Commit: j.Commit, User: j.User,
		Source: SourcePush, CreatedAt: j.CreatedAt}
	p := st.pipelines[j.PipelineID]
	if p != nil { // who plays a job is told of in its variables
		f = p.Facts()
		f.User, f.Protected = j.User, j.Protected
	}
	x := ci.Context{Ref: f.Ref, Tag: f.RefIsTag, Source: f.Source, Predefined: st.PredefinedFor(j.Project, f),
		Caller: st.callerOf(f), Variables: st.givenTo(j.Project, f, environment),
		NoJobGroupName: !st.Has(gitlabversion.JobGroupName)}
	if p != nil {
		x.Predefined = append(x.Predefined, ci.JobVariable{Key: "CI_PIPELINE_IID", Value: strconv.Itoa(p.IID())})
	}
	return x
}

// storedVariables tell of a job what is known once it is stored, and of its environment.
func (st *State) storedVariables(j *Job) ci.JobVariables {
	var l list
	l.add("CI_PIPELINE_ID", strconv.Itoa(j.PipelineID))
	l.add("CI_JOB_ID", strconv.Itoa(j.ID))
	if st.address != nil && st.address() != "" {
		at := st.address() + "/" + j.Project.Path + "/-/"
		l.add("CI_PIPELINE_URL", at+"pipelines/"+strconv.Itoa(j.PipelineID))
		l.add("CI_JOB_URL", at+"jobs/"+strconv.Itoa(j.ID))
	}
	if e := st.EnvironmentOf(j); e != nil {
		said := j.Spec.Environment
		l.add("CI_ENVIRONMENT_NAME", e.Name)
		l.add("CI_ENVIRONMENT_SLUG", e.Slug())
		l.add("CI_ENVIRONMENT_ACTION", cmp.Or(said.Action, actionStart))
		l.add("CI_ENVIRONMENT_TIER", cmp.Or(said.DeploymentTier, e.Tier)) // app/models/concerns/ci/deployable.rb
	}
	return ci.JobVariables(l)
}

// enterEnvironment makes the environment of a job, if there is none yet, and the deployment of a job that starts it
// (app/services/environments/create_for_job_service.rb, app/services/deployments/create_for_job_service.rb).
func (st *State) enterEnvironment(j *Job) {
	if j.EnvironmentName == "" {
		return
	}
	if j.Project.slugTaker(j.EnvironmentName) != nil { // one that the same seed tells of
		return
	}
	e := st.EnvironmentOf(j)
	if e == nil {
		said := j.Spec.Environment
		f := EnvironmentFacts{State: EnvironmentAvailable, AutoStopSetting: AutoStopAlways,
			Tier: cmp.Or(said.DeploymentTier, EnvironmentTier(j.EnvironmentName))}
		st.autoStop(&f, st.expanded(j, said.AutoStopIn, false))
		e = st.storeEnvironment(0, j.Project, j.EnvironmentName, f, j.CreatedAt)
	}
	if st.DeploymentOf(j) != nil { // a seed lists it, as it was
		return
	}
	if j.deploys() {
		st.storeDeployment(&Deployment{Environment: e, Ref: j.Ref, RefIsTag: j.RefIsTag, SHA: j.Commit.SHA,
			Status: DeploymentCreated, User: j.User, Job: j, OnStop: j.Spec.Environment.OnStop, CreatedAt: j.CreatedAt,
			UpdatedAt: j.CreatedAt})
	}
	st.catchUp(j)
}

// catchUp has a deployment become what its job is already, as when a test adds it so, and the environment what that has
// made of it, of which no webhook is told.
func (st *State) catchUp(j *Job) {
	told := len(st.notices)
	st.followJob(j)
	st.notices = st.notices[:told]
	d := st.DeploymentOf(j)
	if d == nil {
		return
	}
	d.FinishedAt = cmp.Or(j.FinishedAt, d.FinishedAt)
	d.UpdatedAt = Later(d.CreatedAt, d.FinishedAt)
}

// Deploys reports whether there are environments, or jobs that are for one.
func (st *State) Deploys() bool {
	return len(st.Environments.Rows) > 0 ||
		slices.ContainsFunc(st.Jobs.Rows, func(j *Job) bool { return j.EnvironmentName != "" })
}

// SettleEnvironments makes the environments and deployments that the jobs of a seed lack: of all its jobs or, where the
// seed has told of environments, of those that have not ended. Where it has told of deployments, too, as a snapshot
// does, only jobs that the seed has made of a file lack any.
func (st *State) SettleEnvironments(environments, deployments bool) {
	made := st.madeJobs
	st.madeJobs = nil
	if deployments {
		for _, j := range made {
			st.enterEnvironment(j)
		}
		return
	}
	for _, j := range st.Jobs.Rows {
		if !st.deployed[j] && !(environments && j.Status.Completed()) {
			st.enterEnvironment(j)
		}
	}
}

// storeDeployment puts a deployment into the world.
func (st *State) storeDeployment(d *Deployment) {
	e, p := d.Environment, d.Environment.Project
	d.ID = assignID(st, &st.Deployments, d.ID)
	before := p.lastIID
	if d.IID == 0 {
		d.IID = p.lastIID + 1
	}
	p.lastIID = max(p.lastIID, d.IID)
	add(st, &st.Deployments, d)
	p.deployments, e.deployments = insertByID(p.deployments, d), insertByID(e.deployments, d)
	st.onUndo(func() {
		p.lastIID = before
		p.deployments, e.deployments = removeByID(p.deployments, d), removeByID(e.deployments, d)
	})
	if d.Job != nil {
		setKey(st, &st.jobDeployments, d.Job, d)
	}
}

// DeleteDeployment deletes a deployment.
func (st *State) DeleteDeployment(d *Deployment) {
	e, p := d.Environment, d.Environment.Project
	p.deployments, e.deployments = removeByID(p.deployments, d), removeByID(e.deployments, d)
	st.Deployments.remove(d)
	delete(st.jobDeployments, d.Job)
	st.onUndo(func() {
		p.deployments, e.deployments = insertByID(p.deployments, d), insertByID(e.deployments, d)
		st.Deployments.insert(d)
		if d.Job != nil {
			put(&st.jobDeployments, d.Job, d)
		}
	})
}

// forgetDeployer has the deployment of a job, which goes, be there without it.
func (st *State) forgetDeployer(j *Job) {
	d := st.DeploymentOf(j)
	if d == nil {
		return
	}
	delete(st.jobDeployments, j)
	d.Job = nil
	st.onUndo(func() {
		put(&st.jobDeployments, j, d)
		d.Job = j
	})
}

// followJob moves the deployment of a job with it, and lets follow what follows for the environment. A status that
// deployments do not know, or that cannot come after theirs, changes nothing (app/models/deployment.rb,
// sync_status_with).
func (st *State) followJob(j *Job) {
	if d := st.DeploymentOf(j); d != nil {
		to := DeploymentStatus(j.Status)
		if j.Status == JobManual {
			to = DeploymentBlocked
		}
		if slices.Contains(DeploymentStatuses, to) {
			_ = st.MoveDeployment(d, to)
		}
	}
	if j.Status == JobSuccess {
		st.afterSuccess(j)
	}
}

// MoveDeployment changes the status of a deployment; one that has succeeded renews its environment. The error is an
// *Invalid: the status cannot come after the present one.
func (st *State) MoveDeployment(d *Deployment, to DeploymentStatus) error {
	event := deploymentEvents[to]
	if to == d.Status || event.from != nil && !slices.Contains(event.from, d.Status) {
		return newInvalid(attrStatus, fmt.Sprintf(msgfNoTransition, event.name))
	}
	before := *d
	st.onUndo(func() { *d = before })
	now := st.Now()
	d.Status, d.UpdatedAt = to, now
	if to.Finished() {
		d.FinishedAt = now
	}
	if to == DeploymentRunning || to.Finished() {
		st.announceDeployment(d)
	}
	if to == DeploymentSuccess {
		st.renewEnvironment(d)
	}
	return nil
}

// renewEnvironment makes an environment what a deployment that has succeeded says of it: it is available again. If the
// model refuses any of it, all stays as it was (app/services/deployments/update_environment_service.rb).
func (st *State) renewEnvironment(d *Deployment) {
	next := d.Environment.EnvironmentFacts
	next.State = EnvironmentAvailable
	if j := d.Job; j != nil {
		said := j.Spec.Environment
		if said.URL != "" {
			next.ExternalURL = nullIfBlank(st.expanded(j, said.URL, true))
		}
		st.autoStop(&next, st.expanded(j, said.AutoStopIn, true))
		next.Tier = cmp.Or(said.DeploymentTier, next.Tier)
	}
	var bad Invalid
	if next.check(&bad); bad.orNil() == nil {
		st.setEnvironment(d.Environment, next)
	}
}

// ToldDeployment is a deployment that somebody tells of.
type ToldDeployment struct {
	Ref, SHA string
	Tag      bool
	Status   DeploymentStatus
}

// TellDeployment makes the deployment that a user tells of, to the project's environment of a name, which is made if it
// is the first. One that is what the environment had last is not made once more
// (app/services/deployments/create_service.rb). The error is an *Invalid; nothing has changed then.
func (st *State) TellDeployment(p *Project, environment string, u *User, t ToldDeployment) (*Deployment, error) {
	e := p.EnvironmentNamed(environment)
	if e == nil {
		var bad Invalid
		if checkEnvironmentName(&bad, p, environment); bad.orNil() != nil {
			return nil, &bad
		}
	} else if last := e.LastDeployment(); last != nil && t == (ToldDeployment{last.Ref, last.SHA, last.RefIsTag,
		last.Status}) {
		return last, nil
	}
	if p.Repository.CommitAt(t.SHA) == nil {
		return nil, newInvalid(attrSHA, msgNoSuchCommit)
	}
	if e == nil {
		e, _ = st.CreateEnvironment(p, environment, EnvironmentChange{}) // whose name has been looked at
	}
	d := &Deployment{Environment: e, Ref: t.Ref, RefIsTag: t.Tag, SHA: t.SHA, Status: DeploymentCreated, User: u,
		CreatedAt: st.Now(), UpdatedAt: st.Now()}
	st.storeDeployment(d)
	_ = st.MoveDeployment(d, t.Status) // a created one can become all that one may tell of
	return d, nil
}

// Outdated reports whether a job would deploy what is older than what the environment has: its deployment is older
// than the last that succeeded, and of another commit. Where the project lets people roll back, one that is over may be
// tried again nevertheless (app/models/concerns/ci/deployable.rb, has_outdated_deployment?).
func (st *State) Outdated(j *Job) bool {
	d := st.DeploymentOf(j)
	if d == nil || !j.Project.DeploysForward() || j.Status.Completed() && j.Project.RollsBack() {
		return false
	}
	last := d.Environment.LastDeployment()
	return last != nil && d.ID < last.ID && d.SHA != last.SHA
}
