package world

import (
	"time"
)

// Runner is the record of a runner.
type Runner struct {
	ID          int
	Type        RunnerType
	Group       *Group        // of a group runner
	Assignments []*Assignment // of a project runner; the first is the owner
	Attributes
	Name                              *string
	Token                             string
	TokenExpiresAt                    time.Time
	Registration                      Registration
	Creator                           *User
	CreatedAt, UpdatedAt, ContactedAt time.Time
	Managers                          []*Manager
	Jobs                              []*Job // by id
	Queue                             queueValue
	indexed                           indexEntry
}

func (r *Runner) id() int { return r.ID }

// Assignment joins a project runner to a project; it has an age of its own, which If-Unmodified-Since is held against.
type Assignment struct {
	Project   *Project
	UpdatedAt time.Time
}

// Attributes are what people may change of a runner; they are validated together. nil is null.
type Attributes struct {
	Description     *string
	MaintenanceNote *string
	Paused, Locked  bool
	RunUntagged     bool
	Tags            []string
	AccessLevel     AccessLevel
	MaximumTimeout  *int // seconds
}

// DefaultAttributes are those of a runner of which nothing is said.
func DefaultAttributes() Attributes {
	return Attributes{RunUntagged: true, AccessLevel: NotProtected}
}

// Owner is the project that a project runner belongs to, nil for others and for an orphan.
func (r *Runner) Owner() *Project {
	if len(r.Assignments) == 0 {
		return nil
	}
	return r.Assignments[0].Project
}

func (r *Runner) AssignedTo(p *Project) *Assignment {
	for _, a := range r.Assignments {
		if a.Project == p {
			return a
		}
	}
	return nil
}

// Orphaned reports whether a runner has lost the group or all the projects that it was made for.
func (r *Runner) Orphaned() bool {
	return r.Type == ProjectRunner && len(r.Assignments) == 0 || r.Type == GroupRunner && r.Group == nil
}

// Manager is the record of one machine that runs jobs with a runner's token (app/models/ci/runner_manager.rb).
type Manager struct {
	ID                     int
	SystemID               string
	Version, Revision      string
	Platform, Architecture string
	IPAddress, Executor    string
	CreatedAt, ContactedAt time.Time // contact zero: never
	Runner                 *Runner
}

func (m *Manager) id() int { return m.ID }

func (r *Runner) Manager(systemID string) *Manager {
	for _, m := range r.Managers {
		if m.SystemID == systemID {
			return m
		}
	}
	return nil
}

// LatestManager is the manager contacted last, nil without managers.
func (r *Runner) LatestManager() *Manager {
	var last *Manager
	for _, m := range r.Managers {
		if last == nil || m.ContactedAt.After(last.ContactedAt) || m.ContactedAt.Equal(last.ContactedAt) && m.ID > last.ID {
			last = m
		}
	}
	return last
}

// queueValue is the X-GitLab-Last-Update of a runner: it is another one after every change that may give the runner a job.
type queueValue struct {
	value   string
	Changed chan struct{} // closed at the next change; nil while nobody waits
}

// QueueChange is closed when the runner's queue value changes.
func (r *Runner) QueueChange() <-chan struct{} {
	if r.Queue.Changed == nil {
		r.Queue.Changed = make(chan struct{})
	}
	return r.Queue.Changed
}

// indexEntry is where a runner is in the index.
type indexEntry struct {
	scopes uint // one bit for each of runnerScopes
	tags   []string
}
