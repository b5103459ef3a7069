package fakegitlab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/faults"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/outside"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// JobRun is a handle on one job: it shows what the job goes through, as GitLab sees it, and arranges what is to happen
// to it. Its methods may be called while a runner is at work on the job. What is arranged for a job that is over fails
// the test at once; what never happens is an error at the test's end (WithUnusedFailures). After [Fake.Reset] it stands
// for whatever job then has the same ID.
type JobRun struct {
	fake *Fake
	id   int
}

// JobRun returns a handle on a job. An ID that no job has fails the test.
func (f *Fake) JobRun(id int) *JobRun {
	f.tb.Helper()
	r := &JobRun{f, id}
	lookAt(r, func(*world.State, *world.Job) struct{} { return struct{}{} })
	return r
}

// lookAt copies something out of the job. If there is no such job any more, the test fails.
func lookAt[T any](r *JobRun, get func(*world.State, *world.Job) T) T {
	r.fake.tb.Helper()
	var got T
	var err error
	world.Visit(r.fake.state, func() {
		var j *world.Job
		if j, err = r.fake.state.JobByID(r.id); err == nil {
			got = get(r.fake.state, j)
		}
	})
	if err != nil {
		r.fake.misuse("JobRun(%d): %v", r.id, err)
	}
	return got
}

// Job returns a copy of the job as it is now.
func (r *JobRun) Job() Job {
	r.fake.tb.Helper()
	return lookAt(r, func(_ *world.State, j *world.Job) Job { return publicJob(j) })
}

// Trace returns the log so far.
func (r *JobRun) Trace() string {
	r.fake.tb.Helper()
	return lookAt(r, func(_ *world.State, j *world.Job) string { return j.Log.String() })
}

// States returns the statuses that the job has had, oldest first and its present one last.
func (r *JobRun) States() []JobStatus {
	r.fake.tb.Helper()
	return lookAt(r, func(_ *world.State, j *world.Job) []JobStatus { return publicHistory(j) })
}

// Artifacts returns what the job has kept so far, in the order of arrival: behind an archive that is a zip its list of
// contents, of type "metadata".
func (r *JobRun) Artifacts() []Artifact {
	r.fake.tb.Helper()
	return lookAt(r, func(_ *world.State, j *world.Job) []Artifact { return publicJob(j).Artifacts })
}

// Variables returns what the job's dotenv report says, which later jobs of the pipeline get as variables.
func (r *JobRun) Variables() []JobVariable {
	r.fake.tb.Helper()
	return lookAt(r, func(_ *world.State, j *world.Job) []JobVariable { return slices.Clone(j.Dotenv) })
}

// Manager returns the manager of the runner that took the job; false while there is none.
func (r *JobRun) Manager() (m RunnerManager, ok bool) {
	r.fake.tb.Helper()
	lookAt(r, func(_ *world.State, j *world.Job) struct{} {
		if j.Manager != nil {
			m, ok = publicManager(j.Manager), true
		}
		return struct{}{}
	})
	return m, ok
}

// Watch is somebody opening the job's page: for ten seconds of the fake's clock the runner is told to send its log
// every three seconds instead of every minute.
func (r *JobRun) Watch() {
	r.fake.tb.Helper()
	lookAt(r, func(st *world.State, j *world.Job) struct{} {
		st.Watch(j)
		return struct{}{}
	})
}

// PostponeFinal has GitLab answer the next n final updates (PUT with success or failed) with 202 and
// X-GitLab-Trace-Update-Interval: 1, 2, 4 ... 64 seconds, as while it still stores the log. The one after them ends the
// job.
func (r *JobRun) PostponeFinal(n int) {
	r.fake.tb.Helper()
	r.script(n, func(st *world.State, j *world.Job) { st.PostponeFinal(j, n) })
}

// RejectLog has GitLab answer the next n final updates with 412 and forget the log, which makes gitlab-runner send the
// whole of it again. No GitLab does so today; runners are prepared for it.
func (r *JobRun) RejectLog(n int) {
	r.fake.tb.Helper()
	r.script(n, func(st *world.State, j *world.Job) { st.RejectLog(j, n) })
}

// LoseLog has GitLab lose the next n pieces of the log, as when what keeps them dies: each is answered with 202, as
// if it had been kept, and is not there. The piece after them then begins beyond the log's end and is answered with
// 416 and a Range that says how much of the log there is, from where the runner has to send it again.
func (r *JobRun) LoseLog(n int) {
	r.fake.tb.Helper()
	if n < 0 {
		r.fake.misuse("JobRun(%d): %d pieces of log cannot be lost", r.id, n)
		return
	}
	why := "LoseLog" + faults.Planted{At: place()}.Place("")
	r.script(0, func(st *world.State, j *world.Job) {
		st.LoseLog(j, n)
		st.LoseLogFor(j, why)
	})
}

// script sets what is to become of the job. n is how many final updates that concerns.
func (r *JobRun) script(n int, set func(*world.State, *world.Job)) {
	r.fake.tb.Helper()
	if n < 0 {
		r.fake.misuse("JobRun(%d): %d final updates cannot be answered", r.id, n)
		return
	}
	err := lookAt(r, func(st *world.State, j *world.Job) error {
		if err := j.Plannable(); err != nil {
			return err
		}
		set(st, j)
		return nil
	})
	if err != nil {
		r.fake.misuse("JobRun(%d): %v", r.id, err)
	}
}

// unmetPlans are, for the end of a test, the plans for jobs of which nothing has come.
func (f *Fake) unmetPlans() []string {
	return read(f, func(st *world.State) (said []string) {
		for _, j := range st.Jobs.Rows {
			for _, plan := range j.Unmet() {
				said = append(said, fmt.Sprintf("JobRun(%d).%s; it is %s", j.ID, plan, j.Status))
			}
		}
		return said
	})
}

// CancelAt cancels the job, as a person would, as soon as its log contains the text: the runner is told in the answer
// to the very request that brought it. An empty text takes the first piece of log.
func (r *JobRun) CancelAt(text string) {
	r.fake.tb.Helper()
	r.script(0, func(st *world.State, j *world.Job) { st.CancelOn(j, text) })
}

// WaitForJob waits until the job has reached a status, even if it has left it again by then, and returns the job as it
// is now. It does not poll. It is an error if ctx ends, if the fake is closed, shortly before the test's deadline
// (WaitFor), or if the job ends without having reached the status. The error says which status the job has and why it
// has come no further, in the words of WhyPending. A status that does not exist, or an ID that no job has, is one at
// once, as in all waits.
func (f *Fake) WaitForJob(ctx context.Context, id int, status JobStatus) (Job, error) {
	if problem := status.problem(); problem != "" {
		return Job{}, fmt.Errorf("fakegitlab: WaitForJob(%d): %s", id, problem)
	}
	return (&JobRun{f, id}).wait(ctx, "is "+string(status), func(j *world.Job) bool {
		return slices.Contains(j.History, world.JobStatus(status))
	})
}

// WaitForTrace waits until the log contains the text, as WaitForJob waits for a status.
func (r *JobRun) WaitForTrace(ctx context.Context, text string) error {
	r.fake.tb.Helper()
	_, err := r.wait(ctx, fmt.Sprintf("has logged %q", text), func(j *world.Job) bool {
		return j.Log.Contains([]byte(text))
	})
	return err
}

var (
	errClosed = errors.New("the fake is closed: no call will come")
	errOver   = errors.New("the fake is closed: nothing will come of this")
	errAsked  = errors.New("the test is over: an Invariant looks at the fake as it is, and does not change it")
)

// waiting begins a wait: until ctx ends, the fake is closed, or the test has to end soon.
func (f *Fake) waiting(ctx context.Context) (open outside.Wait, stop func()) {
	return outside.Waiting(ctx, f.tb, f.closing, errClosed)
}

// wait waits until reached is true of the job. what continues the sentence "the job ..." in errors: "is success".
func (r *JobRun) wait(ctx context.Context, what string, reached func(*world.Job) bool) (Job, error) {
	open, stop := r.fake.waiting(ctx)
	defer stop()
	for {
		job, done, changed, err := r.look(what, reached)
		if done || err != nil {
			return job, err
		}
		select {
		case <-changed:
		case <-open.Done():
			return job, fmt.Errorf("fakegitlab: waiting until job %d (%s) %s, which is %s (%s): %w", job.ID, job.Name, what,
				job.Status, r.fake.waitText(r.id), open.Why())
		}
	}
}

// look looks at the job once. If it is not done, changed is closed when the job changes next.
func (r *JobRun) look(what string, reached func(*world.Job) bool) (
	job Job, done bool, changed <-chan struct{}, err error,
) {
	world.Visit(r.fake.state, func() {
		j, missing := r.fake.state.JobByID(r.id)
		switch {
		case missing != nil:
			err = fmt.Errorf("fakegitlab: waiting until job %d %s: %w", r.id, what, missing)
		case reached(j):
			job, done = publicJob(j), true
		case j.Status.Completed():
			job = publicJob(j)
			err = fmt.Errorf("fakegitlab: job %d (%s) never %s: it went through %v (%s)", j.ID, j.Name, what, j.History,
				world.WaitText(r.fake.state.WhyPending(j)))
		default:
			job, changed = outlineOf(j), j.NextChange()
		}
	})
	return job, done, changed, err
}

// waitText is why a job that has not ended has come no further.
func (f *Fake) waitText(id int) string {
	verdicts, err := f.verdicts(strconv.Itoa(id))
	if err != nil {
		return err.Error()
	}
	return world.WaitText(verdicts)
}

// Verdict says of a runner why it may have a pending job or may not.
type Verdict struct {
	RunnerID int    `json:"runner_id"` // 0: it is about the job itself, or there is no runner
	May      bool   `json:"may"`       // GitLab gives the runner the job when it asks, unless another one comes first
	Reason   string `json:"reason"`    // all that is known, as sentences joined by "and"
}

// WhyPending says of each runner, by ID, why it may have a pending job or may not: the rules that keep it from the job
// or, if none does, which job comes before it, whether GitLab has heard of the runner, its last request for a job, and
// what the test has arranged for such requests (Hold, Failure, Down). What a request has to be like to meet a condition
// is taken from the runner's last one.
//
// Where no runner is asked, there is one Verdict without a RunnerID: there is no runner, or the job is not pending, and
// Reason says what it waits for or what has become of it. An ID that no job has fails the test.
func (f *Fake) WhyPending(jobID int) []Verdict {
	f.tb.Helper()
	verdicts, err := f.verdicts(strconv.Itoa(jobID))
	if err != nil {
		f.misuse("WhyPending(%d): %v", jobID, err)
	}
	return publicVerdicts(verdicts)
}

func publicVerdicts(verdicts []world.Verdict) (all []Verdict) {
	for _, v := range verdicts {
		all = append(all, Verdict{v.RunnerID, v.May, v.Reason()})
	}
	return all
}

// verdicts are the world's, with what is known beside it: the journal, and what is arranged for calls. Conditions are
// functions of the test, so that they are asked without the state's lock.
func (f *Fake) verdicts(job string) ([]world.Verdict, error) {
	verdicts, err := quietly(f, func(st *world.State) ([]world.Verdict, error) {
		j, err := st.JobByNumber(job)
		if err != nil {
			return nil, err
		}
		return st.WhyPending(j), nil
	})
	asked := map[int]Call{}
	for _, c := range f.log.Closed() {
		if c.Endpoint == RequestJob {
			asked[c.RunnerID] = c
		}
	}
	for i, v := range verdicts {
		if !v.May {
			continue
		}
		last, known := asked[v.RunnerID]
		if !known {
			last = Call{Endpoint: RequestJob, Method: http.MethodPost, Path: front.APIPrefix + "/jobs/request",
				RunnerID: v.RunnerID}
		}
		verdicts[i].Add(f.arrangedFor(last), last.Number, last.text().Answer())
	}
	return verdicts, err
}

// arrangedFor are the reasons why a call like this one would not be answered, or by the test.
func (f *Fake) arrangedFor(c Call) (all []string) {
	if f.network.conns.IsShut() {
		all = append(all, "Down has taken the fake off its network")
	}
	for _, h := range f.faults.Holding() {
		if h.Meets(c) {
			all = append(all, "its requests are held by "+h.String())
		}
	}
	now := f.clock.Now()
	for _, i := range f.faults.List() {
		if (!i.Failure.takesEffect() || i.Failure.Delay > 0) && !i.IsSpent(now) && i.Meets(c) {
			all = append(all, fmt.Sprintf("its requests meet the Failure of %s (%s)%s", i.Text, i.Failure.effect(),
				i.Place(" injected")))
		}
	}
	return all
}

// problem is "" for a status that GitLab knows.
func (s JobStatus) problem() string { return world.StatusProblem(string(s)) }
