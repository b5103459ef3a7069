package world

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
)

// AddEnvironment makes the environment of a draft, in the project that it names.
func (st *State) AddEnvironment(draft Environment, found ...Problem) (*Environment, error) {
	p := draft.Project
	f, wrong := draft.complete(draft.Name)
	ps := append(Problems(found), wrong...)
	ps.Add("id", freeID(&st.Environments, "environment", draft.ID))
	switch problem := ci.EnvironmentNameProblem(draft.Name); {
	case draft.Name == "":
		ps.unset("name", "an environment has no name")
	case problem != "":
		ps.Addf("name", "%q %s", draft.Name, problem)
	case p.EnvironmentNamed(draft.Name) != nil:
		ps.Addf("name", "%q is an environment of the project already", draft.Name)
	case p.slugTaker(draft.Name) != nil:
		ps.Addf("name", "%q has the slug of the environment %q, %q, and no two of a project may have the same", draft.Name,
			p.slugTaker(draft.Name).Name, EnvironmentSlug(draft.Name))
	case tooLong(&draft.Name, maxEnvironmentText):
		ps.Addf("name", "a name %s", msgTooLong(maxEnvironmentText))
	}
	ps = append(ps, st.yetToCome(draftTime{"created_at", "CreatedAt", draft.CreatedAt},
		draftTime{"updated_at", "UpdatedAt", draft.UpdatedAt})...)
	if len(ps) > 0 {
		return nil, ps
	}
	e := st.storeEnvironment(draft.ID, p, draft.Name, f, orNow(draft.CreatedAt, st.Now()))
	e.UpdatedAt = orNow(draft.UpdatedAt, e.CreatedAt)
	return e, nil
}

// RewriteEnvironment makes an environment what a draft says. Project and Name stay.
func (st *State) RewriteEnvironment(e *Environment, f EnvironmentFacts) error {
	f, ps := f.complete(e.Name)
	if len(ps) > 0 {
		return ps
	}
	st.setEnvironment(e, f)
	return nil
}

// complete are the facts of a draft with what is not said filled in, and what is wrong with them.
func (f EnvironmentFacts) complete(name string) (full EnvironmentFacts, ps Problems) {
	ps.Add("state", oneOf("state of environments", &f.State, EnvironmentAvailable, EnvironmentStates))
	ps.Add("tier", oneOf("tier", &f.Tier, EnvironmentTier(name), EnvironmentTiers))
	ps.Add("auto_stop_setting", oneOf("auto stop setting", &f.AutoStopSetting, AutoStopAlways, AutoStopSettings))
	for _, t := range []*time.Time{&f.AutoStopAt, &f.AutoDeleteAt} {
		*t = orNow(*t, *t)
	}
	var bad Invalid
	f.check(&bad)
	for _, p := range bad.Problems {
		ps.Addf(p.Attribute, "%s", p.Text)
	}
	return f, ps
}

// EnvironmentByNumber finds an environment by its ID.
func (st *State) EnvironmentByNumber(id string) (*Environment, error) {
	if e := st.Environments.ByID(number(id)); e != nil {
		return e, nil
	}
	return nil, st.missing("environment", id, func() []string { return numbersOf(st.Environments) })
}

// DeploymentPlace is what a draft of a deployment refers to by name: the environment of the project, the job by its ID,
// 0 for none, and the user, who is the job's or root if none is named.
type DeploymentPlace struct {
	Project     *Project
	Environment string
	JobID       int
	User        string
}

// AddDeployment makes the deployment of a draft. Nothing follows from it.
func (st *State) AddDeployment(at DeploymentPlace, draft Deployment, found ...Problem) (*Deployment, error) {
	ps := append(Problems(found), st.placeDeployment(at, &draft)...)
	ps.Add("id", freeID(&st.Deployments, "deployment", draft.ID))
	ps.Add("status", oneOf("deployment status", &draft.Status, DeploymentSuccess, DeploymentStatuses))
	ps.Add("sha", checkSHA(draft.SHA))
	ps = append(ps, st.yetToCome(draftTime{"created_at", "CreatedAt", draft.CreatedAt},
		draftTime{"updated_at", "UpdatedAt", draft.UpdatedAt}, draftTime{"finished_at", "FinishedAt", draft.FinishedAt})...)
	sameIID := func(d *Deployment) bool { return d.IID == draft.IID }
	ps.Add("iid", checkID("deployment", draft.IID))
	if slices.ContainsFunc(at.Project.deployments, sameIID) {
		ps.Addf("iid", "deployment iid %d is taken", draft.IID)
	}
	if len(ps) > 0 {
		return nil, ps
	}
	if j, name := draft.Job, draft.Environment.Name; j != nil && j.EnvironmentName != "" && j.EnvironmentName != name {
		st.renameEnvironment(j, name)
	}
	st.fillDeployment(&draft)
	st.storeDeployment(&draft)
	return &draft, nil
}

// renameEnvironment gives the environment of a job that is seeded the name that it had when the job was made: variables
// that it refers to may have other values by now.
func (st *State) renameEnvironment(j *Job, name string) {
	was, own := j.Plan, *j.Plan
	st.onUndo(func() { j.Plan = was })
	own.EnvironmentName = name
	j.Plan = &own
}

// placeDeployment finds what a draft of a deployment refers to.
func (st *State) placeDeployment(at DeploymentPlace, d *Deployment) (ps Problems) {
	if d.Environment = at.Project.EnvironmentNamed(at.Environment); d.Environment == nil {
		ps.addFrom("environment", Missing("environment", at.Environment, NamesOf(at.Project.environments,
			func(e *Environment) string { return e.Name })), "project")
	}
	if at.JobID != 0 {
		j, err := st.JobByNumber(strconv.Itoa(at.JobID))
		switch {
		case err != nil:
			ps.Add("job_id", err)
		case j.Project != at.Project:
			ps.addFrom("job_id", fmt.Errorf("job %d is of %q", j.ID, j.Project.Path), "project")
		case j.EnvironmentName != "" && j.EnvironmentName != at.Environment &&
			!strings.Contains(j.Spec.Environment.Name, "$"):
			ps.addFrom("job_id", fmt.Errorf("job %d is for the environment %q", j.ID, j.EnvironmentName), "environment")
		case st.DeploymentOf(j) != nil:
			ps.Addf("job_id", "job %d makes deployment %d", j.ID, st.DeploymentOf(j).ID)
		}
		d.Job = j
	}
	if at.User == "" && d.Job != nil {
		d.User = d.Job.User
		return ps
	}
	u, err := st.userOrNobody(at.User)
	ps.Add("user", err)
	d.User = u
	return ps
}

// fillDeployment fills in what a draft of a deployment does not say, of its job or, without one, of the repository.
func (st *State) fillDeployment(d *Deployment) {
	if j := d.Job; j != nil {
		d.SHA, d.OnStop = cmp.Or(d.SHA, j.Commit.SHA), cmp.Or(d.OnStop, j.Spec.Environment.OnStop)
		if d.Ref == "" {
			d.Ref, d.RefIsTag = j.Ref, j.RefIsTag
		}
		d.CreatedAt = orNow(d.CreatedAt, j.CreatedAt)
	}
	p := d.Environment.Project
	d.Ref = cmp.Or(d.Ref, p.DefaultBranch())
	if c := p.Repository.CommitAt(cmp.Or(d.SHA, fullRef(d.Ref, d.RefIsTag))); c != nil {
		d.SHA = c.ID
	}
	if d.SHA == "" {
		d.SHA = st.made.hex(shas, 40)
	}
	d.CreatedAt = orNow(d.CreatedAt, st.Now())
	if d.Status.Finished() {
		d.FinishedAt = orNow(d.FinishedAt, Later(d.CreatedAt, d.UpdatedAt))
	}
	d.UpdatedAt = orNow(d.UpdatedAt, Later(d.CreatedAt, d.FinishedAt))
}
