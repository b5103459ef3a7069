package fakegitlab

import (
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// CI/CD variables, protected refs, webhooks and jobs, as a test makes and changes them.

// Variables returns copies of all CI/CD variables: those of the instance, then those of groups and of projects, in the
// order of their IDs, and of one group or project the oldest first.
func (f *Fake) Variables() []Variable { return append([]Variable{}, f.Snapshot().Variables...) }

// AddVariable adds a CI/CD variable and returns it with what was empty filled in.
func (f *Fake) AddVariable(v Variable) Variable {
	f.tb.Helper()
	return change(f, "AddVariable(%q)", v.Key, func(st *world.State) (Variable, error) {
		if bad := badValues(v); len(bad) > 0 {
			return v, bad
		}
		return addVariable(st, v)
	})
}

// UpdateVariable changes the CI/CD variable of that key of the project or group at path, of the instance for "". Where
// several have the key, scope says which, by its EnvironmentScope.
func (f *Fake) UpdateVariable(path, key string, rewrite func(*Variable), scope ...string) Variable {
	f.tb.Helper()
	return change(f, "UpdateVariable(%q)", key, func(st *world.State) (out Variable, err error) {
		set, v, err := st.VariableAt(path, key, theOne(scope))
		if err != nil {
			return out, err
		}
		next := publicVariable(set.Path, v)
		rewrite(&next)
		if bad := badValues(next); len(bad) > 0 {
			return out, bad
		}
		if err := st.RewriteVariable(set, v, variableDraft(next)); err != nil {
			return out, err
		}
		return publicVariable(set.Path, v), nil
	})
}

// DeleteVariable deletes the CI/CD variable of that key of the project or group at path, of the instance for "". Where
// several have the key, scope says which, by its EnvironmentScope.
func (f *Fake) DeleteVariable(path, key string, scope ...string) {
	f.tb.Helper()
	change(f, "DeleteVariable(%q)", key, func(st *world.State) (struct{}, error) {
		set, v, err := st.VariableAt(path, key, theOne(scope))
		if err == nil {
			st.DeleteVariable(set, v)
		}
		return struct{}{}, err
	})
}

// theOne is the first of what may be left out.
func theOne(given []string) string {
	if len(given) == 0 {
		return ""
	}
	return given[0]
}

// ProtectedRefs returns copies of all rules that protect branches and tags, in the order of their IDs.
func (f *Fake) ProtectedRefs() []ProtectedRef {
	return askWorld(f, "ProtectedRefs()%s", "", func(st *world.State) ([]ProtectedRef, error) {
		return copies(st.ProtectedRefs.Rows, publicProtectedRef), nil
	})
}

// AddProtectedRef adds a rule that protects branches or tags of a project and returns it with what was empty filled in.
// Jobs that are there keep what they have been: a job's Protected is decided when it is made.
func (f *Fake) AddProtectedRef(r ProtectedRef) ProtectedRef {
	f.tb.Helper()
	return change(f, "AddProtectedRef(%q)", r.Name, adding(addProtectedRef, r, publicProtectedRef))
}

// DeleteProtectedBranch takes the rule of that name for branches of a project back.
func (f *Fake) DeleteProtectedBranch(project, name string) {
	f.tb.Helper()
	change(f, "DeleteProtectedBranch(%q)", name, unprotecting(project, false, name))
}

// DeleteProtectedTag takes the rule of that name for tags of a project back.
func (f *Fake) DeleteProtectedTag(project, name string) {
	f.tb.Helper()
	change(f, "DeleteProtectedTag(%q)", name, unprotecting(project, true, name))
}

func unprotecting(project string, tag bool, name string) func(*world.State) (struct{}, error) {
	return func(st *world.State) (struct{}, error) {
		r, err := st.RefRule(project, tag, name)
		if err == nil {
			st.UnprotectRef(r)
		}
		return struct{}{}, err
	}
}

// AddWebhook adds a webhook and returns it with what was empty filled in.
func (f *Fake) AddWebhook(h Webhook) Webhook {
	f.tb.Helper()
	return change(f, "AddWebhook(%q)", h.URL, adding(addWebhook, h, publicWebhook))
}

// UpdateWebhook changes a webhook and returns it. ID, Project, Group and CreatedAt stay.
func (f *Fake) UpdateWebhook(id int, alter func(*Webhook)) Webhook {
	f.tb.Helper()
	return webhookEdits.update(f, "UpdateWebhook(%s)", strconv.Itoa(id), alter)
}

// DeleteWebhook deletes a webhook. What it has not been told yet, it never is.
func (f *Fake) DeleteWebhook(id int) {
	f.tb.Helper()
	number := strconv.Itoa(id)
	change(f, "DeleteWebhook(%s)", number,
		deletion(number, (*world.State).WebhookByNumber, surely((*world.State).DeleteWebhook)))
}

// Webhooks returns copies of all webhooks, ordered by ID.
func (f *Fake) Webhooks() []Webhook {
	return read(f, func(st *world.State) []Webhook { return copies(st.Webhooks.Rows, publicWebhook) })
}

// AddEnvironment adds an environment and returns it with what was empty filled in.
func (f *Fake) AddEnvironment(e ProjectEnvironment) ProjectEnvironment {
	f.tb.Helper()
	return change(f, "AddEnvironment(%q)", e.Name, adding(addEnvironment, e, publicEnvironment))
}

// UpdateEnvironment changes an environment and returns it. ID, Project, Name and CreatedAt stay, and it is updated now.
func (f *Fake) UpdateEnvironment(id int, alter func(*ProjectEnvironment)) ProjectEnvironment {
	f.tb.Helper()
	return environmentEdits.update(f, "UpdateEnvironment(%s)", strconv.Itoa(id), alter)
}

// DeleteEnvironment deletes an environment with its deployments.
func (f *Fake) DeleteEnvironment(id int) {
	f.tb.Helper()
	number := strconv.Itoa(id)
	change(f, "DeleteEnvironment(%s)", number,
		deletion(number, (*world.State).EnvironmentByNumber, surely((*world.State).DeleteEnvironment)))
}

// Environments returns copies of all environments, ordered by ID.
func (f *Fake) Environments() []ProjectEnvironment {
	return read(f, func(st *world.State) []ProjectEnvironment { return copies(st.Environments.Rows, publicEnvironment) })
}

// Environment finds an environment of a project by its name.
func (f *Fake) Environment(project, name string) (ProjectEnvironment, bool) {
	return found(f, func(st *world.State) *world.Environment {
		if p := st.ProjectPaths[world.Key(project)]; p != nil {
			return p.EnvironmentNamed(name)
		}
		return nil
	}, publicEnvironment)
}

// AddDeployment adds a deployment to an environment that is there, and returns it with what was empty filled in.
func (f *Fake) AddDeployment(d Deployment) Deployment {
	f.tb.Helper()
	return change(f, "AddDeployment(to %q)", d.Environment, adding(addDeployment, d, publicDeployment))
}

// Deployments returns copies of all deployments, ordered by ID.
func (f *Fake) Deployments() []Deployment {
	return read(f, func(st *world.State) []Deployment { return copies(st.Deployments.Rows, publicDeployment) })
}

// changeJob lets something happen to a job.
func (f *Fake) changeJob(format string, id int, do func(*world.State, *world.Job) error) Job {
	f.tb.Helper()
	return change(f, format, strconv.Itoa(id), func(st *world.State) (Job, error) {
		j, err := st.JobByID(id)
		if err != nil {
			return Job{}, err
		}
		return changeJob(st, j, do)
	})
}

func changeJob(st *world.State, j *world.Job, do func(*world.State, *world.Job) error) (Job, error) {
	if err := do(st, j); err != nil {
		return Job{}, err
	}
	return publicJob(j), nil
}

// enqueueNow, startOn, finishAs and cancelByPerson are what may happen to a job.
func enqueueNow(st *world.State, j *world.Job) error { return st.EnqueueInTurn(j) }

func startOn(runnerID int) func(*world.State, *world.Job) error {
	return func(st *world.State, j *world.Job) error {
		r, err := st.RunnerByID(runnerID)
		if err != nil {
			return err
		}
		return st.StartInTurn(j, r)
	}
}

func finishAs(s JobStatus, reasons []string) func(*world.State, *world.Job) error {
	return func(st *world.State, j *world.Job) error {
		return st.FinishInTurn(j, world.JobStatus(s), reasons...)
	}
}

func cancelByPerson(st *world.State, j *world.Job) error { return st.CancelJob(j, false) }

// EnqueueJob makes a job pending that waits for its turn: one that is created, waiting_for_resource, preparing,
// skipped, manual or scheduled. Of jobs that were added alone the fake leaves it to the test when those of a later
// stage are due; in a pipeline that moves by itself (AddPipeline) a job whose turn has not come fails the test.
func (f *Fake) EnqueueJob(jobID int) Job {
	f.tb.Helper()
	return f.changeJob("EnqueueJob(%s)", jobID, enqueueNow)
}

// StartJob gives a pending job to a runner, which must be one that may take it, and to the manager of it contacted
// last, if any. A job that waits for others, for a person or for its time fails the test with what comes first.
func (f *Fake) StartJob(jobID, runnerID int) Job {
	f.tb.Helper()
	return f.changeJob("StartJob(%s)", jobID, startOn(runnerID))
}

// FinishJob ends a job: as JobSuccess, JobFailed or JobCanceled. Why it failed is a word of GitLab's, one at most, such
// as "runner_system_failure", which retry:when looks at; "script_failure" if none is given. A pending job need not have
// been started. In a pipeline that moves by itself, no job succeeds or fails before its turn.
func (f *Fake) FinishJob(jobID int, s JobStatus, failureReason ...string) Job {
	f.tb.Helper()
	return f.changeJob("FinishJob(%s)", jobID, finishAs(s, failureReason))
}

// CancelJob cancels a job as a person would: a running one whose runner can end it gracefully is canceling first, any
// other is canceled at once.
func (f *Fake) CancelJob(jobID int) Job {
	f.tb.Helper()
	return f.changeJob("CancelJob(%s)", jobID, cancelByPerson)
}
