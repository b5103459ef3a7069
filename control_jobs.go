package fakegitlab

import (
	"errors"
	"slices"
	"time"
)

func (c *control) enqueueJob() response {
	if err := c.read(&struct{}{}); err != nil {
		return badControl(err)
	}
	return c.changePathJob(enqueueNow)
}

func (c *control) startJob() response {
	var in struct {
		RunnerID int `json:"runner_id"`
	}
	if err := c.read(&in); err != nil {
		return badControl(err)
	}
	return c.changePathJob(startOn(in.RunnerID))
}

func (c *control) finishJob() response {
	var in struct {
		Status JobStatus `json:"status"`
	}
	if err := c.read(&in); err != nil {
		return badControl(err)
	}
	return c.changePathJob(finishAs(in.Status))
}

func (c *control) cancelJob() response {
	if err := c.read(&struct{}{}); err != nil {
		return badControl(err)
	}
	return c.changePathJob(cancelByPerson)
}

// changePathJob lets something happen to the job in the path.
func (c *control) changePathJob(do func(*state, *job) error) response {
	if err := c.pathJob(); err != nil {
		return missingControl(err)
	}
	return answered(attempt(c.Fake, func(st *state) (Job, error) { return changeJob(st, c.pathID(), do) }))
}

// pathJob is an error unless the path names a job.
func (c *control) pathJob() error {
	_, err := attempt(c.Fake, func(st *state) (*job, error) { return st.jobByNumber(c.vars["id"]) })
	return err
}

// planJob is the part of a JobRun that says what is to happen to the job.
func (c *control) planJob() response {
	var in struct {
		CancelAt      *string `json:"cancel_at,omitzero"`
		PostponeFinal *int    `json:"postpone_final,omitzero"`
		RejectLog     *int    `json:"reject_log,omitzero"`
		Watch         bool    `json:"watch,omitzero"`
	}
	if err := c.read(&in); err != nil {
		return badControl(err)
	}
	for name, n := range map[string]*int{"postpone_final": in.PostponeFinal, "reject_log": in.RejectLog} {
		if n != nil && *n < 0 {
			return badControl(errors.New(name + ": must not be negative"))
		}
	}
	_, err := attempt(c.Fake, func(st *state) (*job, error) {
		j, err := st.jobByNumber(c.vars["id"])
		if err != nil {
			return nil, err
		}
		if in.CancelAt != nil {
			j.fate.cancelOn(*in.CancelAt)
		}
		if in.PostponeFinal != nil {
			j.fate.postponeFinal(*in.PostponeFinal)
		}
		if in.RejectLog != nil {
			j.fate.rejectLog(*in.RejectLog)
		}
		if in.Watch {
			st.watch(j)
		}
		return j, nil
	})
	if err != nil {
		return missingControl(err)
	}
	return noContent()
}

// jobData is a job with what it has gone through.
type jobData struct {
	Job       Job               `json:"job"`
	States    []JobStatus       `json:"states"`    // oldest first
	Variables map[string]string `json:"variables"` // of its dotenv report
}

// showJob is a job as it is or, if told to wait, as it is when it has reached a status or logged a text; also when neither
// comes in time, or can come any more.
func (c *control) showJob() response {
	query := c.http.URL.Query()
	if err := knownParameters(query, "status", "trace", "wait"); err != nil {
		return badControl(err)
	}
	wait, err := waitIn(query)
	if status := JobStatus(query.Get("status")); err == nil && query.Has("status") && status.problem() != "" {
		err = errors.New("status: " + status.problem())
	}
	if err != nil {
		return badControl(err)
	}
	if err := c.pathJob(); err != nil {
		return missingControl(err)
	}
	if wait > 0 {
		c.waitForJob(wait, func(j *job) bool {
			return (!query.Has("status") || slices.Contains(j.history, JobStatus(query.Get("status")))) && j.log.contains([]byte(query.Get("trace")))
		})
	}
	return answered(attempt(c.Fake, func(st *state) (jobData, error) {
		j, err := st.jobByID(c.pathID())
		if err != nil {
			return jobData{}, err
		}
		shown := jobData{publicJob(j), slices.Clone(j.history), map[string]string{}}
		for _, v := range j.dotenv {
			shown.Variables[v.Key] = v.Value
		}
		return shown, nil
	}))
}

func (c *control) waitForJob(d time.Duration, reached func(*job) bool) {
	ctx, cancel := c.waiting(d)
	defer cancel()
	_, _ = (&JobRun{c.Fake, c.pathID()}).wait(ctx, "", reached)
}
