package fakegitlab

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/plain"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Scenario is a whole world as data: what Fake.Seed enters into a fake and Fake.Snapshot returns. References are by
// username, full path and ID; usernames and paths are the same in capitals or not, as in GitLab.
//
// Some things exist without being listed: the administrator "root" (ID 1), the namespace of every user, the bot user of
// a project or group access token, and the groups above every listed group and project.
//
// A scenario marshals to readable JSON with GitLab's own field names; see ReadScenario and Write. The builders
// (WithUser and so on) never change the scenario they are called on, nor do their results share memory with it, so
// parallel tests may start from one scenario.
type Scenario struct {
	// Now is the moment that all times in the scenario are told from. Seed then moves them so that this moment is the
	// fake's Now: what was heard of five minutes ago is so under any clock. Ready-made worlds have one. Zero: the times
	// are taken as they stand, as those of a Snapshot, and what is yet to come by the fake's clock is refused.
	Now time.Time `json:"now,omitzero"`
	// Settings, when zero, leave GitLab's defaults.
	Settings     Settings      `json:"settings,omitzero"`
	Users        []User        `json:"users,omitzero"`
	AccessTokens []AccessToken `json:"access_tokens,omitzero"`
	Groups       []Group       `json:"groups,omitzero"`
	Projects     []Project     `json:"projects,omitzero"`
	// Memberships add to the Members of groups and projects. Fake.Snapshot returns only those here that end by themselves.
	Memberships []Membership `json:"memberships,omitzero"`
	Shares      []Share      `json:"shares,omitzero"`
	// Variables are the CI/CD variables of projects, groups and the instance.
	Variables []Variable `json:"variables,omitzero"`
	// ProtectedRefs protect branches and tags of projects.
	ProtectedRefs []ProtectedRef `json:"protected_refs,omitzero"`
	DeployTokens  []DeployToken  `json:"deploy_tokens,omitzero"`
	DeployKeys    []DeployKey    `json:"deploy_keys,omitzero"`
	Runners       []Runner       `json:"runners,omitzero"`
	// Pipelines move by themselves; their jobs are among Jobs, unless they are to be made of a file.
	Pipelines []Pipeline `json:"pipelines,omitzero"`
	Jobs      []Job      `json:"jobs,omitzero"`
	// Environments and Deployments may be left to the jobs, whose own they are. Where there are environments, jobs that
	// have ended have no others.
	Environments []ProjectEnvironment `json:"environments,omitzero"`
	Deployments  []Deployment         `json:"deployments,omitzero"`
	Webhooks     []Webhook            `json:"webhooks,omitzero"`
	// PipelineSchedules and PipelineTriggers make pipelines.
	PipelineSchedules []PipelineSchedule `json:"pipeline_schedules,omitzero"`
	PipelineTriggers  []PipelineTrigger  `json:"pipeline_triggers,omitzero"`
	// CommitStatuses are of any of the pipelines, also of those of jobs that are added alone.
	CommitStatuses []CommitStatus `json:"commit_statuses,omitzero"`
	// RunnerControllers may be there in every version; before 18.9 nothing shows them.
	RunnerControllers []RunnerController `json:"runner_controllers,omitzero"`
}

// Membership makes a user a direct member of a group or project.
type Membership struct {
	Path string `json:"path"` // of a group or project
	User string `json:"user"` // username
	Role Role   `json:"role"`
	// ExpiresAt counts by the day, as in GitLab: the membership ends at 00:00 UTC of that date. Zero is never.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
}

// At returns a copy, all of whose times are moved so that "now" is t: the scenario's Now or, without one, the time at
// which a fake's clock starts, 2024-07-01T12:00:00Z. Seed takes the times of the copy as they stand, since it has no
// Now: give it further times by that clock, or move it on by the difference of two times. A time in the year 9999,
// which is never, stays.
func (s Scenario) At(t time.Time) Scenario {
	from := s.Now
	if from.IsZero() {
		from = defaultStartTime()
	}
	s = plain.Clone(s)
	s.Now = time.Time{}
	plain.MoveTimes(&s, from, t, world.Never)
	return s
}

// isEmpty is whether nothing is said of the world, be it by empty lists.
func (s Scenario) isEmpty() bool {
	s.Now = time.Time{}
	fields := reflect.ValueOf(s)
	for i := range fields.NumField() {
		field := fields.Field(i)
		if isList := field.Kind() == reflect.Slice; isList && field.Len() > 0 || !isList && !field.IsZero() {
			return false
		}
	}
	return true
}

// NewScenario returns a world with nothing in it but the administrator root, to be filled by its builders. It is the
// zero Scenario.
func NewScenario() Scenario { return Scenario{} }

// WithSettings returns a copy with changed settings.
func (s Scenario) WithSettings(change ...func(*Settings)) Scenario {
	s = plain.Clone(s)
	s.Settings = plain.Changed(s.Settings, change)
	return s
}

// WithUser returns a copy with the user, added or, if there is one of that name, changed.
func (s Scenario) WithUser(username string, change ...func(*User)) Scenario {
	s = plain.Clone(s)
	same := func(u User) bool { return strings.EqualFold(u.Username, username) }
	s.Users = plain.WithItem(s.Users, same, User{Username: username}, change)
	return s
}

// WithAdmin is WithUser for an administrator.
func (s Scenario) WithAdmin(username string, change ...func(*User)) Scenario {
	admin := func(u *User) { u.Admin = true }
	return s.WithUser(username, append([]func(*User){admin}, change...)...)
}

// WithAccessToken returns a copy with the user's access token of that value, added or, if there is one, changed. An
// empty token always adds one, whose value is made up. For a project or group access token, leave username empty and
// set Project or Group in change. In JSON it is an entry of "access_tokens": {"user": "mia", "token": "glpat-..."}.
func (s Scenario) WithAccessToken(username, token string, change ...func(*AccessToken)) Scenario {
	s = plain.Clone(s)
	same := func(t AccessToken) bool { return token != "" && t.Token == token }
	fresh := AccessToken{User: username, Token: token}
	s.AccessTokens = plain.WithItem(s.AccessTokens, same, fresh, change)
	return s
}

// WithGroup returns a copy with the group, added or, if there is one of that full path, changed.
func (s Scenario) WithGroup(path string, change ...func(*Group)) Scenario {
	s = plain.Clone(s)
	same := func(g Group) bool { return strings.EqualFold(g.Path, path) }
	s.Groups = plain.WithItem(s.Groups, same, Group{Path: path}, change)
	return s.withMembers()
}

// WithProject returns a copy with the project, added or, if there is one of that full path, changed.
func (s Scenario) WithProject(path string, change ...func(*Project)) Scenario {
	s = plain.Clone(s)
	same := func(p Project) bool { return strings.EqualFold(p.Path, path) }
	s.Projects = plain.WithItem(s.Projects, same, Project{Path: path}, change)
	return s.withMembers()
}

// WithMember returns a copy in which the user is a direct member, with that role and no other, of the group or project
// at path. That group or project and that user may be added later; where they never are, Validate, and so Seed, says
// it.
func (s Scenario) WithMember(path, username string, role Role) Scenario {
	s = plain.Clone(s)
	s.Memberships = append(s.Memberships, Membership{Path: path, User: username, Role: role})
	return s.withMembers()
}

// WithShare returns a copy in which the group or project at path has invited a group: its members have a role there,
// that one at most. All of them may be added later.
func (s Scenario) WithShare(path, group string, role Role) Scenario {
	s = plain.Clone(s)
	s.Shares = append(s.Shares, Share{Path: path, Group: group, Role: role})
	return s
}

// WithRunner returns a copy with the runner, added or, if there is one of that description, changed: the first such
// one. An empty description always adds.
func (s Scenario) WithRunner(description string, change ...func(*Runner)) Scenario {
	s = plain.Clone(s)
	same := func(r Runner) bool { return description != "" && r.Description == description }
	s.Runners = plain.WithItem(s.Runners, same, Runner{Description: description}, change)
	return s
}

// WithJob returns a copy with the job, added or, if the project has one of that name, changed: the first such one. An
// empty name always adds.
func (s Scenario) WithJob(project, name string, change ...func(*Job)) Scenario {
	s = plain.Clone(s)
	same := func(j Job) bool { return name != "" && j.Name == name && strings.EqualFold(j.Project, project) }
	s.Jobs = plain.WithItem(s.Jobs, same, Job{Project: project, Name: name}, change)
	return s
}

// WithPipeline returns a copy with one more pipeline of the project.
func (s Scenario) WithPipeline(project string, change ...func(*Pipeline)) Scenario {
	s = plain.Clone(s)
	s.Pipelines = append(s.Pipelines, plain.Changed(Pipeline{Project: project}, change))
	return s
}

// WithEnvironment returns a copy with the environment of that name of the project, added or, if there is one, changed.
func (s Scenario) WithEnvironment(project, name string, change ...func(*ProjectEnvironment)) Scenario {
	s = plain.Clone(s)
	same := func(e ProjectEnvironment) bool { return e.Name == name && strings.EqualFold(e.Project, project) }
	s.Environments = plain.WithItem(s.Environments, same, ProjectEnvironment{Project: project, Name: name}, change)
	return s
}

// WithWebhook returns a copy with the webhook of the project, added or, if it has one of that URL, changed: the first
// such one. An empty URL always adds. For one of a group, leave project empty and set Group in change.
func (s Scenario) WithWebhook(project, url string, change ...func(*Webhook)) Scenario {
	s = plain.Clone(s)
	same := func(h Webhook) bool { return url != "" && h.URL == url && strings.EqualFold(h.Project, project) }
	s.Webhooks = plain.WithItem(s.Webhooks, same, Webhook{Project: project, URL: url}, change)
	return s
}

// withMembers enters the memberships whose group or project exists into its Members, and keeps the others. It changes s
// itself, which must be a clone.
func (s Scenario) withMembers() Scenario {
	pending := s.Memberships
	s.Memberships = nil
	for _, m := range pending {
		if members := s.membersOf(m.Path); members != nil {
			members.set(m.User, m.Role)
		} else {
			s.Memberships = append(s.Memberships, m)
		}
	}
	return s
}

// membersOf returns the members at path to be changed; nil if nothing is there. A group that exists only as the parent
// of something else is listed from then on.
func (s *Scenario) membersOf(path string) Members {
	for i := range s.Groups {
		if g := &s.Groups[i]; strings.EqualFold(g.Path, path) {
			return settableMembers(&g.Members)
		}
	}
	for i := range s.Projects {
		if p := &s.Projects[i]; strings.EqualFold(p.Path, path) {
			return settableMembers(&p.Members)
		}
	}
	if !s.implied()(path) {
		return nil
	}
	s.Groups = append(s.Groups, Group{Path: path, Members: Members{}})
	return s.Groups[len(s.Groups)-1].Members
}

// implied tells whether there is a group at a path only because something that is listed lies below it.
func (s *Scenario) implied() func(path string) bool {
	listed, above := map[string]bool{"": true, world.RootUsername: true}, map[string]bool{}
	for _, u := range s.Users {
		listed[world.Key(u.Username)] = true
	}
	list := func(path string) {
		key := world.Key(path)
		listed[key] = true
		for parent := range world.Ancestors(key) {
			if above[parent] {
				break // and so are those above it
			}
			above[parent] = true
		}
	}
	for _, g := range s.Groups {
		list(g.Path)
	}
	for _, p := range s.Projects {
		list(p.Path)
	}
	return func(path string) bool { return above[world.Key(path)] && !listed[world.Key(path)] }
}

func settableMembers(m *Members) Members {
	if *m == nil {
		*m = Members{}
	}
	return *m
}

// set replaces what the user had, however the name was spelled.
func (m Members) set(username string, role Role) {
	for other := range m {
		if strings.EqualFold(other, username) {
			delete(m, other)
		}
	}
	m[username] = role
}

// Validate reports, all in one *ScenarioError, what keeps the scenario from being seeded into a new fake: references to
// users, groups, projects, runners and runner managers that do not exist, each with the nearest that does; usernames,
// paths, IDs, system ids and tokens given twice; words and roles that GitLab does not have; what is missing; what
// GitLab would not take, as a maximum timeout of five minutes.
func (s Scenario) Validate() error {
	e := &ScenarioError{}
	for _, r := range s.rejections() {
		e.Problems = append(e.Problems, ScenarioProblem{Path: r.path(), Message: r.Text})
	}
	if len(e.Problems) > 0 {
		return e
	}
	return nil
}

// rejections are what a new fake would refuse of the scenario.
func (s Scenario) rejections() []rejection {
	version, err := gitlabversion.Parse(gitlabversion.Default)
	if err != nil {
		panic(err) // it is a constant
	}
	if s.Now.IsZero() {
		st := world.New(version, defaultStartTime, front.Around())
		st.Timeless() // the clock that the times are for is not known
		return seedAll(st, s)
	}
	return seedAll(world.New(version, func() time.Time { return s.Now }, front.Around()), s)
}

// WithVariable returns a copy with the variable of that key of the project or group at path, of the instance for "",
// added or, if there is one, changed: the first such one.
func (s Scenario) WithVariable(path, key, value string, change ...func(*Variable)) Scenario {
	s = plain.Clone(s)
	same := func(v Variable) bool { return v.Key == key && world.Key(v.Path) == world.Key(path) }
	setValue := func(v *Variable) { v.Value = value }
	s.Variables = plain.WithItem(s.Variables, same, Variable{Path: path, Key: key},
		slices.Insert(slices.Clone(change), 0, setValue))
	return s
}

// WithProtectedBranch returns a copy with the rule of that name for branches of the project, added or, if there is one,
// changed.
func (s Scenario) WithProtectedBranch(project, name string, change ...func(*ProtectedRef)) Scenario {
	return s.withProtectedRef(ProtectedRef{Project: project, Name: name}, change)
}

// WithProtectedTag returns a copy with the rule of that name for tags of the project, added or, if there is one,
// changed.
func (s Scenario) WithProtectedTag(project, name string, change ...func(*ProtectedRef)) Scenario {
	return s.withProtectedRef(ProtectedRef{Project: project, Name: name, Tag: true}, change)
}

func (s Scenario) withProtectedRef(fresh ProtectedRef, change []func(*ProtectedRef)) Scenario {
	s = plain.Clone(s)
	same := func(r ProtectedRef) bool {
		return r.Name == fresh.Name && r.Tag == fresh.Tag && world.Key(r.Project) == world.Key(fresh.Project)
	}
	s.ProtectedRefs = plain.WithItem(s.ProtectedRefs, same, fresh, change)
	return s
}
