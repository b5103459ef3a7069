package graphql

// Pipelines (app/graphql/types/ci/pipeline_type.rb). What one whose jobs were added alone has beside
// them is made of them.

import (
	"cmp"
	"html"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

func pipelineRows() rows {
	all := rows{
		"detailedStatus": of(func(c *call, p *world.Pipeline) any {
			hasDetails := c.OnProject(p.Project(), policy.ReadPipeline).Allowed
			return shownStatus(c.PipelineStatus(p, hasDetails), modelPipeline, strconv.Itoa(p.ID))
		}),
		"downstream": asked(func(_ *call, x *exec, _ *world.Pipeline, a args) (any, error) {
			return byKeys(x, nil, newestFirst, pipelineKey, a, anything[*world.Pipeline]), nil
		}),
		"failureReason": of(func(_ *call, p *world.Pipeline) any {
			if p.Facts().YAMLErrors == "" {
				return nil
			}
			return msgConfigError
		}),
		"id":               of(func(_ *call, p *world.Pipeline) any { return gid(modelPipeline, p.ID) }),
		"iid":              of(func(_ *call, p *world.Pipeline) any { return strconv.Itoa(p.IID()) }),
		"job":              asked(findPipelineJob),
		"jobArtifacts":     of(pipelineArtifacts),
		"jobs":             listed(listPipelineJobs),
		"manualVariables":  asked(listVariables),
		"name":             of(func(_ *call, p *world.Pipeline) any { return orNull(p.Name()) }),
		"pipelineSchedule": reached(scheduleOf),
		"project": reached(func(c *call, x *exec, p *world.Pipeline) any {
			return c.project(x, p.Project())
		}),
		"source":            of(func(_ *call, p *world.Pipeline) any { return p.Source() }),
		"stages":            listed(listStages),
		"status":            of(func(_ *call, p *world.Pipeline) any { return enum(p.Status()) }),
		"testReportSummary": of(func(c *call, p *world.Pipeline) any { return c.TestSummaryOf(p) }),
		"testSuite":         asked(findTestSuite),
		"totalJobs":         of(func(_ *call, p *world.Pipeline) any { return len(p.Jobs) + len(p.Statuses()) }),
		"user":              of(func(_ *call, p *world.Pipeline) any { return p.ShownUser() }),
		"userPermissions":   of(func(_ *call, p *world.Pipeline) any { return p }),
		"yamlErrorMessages": of(func(_ *call, p *world.Pipeline) any {
			return orNull(p.Facts().YAMLErrors)
		}),
	}
	maps.Copy(all, pipelineFlags())
	maps.Copy(all, pipelineOrigins())
	maps.Copy(all, pipelinePlaces())
	maps.Copy(all, pipelineTimes())
	// What only pipelines have that another one triggered, which none does here.
	for _, name := range []string{"sourceJob", "triggeredByPath", "upstream"} {
		all[name] = of(func(*call, *world.Pipeline) any { return nil })
	}
	return all
}

// pipelineFlags are what is true of a pipeline or not.
func pipelineFlags() rows {
	return rows{
		"active": of(func(_ *call, p *world.Pipeline) any {
			return slices.Contains(activeStatuses, p.Status())
		}),
		"cancelable":          of(func(_ *call, p *world.Pipeline) any { return p.Cancelable() }),
		"child":               of(func(*call, *world.Pipeline) any { return false }), // as none has a parent
		"complete":            of(func(_ *call, p *world.Pipeline) any { return p.Status().Completed() }),
		"hasManualActions":    hasActions(world.JobManual),
		"hasScheduledActions": hasActions(world.JobScheduled),
		"retryable":           of(func(_ *call, p *world.Pipeline) any { return p.Retryable() }),
		"stuck":               of(func(c *call, p *world.Pipeline) any { return slices.ContainsFunc(p.Jobs, c.stuck) }),
		"trigger":             of(func(_ *call, p *world.Pipeline) any { return p.Source() == world.SourceTrigger }),
		"usesNeeds": of(func(_ *call, p *world.Pipeline) any {
			return slices.ContainsFunc(p.Jobs, func(j *world.Job) bool { return j.Spec.Needs != nil })
		}),
		"warnings":   of(func(_ *call, p *world.Pipeline) any { return world.Warned(p.Latest()) }),
		"yamlErrors": of(func(_ *call, p *world.Pipeline) any { return p.Facts().YAMLErrors != "" }),
	}
}

// pipelineOrigins are what a pipeline was made of, beside its ref.
func pipelineOrigins() rows {
	commit, latest, refText := reached(commitOf), of(latestOfRef), of(refText)
	commit.Cost, latest.Cost, refText.Cost = gitalyCost, gitalyCost, gitalyCost
	return rows{
		"commit":  commit,
		"latest":  latest,
		"refText": refText,
		"type": of(func(_ *call, p *world.Pipeline) any {
			if p.RefIsTag() {
				return "tag"
			}
			return "branch" // there are no merge requests
		}),
	}
}

// latestOfRef reports whether the pipeline is for the commit that its ref is at (app/models/ci/pipeline.rb, latest?).
func latestOfRef(_ *call, p *world.Pipeline) any {
	head := p.Project().Repository.CommitAt(fullRef(p))
	return head != nil && head.ID == p.Commit().SHA
}

// refText is a piece of HTML that names the ref (app/presenters/ci/pipeline_presenter.rb).
func refText(_ *call, p *world.Pipeline) any {
	name := html.EscapeString(p.Ref())
	if p.Project().Repository.CommitAt(fullRef(p)) == nil {
		return `for <span class="ref-name">` + name + "</span>"
	}
	return `for <a class="ref-name" href="/` + projectPage(p.Project()) + "/commits/" + name + `">` + name + "</a>"
}

// hasActions reports whether any of the latest jobs is one that people start, or one that starts after a delay, and is
// in that state or over (app/models/ci/build.rb, manual_actions and scheduled_actions).
func hasActions(waiting world.JobStatus) field {
	return of(func(_ *call, p *world.Pipeline) any {
		return slices.ContainsFunc(p.Latest(), func(j *world.Job) bool {
			delayed := j.WhenStarted() == "delayed"
			return j.Status == waiting || j.Status.Completed() && j.Manual && delayed == (waiting == world.JobScheduled)
		})
	})
}

// fullRef is the ref of a pipeline as git calls it.
func fullRef(p *world.Pipeline) string {
	if p.RefIsTag() {
		return repository.Tag(p.Ref())
	}
	return repository.Branch(p.Ref())
}

// pipelinePlaces are the commit and the ref of a pipeline, and the addresses of pages, without the host.
func pipelinePlaces() rows {
	path := func(p *world.Pipeline, rest string) any { return "/" + projectPage(p.Project()) + "/" + rest }
	before := of(func(_ *call, p *world.Pipeline) any { return orNull(p.Commit().BeforeSHA) })
	before.Cost = gitalyCost
	return rows{
		"beforeSha":  before,
		"commitPath": of(func(_ *call, p *world.Pipeline) any { return path(p, "commit/"+p.Commit().SHA) }),
		"path":       of(func(_ *call, p *world.Pipeline) any { return "/" + front.PipelinePage(p) }),
		"ref":        of(func(_ *call, p *world.Pipeline) any { return p.Ref() }),
		"refPath":    of(func(_ *call, p *world.Pipeline) any { return fullRef(p) }),
		"sha": asked(func(_ *call, _ *exec, p *world.Pipeline, a args) (any, error) {
			sha := p.Commit().SHA
			if a["format"] == "SHORT" {
				return sha[:min(8, len(sha))], nil
			}
			return sha, nil
		}),
	}
}

// pipelineTimes are when what happened to a pipeline, how long that took, and what it covered.
func pipelineTimes() rows {
	return rows{
		"committedAt": of(func(*call, *world.Pipeline) any { return nil }), // which GitLab keeps no more
		"coverage": of(func(_ *call, p *world.Pipeline) any {
			if covered := p.Coverage(); covered != nil {
				return *covered
			}
			return nil
		}),
		"createdAt": of(func(_ *call, p *world.Pipeline) any { return p.CreatedAt() }),
		"duration":  of(func(_ *call, p *world.Pipeline) any { return durationOf(p) }),
		"finishedAt": of(func(_ *call, p *world.Pipeline) any {
			_, _, finished := p.Times()
			return when(finished)
		}),
		"queuedDuration": of(func(_ *call, p *world.Pipeline) any {
			if waited, known := p.QueuedFor(); known {
				return waited.Seconds()
			}
			return nil
		}),
		"startedAt": of(func(_ *call, p *world.Pipeline) any {
			_, started, _ := p.Times()
			return when(started)
		}),
		"updatedAt": of(func(_ *call, p *world.Pipeline) any { return p.UpdatedAt() }),
	}
}

func pipelinePermissionRows() rows {
	permission := func(may front.JobRule) field {
		f := of(func(c *call, p *world.Pipeline) any { return c.OnPipeline(p, may).Allowed })
		f.Cost = gitalyCost
		return f
	}
	inProject := func(may front.ProjectRule) field {
		return of(func(c *call, p *world.Pipeline) any { return c.OnProject(p.Project(), may).Allowed })
	}
	return rows{"adminPipeline": inProject(policy.AdminBuild), "cancelPipeline": permission(policy.CancelPipeline),
		"destroyPipeline": inProject(policy.DestroyPipeline), "updatePipeline": permission(policy.UpdatePipeline)}
}

// durationOf is how many seconds anything ran in a pipeline that is over; null before
// (lib/gitlab/ci/pipeline/duration.rb).
func durationOf(p *world.Pipeline) any {
	if p.Moves() {
		if d := p.Facts().Duration; d != nil {
			return int(d.Seconds())
		}
		return nil
	}
	if !p.Status().Completed() {
		return nil
	}
	var ran []*world.Job
	for _, j := range p.Latest() {
		if !j.StartedAt.IsZero() {
			ran = append(ran, j)
		}
	}
	slices.SortFunc(ran, func(a, b *world.Job) int { return a.StartedAt.Compare(b.StartedAt) })
	var sum time.Duration
	var until time.Time
	for _, j := range ran {
		if from := world.Later(j.StartedAt, until); j.FinishedAt.After(from) {
			sum += j.FinishedAt.Sub(from)
			until = j.FinishedAt
		}
	}
	return int(sum.Seconds())
}

// findPipelineJob finds a job of a pipeline by its id, or the latest of a name.
func findPipelineJob(_ *call, _ *exec, p *world.Pipeline, a args) (any, error) {
	id, byID := a["id"].(int)
	name, byName := a["name"].(string)
	if !byID && !byName {
		return nil, failure(msgOneOfIDOrName)
	}
	for _, j := range p.Jobs {
		if j.ID == id || !byID && j.Name == name && !j.Retried() {
			return j, nil
		}
	}
	return nil, nil
}

// listPipelineJobs are the jobs of a pipeline, the newest first (app/graphql/resolvers/ci/jobs_resolver.rb).
func listPipelineJobs(_ *call, x *exec, p *world.Pipeline, a args) (any, error) {
	wanted := a["statuses"]
	if len(texts(wanted)) == 0 {
		wanted = nil // an empty list does not narrow here
	}
	retried, asked := a["retried"].(bool)
	started := texts(a["whenExecuted"])
	jobs := world.Filtered(jobsWith(p.Jobs, wanted), func(j *world.Job) bool {
		return (!asked || j.Retried() == retried) && (len(started) == 0 || slices.Contains(started, j.WhenStarted())) &&
			(a["jobKind"] == nil || a["jobKind"] == kindOf(j))
	})
	return byKeys(x, jobs, newestFirst, jobKey, a, anything[*world.Job]), nil
}

// pipelineScopes are which statuses a scope has; of the other scopes each ref has one pipeline
// (app/finders/ci/pipelines_finder.rb).
var pipelineScopes = map[any][]world.JobStatus{
	"RUNNING":  {world.JobRunning},
	"PENDING":  {world.JobPending},
	"FINISHED": {world.JobSuccess, world.JobFailed, world.JobCanceled},
}

// listPipelines are the pipelines of a project, the newest first, and child pipelines if they alone are asked for
// (app/graphql/resolvers/ci/project_pipelines_resolver.rb, app/finders/ci/pipelines_finder.rb).
func listPipelines(c *call, x *exec, p *world.Project, a args) (any, error) {
	if d := c.OnProject(p, policy.ReadBuild); !d.Allowed {
		x.Note(d.Reason)
		return byKeys(x, nil, newestFirst, pipelineKey, a, anything[*world.Pipeline]), nil
	}
	found := p.Pipelines()
	if a["source"] != world.SourceParent {
		found = world.Filtered(found, noChild)
	}
	found = pipelinesInScope(p, found, a["scope"])
	matches := func(name string, of func(*world.Pipeline) string) {
		if wanted, _ := a[name].(string); wanted != "" {
			found = world.Filtered(found, func(p *world.Pipeline) bool { return of(p) == wanted })
		}
	}
	matches("status", func(p *world.Pipeline) string { return enum(p.Status()) })
	matches("ref", func(p *world.Pipeline) string { return p.Ref() })
	matches("sha", func(p *world.Pipeline) string { return p.Commit().SHA })
	if source, _ := a["source"].(string); slices.Contains(world.PipelineSources, source) { // one unknown is as none
		matches("source", (*world.Pipeline).Source)
	}
	if name, _ := a["username"].(string); name != "" {
		found = world.Filtered(found, func(p *world.Pipeline) bool { return p.IsOf(name) })
	}
	after, _ := a["updatedAfter"].(time.Time) // before all of them, if none is given
	found = world.Filtered(found, func(p *world.Pipeline) bool { return !p.UpdatedAt().Before(after) })
	if before, given := a["updatedBefore"].(time.Time); given {
		found = world.Filtered(found, func(p *world.Pipeline) bool { return !p.UpdatedAt().After(before) })
	}
	return byKeys(x, found, newestFirst, pipelineKey, a, anything[*world.Pipeline]), nil
}

// noChild passes pipelines that no other one made.
func noChild(p *world.Pipeline) bool { return p.Source() != world.SourceParent }

// pipelinesInScope are those pipelines that a scope has, of some of a project.
func pipelinesInScope(p *world.Project, from []*world.Pipeline, scope any) []*world.Pipeline {
	if scope == nil {
		return from
	}
	if statuses, byStatus := pipelineScopes[scope]; byStatus {
		return world.Filtered(from, func(p *world.Pipeline) bool { return slices.Contains(statuses, p.Status()) })
	}
	return p.NewestOfRefs(from, scope == "TAGS")
}

// findProjectPipeline finds a pipeline of a project by its number there, and others than child pipelines by id, too, or
// the oldest for a commit, since that is the last one that GitLab's loader is given; else it is the newest for the
// commit that the default branch is at (app/graphql/resolvers/ci/project_pipeline_resolver.rb).
func findProjectPipeline(c *call, x *exec, p *world.Project, a args) (any, error) {
	id, byID := a["id"].(int)
	iid, byIID := a["iid"].(string)
	sha, bySHA := a["sha"].(string)
	if byID && byIID || byID && bySHA || byIID && bySHA {
		return nil, failure(msgOneOfIDs)
	}
	all := slices.Clone(p.Pipelines())
	if !bySHA {
		slices.Reverse(all)
	}
	for _, pipeline := range all {
		switch {
		case !byIID && !noChild(pipeline):
		case byID && pipeline.ID != id, byIID && strconv.Itoa(pipeline.IID()) != iid,
			bySHA && pipeline.Commit().SHA != sha:
		case cmp.Or(byID, byIID, bySHA), isForHead(p, pipeline):
			return c.pipeline(x, pipeline), nil
		}
	}
	return nil, nil
}

// projectPipelineCost favours those who name a pipeline (resolver_complexity of the same resolver).
func projectPipelineCost(a args, children int) int {
	if a["id"] != nil || a["iid"] != nil || a["sha"] != nil {
		return children - namedPipelineBonus
	}
	return children + 1
}

// isForHead reports whether a pipeline is for the commit that the default branch is at, whatever its own ref is
// (app/models/project.rb, last_pipeline). In a project whose repository is empty, and whose jobs were seeded alone, it
// is for that branch.
func isForHead(p *world.Project, pipeline *world.Pipeline) bool {
	if p.Repository.Empty() {
		return pipeline.Ref() == p.DefaultBranch() && !pipeline.RefIsTag()
	}
	head := p.Repository.CommitAt(repository.Branch(p.DefaultBranch()))
	return head != nil && head.ID == pipeline.Commit().SHA
}
