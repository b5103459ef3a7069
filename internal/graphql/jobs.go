package graphql

// Jobs (app/graphql/types/ci/job_type.rb, job_interface.rb).

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/search"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// publicJobFields are what everybody is shown of a job: a runner has jobs of projects that the user does not see
// (app/graphql/types/ci/job_base_field.rb, PUBLIC_FIELDS).
var publicJobFields = []string{"allowFailure", "createdAt", "duration", "finishedAt", "id", "kind", "queuedAt",
	"queuedDuration", "runner", "status"}

func jobRows() rows {
	all := rows{}
	for name, list := range map[string]func(*call, *exec, *world.Job, args) (any, error){
		"artifacts": listArtifacts, "manualVariables": listManualVariables, "needs": listNeeds,
		"previousStageJobs":        listJobsBefore,
		"previousStageJobsOrNeeds": listBeforeOrNeeds,
	} {
		all[name] = ofReadableJob(name, list)
	}
	for name, read := range jobFields() {
		f := ofReadableJob(name, func(c *call, x *exec, j *world.Job, _ args) (any, error) { return read(c, x, j), nil })
		if name == "canPlayJob" || name == "trace" {
			f.Cost = gitalyCost
		}
		all[name] = f
	}
	return all
}

// ofReadableJob is a field of a job that the user may read, or of any if the field is one of publicJobFields.
func ofReadableJob(name string, read func(*call, *exec, *world.Job, args) (any, error)) field {
	return asked(func(c *call, x *exec, j *world.Job, a args) (any, error) {
		if !slices.Contains(publicJobFields, name) {
			if d := c.OnProject(j.Project, policy.ReadBuild); !d.Allowed {
				x.Note(d.Reason)
				return unauthorized[name], nil
			}
		}
		return read(c, x, j, a)
	})
}

// unauthorized is what stands for a field of a job that the user does not see, if it is not null.
var unauthorized = map[string]any{"shortSha": msgUnauthorizedContent}

// jobFields are how the fields of a job are read.
func jobFields() map[string]func(*call, *exec, *world.Job) any {
	all := map[string]func(*call, *exec, *world.Job) any{
		"active":       func(_ *call, _ *exec, j *world.Job) any { return slices.Contains(activeStatuses, j.Status) },
		"allowFailure": func(_ *call, _ *exec, j *world.Job) any { return j.AllowFailure },
		"canPlayJob": func(c *call, _ *exec, j *world.Job) any {
			return j.Unplayable() == nil && c.OnJob(j, policy.PlayJob).Allowed
		},
		"cancelable": func(_ *call, _ *exec, j *world.Job) any { return j.Cancelable() },
		"coverage": func(_ *call, _ *exec, j *world.Job) any {
			if j.Coverage == nil {
				return nil
			}
			return *j.Coverage
		},
		"createdByTag": func(_ *call, _ *exec, j *world.Job) any { return j.RefIsTag },
		"detailedStatus": func(c *call, _ *exec, j *world.Job) any {
			return shownStatus(c.JobStatus(j), modelOf(j), strconv.Itoa(j.ID))
		},
		"downstreamPipeline": func(*call, *exec, *world.Job) any { return nil }, // none is triggered here
		"failureMessage":     func(c *call, _ *exec, j *world.Job) any { return orNull(c.FailureMessage(j)) },
		"manualJob":          func(_ *call, _ *exec, j *world.Job) any { return j.Manual },
		"name":               func(_ *call, _ *exec, j *world.Job) any { return j.Name },
		"playable":           func(_ *call, _ *exec, j *world.Job) any { return j.Unplayable() == nil },
		"refName":            func(_ *call, _ *exec, j *world.Job) any { return j.Ref },
		"retried":            func(_ *call, _ *exec, j *world.Job) any { return j.Retried() },
		"retryable":          func(_ *call, _ *exec, j *world.Job) any { return j.Retryable() },
		"scheduled":          func(_ *call, _ *exec, j *world.Job) any { return j.Status == world.JobScheduled },
		"scheduledAt":        func(_ *call, _ *exec, j *world.Job) any { return when(j.ScheduledAt) },
		"schedulingType": func(_ *call, _ *exec, j *world.Job) any {
			if j.Spec.Needs != nil {
				return "dag"
			}
			return "stage"
		},
		"shortSha":        func(_ *call, _ *exec, j *world.Job) any { return j.Commit.SHA[:min(8, len(j.Commit.SHA))] },
		"stage":           func(_ *call, _ *exec, j *world.Job) any { return stage{pipeline: j.Pipeline, name: j.Stage} },
		"status":          func(_ *call, _ *exec, j *world.Job) any { return enum(j.Status) },
		"stuck":           func(c *call, _ *exec, j *world.Job) any { return c.stuck(j) },
		"trace":           logOf,
		"triggered":       func(_ *call, _ *exec, j *world.Job) any { return j.Pipeline.Facts().TriggerID != 0 },
		"userPermissions": func(_ *call, _ *exec, j *world.Job) any { return j },
	}
	maps.Copy(all, jobNeighbours())
	byJob := jobKinds()
	maps.Copy(byJob, jobPaths())
	for name, read := range byJob {
		all[name] = func(_ *call, _ *exec, j *world.Job) any { return read(j) }
	}
	for name, read := range jobTimes() {
		all[name] = func(c *call, _ *exec, j *world.Job) any { return read(c, j) }
	}
	return all
}

// kindOf is the kind of a job, by the words of CiJobKind.
func kindOf(j *world.Job) string {
	if j.IsBridge() {
		return "BRIDGE"
	}
	return "BUILD"
}

// jobKinds are what tells trigger jobs from others.
func jobKinds() map[string]func(*world.Job) any {
	ofBuilds := func(read func(*world.Job) any) func(*world.Job) any {
		return func(j *world.Job) any {
			if j.IsBridge() {
				return nil
			}
			return read(j)
		}
	}
	return map[string]func(*world.Job) any{
		"id":      func(j *world.Job) any { return gid(modelOf(j), j.ID) },
		"kind":    func(j *world.Job) any { return kindOf(j) },
		"source":  ofBuilds(func(j *world.Job) any { return j.Pipeline.Source() }),
		"tags":    ofBuilds(func(j *world.Job) any { return append([]string{}, j.Tags...) }),
		"webPath": ofBuilds(func(j *world.Job) any { return jobPage(j, "") }),
	}
}

// jobNeighbours are what stands around a job.
func jobNeighbours() map[string]func(*call, *exec, *world.Job) any {
	return map[string]func(*call, *exec, *world.Job) any{
		"pipeline": func(c *call, x *exec, j *world.Job) any { return c.pipeline(x, j.Pipeline) },
		"project":  func(c *call, x *exec, j *world.Job) any { return c.project(x, j.Project) },
		"runner":   func(c *call, x *exec, j *world.Job) any { return c.runner(x, j.Runner) },
		"runnerManager": func(c *call, x *exec, j *world.Job) any {
			if j.Manager == nil {
				return nil
			}
			return shown(x, c.onRunner(j.Manager.Runner, policy.HasReadRunner), j.Manager)
		},
	}
}

// activeStatuses are those of jobs that are not over and wait for nobody
// (app/models/concerns/ci/has_status.rb, ACTIVE_STATUSES).
var activeStatuses = []world.JobStatus{world.JobWaitingForResource, world.JobPreparing, world.JobPending,
	world.JobRunning}

// stuck reports whether no runner that is there may take the job (app/models/ci/build.rb, stuck?).
func (c *call) stuck(j *world.Job) bool {
	p := j.Project
	return j.Status == world.JobPending && !slices.ContainsFunc(
		c.RunnersFor(p.Group, p.Runners, !p.GroupRunnersDisabled, !p.SharedRunnersDisabled),
		func(r *world.Runner) bool { return c.IsOnline(r) && world.Unfit(r, j) == world.Fits })
}

// jobPage is the address of a job's page, or of one below it, without the host.
func jobPage(j *world.Job, rest string) string {
	return "/" + front.JobPage(j) + rest
}

// jobPaths are the addresses of a job's pages, without the host.
func jobPaths() map[string]func(*world.Job) any {
	page := func(j *world.Job, rest string) any { return "/" + projectPage(j.Project) + "/" + rest }
	return map[string]func(*world.Job) any{
		"browseArtifactsPath": func(j *world.Job) any { return jobPage(j, "/artifacts/browse") },
		"commitPath":          func(j *world.Job) any { return page(j, "commit/"+j.Commit.SHA) },
		"playPath":            func(j *world.Job) any { return jobPage(j, "/play") },
		"refPath":             func(j *world.Job) any { return page(j, "commits/"+j.Ref) },
		"retryPath": func(j *world.Job) any {
			if !j.Retryable() {
				return nil
			}
			return jobPage(j, "/retry")
		},
	}
}

// jobTimes are when what happened to a job, and how long that took.
func jobTimes() map[string]func(*call, *world.Job) any {
	return map[string]func(*call, *world.Job) any{
		"createdAt":  func(_ *call, j *world.Job) any { return when(j.CreatedAt) },
		"erasedAt":   func(_ *call, j *world.Job) any { return when(j.ErasedAt) },
		"finishedAt": func(_ *call, j *world.Job) any { return when(j.FinishedAt) },
		"queuedAt":   func(_ *call, j *world.Job) any { return when(j.QueuedAt) },
		"startedAt":  func(_ *call, j *world.Job) any { return when(j.StartedAt) },
		"duration": func(c *call, j *world.Job) any {
			if j.StartedAt.IsZero() {
				return nil
			}
			return int(c.between(j.StartedAt, j.FinishedAt))
		},
		"queuedDuration": func(c *call, j *world.Job) any {
			if j.QueuedAt.IsZero() {
				return nil
			}
			return c.between(j.QueuedAt, c.WaitedUntil(j))
		},
	}
}

// between is the time between two moments in seconds; of one that has no end yet, until now.
func (c *call) between(from, to time.Time) float64 {
	if to.IsZero() {
		to = c.Now()
	}
	return to.Sub(from).Seconds()
}

func jobPermissionRows() rows {
	permission := func(may front.JobRule) field {
		return of(func(c *call, j *world.Job) any { return c.OnJob(j, may).Allowed })
	}
	readBuild := of(func(c *call, j *world.Job) any { return c.OnProject(j.Project, policy.ReadBuild).Allowed })
	update, cancel := permission(policy.UpdateBuild), permission(policy.CancelBuild)
	update.Cost, cancel.Cost = gitalyCost, gitalyCost
	return rows{"cancelBuild": cancel, "readBuild": readBuild, "readJobArtifacts": permission(policy.ReadJobArtifacts),
		"updateBuild": update}
}

// listProjectJobs are the jobs of a project but for trigger jobs and those whose turn has not come, the newest first,
// of one project in a request (app/graphql/resolvers/project_jobs_resolver.rb, app/finders/ci/jobs_finder.rb).
func listProjectJobs(c *call, x *exec, p *world.Project, a args) (any, error) {
	if d := c.OnProject(p, policy.ReadBuild); !d.Allowed {
		x.Note(d.Reason)
		return nil, nil
	}
	if err := c.once(x); err != nil {
		return nil, err
	}
	name, _ := a["name"].(string)
	named, words := strings.TrimSpace(name) != "", search.ParseNames(name)
	jobs := world.Filtered(jobsWith(p.Jobs, a["statuses"]), func(j *world.Job) bool {
		return !j.IsBridge() && j.Status != world.JobCreated && (!named || words.Matches(j.Name)) &&
			(a["withArtifacts"] != true || len(j.Files) > 0)
	})
	return byKeys(x, jobs, newestFirst, jobKey, a, anything[*world.Job]), nil
}

// listAllJobs are the jobs of all projects but for trigger jobs, the newest first, for administrators: others see none
// (app/graphql/resolvers/ci/all_jobs_resolver.rb, app/finders/ci/jobs_finder.rb). runnerTypes does not narrow them: it
// would with a feature flag that is off unless somebody turns it on (admin_jobs_filter_runner_type).
func listAllJobs(c *call, x *exec, a args) (any, error) {
	jobs := jobsWith(c.Jobs.Rows, a["statuses"])
	if d := policy.AdminAllResources(c.Actor); !d.Allowed {
		x.Note(d.Reason)
		jobs = nil
	}
	found := world.Filtered(jobs, func(j *world.Job) bool { return !j.IsBridge() })
	return byKeys(x, found, newestFirst, jobKey, a, anything[*world.Job]), nil
}

// findProjectJob finds a job of a project by its id.
func findProjectJob(c *call, x *exec, p *world.Project, a args) (any, error) {
	for _, j := range p.Jobs {
		if j.ID == a["id"] {
			return shown(x, c.OnProject(p, policy.ReadBuild), j), nil
		}
	}
	return nil, nil
}

// findJob finds the job of a mutation for those who may do this to it.
func (c *call) findJob(x *exec, id any, may front.JobRule) (*world.Job, error) {
	j := c.Jobs.ByID(id.(int))
	if j == nil {
		return nil, noResource(x, fmt.Sprintf("there is no job %d", id))
	}
	return j, allow(x, c.OnJob(j, may))
}
