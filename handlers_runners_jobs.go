package fakegitlab

import (
	"net/http"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/page"
	"github.com/fakegitlab/fakegitlab/internal/policy"
)

// listRunnerJobs is GET /runners/:id/jobs (app/finders/ci/runner_jobs_finder.rb).
func listRunnerJobs(q *request) response {
	r, refusal := q.permittedRunner(policy.ReadBuilds)
	if refusal != nil {
		return *refusal
	}
	jobs := q.visibleJobs(r)
	if s, _ := q.params.String("pagination"); s == "keyset" {
		return keysetPage(q, reversed(jobs), q.jobEntity)
	}
	_, ordered := q.params.String("order_by")
	if direction, _ := q.params.String("sort"); ordered && direction == "desc" {
		jobs = reversed(jobs)
	}
	o := page.ReadOffset(q.params)
	systemID, _ := q.params.String("system_id")
	res := ok(q.jobEntities(jobs, o))
	res.header = http.Header{}
	o.Of(len(jobs), strings.TrimSpace(systemID) != "").SetHeaders(res.header, q.requestURL(), q.params)
	return res
}

// visibleJobs are the jobs of a runner that the filters ask for and the user may see, by id.
func (q *request) visibleJobs(r *runner) []*job {
	status, _ := q.params.String("status")
	systemID, bySystem := q.params.String("system_id")
	var jobs []*job
	for _, j := range r.jobs {
		switch {
		case status != "" && string(j.Status) != status:
		case bySystem && systemID != "" && (j.manager == nil || j.manager.SystemID != systemID):
		case !q.readsAll() && roleInProject(q.user, j.project) < Reporter:
		default:
			jobs = append(jobs, j)
		}
	}
	return jobs
}

func reversed(jobs []*job) []*job {
	out := make([]*job, 0, len(jobs))
	for i := len(jobs) - 1; i >= 0; i-- {
		out = append(out, jobs[i])
	}
	return out
}

func (q *request) jobEntities(jobs []*job, o page.Offset) []jobEntity {
	from, to := o.Window(len(jobs))
	entities := make([]jobEntity, 0, to-from)
	for _, j := range jobs[from:to] {
		entities = append(entities, q.jobEntity(j))
	}
	return entities
}

// keysetPage answers with a page of jobs by keyset pagination; they come newest first.
func keysetPage[E any](q *request, jobs []*job, entity func(*job) E) response {
	k, err := page.ReadKeyset(q.params)
	switch err {
	case nil:
	case page.ErrKeysetUnavailable:
		return refuseError(http.StatusMethodNotAllowed, msgKeysetUnavailable).because("keyset pagination has order_by=id and sort=desc alone")
	default:
		return refuseError(http.StatusBadRequest, "cursor is invalid").because(err.Error())
	}
	p := k.Of(len(jobs), func(i int) int { return jobs[i].ID })
	entities := make([]E, 0, p.To-p.From)
	for _, j := range jobs[p.From:p.To] {
		entities = append(entities, entity(j))
	}
	res := ok(entities)
	res.header = http.Header{}
	// The link names the order that counts even when the request leaves it to GitLab.
	p.SetHeaders(res.header, q.requestURL(), q.params.With("order_by", "id"))
	return res
}
