package rest

// What is told of jobs that run outside, by commits (lib/api/commit_statuses.rb,
// app/services/ci/create_commit_status_service.rb).

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// commitStatusRows are the commit statuses of the Commits API.
func commitStatusRows() []row {
	sha := []params.Param{{Name: "sha", Required: true}}
	ref := []params.Param{{Name: "ref"}}
	return []row{
		{endpoint: "GET /projects/:id/repository/commits/:sha/statuses", handle: listCommitStatuses,
			spec: listing(pathID, sha, ref, []params.Param{{Name: "stage"}, {Name: "name"},
				{Name: "pipeline_id", Kind: params.Integer}, {Name: "all", Kind: params.Boolean},
				{Name: "order_by", Values: []string{columnID, columnPipeline}, Default: columnID},
				{Name: "sort", Values: []string{sortAsc, sortDesc}}})},
		{endpoint: "POST /projects/:id/statuses/:sha", handle: reportCommitStatus,
			spec: front.Declare(pathID, sha, []params.Param{{Name: "state", Required: true, Values: world.StatusStates}}, ref,
				[]params.Param{{Name: "target_url"}, {Name: "description"}, {Name: "name"}, {Name: "context"},
					{Name: "coverage", Kind: params.Any}, {Name: "pipeline_id", Kind: params.Integer}})},
	}
}

const columnPipeline = "pipeline_id"

// commitOfPath is the SHA that the path means, and the commit; "" if there is none. In a project whose repository is
// empty, and whose jobs were seeded alone, the commits of their pipelines count.
func (q request) commitOfPath() (sha string, c *repository.Commit) {
	given, _ := q.Params.String("sha")
	if c := q.Project.Repository.CommitAt(given); c != nil {
		return c.ID, c
	}
	if q.Project.Repository.Empty() && slices.ContainsFunc(q.Project.Pipelines(), func(p *world.Pipeline) bool {
		return p.Commit().SHA == given
	}) {
		return given, nil
	}
	return "", nil
}

// statusRow is a job, or what was told of one that runs outside, in the list of a commit.
type statusRow struct {
	id, pipeline     int
	name, stage, ref string
	retried          bool
	entity           func() commitStatusEntity
}

func listCommitStatuses(q request) front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(q.OnProject(q.Project, policy.ReadCommitStatus), ""); refusal != nil {
		return *refusal
	}
	if sha, _ := q.commitOfPath(); sha == "" {
		return front.NotFound("Commit").Because("the repository of " + q.Project.Path + " has no such commit")
	}
	rows := world.Filtered(q.statusRows(q.said("sha")), q.statusFilter()) // as it is written: no pipeline is of a branch
	by, _ := q.Params.String("order_by")
	way, _ := q.Params.String("sort")
	slices.SortFunc(rows, func(a, b statusRow) int {
		c := cmp.Compare(a.id, b.id)
		if by == columnPipeline {
			c = cmp.Or(cmp.Compare(a.pipeline, b.pipeline), c)
		}
		if way == sortDesc {
			return -c
		}
		return c
	})
	return offsetPage(q, rows, false, func(r statusRow) commitStatusEntity { return r.entity() })
}

// statusFilter passes the rows that the request asks for.
func (q request) statusFilter() func(statusRow) bool {
	all := isTrue(q.Params, "all")
	pipeline, ofPipeline := q.Params.Int("pipeline_id")
	text := func(name string) string { value, _ := q.Params.String(name); return value }
	ref, stage, name := text("ref"), text("stage"), text("name")
	return func(r statusRow) bool {
		return (all || !r.retried) && (!ofPipeline || r.pipeline == pipeline) && (ref == "" || r.ref == ref) &&
			(stage == "" || r.stage == stage) && (name == "" || r.name == name)
	}
}

// statusRows are the jobs of all pipelines of a commit, and what was told of others.
func (q request) statusRows(sha string) (rows []statusRow) {
	for _, p := range q.Project.Pipelines() {
		if p.Commit().SHA != sha {
			continue
		}
		for _, j := range p.Jobs {
			rows = append(rows, statusRow{j.ID, p.ID, j.Name, j.Stage, j.Ref, j.Retried(),
				func() commitStatusEntity { return q.jobStatusEntity(j) }})
		}
		for _, s := range p.Statuses() {
			rows = append(rows, statusRow{s.ID, p.ID, s.Name, world.ExternalStage, p.Ref(), s.Retried(),
				func() commitStatusEntity { return q.commitStatusEntity(s) }})
		}
	}
	return rows
}

func reportCommitStatus(q request) front.Response {
	report, refusal := q.statusReport()
	if refusal != nil {
		return *refusal
	}
	if refusal := projectReaders(q); refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(q.OnProject(q.Project, policy.CreateCommitStatus), ""); refusal != nil {
		return *refusal
	}
	p, refusal := q.pipelineOfStatus()
	if refusal != nil {
		return *refusal
	}
	s, err := q.ReportStatus(p, q.User, report)
	switch err := err.(type) {
	case nil:
		return front.Created(q.commitStatusEntity(s))
	case *world.Refusal:
		return front.Refuse(http.StatusBadRequest, err.Text).Because(err.Reason)
	default:
		return modelError(err)
	}
}

// statusReport reads what the request tells.
func (q request) statusReport() (r world.StatusReport, refusal *front.Response) {
	state, _ := q.Params.String("state")
	name, _ := q.Params.String("name")
	context, _ := q.Params.String("context")
	r = world.StatusReport{State: state, Name: cmp.Or(name, context, world.DefaultStatusName),
		TargetURL: changeTo(q, "target_url", q.Params.String), Description: changeTo(q, "description", q.Params.String)}
	given := q.Record.Params["coverage"]
	if given == nil || given == "" {
		return r, nil
	}
	f, err := strconv.ParseFloat(fmt.Sprint(given), 64)
	if err != nil {
		return r, front.RefuseError(http.StatusBadRequest, msgCoverageInvalid).Because("coverage is no number").AsRefusal()
	}
	r.Coverage = world.Change[float64]{Given: true, Value: &f}
	return r, nil
}

// pipelineOfStatus is the pipeline in which something is told: the newest of the commit, or the one that is named, else
// a new one. Who may not change it is refused, and then there is no new one either.
func (q request) pipelineOfStatus() (*world.Pipeline, *front.Response) {
	sha, c := q.commitOfPath()
	if sha == "" {
		missing := front.NotFound("Commit").Because("the repository of " + q.Project.Path + " has no such commit")
		return nil, missing.AsRefusal()
	}
	ref, _ := q.Params.String("ref")
	id, named := q.Params.Int("pipeline_id")
	p := q.ExternalPipeline(q.Project, sha, func(p *world.Pipeline) bool {
		return (ref == "" || p.Ref() == ref) && (!named || p.ID == id)
	})
	if p != nil {
		return p, front.Allow(q.OnPipeline(p, policy.UpdatePipeline), "")
	}
	if ref == "" && c != nil {
		ref = q.branchWith(c)
	}
	switch {
	case ref == "":
		return nil, front.NotFound("References for commit").Because("no branch has the commit").AsRefusal()
	case named:
		return nil, front.NotFound("Pipeline for pipeline_id, sha and ref").
			Because(fmt.Sprintf("pipeline %d is not of that commit and ref", id)).AsRefusal()
	case c == nil:
		return nil, front.NotFound("Commit").Because("no pipeline of that ref has the commit, and no repository").AsRefusal()
	}
	if refusal := front.Allow(q.OnRef(q.Project, ref, false, false, policy.UpdatePipeline), ""); refusal != nil {
		return nil, refusal
	}
	return q.CreateExternalPipeline(q.Project, ref, c, q.User), nil
}

// branchWith is the first branch, by name, that has a commit; "" if none has.
func (q request) branchWith(c *repository.Commit) string {
	r := q.Project.Repository
	has := r.Reaching(c.ID)
	for _, branch := range r.Branches() {
		if has(branch.ID) {
			return branch.Name
		}
	}
	return ""
}

// commitStatusEntity is lib/api/entities/commit_status.rb.
type commitStatusEntity struct {
	ID           int             `json:"id"`
	SHA          string          `json:"sha"`
	Ref          string          `json:"ref"`
	Status       world.JobStatus `json:"status"`
	Name         string          `json:"name"`
	TargetURL    *string         `json:"target_url"`
	Description  *string         `json:"description"`
	CreatedAt    isoTime         `json:"created_at"`
	StartedAt    *isoTime        `json:"started_at"`
	FinishedAt   *isoTime        `json:"finished_at"`
	AllowFailure bool            `json:"allow_failure"`
	Coverage     *float64        `json:"coverage"`
	PipelineID   int             `json:"pipeline_id"`
	Author       *basicUser      `json:"author"`
}

func (q request) commitStatusEntity(s *world.CommitStatus) commitStatusEntity {
	e := commitStatusEntity{ID: s.ID, SHA: s.Pipeline.Commit().SHA, Ref: s.Pipeline.Ref(), Status: s.Status,
		Name: s.Name, TargetURL: s.TargetURL, Description: s.Description, CreatedAt: q.iso(s.CreatedAt),
		StartedAt: q.timeOrNull(s.StartedAt), FinishedAt: q.timeOrNull(s.FinishedAt), Coverage: s.Coverage,
		PipelineID: s.Pipeline.ID}
	if s.User != nil {
		author := q.basicUser(s.User)
		e.Author = &author
	}
	return e
}

func (q request) jobStatusEntity(j *world.Job) commitStatusEntity {
	e := commitStatusEntity{ID: j.ID, SHA: j.Commit.SHA, Ref: j.Ref, Status: j.Status, Name: j.Name,
		CreatedAt: q.iso(j.CreatedAt), StartedAt: q.timeOrNull(j.StartedAt), FinishedAt: q.timeOrNull(j.FinishedAt),
		AllowFailure: j.AllowFailure, Coverage: j.Coverage, PipelineID: j.PipelineID}
	if u := j.ShownUser(); u != nil {
		author := q.basicUser(u)
		e.Author = &author
	}
	return e
}
