package world

import (
	"cmp"
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
	DefaultRef      = "main"
	ZeroSHA         = "0000000000000000000000000000000000000000"
)

// checkJob checks a draft of a job.
func checkJob(j *Job) error {
	if err := oneOf("job status", &j.Status, JobPending, JobStatuses); err != nil {
		return err
	}
	if j.FailureReason != "" && j.Status != JobFailed {
		return fmt.Errorf("a job that is %s has no failure reason", j.Status)
	}
	if !j.FinishedAt.IsZero() && !j.Finished() {
		return fmt.Errorf("a job that is %s has no FinishedAt", j.Status)
	}
	if !j.UpdatedAt.IsZero() && !j.Status.Executing() {
		return fmt.Errorf("a job that is %s is on no runner and has no UpdatedAt", j.Status)
	}
	if c := j.Coverage; c != nil && (math.IsNaN(*c) || math.IsInf(*c, 0)) {
		return fmt.Errorf("Coverage: %v is no number of percent", *c)
	}
	if err := j.Spec.Validate(); err != nil {
		return fmt.Errorf("Spec: %w", err)
	}
	for i, f := range j.Files {
		if f.Filename == "" {
			return fmt.Errorf("Artifacts[%d] has no Filename", i)
		}
		f.fillDefaults()
		if _, problem := ArtifactProblem(f.Type, f.Format); problem != "" {
			return fmt.Errorf("Artifacts[%d]: %s", i, problem)
		}
	}
	return checkCommit(j.Commit)
}

func checkCommit(c Commit) error {
	for _, sha := range []string{c.SHA, c.BeforeSHA} {
		if sha != "" && !shaPattern.MatchString(sha) {
			return fmt.Errorf("%q is no commit SHA, which has 40 hexadecimal digits", sha)
		}
	}
	return nil
}

// AddJob makes a job of a draft, which has the records that it belongs to, its log and its files.
func (st *State) AddJob(j *Job) (*Job, error) {
	if err := checkJob(j); err != nil {
		return nil, err
	}
	if err := freeID(&st.Jobs, "job", j.ID); err != nil {
		return nil, err
	}
	if err := st.checkPipeline(j.PipelineID, j.Project); err != nil {
		return nil, err
	}
	if j.Token != "" && st.JobTokens[j.Token] != nil {
		return nil, errors.New("another job has that token")
	}
	j.Name, j.Stage, j.Ref = cmp.Or(j.Name, defaultJobName), cmp.Or(j.Stage, defaultJobStage), cmp.Or(j.Ref, DefaultRef)
	j.ID = assignID(st, &st.Jobs, j.ID)
	if j.PipelineID == 0 {
		st.pipeline++
		j.PipelineID = st.pipeline
	}
	st.pipeline = max(st.pipeline, j.PipelineID)
	j.Token = st.secret(jobTokens, j.Token)
	j.Tags = cleanTags(j.Tags)
	j.AllowFailure = j.AllowFailure || j.Spec.AllowFailure.Always
	st.fillCommit(j)
	st.fillTimes(j)
	readSeededReports(j)
	st.insertJob(j)
	if r := j.Runner; r != nil {
		st.LinkJob(j, r, j.Manager)
		st.OnUndo(func() { r.Jobs = removeByID(r.Jobs, j) })
	}
	return j, nil
}

// readSeededReports takes over what the dotenv report among the files of a seed says.
func readSeededReports(j *Job) {
	for _, f := range j.Files {
		if f.Type == dotenvReport {
			j.Dotenv, _ = readDotenv(f) // a seed may be a report that GitLab had to refuse
		}
	}
}

// checkPipeline refuses a pipeline that another project's jobs are in.
func (st *State) checkPipeline(id int, p *Project) error {
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
func (st *State) fillCommit(j *Job) {
	c := &j.Commit
	if c.SHA == "" {
		if p := st.pipelines[j.PipelineID]; p != nil {
			*c = p.Jobs[0].Commit
			return
		}
		c.SHA = st.made.hex(shas, 40)
	}
	c.BeforeSHA = cmp.Or(c.BeforeSHA, ZeroSHA)
	c.Title = cmp.Or(c.Title, firstLine(c.Message), "Update "+j.Ref)
	c.Message = cmp.Or(c.Message, c.Title+"\n")
	c.AuthorName, c.AuthorEmail = cmp.Or(c.AuthorName, j.User.Name), cmp.Or(c.AuthorEmail, j.User.Email)
	c.CreatedAt = orNow(c.CreatedAt, st.Now())
}

// Finished reports whether the job has come to its end, not being skipped.
func (j *Job) Finished() bool { return j.Status.Completed() && j.Status != JobSkipped }

func firstLine(s string) string { s, _, _ = strings.Cut(s, "\n"); return s }

// fillTimes reckons the times that a job in its state must have.
func (st *State) fillTimes(j *Job) {
	now := st.Now()
	queued := !slices.Contains([]JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobSkipped, JobManual, JobScheduled}, j.Status)
	started := j.Status.Executing() || j.Runner != nil && j.Status.Completed() && !slices.Contains(neverRan(), j.FailureReason)
	finished := j.Finished()
	j.CreatedAt = orNow(j.CreatedAt, Earliest(now, j.QueuedAt, j.StartedAt, j.FinishedAt))
	set := func(t *time.Time, has bool, fallback time.Time) {
		if has || !t.IsZero() {
			*t = orNow(*t, fallback)
		}
	}
	set(&j.QueuedAt, queued || started, j.CreatedAt)
	set(&j.StartedAt, started, j.QueuedAt)
	set(&j.FinishedAt, finished, Latest(now, j.StartedAt))
	if !j.UpdatedAt.IsZero() {
		j.UpdatedAt = orNow(j.UpdatedAt, now)
	}
	j.UpdatedAt = Latest(Latest(j.CreatedAt, j.UpdatedAt), Latest(j.StartedAt, j.FinishedAt))
	if j.Erased {
		j.ErasedAt = now
	}
	if j.Status == JobFailed {
		j.FailureReason = cmp.Or(j.FailureReason, "script_failure")
	}
}
