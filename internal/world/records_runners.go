package world

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"
)

// Runner is the record of a runner (app/models/ci/runner.rb).
type Runner struct {
	ID          int
	Type        RunnerType
	Group       *Group        // of a group runner, whose group may be gone
	Assignments []*Assignment // of a project runner; the first is of the owner
	Attributes
	Name                              *string      // nil is null, which differs from ""
	Token                             string       // its authentication token
	TokenExpiresAt                    time.Time    // zero: never
	Registration                      Registration // how it came to be
	Creator                           *User        // nil when nobody is known to have made it
	CreatedAt, UpdatedAt, ContactedAt time.Time    // contact zero: never
	Managers                          []*Manager   // by id
	Jobs                              []*Job       // all that it took, by id
	indexed                           indexEntry
}

func (r *Runner) id() int { return r.ID }

// UUID is the runner's UUID: of version 7, whose beginning tells when the runner was made. The rest is a sum of the ID.
func (r *Runner) UUID() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "runner %d", r.ID))
	id := sum[:16]
	binary.BigEndian.PutUint64(id, uint64(r.CreatedAt.UnixMilli())<<16|0x7<<12|binary.BigEndian.Uint64(id)&0xfff)
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// Assignment joins a project runner to a project (app/models/ci/runner_project.rb). It has a time of its own, which
// If-Unmodified-Since is held against.
type Assignment struct {
	Project   *Project
	UpdatedAt time.Time
}

// Attributes are what people may change of a runner; they are validated together. A nil pointer is null. Only
// DefaultAttributes and what follows from it can be saved: the zero value takes no job at all, which GitLab refuses.
type Attributes struct {
	Description     *string
	MaintenanceNote *string
	Paused, Locked  bool
	RunUntagged     bool
	Tags            []string // without blanks and repetitions, in the order given
	AccessLevel     AccessLevel
	MaximumTimeout  *int // seconds; nil sets no limit
}

// DefaultAttributes are those of a runner of which nothing is said: it takes jobs with and without tags, of all refs.
func DefaultAttributes() Attributes {
	return Attributes{RunUntagged: true, AccessLevel: NotProtected}
}

// Owner is the project that a project runner belongs to; nil for an orphan and for runners of other types.
func (r *Runner) Owner() *Project {
	if len(r.Assignments) == 0 {
		return nil
	}
	return r.Assignments[0].Project
}

// AssignedTo is the assignment of a project runner to a project; nil if there is none.
func (r *Runner) AssignedTo(p *Project) *Assignment {
	for _, a := range r.Assignments {
		if a.Project == p {
			return a
		}
	}
	return nil
}

// Orphaned reports whether a group runner has lost its group, or a project runner all of its projects.
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
	Runner                 *Runner   // never nil once it is in a table
}

func (m *Manager) id() int { return m.ID }

// Manager is the runner's manager with that system id; nil if there is none.
func (r *Runner) Manager(systemID string) *Manager {
	for _, m := range r.Managers {
		if m.SystemID == systemID {
			return m
		}
	}
	return nil
}

// LatestManager is the manager that was contacted last, of several at the same time the newest; nil without managers.
func (r *Runner) LatestManager() *Manager {
	var last *Manager
	for _, m := range r.Managers {
		if last == nil || !m.ContactedAt.Before(last.ContactedAt) {
			last = m
		}
	}
	return last
}

// indexEntry is where the runnerIndex has a runner.
type indexEntry struct {
	scopes uint // one bit for each of RunnerScopes
	tags   []string
}

// moments are what statuses are reckoned from: one that was contacted after online is online, one that was made and
// last contacted at or before stale is stale (app/models/concerns/ci/has_runner_status.rb). Everything that tells
// runners apart by how lately GitLab heard of them asks here.
type moments struct{ online, stale time.Time }

func (m moments) isOnline(contactedAt time.Time) bool { return contactedAt.After(m.online) }

func (m moments) isStale(createdAt, contactedAt time.Time) bool {
	return !Later(createdAt, contactedAt).After(m.stale)
}

// status is the status of what was made and last contacted then; zero for never.
func (m moments) status(createdAt, contactedAt time.Time) RunnerStatus {
	switch {
	case m.isStale(createdAt, contactedAt):
		return Stale
	case contactedAt.IsZero():
		return NeverContacted
	case m.isOnline(contactedAt):
		return Online
	}
	return Offline
}
