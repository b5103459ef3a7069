package fakegitlab

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/controlapi"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

func (c *control) seed() controlapi.Answer {
	text, err := c.body()
	if err != nil {
		return controlError(err)
	}
	s, err := c.scenario(text)
	if err == nil {
		err = c.Seed(s)
	}
	if err != nil {
		return controlError(inText(err, text))
	}
	return controlapi.Created(c.Snapshot())
}

// scenario reads a scenario that is to be added to the world as it is: what the scenario refers to may exist in the
// world already.
func (c *control) scenario(text []byte) (Scenario, error) {
	var s Scenario
	found := problemsOf(s.UnmarshalJSON(text))
	if len(found) == 0 {
		return s, nil
	}
	unreadable := errors.New("nothing of it is to stay")
	var deeper []rejection
	_, _ = attempt(c.Fake, func(st *world.State) (struct{}, error) {
		deeper = seedAll(st, toldFromNow(st, s))
		return struct{}{}, unreadable
	})
	return s, placedIn(text, found, deeper)
}

func (c *control) snapshot() controlapi.Answer { return controlapi.OK(c.Snapshot()) }

// resetAll goes back to the start or, with a scenario in the body, starts anew with that. One with nothing in it, such
// as {} or null, counts as none, because that is what many clients send in place of an empty body.
func (c *control) resetAll() controlapi.Answer {
	text, err := c.body()
	if err != nil {
		return controlError(err)
	}
	s, err := ReadScenario(bytes.NewReader(text))
	if err != nil {
		return controlError(err)
	}
	world := &s
	if s.isEmpty() {
		world = nil
	}
	if err := c.reset(world); err != nil {
		return controlError(inText(err, text))
	}
	return controlapi.Done()
}

func (c *control) token() controlapi.Answer {
	var in struct {
		Username string   `json:"username"`
		Scopes   []string `json:"scopes,omitzero"`
	}
	if err := c.read(&in); err != nil {
		return controlError(err)
	}
	token, err := attempt(c.Fake, func(st *world.State) (string, error) { return st.TokenOf(in.Username, in.Scopes) })
	return answered(struct {
		Token string `json:"token"`
	}{token}, err)
}

func (c *control) advance() controlapi.Answer {
	var in controlapi.Advance
	if err := c.read(&in); err != nil {
		return controlError(err)
	}
	by, err := in.By()
	if err != nil {
		return controlError(err)
	}
	err = c.Fake.advance(by)
	return answered(struct {
		Now time.Time `json:"now"`
	}{c.Now().UTC()}, err)
}

func (c *control) runWorkers() controlapi.Answer {
	if err := c.readNothing(); err != nil {
		return controlError(err)
	}
	c.RunWorkers()
	return controlapi.Done()
}

// overlay is plain data in which the fields of a JSON object replace its own; null sets a field to its zero value.
func overlay[T any](onto T, patch []byte) (T, error) {
	var next T
	text, err := controlapi.Overlay(onto, patch)
	if err == nil {
		err = unmarshalData(text, &next)
		return next, err
	}
	if malformed := placedIn(patch, problemsOf(unmarshalData(patch, &next)), nil); malformed != nil && !json.Valid(patch) {
		err = malformed
	}
	return next, err
}

// patching changes a record, named by a path parameter, by the fields in the body.
func patching[R world.Row, T any](k editable[R, T], parameter string) func(*control) controlapi.Answer {
	return func(c *control) controlapi.Answer {
		patch, err := c.body()
		if err != nil {
			return controlError(err)
		}
		return answered(at(c, parameter, k.find, func(st *world.State, r R) (T, error) {
			return k.edit(st, r, func(next *T) (err error) {
				*next, err = overlay(*next, patch)
				return err
			})
		}))
	}
}

func (c *control) changeSettings() controlapi.Answer {
	patch, err := c.body()
	if err != nil {
		return controlError(err)
	}
	return answered(attempt(c.Fake, func(st *world.State) (Settings, error) {
		next, err := overlay(publicSettings(st.Settings), patch)
		if err == nil {
			err = rewriteSettings(st, next)
		}
		return publicSettings(st.Settings), err
	}))
}

// showing answers with a record, named by a path parameter, in the fields that patching changes.
func showing[R world.Row, T any](k editable[R, T], parameter string) func(*control) controlapi.Answer {
	return func(c *control) controlapi.Answer {
		return answered(at(c, parameter, k.find, func(_ *world.State, r R) (T, error) { return k.public(r), nil }))
	}
}

func (c *control) showSettings() controlapi.Answer { return controlapi.OK(c.Settings()) }

func (c *control) contactRunner() controlapi.Answer {
	m := RunnerManager{}
	text, err := c.body()
	if err == nil {
		m, err = overlay(m, text)
	}
	if err != nil {
		return controlError(err)
	}
	return answered(atPath(c, (*world.State).RunnerByNumber, func(st *world.State, r *world.Runner) (Runner, error) {
		return contactRunner(st, r, m)
	}))
}

// runnerData is a runner with its status, which depends on the time and so is no part of a scenario.
type runnerData struct {
	Runner Runner       `json:"runner"`
	Status RunnerStatus `json:"status"`
}

func (c *control) showRunner() controlapi.Answer {
	return answered(atPath(c, (*world.State).RunnerByNumber, func(st *world.State, r *world.Runner) (runnerData, error) {
		return runnerData{publicRunner(r), RunnerStatus(st.RunnerStatus(r))}, nil
	}))
}

// deleting deletes the record in the path.
func deleting[R world.Row](
	find func(*world.State, string) (R, error), do func(*world.State, R),
) func(*control) controlapi.Answer {
	return func(c *control) controlapi.Answer {
		_, err := atPath(c, find, func(st *world.State, r R) (struct{}, error) {
			do(st, r)
			return struct{}{}, nil
		})
		return answeredEmpty(err)
	}
}

// commit makes a commit in the repository of the project in the path.
func (c *control) commit() controlapi.Answer {
	var in controlapi.Commit
	if err := c.read(&in); err != nil {
		return controlError(err)
	}
	made, err := at(c, "path", (*world.State).ProjectByPath, in.Make)
	if err != nil {
		return controlError(err)
	}
	return controlapi.Created(made)
}

func (c *control) startJob() controlapi.Answer {
	var in struct {
		RunnerID int `json:"runner_id"`
	}
	if err := c.read(&in); err != nil {
		return controlError(err)
	}
	return c.changePathJob(startOn(in.RunnerID))
}

func (c *control) finishJob() controlapi.Answer {
	var in struct {
		Status        JobStatus `json:"status"`
		FailureReason string    `json:"failure_reason,omitzero"`
	}
	if err := c.read(&in); err != nil {
		return controlError(err)
	}
	return c.changePathJob(finishAs(in.Status, []string{in.FailureReason}))
}

// changingJob lets something happen to the job in the path.
func changingJob(do func(*world.State, *world.Job) error) func(*control) controlapi.Answer {
	return byPerson(func(st *world.State, j *world.Job) (Job, error) { return changeJob(st, j, do) })
}

// byPerson lets a person do something to the job in the path, and answers with the job that comes of it.
func byPerson(do func(*world.State, *world.Job) (Job, error)) func(*control) controlapi.Answer {
	return func(c *control) controlapi.Answer {
		if err := c.readNothing(); err != nil {
			return controlError(err)
		}
		return answered(atPath(c, (*world.State).JobByNumber, do))
	}
}

// whyJob says why a job is not running.
func (c *control) whyJob() controlapi.Answer {
	verdicts, err := c.verdicts(c.vars["id"])
	if err != nil {
		return controlError(controlapi.Absent{Why: err})
	}
	return controlapi.OK(publicVerdicts(verdicts))
}

// changingPipeline lets something happen to the pipeline in the path.
func changingPipeline(do func(*world.State, *world.Pipeline)) func(*control) controlapi.Answer {
	return func(c *control) controlapi.Answer {
		if err := c.readNothing(); err != nil {
			return controlError(err)
		}
		_, err := atPath(c, (*world.State).PipelineByNumber, func(st *world.State, p *world.Pipeline) (struct{}, error) {
			do(st, p)
			return struct{}{}, nil
		})
		if err != nil {
			return controlError(err)
		}
		return answered(c.pathPipeline()) // once its jobs have gone on
	}
}

func (c *control) pathPipeline() (Pipeline, error) {
	return atPath(c, (*world.State).PipelineByNumber, func(_ *world.State, p *world.Pipeline) (Pipeline, error) {
		return publicPipeline(p), nil
	})
}

// showPipeline shows a pipeline. If told to wait, it first waits until it has a status or, without one, has ended. That
// it is not so in time, or can no longer be so, is an error.
func (c *control) showPipeline() controlapi.Answer {
	q, err := controlapi.PipelineIn[JobStatus](c.http.URL.Query())
	if err == nil && q.Waits {
		ctx, cancel := c.waiting(q.Wait)
		defer cancel()
		_, err = c.WaitForPipeline(ctx, controlapi.ID(c.vars), q.Statuses...)
		err = controlapi.WaitError(q.Wait, err)
	}
	shown, absent := c.pathPipeline()
	return answered(shown, cmp.Or(absent, err))
}

// changePathJob changes the job whose id is in the path.
func (c *control) changePathJob(do func(*world.State, *world.Job) error) controlapi.Answer {
	return answered(atPath(c, (*world.State).JobByNumber, func(st *world.State, j *world.Job) (Job, error) {
		return changeJob(st, j, do)
	}))
}

// planJob is the part of a JobRun that says what is to happen to the job.
func (c *control) planJob() controlapi.Answer {
	var plan controlapi.Plan
	err := c.read(&plan)
	if err == nil {
		err = plan.Check()
	}
	if err != nil {
		return controlError(err)
	}
	_, err = atPath(c, (*world.State).JobByNumber, func(st *world.State, j *world.Job) (struct{}, error) {
		return struct{}{}, plan.Make(st, j)
	})
	return answeredEmpty(err)
}

// jobData is a job with what it has gone through.
type jobData struct {
	Job       Job               `json:"job"`
	States    []JobStatus       `json:"states"`    // oldest first
	Variables map[string]string `json:"variables"` // of its dotenv report
}

// showJob shows a job. If told to wait, it first waits until the job has ended or, if those are said, has reached a
// status and logged a text. That it has not in time, or can no longer, is an error.
func (c *control) showJob() controlapi.Answer {
	q, err := controlapi.JobIn(c.http.URL.Query())
	if err == nil && q.Waits {
		ctx, cancel := c.waiting(q.Wait)
		defer cancel()
		_, err = (&JobRun{c.Fake, controlapi.ID(c.vars)}).wait(ctx, q.Wanted(), q.Reached)
		err = controlapi.WaitError(q.Wait, err)
	}
	shown, absent := atPath(c, (*world.State).JobByNumber, func(_ *world.State, j *world.Job) (jobData, error) {
		shown := jobData{publicJob(j), publicHistory(j), map[string]string{}}
		for _, v := range j.Dotenv {
			shown.Variables[v.Key] = v.Value
		}
		return shown, nil
	})
	return answered(shown, cmp.Or(absent, err))
}
