package controlapi

import (
	"maps"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/controlpage"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// PipelineRows are the pipelines that are found, the newest first.
func PipelineRows(st *world.State, find controlpage.Find) controlpage.List[controlpage.Pipeline] {
	newest := st.AllPipelines()
	slices.Reverse(newest)
	return controlpage.FirstRows(newest, find, pipelineRow)
}

// pipelineRow is a pipeline without the jobs of its stages.
func pipelineRow(p *world.Pipeline) controlpage.Pipeline {
	facts := p.Facts()
	row := controlpage.Pipeline{ID: p.ID, IID: p.IID(), Project: p.Project().Path, Ref: facts.Ref,
		Status: string(p.Status()), Source: facts.Source, Name: facts.Name, SHA: facts.Commit.SHA,
		Title: facts.Commit.Title, Created: facts.CreatedAt, Moves: p.Moves(), Errors: facts.YAMLErrors,
		CanceledBy: facts.AutoCanceledBy}
	if facts.User != nil {
		row.User = facts.User.Username
	}
	for _, jobs := range stagesOf(p) {
		row.Stages = append(row.Stages, controlpage.Stage{Name: jobs[0].Stage, Status: string(world.StatusOf(jobs))})
	}
	return row
}

// stagesOf are the jobs of each stage without those that were tried again, both in GitLab's order.
func stagesOf(p *world.Pipeline) [][]*world.Job {
	stages := map[int][]*world.Job{}
	for _, j := range p.Latest() {
		stages[j.StageIndex] = append(stages[j.StageIndex], j)
	}
	var sorted [][]*world.Job
	for _, i := range slices.Sorted(maps.Keys(stages)) {
		sorted = append(sorted, stages[i])
	}
	return sorted
}

// PipelinePage is the page of a pipeline, but for what is around it and its calls. show makes a row of a job.
func PipelinePage(st *world.State, p *world.Pipeline, show func(*world.Job) controlpage.Job) (
	v controlpage.PipelinePage,
) {
	now := st.Now()
	v.Pipeline = pipelineRow(p)
	v.Pipeline.Busy = p.Busy(now)
	for i, jobs := range stagesOf(p) {
		for _, j := range jobs {
			v.Pipeline.Stages[i].Add(boxOf(j, now))
		}
	}
	for _, j := range slices.Backward(p.Jobs) {
		if j.Retried() {
			v.Earlier.Take(func() controlpage.Job { return show(j) })
		}
	}
	return v
}

func boxOf(j *world.Job, now time.Time) controlpage.Box {
	b := controlpage.Box{ID: j.ID, Name: j.Name, Status: string(j.Status), MayFail: j.AllowFailure, Try: 1 + j.Retries(),
		Playable: j.Status == world.JobManual || j.Status == world.JobScheduled, NeedsSet: j.Spec.Needs != nil,
		Reason: j.FailureReason, Trigger: j.Trigger != nil}
	if j.Status == world.JobScheduled {
		b.StartsAt = j.ScheduledAt
	}
	for _, need := range j.Spec.Needs {
		b.Needs = append(b.Needs, need.Job)
	}
	if end := j.FinishedAt; !j.StartedAt.IsZero() {
		if end.IsZero() {
			end = now
		}
		b.Took = end.Sub(j.StartedAt)
	}
	return b
}

// VerdictRows are the runners that may have a job or may not, with the nearest to it first.
func VerdictRows(verdicts []world.Verdict) (list controlpage.List[controlpage.Verdict]) {
	for _, v := range world.Nearest(verdicts) {
		if v.RunnerID != 0 {
			list.Total++
			list.Add(controlpage.Verdict{RunnerID: v.RunnerID, Description: v.Description, May: v.May, Reasons: v.Reasons})
		}
	}
	return list
}
