package world

import (
	"slices"
	"strings"
	"time"
)

// Environment is the record of an environment (app/models/environment.rb).
type Environment struct {
	ID      int
	Project *Project
	Name    string
	EnvironmentFacts
	CreatedAt, UpdatedAt time.Time
	deployments          []*Deployment // by id
}

// EnvironmentFacts are what changes in an environment.
type EnvironmentFacts struct {
	State                    EnvironmentState
	Tier                     string    // one of EnvironmentTiers
	ExternalURL, Description string    // empty is null
	AutoStopSetting          string    // one of AutoStopSettings
	AutoStopAt               time.Time // when a worker is to stop it; zero: never
	AutoDeleteAt             time.Time // when a worker is to delete it, if it is stopped; zero: never
	// KubernetesNamespace and FluxResourcePath are of drafts alone: they want a cluster agent, which there is none of.
	KubernetesNamespace, FluxResourcePath string
}

func (e *Environment) id() int { return e.ID }

// EnvironmentState is whether there is anything to be seen in an environment.
type EnvironmentState string

// The states of environments.
const (
	EnvironmentAvailable EnvironmentState = "available"
	EnvironmentStopping  EnvironmentState = "stopping"
	EnvironmentStopped   EnvironmentState = "stopped"
)

// What environments may say of themselves.
var (
	EnvironmentStates = []EnvironmentState{EnvironmentAvailable, EnvironmentStopping, EnvironmentStopped}
	EnvironmentTiers  = []string{"production", "staging", "testing", "development", "other"}
	AutoStopSettings  = []string{AutoStopAlways, AutoStopWithAction}
)

// Whether an environment is stopped that has no job to stop it.
const (
	AutoStopAlways     = "always"
	AutoStopWithAction = "with_action"
)

// What a job does with its environment; without a word it starts it.
const (
	actionStart   = "start"
	actionStop    = "stop"
	actionPrepare = "prepare"
	actionAccess  = "access"
	actionVerify  = "verify"
)

// Deployment is the record of a deployment (app/models/deployment.rb).
type Deployment struct {
	ID, IID                          int // IID counts the deployments of the project
	Environment                      *Environment
	Ref                              string
	RefIsTag                         bool
	SHA                              string
	Status                           DeploymentStatus
	User                             *User  // nil: deleted
	Job                              *Job   // that deploys; nil where somebody told of it, or the job is deleted
	OnStop                           string // the name of the job that stops the environment; empty for none
	CreatedAt, UpdatedAt, FinishedAt time.Time
}

func (d *Deployment) id() int { return d.ID }

// DeploymentStatus is how far a deployment has come.
type DeploymentStatus string

// The statuses of deployments.
const (
	DeploymentCreated  DeploymentStatus = "created"
	DeploymentRunning  DeploymentStatus = "running"
	DeploymentSuccess  DeploymentStatus = "success"
	DeploymentFailed   DeploymentStatus = "failed"
	DeploymentCanceled DeploymentStatus = "canceled"
	DeploymentSkipped  DeploymentStatus = "skipped"
	DeploymentBlocked  DeploymentStatus = "blocked"
)

// DeploymentStatuses are all of them, in GitLab's order.
var DeploymentStatuses = []DeploymentStatus{DeploymentCreated, DeploymentRunning, DeploymentSuccess, DeploymentFailed,
	DeploymentCanceled, DeploymentSkipped, DeploymentBlocked}

// Finished reports whether a deployment has come to its end, not being skipped.
func (s DeploymentStatus) Finished() bool {
	return s == DeploymentSuccess || s == DeploymentFailed || s == DeploymentCanceled
}

// Upcoming reports whether a deployment may still come (app/models/deployment.rb, UPCOMING_STATUSES).
func (s DeploymentStatus) Upcoming() bool {
	return s == DeploymentCreated || s == DeploymentBlocked || s == DeploymentRunning
}

// By is who deployed: whoever set the job going or, without one, told of the deployment.
func (d *Deployment) By() *User {
	if d.Job != nil {
		if u := d.Job.ShownUser(); u != nil {
			return u
		}
	}
	return d.User
}

// Project is the one deployed.
func (d *Deployment) Project() *Project { return d.Environment.Project }

// Slug is the environment's name as hosts and directories may have it, CI_ENVIRONMENT_SLUG.
func (e *Environment) Slug() string { return EnvironmentSlug(e.Name) }

// Folder is what the environment's name begins with before its first slash; "" where it has none
// (app/models/environment.rb, set_environment_type).
func (e *Environment) Folder() string {
	folder, _, inside := strings.Cut(e.Name, "/")
	if !inside {
		return ""
	}
	return folder
}

// matches reports whether the environment's name, or what stands behind its folder, begins with a text, in whatever
// letters (app/models/environment.rb, for_name_like and for_name_like_within_folder).
func (e *Environment) matches(search string) bool {
	search, name := strings.ToLower(search), strings.ToLower(e.Name)
	if strings.HasPrefix(name, search) {
		return true
	}
	_, behind, _ := strings.Cut(name, "/")
	return strings.HasPrefix(strings.TrimLeft(behind, "/"), search)
}

// EnvironmentQuery is what some of a project's environments are asked for; what is blank asks for nothing.
type EnvironmentQuery struct {
	Name, Search, Folder string
	States               []string
}

// EnvironmentsLike are the project's environments that are asked for, by id
// (app/finders/environments/environments_finder.rb).
func (d *deploying) EnvironmentsLike(q EnvironmentQuery) []*Environment {
	name, search, folder := nullIfBlank(q.Name), nullIfBlank(q.Search), nullIfBlank(q.Folder)
	return Filtered(d.environments, func(e *Environment) bool {
		return (name == "" || e.Name == name) && e.matches(search) &&
			(folder == "" || e.Folder() == folder) &&
			(len(q.States) == 0 || slices.Contains(q.States, string(e.State)))
	})
}

// Deployments are those of the environment, by id.
func (e *Environment) Deployments() []*Deployment { return e.deployments }

// LastDeployment is the last one that succeeded; nil if none has (app/models/environment.rb, last_deployment).
func (e *Environment) LastDeployment() *Deployment {
	return e.LastOf(DeploymentSuccess)
}

// LastOf is the last of the environment's deployments that is in a status; nil if none is.
func (e *Environment) LastOf(status DeploymentStatus) *Deployment {
	return e.last(func(s DeploymentStatus) bool { return s == status })
}

// lastFinished is the last that has come to its end, however; nil if none has.
func (e *Environment) lastFinished() *Deployment { return e.last(DeploymentStatus.Finished) }

// last is the deployment that ended last, of those of the statuses.
func (e *Environment) last(of func(DeploymentStatus) bool) (last *Deployment) {
	for _, d := range e.deployments {
		if of(d.Status) && (last == nil || !d.FinishedAt.Before(last.FinishedAt)) {
			last = d
		}
	}
	return last
}

// deploying is what a project has been deployed to.
type deploying struct {
	environments     []*Environment          // by id
	environmentNames map[string]*Environment // nil before the first
	environmentSlugs map[string]*Environment // likewise
	deployments      []*Deployment           // by id
	lastIID          int                     // of its deployments, be that one deleted
}

// GivenIID is the number of the project's last deployment where that is deleted, so that no other gets it; else 0.
func (d *deploying) GivenIID() int {
	if slices.ContainsFunc(d.deployments, func(o *Deployment) bool { return o.IID == d.lastIID }) {
		return 0
	}
	return d.lastIID
}

// SetGiven has deployments of a draft get numbers above this one.
func (d *deploying) SetGiven(iid int) { d.lastIID = iid }

// Environments are those of the project, by id.
func (d *deploying) Environments() []*Environment { return d.environments }

// Deployments are those of the project, by id.
func (d *deploying) Deployments() []*Deployment { return d.deployments }

// EnvironmentNamed is the project's environment of a name; nil if there is none.
func (d *deploying) EnvironmentNamed(name string) *Environment { return d.environmentNames[name] }

// slugTaker is the project's environment of another name whose slug one of this name would have, too; nil if there is
// none. No two of a project have the same (app/models/environment.rb).
func (d *deploying) slugTaker(name string) *Environment {
	if e := d.environmentSlugs[EnvironmentSlug(name)]; e != nil && e.Name != name {
		return e
	}
	return nil
}

// DeploymentOf is the deployment that a job makes; nil if it makes none.
func (st *State) DeploymentOf(j *Job) *Deployment { return st.jobDeployments[j] }

// EnvironmentOf is the environment of a job; nil if it has none, or that is gone.
func (st *State) EnvironmentOf(j *Job) *Environment {
	return j.Project.EnvironmentNamed(j.EnvironmentName)
}
