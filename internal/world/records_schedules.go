package world

import (
	"encoding/json"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// PipelineSchedule is the record of a pipeline schedule (app/models/ci/pipeline_schedule.rb).
type PipelineSchedule struct {
	ID                int
	Project           *Project
	Owner             *User // for whom its pipelines run; nil once the user is deleted
	Description, Cron string
	Timezone          string // cron_timezone, as it was given
	Ref               string // "main" or "refs/heads/main", as the version has it
	Active            bool
	Variables         []ScheduleVariable // the oldest first
	Inputs            []ScheduleInput
	// NextRunAt is when a worker will see to it, inactive or not; zero where the cron line names no time in sight.
	NextRunAt            time.Time
	CreatedAt, UpdatedAt time.Time
}

// ScheduleInput is an input of the pipelines of a schedule: its name and value, which is JSON.
type ScheduleInput struct {
	Name  string
	Value json.RawMessage
}

func (s *PipelineSchedule) id() int { return s.ID }

// ScheduleVariable is a variable of a schedule, which keeps its id whatever becomes of it
// (app/models/ci/pipeline_schedule_variable.rb). One that is not saved yet has none.
type ScheduleVariable struct {
	ID int
	ci.JobVariable
}

func (v *ScheduleVariable) id() int { return v.ID }

// Given are the variables that the schedule gives its pipelines.
func (s *PipelineSchedule) Given() (all []ci.JobVariable) {
	for _, v := range s.Variables {
		all = append(all, v.JobVariable)
	}
	return all
}

// VariableIDs are the ids of the variables by their keys; nil where there are none.
func (s *PipelineSchedule) VariableIDs() (ids map[string]int) {
	for _, v := range s.Variables {
		if ids == nil {
			ids = make(map[string]int, len(s.Variables))
		}
		ids[v.Key] = v.ID
	}
	return ids
}

// RefName is the branch or tag of the schedule, without where refs of its kind are, and whether its ref says that it is
// a tag.
func (s *PipelineSchedule) RefName() (name string, tag, whole bool) {
	return repository.ShortName(s.Ref)
}

// Variable is the schedule's variable of a key; nil if there is none.
func (s *PipelineSchedule) Variable(key string) *ScheduleVariable {
	for i := range s.Variables {
		if s.Variables[i].Key == key {
			return &s.Variables[i]
		}
	}
	return nil
}

// PipelineTrigger is the record of a trigger, whose token makes pipelines (app/models/ci/trigger.rb).
type PipelineTrigger struct {
	ID                   int
	Project              *Project
	Owner                *User // for whom its pipelines run
	Token, Description   string
	ExpiresAt            time.Time // zero: never
	LastUsed             time.Time // when it made a pipeline last; zero: never
	CreatedAt, UpdatedAt time.Time
}

func (t *PipelineTrigger) id() int { return t.ID }

// CommitStatus is the record of a job that runs outside and of which somebody tells
// (app/models/generic_commit_status.rb).
// It counts in the status of its pipeline, and is none of the pipeline's jobs.
type CommitStatus struct {
	ID                               int
	Pipeline                         *Pipeline
	Name                             string
	Status                           JobStatus
	User                             *User // nil once the user is deleted
	TargetURL, Description           *string
	Coverage                         *float64 // percent; nil is null
	FailureReason                    string
	CreatedAt, StartedAt, FinishedAt time.Time // zero: not yet
	UpdatedAt                        time.Time
}

// DefaultStatusName is the name of a commit status of which none is told.
const DefaultStatusName = "default"

// The stage of all commit statuses, and its place.
const (
	ExternalStage      = "external"
	ExternalStageIndex = 1_000_000
)

func (s *CommitStatus) id() int { return s.ID }

// Retried reports whether the pipeline has a later status of the same name.
func (s *CommitStatus) Retried() bool { return s.Pipeline.reports.latest[s.Name] != s }

// Statuses are what was told of jobs that run outside, by id. The list is not to be changed.
func (p *Pipeline) Statuses() []*CommitStatus {
	if p.reports == nil {
		return nil
	}
	return p.reports.all
}

// reports are the commit statuses of a pipeline.
type reports struct {
	all    []*CommitStatus          // by id
	latest map[string]*CommitStatus // the last of each name
	told   tally                    // which statuses these have
}

// told counts the last statuses of each name.
func (p *Pipeline) told() tally {
	if p.reports == nil {
		return tally{}
	}
	return p.reports.told
}
