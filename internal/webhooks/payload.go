package webhooks

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// What GitLab says where there is nothing to say.
const (
	msgRedacted       = "[REDACTED]"      // for an address that its user shows to nobody
	msgUnknownFailure = "unknown_failure" // for the reason of a job that has not failed
)

// Writer writes events of a state as webhooks are told of them.
type Writer struct {
	State *world.State
	// BaseURL is GitLab's, with its base path and without a slash at the end; it may be known later than the Writer.
	BaseURL func() string
}

// jobEvent is what a webhook is told of a job (lib/gitlab/data_builder/build.rb).
type jobEvent struct {
	ObjectKind          string            `json:"object_kind"`
	Ref                 string            `json:"ref"`
	Tag                 bool              `json:"tag"`
	BeforeSHA           string            `json:"before_sha"`
	SHA                 string            `json:"sha"`
	RetriesCount        int               `json:"retries_count"`
	BuildID             int               `json:"build_id"`
	BuildName           string            `json:"build_name"`
	BuildStage          string            `json:"build_stage"`
	BuildStatus         world.JobStatus   `json:"build_status"`
	BuildCreatedAt      *string           `json:"build_created_at"`
	BuildStartedAt      *string           `json:"build_started_at"`
	BuildFinishedAt     *string           `json:"build_finished_at"`
	BuildDuration       *float64          `json:"build_duration"`
	BuildQueuedDuration *float64          `json:"build_queued_duration"`
	BuildAllowFailure   bool              `json:"build_allow_failure"`
	BuildFailureReason  string            `json:"build_failure_reason"`
	PipelineID          int               `json:"pipeline_id"`
	Runner              *runner           `json:"runner"`
	ProjectID           int               `json:"project_id"`
	ProjectName         string            `json:"project_name"`
	User                *user             `json:"user"`
	Commit              jobCommit         `json:"commit"`
	Repository          repository        `json:"repository"`
	Project             project           `json:"project"`
	Environment         *environmentOfJob `json:"environment"`
}

// jobCommit is the commit of a job event; its ID is that of the pipeline.
type jobCommit struct {
	ID          int             `json:"id"`
	Name        *string         `json:"name"`
	SHA         string          `json:"sha"`
	Message     string          `json:"message"`
	AuthorName  string          `json:"author_name"`
	AuthorEmail string          `json:"author_email"`
	AuthorURL   string          `json:"author_url"`
	Status      world.JobStatus `json:"status"`
	Duration    *int            `json:"duration"`
	StartedAt   *string         `json:"started_at"`
	FinishedAt  *string         `json:"finished_at"`
}

type runner struct {
	ID          int              `json:"id"`
	Description *string          `json:"description"`
	RunnerType  world.RunnerType `json:"runner_type"`
	Active      bool             `json:"active"`
	IsShared    bool             `json:"is_shared"`
	Tags        []string         `json:"tags"`
}

type user struct {
	ID        int    `json:"id"`
	Name      string `json:"name"`
	Username  string `json:"username"`
	AvatarURL string `json:"avatar_url"`
	Email     string `json:"email"`
}

type environmentOfJob struct {
	Name   string `json:"name"`
	Action string `json:"action"`
}

// pipelineEvent is what a webhook is told of a pipeline (lib/gitlab/data_builder/pipeline.rb).
type pipelineEvent struct {
	ObjectKind       string             `json:"object_kind"`
	ObjectAttributes pipelineAttributes `json:"object_attributes"`
	MergeRequest     *struct{}          `json:"merge_request"`
	User             *user              `json:"user"`
	Project          project            `json:"project"`
	Commit           commit             `json:"commit"`
	Builds           []build            `json:"builds"`
}

type pipelineAttributes struct {
	ID             int             `json:"id"`
	IID            int             `json:"iid"`
	Name           *string         `json:"name"`
	Ref            string          `json:"ref"`
	Tag            bool            `json:"tag"`
	SHA            string          `json:"sha"`
	BeforeSHA      string          `json:"before_sha"`
	Source         string          `json:"source"`
	Status         world.JobStatus `json:"status"`
	DetailedStatus string          `json:"detailed_status"`
	Stages         []string        `json:"stages"`
	CreatedAt      *string         `json:"created_at"`
	FinishedAt     *string         `json:"finished_at"`
	Duration       *int            `json:"duration"`
	QueuedDuration *int            `json:"queued_duration"`
	Variables      []variable      `json:"variables"`
	URL            string          `json:"url"`
}

// variable is one that was handed in with a pipeline.
type variable struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type commit struct {
	ID        string `json:"id"`
	Message   string `json:"message"`
	Title     string `json:"title"`
	Timestamp string `json:"timestamp"`
	URL       string `json:"url"`
	Author    author `json:"author"`
}

type author struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

type build struct {
	ID             int             `json:"id"`
	Stage          string          `json:"stage"`
	Name           string          `json:"name"`
	Status         world.JobStatus `json:"status"`
	CreatedAt      *string         `json:"created_at"`
	StartedAt      *string         `json:"started_at"`
	FinishedAt     *string         `json:"finished_at"`
	Duration       *float64        `json:"duration"`
	QueuedDuration *float64        `json:"queued_duration"`
	FailureReason  *string         `json:"failure_reason"`
	When           string          `json:"when"`
	Manual         bool            `json:"manual"`
	AllowFailure   bool            `json:"allow_failure"`
	User           *user           `json:"user"`
	Runner         *runner         `json:"runner"`
	ArtifactsFile  artifactsFile   `json:"artifacts_file"`
	Environment    *environment    `json:"environment"`
}

type artifactsFile struct {
	Filename *string `json:"filename"`
	Size     *int64  `json:"size"`
}

type environment struct {
	Name           string  `json:"name"`
	Action         string  `json:"action"`
	DeploymentTier *string `json:"deployment_tier"`
}

// JobEvent is the body that tells of a job's status, through which the job may have gone on in the same moment.
func (w Writer) JobEvent(j *world.Job, status world.JobStatus) []byte {
	pipeline := j.Pipeline
	_, began, ended := pipeline.Times()
	queuedAt := j.QueuedAt
	if status == world.JobCreated {
		queuedAt = time.Time{}
	}
	e := jobEvent{ObjectKind: "build", Ref: j.Ref, Tag: j.RefIsTag, BeforeSHA: j.Commit.BeforeSHA, SHA: j.Commit.SHA,
		RetriesCount: j.Retries(), BuildID: j.ID, BuildName: j.Name, BuildStage: j.Stage, BuildStatus: status,
		BuildCreatedAt: iso(j.CreatedAt), BuildStartedAt: iso(j.StartedAt), BuildFinishedAt: iso(j.FinishedAt),
		BuildDuration: w.seconds(j.StartedAt, j.FinishedAt), BuildQueuedDuration: w.seconds(queuedAt, w.State.WaitedUntil(j)),
		BuildAllowFailure: j.AllowFailure, BuildFailureReason: msgUnknownFailure, PipelineID: pipeline.ID,
		Runner: runnerOf(j), ProjectID: j.Project.ID, ProjectName: fullName(j.Project), User: w.user(j.ShownUser()),
		Commit: jobCommit{ID: pipeline.ID, SHA: j.Commit.SHA, Message: j.Commit.Message, AuthorName: j.Commit.AuthorName,
			AuthorEmail: j.Commit.AuthorEmail, AuthorURL: "mailto:" + j.Commit.AuthorEmail, Status: pipeline.Status(),
			StartedAt: iso(began), FinishedAt: iso(ended)},
		Repository: w.repository(j.Project), Project: w.project(j.Project)}
	if !ended.IsZero() {
		e.Commit.Duration = whole(pipeline.Busy(ended))
	}
	if j.FailureReason != "" {
		e.BuildFailureReason = j.FailureReason
	}
	if env := environmentOf(j); env != nil {
		e.Environment = &environmentOfJob{env.Name, env.Action}
	}
	return written(e)
}

// PipelineEvent is the body that tells of a pipeline's status.
func (w Writer) PipelineEvent(p *world.Pipeline) []byte {
	f, url := p.Facts(), w.BaseURL()+"/"+p.Project().Path
	_, began, _ := p.Times()
	c := f.Commit
	e := pipelineEvent{ObjectKind: "pipeline", User: w.user(p.ShownUser()), Project: w.project(p.Project()),
		ObjectAttributes: pipelineAttributes{ID: p.ID, IID: p.IID(), Name: world.OrNull(f.Name), Ref: f.Ref, Tag: f.RefIsTag,
			SHA: c.SHA, BeforeSHA: c.BeforeSHA, Source: f.Source, Status: p.Status(), DetailedStatus: label(p),
			Stages:    append([]string{}, world.NamesOf(p.Stages(), func(s world.Stage) string { return s.Name })...),
			CreatedAt: utc(f.CreatedAt), FinishedAt: utc(f.FinishedAt), Variables: []variable{},
			URL: url + "/-/pipelines/" + strconv.Itoa(p.ID)},
		Commit: commit{ID: c.SHA, Message: c.Message, Title: c.Title, Timestamp: world.GitTime(c.CreatedAt),
			URL: url + "/-/commit/" + c.SHA, Author: author{c.AuthorName, c.AuthorEmail}},
		Builds: []build{}}
	for _, v := range p.HandedIn() {
		e.ObjectAttributes.Variables = append(e.ObjectAttributes.Variables, variable{v.Key, v.Value})
	}
	switch {
	case f.Duration != nil:
		e.ObjectAttributes.Duration = whole(*f.Duration)
	case !p.Moves() && !f.FinishedAt.IsZero():
		e.ObjectAttributes.Duration = whole(p.Busy(f.FinishedAt))
	}
	if !began.IsZero() {
		e.ObjectAttributes.QueuedDuration = whole(began.Sub(f.CreatedAt))
	}
	for _, j := range p.Latest() {
		e.Builds = append(e.Builds, w.build(j))
	}
	return written(e)
}

func (w Writer) build(j *world.Job) build {
	b := build{ID: j.ID, Stage: j.Stage, Name: j.Name, Status: j.Status, CreatedAt: utc(j.CreatedAt),
		StartedAt: utc(j.StartedAt), FinishedAt: utc(j.FinishedAt), Duration: w.seconds(j.StartedAt, j.FinishedAt),
		QueuedDuration: w.seconds(j.QueuedAt, w.State.WaitedUntil(j)), When: cmp.Or(j.When, "on_success"), Manual: j.Manual,
		AllowFailure: j.AllowFailure, User: w.user(j.ShownUser()), Runner: runnerOf(j), Environment: environmentOf(j)}
	if j.Manual && j.When == "" {
		b.When = "manual"
	}
	if j.Status == world.JobFailed {
		reason := j.FailureReason
		b.FailureReason = &reason
	}
	if f := w.State.Unexpired(j); f != nil {
		name, size := f.Filename, f.Content.Size
		b.ArtifactsFile = artifactsFile{&name, &size}
	}
	return b
}

func (w Writer) user(u *world.User) *user {
	if u == nil {
		return nil
	}
	return &user{u.ID, u.Name, u.Username, w.State.AvatarURL(u.Email), msgRedacted}
}

func runnerOf(j *world.Job) *runner {
	r := j.Runner
	if r == nil {
		return nil
	}
	return &runner{r.ID, r.Description, r.Type, !r.Paused, r.Type == world.InstanceRunner, append([]string{}, r.Tags...)}
}

func environmentOf(j *world.Job) *environment {
	e := j.Spec.Environment
	if e.Name == "" {
		return nil
	}
	out := &environment{Name: e.Name, Action: e.Action, DeploymentTier: world.OrNull(e.DeploymentTier)}
	if out.Action == "" {
		out.Action = "start"
	}
	return out
}

// seconds is the time between two moments; of one that has no end yet, until now; nil without a beginning.
func (w Writer) seconds(from, to time.Time) *float64 {
	if from.IsZero() {
		return nil
	}
	if to.IsZero() {
		to = w.State.Now()
	}
	s := to.Sub(from).Seconds()
	return &s
}

// whole is a duration in whole seconds.
func whole(d time.Duration) *int {
	s := int(d / time.Second)
	return &s
}

// iso is a time as job events have it, utc as pipeline events do; nil for one that has not been yet.
func iso(t time.Time) *string { return formatted(t, "2006-01-02T15:04:05.000Z") }
func utc(t time.Time) *string { return formatted(t, "2006-01-02 15:04:05 UTC") }

func formatted(t time.Time, layout string) *string {
	if t.IsZero() {
		return nil
	}
	s := t.UTC().Format(layout)
	return &s
}

// labels are what people are told of the statuses that they are told otherwise (lib/gitlab/ci/status).
var labels = map[world.JobStatus]string{world.JobSuccess: "passed", world.JobManual: "waiting for manual action",
	world.JobScheduled: "waiting for delayed job", world.JobWaitingForResource: "waiting for resource"}

// label is the detailed status of a pipeline.
func label(p *world.Pipeline) string {
	status := p.Status()
	warns := func(j *world.Job) bool { return j.AllowFailure && j.Status == world.JobFailed }
	if status == world.JobSuccess && slices.ContainsFunc(p.Latest(), warns) {
		return "passed with warnings"
	}
	if text, other := labels[status]; other {
		return text
	}
	return string(status)
}

// written is an event as JSON.
func written(event any) []byte {
	body, err := json.Marshal(event)
	if err != nil {
		panic(fmt.Sprintf("webhooks: an event that is no JSON: %v", err)) // its types are all texts and numbers
	}
	return body
}
