package fakegitlab

import (
	"time"

	"github.com/fakegitlab/fakegitlab/internal/words"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// PipelineSchedule makes pipelines of a project at the times of a cron line. RunWorkers, and with WithWorkers Advance,
// sees to the schedules that are due: each makes one pipeline, however long it has been due.
type PipelineSchedule struct {
	ID          int    `json:"id,omitzero"`
	Project     string `json:"project"`              // full path
	Owner       string `json:"owner,omitzero"`       // username of whom its pipelines run for; root when empty
	Description string `json:"description,omitzero"` // "schedule" when empty
	Ref         string `json:"ref,omitzero"`         // a branch or tag; the default branch when empty
	Cron        string `json:"cron"`                 // "0 1 * * *"
	// CronTimezone is the zone of Cron, by its name in the zone database or in Rails; UTC when empty.
	CronTimezone string `json:"cron_timezone,omitzero"`
	Inactive     bool   `json:"inactive,omitzero"`
	// Variables are those of its pipelines, FileVariables those that a job gets as the path of a file.
	Variables     map[string]string `json:"variables,omitzero"`
	FileVariables map[string]string `json:"file_variables,omitzero"`
	// Inputs are values for spec:inputs of the file of its pipelines, by their names, as they are in JSON; GitLab has them
	// from 17.11 on.
	Inputs map[string]any `json:"inputs,omitzero"`
	// NextRunAt is when GitLab sees to it next: at one of its workers' own times, 3, 13 ... 53 minutes past each hour,
	// after the time of Cron. It is reckoned when zero.
	NextRunAt time.Time `json:"next_run_at,omitzero"`
	CreatedAt time.Time `json:"created_at,omitzero"` // the fake's time when zero
	UpdatedAt time.Time `json:"updated_at,omitzero"` // CreatedAt when zero
}

// String is "pipeline schedule nightly of acme/shop".
func (s PipelineSchedule) String() string {
	return "pipeline schedule " + s.Description + " of " + s.Project
}

// PipelineTrigger has a token with which anybody may make pipelines of a project.
type PipelineTrigger struct {
	ID          int       `json:"id,omitzero"`
	Project     string    `json:"project"`              // full path
	Owner       string    `json:"owner,omitzero"`       // username of whom its pipelines run for; root when empty
	Token       string    `json:"token,omitzero"`       // made up when empty
	Description string    `json:"description,omitzero"` // "trigger" when empty
	ExpiresAt   time.Time `json:"expires_at,omitzero"`  // zero: never
	LastUsed    time.Time `json:"last_used,omitzero"`   // zero: never
	CreatedAt   time.Time `json:"created_at,omitzero"`  // the fake's time when zero
	UpdatedAt   time.Time `json:"updated_at,omitzero"`  // CreatedAt when zero
}

// String is "pipeline trigger nightly of acme/shop".
func (t PipelineTrigger) String() string {
	return "pipeline trigger " + t.Description + " of " + t.Project
}

// CommitStatus is what somebody has told of a job that runs outside (POST /projects/:id/statuses/:sha). It counts in
// the status of its pipeline, and is none of its jobs. A Scenario may have some, and a Snapshot has them all.
type CommitStatus struct {
	ID          int       `json:"id,omitzero"`
	PipelineID  int       `json:"pipeline_id"`     // of one that is there
	Name        string    `json:"name,omitzero"`   // "default" when empty
	Status      JobStatus `json:"status,omitzero"` // pending when empty
	User        string    `json:"user,omitzero"`   // username of who told it; root when empty
	TargetURL   *string   `json:"target_url,omitzero"`
	Description *string   `json:"description,omitzero"`
	Coverage    *float64  `json:"coverage,omitzero"`   // percent
	CreatedAt   time.Time `json:"created_at,omitzero"` // the fake's time when zero
	StartedAt   time.Time `json:"started_at,omitzero"` // zero: not yet
	FinishedAt  time.Time `json:"finished_at,omitzero"`
	UpdatedAt   time.Time `json:"updated_at,omitzero"` // CreatedAt when zero
}

// String is "commit status jenkins (pipeline 4000001, running)".
func (s CommitStatus) String() string {
	return "commit status" + words.Spaced(s.Name) +
		words.InBrackets("pipeline"+words.Spaced(words.ID(s.PipelineID)), string(s.Status))
}

// AddPipelineSchedule adds a pipeline schedule and returns it with what was empty filled in.
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
