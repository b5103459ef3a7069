// Package worlds makes the ready-made worlds: plain data by the names and in the form that a scenario has at the root,
// which tells people what is in them. The root copies it by the names of the fields: plain.As.
package worlds

import (
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Scenario and the types in it have those fields of the root's types of the same names that a ready-made world sets.
type Scenario struct {
	Now      time.Time
	Settings Settings
	Users    []User
	Groups   []Group
	Projects []Project
	Runners  []Runner
	Jobs     []Job
}

type Settings struct{ RegistrationToken string }

type Members map[string]world.Role

type User struct {
	ID             int
	Username, Name string
	Admin          bool
	CreatedAt      time.Time
}

type Group struct {
	ID                         int
	Path, Name                 string
	Members                    Members
	RegistrationToken          string
	RegistrationTokensDisabled bool
	CreatedAt                  time.Time
}

type Project struct {
	ID                         int
	Path, Name                 string
	RegistrationToken          string
	RegistrationTokensDisabled bool
	CreatedAt                  time.Time
}

type Runner struct {
	ID                                     int
	Type                                   world.RunnerType
	Group                                  string
	Projects                               []string
	Description, Name                      string
	Registration                           world.Registration
	CreatedBy                              string
	Paused, Locked                         bool
	RunUntagged                            *bool
	Tags                                   []string
	AccessLevel                            world.AccessLevel
	CreatedAt, ContactedAt, TokenExpiresAt time.Time
	Managers                               []RunnerManager
}

type RunnerManager struct {
	ID                                                                       int
	SystemID, Version, Revision, Platform, Architecture, IPAddress, Executor string
	CreatedAt, ContactedAt                                                   time.Time
}

type Job struct {
	ID, PipelineID                             int
	Project, Name, Stage                       string
	StageIndex                                 int
	User                                       string
	Status                                     world.JobStatus
	FailureReason                              string
	RunnerID                                   int
	SystemID                                   string
	Tags                                       []string
	Spec                                       ci.JobSpec
	CreatedAt, QueuedAt, StartedAt, FinishedAt time.Time
}

// bornBefore makes everything half a year old, but for runners and jobs, whose age the scenario states. Now is that
// time.
func (s Scenario) bornBefore(now time.Time) Scenario {
	s.Now = now
	created := now.AddDate(0, -6, 0)
	for i := range s.Users {
		s.Users[i].CreatedAt = created
	}
	for i := range s.Groups {
		s.Groups[i].CreatedAt = created
	}
	for i := range s.Projects {
		s.Projects[i].CreatedAt = created
	}
	return s
}

func numberManagers(runners []Runner) []Runner {
	number := 1000001
	for i := range runners {
		for j := range runners[i].Managers {
			runners[i].Managers[j].ID = number
			number++
		}
	}
	return runners
}

// heard gives a runner one manager for each silence, which is how long ago that manager was last in contact; the
// shortest comes first.
func heard(r *Runner, now time.Time, silences ...time.Duration) {
	for i, silence := range silences {
		m := companyManager(*r, string(rune('a'+i)))
		m.ContactedAt = now.Add(-silence)
		r.Managers = append(r.Managers, m)
		r.ContactedAt = world.Later(r.ContactedAt, m.ContactedAt)
	}
}

// worldOf is a world with the group 1001 and its members, users numbered from 2 on, the highest role first.
func worldOf(group string, members Members) Scenario {
	s := Scenario{Groups: []Group{{ID: 1001, Path: group, Members: members}}}
	var usernames []string
	for username := range members {
		usernames = append(usernames, username)
	}
	slices.SortFunc(usernames, func(a, b string) int { return int(members[b] - members[a]) })
	for i, username := range usernames {
		s.Users = append(s.Users, User{ID: 2 + i, Username: username})
	}
	return s
}
