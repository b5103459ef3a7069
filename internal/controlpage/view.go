package controlpage

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// View is what the page shows. Settings, users, groups, projects, runners and jobs are as at one moment; calls,
// failures and holds are each as they were a little later.
type View struct {
	Version, URL string
	Find         string // what was looked for, in lower case; "" is everything
	Now          time.Time
	Settings     Settings
	Users        List[User]
	Groups       List[Group]
	Projects     List[Project]
	Runners      List[Runner]
	Jobs         List[Job]
	Calls        List[Call]
	Waiting      []string // the calls that have no answer yet
	Failures     []Failure
	Holds        []Hold
}

// Tone is the colour of a status, as the page's style sheet names it.
type Tone string

// The tones.
const (
	Good  Tone = "good"
	Busy  Tone = "busy"
	Warn  Tone = "warn"
	Bad   Tone = "bad"
	Quiet Tone = "quiet"
)

// Status is a status and its colour.
type Status struct {
	Text string
	Tone Tone
}

// Settings are the instance's settings.
type Settings struct {
	RegistrationToken          string
	RegistrationTokensDisabled bool
	AdminMode                  bool
	RateLimit                  RateLimit
}

// RateLimit is how many requests are let through in which time; without requests there is no limit.
type RateLimit struct {
	Requests int
	Per      time.Duration
}

// Member is a member of a group or project.
type Member struct{ Name, Role string }

// User is a row of the users.
type User struct {
	ID                       int
	Username, Name, State    string
	Admin, Auditor, External bool
}

// Group is a row of the groups.
type Group struct {
	ID               int
	Path, Visibility string
	Members          []Member
}

// Project is a row of the projects.
type Project struct {
	ID               int
	Path, Visibility string
	Archived         bool
	Members          []Member
}

// Runner is a row of the runners.
type Runner struct {
	ID             int
	Description    string
	Status         Status
	Paused, Locked bool
	Serves         string // whom it serves
	Tags           []string
	Refuses        []string // the jobs that it does not take, for all its tags
	Managers       []Manager
}

// Manager is one of a runner's machines.
type Manager struct {
	SystemID, Version string
	Status            Status
	ContactedAt       time.Time
}

// Job is a row of the jobs.
type Job struct {
	ID                   int
	Name, Project, Stage string
	Status               Status
	FailureReason        string
	Tags                 []string
	RunnerID             int // 0 while no runner has it
	SystemID             string
}

// Call is a row of the journal.
type Call struct {
	Number int
	Line   string // the call without its number and answer, which have columns of their own
	Curl   string
	Body   string // of the answer
	Sent   string // in query and body
	Who    string // "" is nobody
	Answer string
	Tone   Tone     // of the answer
	Notes  []string // why it was answered so, and what is odd about it
}

// Failure is a row of the injected failures.
type Failure struct {
	ID             int
	Calls, Effect  string // which calls it is for, and what happens to them
	Matched, Fired int
	Spent          bool
}

// Hold is a hold on requests that has not been released.
type Hold struct {
	ID    int
	Calls string // which it is for
	First int    // the number of the first that came; 0 while none has
}

// maxRows is how many rows of a kind the page shows: it is for a person, and is made anew every second.
const maxRows = 200

// List is the part of a list that is shown.
type List[T any] struct {
	Rows         []T
	Found, Total int // how many there are of what was looked for, and at all
}

// More is how many rows are not shown, of what was looked for.
func (l List[T]) More() int { return l.Found - len(l.Rows) }

// Add counts a row that was found, and shows it while there is room.
func (l *List[T]) Add(show func() T) {
	if l.Found++; len(l.Rows) < maxRows {
		l.Rows = append(l.Rows, show())
	}
}

// Row is a row that says what it is found by.
type Row interface{ Words() []string }

// FirstRows are the first rows of a list of records of which a word contains what is looked for.
func FirstRows[R any, T Row](records []R, find string, show func(R) T) List[T] {
	list := List[T]{Total: len(records)}
	for _, r := range records {
		if find == "" {
			list.Add(func() T { return show(r) })
		} else if row := show(r); IsFound(find, row.Words()) {
			list.Add(func() T { return row })
		}
	}
	return list
}

// IsFound reports whether one of the words contains what is looked for, which is in lower case.
func IsFound(find string, words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(strings.ToLower(word), find) })
}

// Words are what the user is found by.
func (u User) Words() []string { return []string{strconv.Itoa(u.ID), u.Username, u.Name, u.State} }

// Words are what the group is found by.
func (g Group) Words() []string { return append(memberNames(g.Members), strconv.Itoa(g.ID), g.Path) }

// Words are what the project is found by.
func (p Project) Words() []string { return append(memberNames(p.Members), strconv.Itoa(p.ID), p.Path) }

// Words are what the runner is found by.
func (r Runner) Words() []string {
	words := append(slices.Clone(r.Tags), strconv.Itoa(r.ID), r.Description, r.Status.Text, r.Serves)
	for _, m := range r.Managers {
		words = append(words, m.SystemID, m.Version)
	}
	return words
}

// Words are what the job is found by.
func (j Job) Words() []string {
	return append(slices.Clone(j.Tags), strconv.Itoa(j.ID), j.Name, j.Project, j.Status.Text, strconv.Itoa(j.RunnerID),
		j.SystemID)
}

func memberNames(members []Member) []string {
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = m.Name
	}
	return names
}
