package rest

// What GitLab shows people of jobs, their commits and pipelines (lib/api/entities/ci/job.rb and those beside it).

import (
	"cmp"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/jobpayload"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

type jobEntity struct {
	ID             int              `json:"id"`
	Status         world.JobStatus  `json:"status"`
	Stage          string           `json:"stage"`
	Name           string           `json:"name"`
	Ref            string           `json:"ref"`
	Tag            bool             `json:"tag"`
	Coverage       *float64         `json:"coverage"`
	AllowFailure   bool             `json:"allow_failure"`
	CreatedAt      isoTime          `json:"created_at"`
	StartedAt      *isoTime         `json:"started_at"`
	FinishedAt     *isoTime         `json:"finished_at"`
	ErasedAt       *isoTime         `json:"erased_at"`
	Duration       *float64         `json:"duration"`
	QueuedDuration *float64         `json:"queued_duration"`
	User           *userEntity      `json:"user"`
	Commit         *commitEntity    `json:"commit"`
	Pipeline       *pipelineEntity  `json:"pipeline"`
	FailureReason  string           `json:"failure_reason,omitempty"`
	WebURL         string           `json:"web_url"`
	Project        *projectIdentity `json:"project,omitempty"`
}

// projectJobEntity is a job as the Jobs API shows it.
type projectJobEntity struct {
	jobEntity
	Project           jobProjectEntity          `json:"project"`
	ArtifactsFile     *jobpayload.ArtifactsFile `json:"artifacts_file,omitempty"`
	Artifacts         []artifactEntity          `json:"artifacts"`
	Runner            *runnerEntity             `json:"runner"`
	RunnerManager     optional[managerEntity]   `json:"runner_manager,omitzero"`
	ArtifactsExpireAt *isoTime                  `json:"artifacts_expire_at"`
	Archived          optional[bool]            `json:"archived,omitzero"`
	TagList           []string                  `json:"tag_list"`
	Source            string                    `json:"source,omitempty"`
}

type jobProjectEntity struct {
	TokenScopeEnabled bool `json:"ci_job_token_scope_enabled"`
}

type artifactEntity struct {
	FileType   string  `json:"file_type"`
	Size       int64   `json:"size"`
	Filename   string  `json:"filename"`
	FileFormat *string `json:"file_format"`
}

type commitEntity struct {
	ID             string            `json:"id"`
	ShortID        string            `json:"short_id"`
	CreatedAt      isoTime           `json:"created_at"`
	ParentIDs      []string          `json:"parent_ids"`
	Title          string            `json:"title"`
	Message        string            `json:"message"`
	AuthorName     string            `json:"author_name"`
	AuthorEmail    string            `json:"author_email"`
	AuthoredDate   isoTime           `json:"authored_date"`
	CommitterName  string            `json:"committer_name"`
	CommitterEmail string            `json:"committer_email"`
	CommittedDate  isoTime           `json:"committed_date"`
	Trailers       map[string]string `json:"trailers"`
	// ExtendedTrailers have all values of a trailer; where nobody asked for trailers there are none.
	ExtendedTrailers map[string][]string `json:"extended_trailers,omitzero"`
	WebURL           string              `json:"web_url"`
}

func (q request) jobEntity(j *world.Job) jobEntity {
	project := q.projectIdentity(j.Project)
	e := jobEntity{ID: j.ID, Status: j.Status, Stage: j.Stage, Name: j.Name, Ref: j.Ref, Tag: j.RefIsTag,
		Coverage: j.Coverage, AllowFailure: j.AllowFailure, CreatedAt: q.iso(j.CreatedAt),
		StartedAt: q.timeOrNull(j.StartedAt), FinishedAt: q.timeOrNull(j.FinishedAt), ErasedAt: q.timeOrNull(j.ErasedAt),
		Duration: q.seconds(j.StartedAt, j.FinishedAt), QueuedDuration: q.seconds(j.QueuedAt, q.WaitedUntil(j)),
		Commit: q.commitEntity(j), Pipeline: q.pipelineEntity(j.Pipeline), FailureReason: j.FailureReason,
		WebURL: q.WebURL(front.JobPage(j)), Project: &project}
	if u := j.ShownUser(); u != nil {
		user := q.userEntity(u)
		e.User = &user
	}
	return e
}

// seconds is the time between two moments; of one that has no end yet, until now; nil without a beginning.
func (q request) seconds(from, to time.Time) *float64 {
	if from.IsZero() {
		return nil
	}
	if to.IsZero() {
		to = q.Now()
	}
	s := to.Sub(from).Seconds()
	return &s
}

func (q request) projectJobEntity(j *world.Job) projectJobEntity {
	e := projectJobEntity{jobEntity: q.jobEntity(j), Artifacts: []artifactEntity{},
		ArtifactsExpireAt: q.timeOrNull(j.ArtifactsExpireAt),
		TagList:           slices.Sorted(slices.Values(j.Tags))}
	if e.TagList == nil {
		e.TagList = []string{}
	}
	for _, f := range j.Files {
		format := f.Format
		e.Artifacts = append(e.Artifacts, artifactEntity{f.Type, f.Content.Size, f.Filename, &format})
	}
	if f := q.Unexpired(j); f != nil {
		e.ArtifactsFile = &jobpayload.ArtifactsFile{Filename: f.Filename, Size: f.Content.Size}
	}
	if f := j.LogFile(); f != nil {
		e.Artifacts = append(e.Artifacts, artifactEntity{f.Type, f.Content.Size, f.Filename, nil})
	}
	if q.Has(gitlabversion.JobSource) {
		e.Source = j.Pipeline.Source()
	}
	if j.Runner != nil {
		r := q.runnerEntity(j.Runner)
		e.Runner = &r
	}
	if q.Has(gitlabversion.JobsShowManager) {
		archived := false // a job is that when it is older than archive_builds_older_than, which nobody sets here
		e.Archived, e.RunnerManager = some(&archived), some(q.managerOfJob(j))
	}
	return e
}

// managerOfJob is the manager that took a job, nil if none is known to have.
func (q request) managerOfJob(j *world.Job) *managerEntity {
	if j.Manager == nil {
		return nil
	}
	m := q.managerEntity(j.Manager)
	return &m
}

// commitEntity is the commit of a job. Of one that the repository has, it is what the repository says, but for what
// the job itself says of it.
func (q request) commitEntity(j *world.Job) *commitEntity {
	c, at := j.Commit, gitTime(j.Commit.CreatedAt)
	if known := j.Project.Repository.Commit(c.SHA); known != nil {
		e := q.commitOf(j.Project, known)
		e.Title, e.Message = cmp.Or(c.Title, e.Title), cmp.Or(c.Message, e.Message)
		e.AuthorName, e.AuthorEmail = cmp.Or(c.AuthorName, e.AuthorName), cmp.Or(c.AuthorEmail, e.AuthorEmail)
		return &e
	}
	var extended map[string][]string
	if q.Has(gitlabversion.ExtendedTrailers) {
		extended = map[string][]string{}
	}
	return &commitEntity{ExtendedTrailers: extended, ID: c.SHA, ShortID: c.SHA[:8], CreatedAt: at, ParentIDs: parents(c),
		Title: c.Title, Message: c.Message, AuthorName: c.AuthorName, AuthorEmail: c.AuthorEmail, AuthoredDate: at,
		CommitterName: c.AuthorName, CommitterEmail: c.AuthorEmail, CommittedDate: at, Trailers: map[string]string{},
		WebURL: q.WebURL(j.Project.Path + "/-/commit/" + c.SHA)}
}

func parents(c world.Commit) []string {
	if c.BeforeSHA == world.ZeroSHA {
		return []string{}
	}
	return []string{c.BeforeSHA}
}
