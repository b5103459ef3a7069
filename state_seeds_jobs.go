package fakegitlab

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// What a seeded job is when nothing else is said.
const (
	defaultJobName  = "job"
	defaultJobStage = "test"
	defaultRef      = "main"
	zeroSHA         = "0000000000000000000000000000000000000000"
)

// checkJob checks a job's plain data, fills in what follows from nothing else and finds the records it names.
func (st *state) checkJob(in *Job) (*job, error) {
	j := &job{}
	var err error
	if j.project, err = st.projectByPath(in.Project); err != nil {
		return nil, err
	}
	if in.User == "" {
		in.User = rootUsername
	}
	if j.user, err = st.userByName(in.User); err != nil {
		return nil, err
	}
	if err := oneOf("job status", &in.Status, JobPending); err != nil {
		return nil, err
	}
	if in.FailureReason != "" && in.Status != JobFailed {
		return nil, fmt.Errorf("a job that is %s has no failure reason", in.Status)
	}
	if in.SystemID != "" && in.RunnerID == 0 {
		return nil, errors.New("SystemID names a manager of RunnerID, which is not given")
	}
	if in.RunnerID != 0 {
		if j.runner, err = st.runnerByID(in.RunnerID); err != nil {
			return nil, err
		}
	}
	if in.SystemID != "" {
		if j.manager = j.runner.manager(in.SystemID); j.manager == nil {
			known := namesOf(j.runner.managers, func(m *manager) string { return m.SystemID })
			return nil, fmt.Errorf("runner %d: %w", in.RunnerID, missing("manager", in.SystemID, known))
		}
	}
	if !in.FinishedAt.IsZero() && !in.finished() {
		return nil, fmt.Errorf("a job that is %s has no FinishedAt", in.Status)
	}
	if c := in.Coverage; c != nil && (math.IsNaN(*c) || math.IsInf(*c, 0)) {
		return nil, fmt.Errorf("Coverage: %v is no number of percent", *c)
	}
	if err := in.Spec.validate(); err != nil {
		return nil, fmt.Errorf("Spec: %w", err)
	}
	for i, a := range in.Artifacts {
		if a.Filename == "" {
			return nil, fmt.Errorf("Artifacts[%d] has no Filename", i)
		}
		if _, problem := a.problem(); problem != "" {
			return nil, fmt.Errorf("Artifacts[%d]: %s", i, problem)
		}
	}
	return j, checkCommit(in.Commit)
}

func checkCommit(c Commit) error {
	for _, sha := range []string{c.SHA, c.BeforeSHA} {
		if sha != "" && !shaPattern.MatchString(sha) {
			return fmt.Errorf("%q is no commit SHA, which has 40 hexadecimal digits", sha)
		}
	}
	return nil
}

func (st *state) addJob(in Job) (*job, error) {
	j, err := st.checkJob(&in)
	if err != nil {
		return nil, err
	}
	if err := freeID(&st.jobs, "job", in.ID); err != nil {
		return nil, err
	}
	if err := st.checkPipeline(in.PipelineID, j.project); err != nil {
		return nil, err
	}
	if in.Token != "" && st.jobTokens[in.Token] != nil {
		return nil, errors.New("another job has that token")
	}
	in.Name, in.Stage, in.Ref = cmp.Or(in.Name, defaultJobName), cmp.Or(in.Stage, defaultJobStage), cmp.Or(in.Ref, defaultRef)
	in.ID = assignID(st, &st.jobs, in.ID)
	if in.PipelineID == 0 {
		st.pipeline++
		in.PipelineID = st.pipeline
	}
	st.pipeline = max(st.pipeline, in.PipelineID)
	in.Token = st.secret(jobTokens, in.Token)
	in.Tags = cleanTags(in.Tags)
	in.AllowFailure = in.AllowFailure || in.Spec.AllowFailure.Always
	j.Job = cloneJob(in)
	st.fillCommit(j)
	st.fillTimes(j)
	st.storeContent(j)
	st.insertJob(j)
	if r := j.runner; r != nil {
		st.linkJob(j, r, j.manager)
		st.onUndo(func() { r.jobs = removeByID(r.jobs, j) })
	}
	return j, nil
}

// storeContent moves the log and the artifacts from the plain data to where they may grow.
func (st *state) storeContent(j *job) {
	_, _ = j.log.Write([]byte(j.Trace))
	for _, a := range j.Artifacts {
		f := &file{Artifact: withDefaults(a), sum: sha256.Sum256(a.Content)}
		_, _ = f.content.Write(a.Content)
		f.Content = nil
		j.files = append(j.files, f)
		if f.Type == dotenvReport {
			j.dotenv, _ = readDotenv(f) // a seed may be a report that GitLab had to refuse
		}
	}
	j.Trace, j.Artifacts = "", nil
}

// checkPipeline refuses a pipeline that another project's jobs are in.
func (st *state) checkPipeline(id int, p *project) error {
	if id < 0 {
		return fmt.Errorf("pipeline id %d is negative", id)
	}
	if id == 0 || id > st.pipeline {
		return nil
	}
	if known := st.pipelines[id]; known != nil && known.project != p {
		return fmt.Errorf("pipeline %d is of project %q", id, known.project.Path)
	}
	return nil
}

// fillCommit makes up the commit of a job of which nothing is said; jobs of one pipeline run for one commit.
func (st *state) fillCommit(j *job) {
	c := &j.Commit
	if c.SHA == "" {
		if p := st.pipelines[j.PipelineID]; p != nil {
			*c = p.jobs[0].Commit
			return
		}
		c.SHA = st.made.hex(shas, 40)
	}
	c.BeforeSHA = cmp.Or(c.BeforeSHA, zeroSHA)
	c.Title = cmp.Or(c.Title, firstLine(c.Message), "Update "+j.Ref)
	c.Message = cmp.Or(c.Message, c.Title+"\n")
	c.AuthorName, c.AuthorEmail = cmp.Or(c.AuthorName, j.user.Name), cmp.Or(c.AuthorEmail, j.user.Email)
	c.CreatedAt = orNow(c.CreatedAt, st.now())
}

// finished reports whether the job has come to its end, not being skipped.
func (j *Job) finished() bool { return j.Status.completed() && j.Status != JobSkipped }

func firstLine(s string) string { s, _, _ = strings.Cut(s, "\n"); return s }

// fillTimes reckons the times that a job in its state must have.
func (st *state) fillTimes(j *job) {
	now := st.now()
	queued := !slices.Contains([]JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobSkipped, JobManual, JobScheduled}, j.Status)
	started := j.Status.executing() || j.runner != nil && j.Status.completed() && !slices.Contains(neverRan(), j.FailureReason)
	finished := j.finished()
	j.CreatedAt = orNow(j.CreatedAt, earliest(now, j.QueuedAt, j.StartedAt, j.FinishedAt))
	set := func(t *time.Time, has bool, fallback time.Time) {
		if has || !t.IsZero() {
			*t = orNow(*t, fallback)
		}
	}
	set(&j.QueuedAt, queued || started, j.CreatedAt)
	set(&j.StartedAt, started, j.QueuedAt)
	set(&j.FinishedAt, finished, latest(now, j.StartedAt))
	j.updatedAt = latest(j.CreatedAt, latest(j.StartedAt, j.FinishedAt))
	if j.Erased {
		j.erasedAt = now
	}
	if j.Status == JobFailed {
		j.FailureReason = cmp.Or(j.FailureReason, "script_failure")
	}
}

func earliest(t time.Time, others ...time.Time) time.Time {
	for _, o := range others {
		if !o.IsZero() && o.Before(t) {
			t = o
		}
	}
	return t
}

// public is the job as plain data, its log and artifacts included.
func (j *job) public() Job {
	out := j.outline()
	out.Trace = j.log.String()
	for _, f := range j.files {
		out.Artifacts = append(out.Artifacts, f.public())
	}
	return out
}

// public is the artifact as plain data.
func (f *file) public() Artifact {
	out := f.Artifact
	out.Content = f.content.bytes()
	return out
}

// outline is the job as plain data without its log and artifacts, which may be large.
func (j *job) outline() Job {
	out := cloneJob(j.Job)
	out.Project, out.User, out.RunnerID, out.SystemID = j.project.Path, j.user.Username, 0, ""
	if j.runner != nil {
		out.RunnerID = j.runner.num
	}
	if j.manager != nil {
		out.SystemID = j.manager.SystemID
	}
	return out
}
