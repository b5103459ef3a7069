package fakegitlab

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// AddPipeline adds a pipeline that moves by itself, as if Source had set it going, and returns it with what was empty
// filled in. With CI, or in a project with files and without Status, its jobs are made of the .gitlab-ci.yml; what
// GitLab refuses of it fails the test, as does a User who may not make it. Otherwise jobs join it by their PipelineID.
func (f *Fake) AddPipeline(p Pipeline) Pipeline {
	f.tb.Helper()
	added := change(f, "AddPipeline(of %q)", p.Project, adding(addPipeline, p, publicPipeline))
	if moved, there := f.Pipeline(added.ID); there { // its first jobs have begun to wait for runners
		return moved
	}
	return added
}

// Pipelines returns copies of all pipelines, ordered by ID; also of those whose jobs were added alone.
func (f *Fake) Pipelines() []Pipeline {
	return read(f, func(st *world.State) []Pipeline { return copies(st.AllPipelines(), publicPipeline) })
}

// Pipeline finds a pipeline by its ID.
func (f *Fake) Pipeline(id int) (Pipeline, bool) {
	return found(f, func(st *world.State) *world.Pipeline { return st.PipelineByID(id) }, publicPipeline)
}

// CancelPipeline cancels all jobs of a pipeline that can be, as somebody who may would.
func (f *Fake) CancelPipeline(id int) Pipeline {
	f.tb.Helper()
	return f.changePipeline("CancelPipeline(%s)", id, cancelPipeline)
}

// RetryPipeline tries all jobs of a pipeline again that failed or were canceled, as whoever set it going. That there
// are none is no error, as in GitLab.
func (f *Fake) RetryPipeline(id int) Pipeline {
	f.tb.Helper()
	return f.changePipeline("RetryPipeline(%s)", id, retryPipeline)
}

// DeletePipeline deletes a pipeline with its jobs.
func (f *Fake) DeletePipeline(id int) {
	f.tb.Helper()
	number := strconv.Itoa(id)
	change(f, "DeletePipeline(%s)", number,
		deletion(number, (*world.State).PipelineByNumber, surely((*world.State).DeletePipeline)))
}

// PlayJob starts a job that waits for a person or for its time, as whoever the job is of. One that people start and
// that is over it tries again; the job returned is the one that waits for a runner then.
func (f *Fake) PlayJob(jobID int) Job {
	f.tb.Helper()
	return f.jobByPerson("PlayJob(%s)", jobID, playByPerson)
}

// RetryJob tries a job again that is over, as whoever the job is of, and returns the new job.
func (f *Fake) RetryJob(jobID int) Job {
	f.tb.Helper()
	return f.jobByPerson("RetryJob(%s)", jobID, retryByPerson)
}

// jobByPerson lets somebody do something to a job, which may make another one.
func (f *Fake) jobByPerson(format string, id int, do func(*world.State, *world.Job) (Job, error)) Job {
	f.tb.Helper()
	return change(f, format, strconv.Itoa(id), func(st *world.State) (Job, error) {
		j, err := st.JobByID(id)
		if err != nil {
			return Job{}, err
		}
		return do(st, j)
	})
}

// changePipeline lets something happen to a pipeline, and shows what has become of it.
func (f *Fake) changePipeline(format string, id int, do func(*world.State, *world.Pipeline)) Pipeline {
	f.tb.Helper()
	number := strconv.Itoa(id)
	changed := change(f, format, number, func(st *world.State) (Pipeline, error) {
		p, err := st.PipelineByNumber(number)
		if err != nil {
			return Pipeline{}, err
		}
		do(st, p)
		return publicPipeline(p), nil
	})
	if moved, there := f.Pipeline(id); there {
		return moved
	}
	return changed
}

// cancelPipeline, retryPipeline, playByPerson and retryByPerson are what people may do, whoever they are.
func cancelPipeline(st *world.State, p *world.Pipeline) { st.CancelPipeline(p) }
func retryPipeline(st *world.State, p *world.Pipeline)  { st.RetryPipeline(p, p.User(), world.AnyJob) }

func playByPerson(st *world.State, j *world.Job) (Job, error) {
	if err := j.Unplayable(); err != nil {
		return Job{}, err
	}
	return publicJob(st.PlayJob(j, j.User, nil, j.Spec.Inputs)), nil
}

func retryByPerson(st *world.State, j *world.Job) (Job, error) {
	if !j.Retryable() {
		return Job{}, fmt.Errorf("job %d is %s; what is tried again has ended, and not been tried again yet", j.ID, j.Status)
	}
	return publicJob(st.RetryJob(j, j.User, j.Spec.Inputs)), nil
}

// AssertPipelineStatus asserts that a pipeline has a status. A message says which jobs keep it from ending, and why.
func (f *Fake) AssertPipelineStatus(t T, id int, want JobStatus) bool {
	helperOf(t).Helper()
	return report(t, f.pipelineStatusProblem(id, want))
}

func (f *Fake) pipelineStatusProblem(id int, want JobStatus) string {
	if problem := want.problem(); problem != "" {
		return strings.Replace(problem, "job status", "status of a pipeline", 1)
	}
	switch p, reached, err := f.lookAtPipeline(id, []JobStatus{want}); {
	case err != nil:
		return fmt.Sprintf("expected pipeline %d to be %s; %v", id, want, err)
	case !reached:
		return fmt.Sprintf("expected pipeline %d to be %s; it is %s\n%s", id, want, p.Status, f.jobsOfPipeline(id))
	}
	return ""
}

// WaitForPipeline waits until a pipeline has one of the statuses, without any until it has ended: success, failed,
// canceled or skipped. It fails when ctx ends, when the fake is closed, shortly before the test's deadline (WaitFor),
// and when the pipeline has ended otherwise; the error says which jobs keep it from ending, and why. It does not move
// the clock: what waits for its time, Advance starts.
func (f *Fake) WaitForPipeline(ctx context.Context, id int, statuses ...JobStatus) (Pipeline, error) {
	f.tb.Helper()
	for _, s := range statuses {
		if problem := s.problem(); problem != "" {
			return Pipeline{}, fmt.Errorf("fakegitlab: WaitForPipeline: %s", problem)
		}
	}
	wanted := "has ended"
	if len(statuses) > 0 {
		wanted = "is " + strings.Join(world.WordsOf(statuses...), " or ")
	}
	open, stop := f.waiting(ctx)
	defer stop()
	for {
		changed := f.news.Next() // before asking: what happens meanwhile is to be asked about again
		p, done, err := f.lookAtPipeline(id, statuses)
		switch {
		case err != nil:
			return p, fmt.Errorf("fakegitlab: %w", err)
		case done:
			return p, nil
		case world.JobStatus(p.Status).Completed():
			return p, fmt.Errorf("fakegitlab: pipeline %d never %s: it is %s\n%s", id, wanted, p.Status, f.jobsOfPipeline(id))
		}
		select {
		case <-changed:
		case <-open.Done():
			return p, fmt.Errorf("fakegitlab: waiting until pipeline %d %s, which is %s: %w\n%s", id, wanted, p.Status,
				open.Why(), f.jobsOfPipeline(id))
		}
	}
}

// lookAtPipeline looks at a pipeline once.
func (f *Fake) lookAtPipeline(id int, statuses []JobStatus) (p Pipeline, done bool, err error) {
	world.Visit(f.state, func() {
		var found *world.Pipeline
		if found, err = f.state.PipelineByNumber(strconv.Itoa(id)); err != nil {
			return
		}
		p = publicPipeline(found)
		done = slices.Contains(statuses, p.Status) || len(statuses) == 0 && found.Status().Completed()
	})
	return p, done, err
}

// jobsOfPipeline is what an error tells of the jobs of a pipeline, which takes too long to be had ready at each change.
func (f *Fake) jobsOfPipeline(id int) (text string) {
	why, pending := map[int]string{}, []int(nil)
	for range 2 { // once to see which are pending: why is asked for without the state's lock
		world.Visit(f.state, func() {
			if p, err := f.state.PipelineByNumber(strconv.Itoa(id)); err == nil {
				text, pending = f.state.JobsText(p, why)
			}
		})
		for _, job := range pending {
			why[job] = f.waitText(job)
		}
	}
	return text
}

// AddPipelineSchedule adds a pipeline schedule and returns it with what was empty filled in. A Ref that is not there
// yet is said whole: refs/heads/later.
func (f *Fake) AddPipelineSchedule(s PipelineSchedule) PipelineSchedule {
	f.tb.Helper()
	return change(f, "AddPipelineSchedule(of %q)", s.Project, adding(addSchedule, s, publicSchedule))
}

// PipelineSchedules returns copies of all pipeline schedules, ordered by ID.
func (f *Fake) PipelineSchedules() []PipelineSchedule {
	return read(f, func(st *world.State) []PipelineSchedule { return copies(st.Schedules.Rows, publicSchedule) })
}

// AddPipelineTrigger adds a pipeline trigger and returns it with what was empty filled in.
func (f *Fake) AddPipelineTrigger(t PipelineTrigger) PipelineTrigger {
	f.tb.Helper()
	return change(f, "AddPipelineTrigger(of %q)", t.Project, adding(addTrigger, t, publicTrigger))
}

// PipelineTriggers returns copies of all pipeline triggers, ordered by ID.
func (f *Fake) PipelineTriggers() []PipelineTrigger {
	return read(f, func(st *world.State) []PipelineTrigger { return copies(st.Triggers.Rows, publicTrigger) })
}
