package fakegitlab

import (
	"errors"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

func (c *control) enqueueJob() controlAnswer {
	if err := c.read(&struct{}{}); err != nil {
		return controlError(err)
	}
	return c.changePathJob(enqueueNow)
}

func (c *control) startJob() controlAnswer {
	var in struct {
		RunnerID int `json:"runner_id"`
	}
	if err := c.read(&in); err != nil {
		return controlError(err)
	}
	return c.changePathJob(startOn(in.RunnerID))
}

func (c *control) finishJob() controlAnswer {
	var in struct {
		Status JobStatus `json:"status"`
	}
	if err := c.read(&in); err != nil {
		return controlError(err)
	}
	return c.changePathJob(finishAs(in.Status))
}

func (c *control) cancelJob() controlAnswer {
	if err := c.read(&struct{}{}); err != nil {
		return controlError(err)
	}
	return c.changePathJob(cancelByPerson)
}

// changePathJob changes the job whose id is in the path.
func (c *control) changePathJob(do func(*world.State, *world.Job) error) controlAnswer {
	return answered(atPath(c, (*world.State).JobByNumber, func(st *world.State, j *world.Job) (Job, error) {
		return changeJob(st, j, do)
	}))
}

// planJob is the part of a JobRun that says what is to happen to the job.
func (c *control) planJob() controlAnswer {
	var in struct {
		CancelAt      *string `json:"cancel_at,omitzero"`
		PostponeFinal *int    `json:"postpone_final,omitzero"`
		RejectLog     *int    `json:"reject_log,omitzero"`
		LoseLog       *int    `json:"lose_log,omitzero"`
		Watch         bool    `json:"watch,omitzero"`
	}
	if err := c.read(&in); err != nil {
		return controlError(err)
	}
	counts := []struct {
		name string
		n    *int
		plan func(*world.State, *world.Job, int)
	}{
		{"postpone_final", in.PostponeFinal, (*world.State).PostponeFinal},
		{"reject_log", in.RejectLog, (*world.State).RejectLog},
		{"lose_log", in.LoseLog, (*world.State).LoseLog},
	}
	planned := in.CancelAt != nil
	for _, count := range counts {
		if count.n != nil && *count.n < 0 {
			return controlError(errors.New(count.name + ": must not be negative"))
		}
		planned = planned || count.n != nil
	}
	_, err := atPath(c, (*world.State).JobByNumber, func(st *world.State, j *world.Job) (struct{}, error) {
		if err := j.Plannable(); planned && err != nil {
			return struct{}{}, err
		}
		if in.CancelAt != nil {
			st.CancelOn(j, *in.CancelAt)
		}
		for _, count := range counts {
			if count.n != nil {
				count.plan(st, j, *count.n)
			}
		}
		if in.Watch {
			st.Watch(j)
		}
		return struct{}{}, nil
	})
	return answeredEmpty(err)
}

// jobData is a job with what it has gone through.
type jobData struct {
	Job       Job               `json:"job"`
	States    []JobStatus       `json:"states"`    // oldest first
	Variables map[string]string `json:"variables"` // of its dotenv report
}

// showJob shows a job. If told to wait, it first waits until the job has reached a status or logged a text, and shows
// the job also if that does not happen in time or can no longer happen.
func (c *control) showJob() controlAnswer {
	query := c.http.URL.Query()
	if err := knownParameters(query, "status", "trace", "wait"); err != nil {
		return controlError(err)
	}
	wait, err := waitIn(query)
	if status := JobStatus(query.Get("status")); err == nil && query.Has("status") && status.problem() != "" {
		err = errors.New("status: " + status.problem())
	}
	if err != nil {
		return controlError(err)
	}
	if wait > 0 {
		c.waitForJob(wait, func(j *world.Job) bool {
			return (!query.Has("status") || slices.Contains(j.History, world.JobStatus(query.Get("status")))) &&
				j.Log.Contains([]byte(query.Get("trace")))
		})
	}
	return answered(atPath(c, (*world.State).JobByNumber, func(_ *world.State, j *world.Job) (jobData, error) {
		shown := jobData{publicJob(j), publicHistory(j), map[string]string{}}
		for _, v := range j.Dotenv {
			shown.Variables[v.Key] = v.Value
		}
		return shown, nil
	}))
}

// waitForJob waits until the job in the path has come that far. If there is no such job, it does not wait.
func (c *control) waitForJob(d time.Duration, reached func(*world.Job) bool) {
	ctx, cancel := c.waiting(d)
	defer cancel()
	_, _ = (&JobRun{c.Fake, c.pathID()}).wait(ctx, "", reached)
}
