package fakegitlab

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
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

func (c *control) deletePathRunner() controlapi.Answer {
	_, err := atPath(c, (*world.State).RunnerByNumber, func(st *world.State, r *world.Runner) (struct{}, error) {
		st.DeleteRunner(r)
		return struct{}{}, nil
	})
	return answeredEmpty(err)
}

func (c *control) enqueueJob() controlapi.Answer {
	if err := c.readNothing(); err != nil {
		return controlError(err)
	}
	return c.changePathJob(enqueueNow)
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
		Status JobStatus `json:"status"`
	}
	if err := c.read(&in); err != nil {
		return controlError(err)
	}
	return c.changePathJob(finishAs(in.Status))
}

func (c *control) cancelJob() controlapi.Answer {
	if err := c.readNothing(); err != nil {
		return controlError(err)
	}
	return c.changePathJob(cancelByPerson)
}

// playJob is somebody who starts a job that waits for that.
func (c *control) playJob() controlapi.Answer {
	if err := c.readNothing(); err != nil {
		return controlError(err)
	}
	return c.changePathJob(playByPerson)
}

// whyJob says why a job is not running.
func (c *control) whyJob() controlapi.Answer {
	verdicts, err := c.verdicts(c.vars["id"])
	if err != nil {
		return controlError(controlapi.Absent{Why: err})
	}
	return controlapi.OK(publicVerdicts(verdicts))
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

// showJob shows a job. If told to wait, it first waits until the job has reached a status or logged a text, and shows
// the job also if that does not happen in time. That it can no longer happen is an error.
func (c *control) showJob() controlapi.Answer {
	query := c.http.URL.Query()
	if err := controlapi.OnlyKnown(query, "status", "trace", "wait"); err != nil {
		return controlError(err)
	}
	wait, err := controlapi.WaitIn(query)
	if status := JobStatus(query.Get("status")); err == nil && query.Has("status") && status.problem() != "" {
		err = errors.New("status: " + status.problem())
	}
	if err != nil {
		return controlError(err)
	}
	if wait > 0 {
		err := c.waitForJob(wait, wantedOfJob(query), func(j *world.Job) bool {
			return (!query.Has("status") || slices.Contains(j.History, world.JobStatus(query.Get("status")))) &&
				j.Log.Contains([]byte(query.Get("trace")))
		})
		if err != nil {
			return controlError(err)
		}
	}
	return answered(atPath(c, (*world.State).JobByNumber, func(_ *world.State, j *world.Job) (jobData, error) {
		shown := jobData{publicJob(j), publicHistory(j), map[string]string{}}
		for _, v := range j.Dotenv {
			shown.Variables[v.Key] = v.Value
		}
		return shown, nil
	}))
}

// wantedOfJob continues the sentence "the job ..." with what is waited for: "is success".
func wantedOfJob(query url.Values) string {
	var wanted []string
	if query.Has("status") {
		wanted = append(wanted, "is "+query.Get("status"))
	}
	if query.Has("trace") {
		wanted = append(wanted, fmt.Sprintf("has logged %q", query.Get("trace")))
	}
	return strings.Join(wanted, " and ")
}

// waitForJob waits until the job in the path has come that far. If there is no such job, it does not wait. It is an
// error if the job ends without having come that far.
func (c *control) waitForJob(d time.Duration, what string, reached func(*world.Job) bool) error {
	ctx, cancel := c.waiting(d)
	defer cancel()
	_, err := (&JobRun{c.Fake, controlapi.ID(c.vars)}).wait(ctx, what, reached)
	if job, there := c.Job(controlapi.ID(c.vars)); err == nil || ctx.Err() != nil || !there || !job.over() {
		return nil
	}
	return errors.New(strings.TrimPrefix(err.Error(), "fakegitlab: "))
}

// over reports whether the job has ended.
func (j Job) over() bool { return world.JobStatus(j.Status).Completed() }
