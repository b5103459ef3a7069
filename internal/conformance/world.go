package conformance

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// caseWorld is what a case finds: named entities, in the order in which they get their ids.
type caseWorld struct {
	Instance entities        `json:"instance"`
	Users    entities        `json:"users"`
	Tokens   entities        `json:"tokens"`
	Groups   entities        `json:"groups"`
	Projects entities        `json:"projects"`
	Runners  entities        `json:"runners"`
	Managers json.RawMessage `json:"managers"`
	Jobs     entities        `json:"jobs"`
	// Pipelines come before the jobs, some of which they name.
	Pipelines entities `json:"pipelines"`
	Triggers  entities `json:"triggers"`
	Schedules entities `json:"schedules"`
}

// mergedWith lays the world of a case over that of its file.
func (w caseWorld) mergedWith(over *caseWorld, byKey bool) caseWorld {
	if over == nil {
		return w
	}
	w.Instance = w.Instance.mergedWith(over.Instance, false)
	w.Users = w.Users.mergedWith(over.Users, byKey)
	w.Tokens = w.Tokens.mergedWith(over.Tokens, byKey)
	w.Groups = w.Groups.mergedWith(over.Groups, byKey)
	w.Projects = w.Projects.mergedWith(over.Projects, byKey)
	w.Runners = w.Runners.mergedWith(over.Runners, byKey)
	w.Jobs = w.Jobs.mergedWith(over.Jobs, byKey)
	w.Pipelines = w.Pipelines.mergedWith(over.Pipelines, byKey)
	w.Triggers = w.Triggers.mergedWith(over.Triggers, byKey)
	w.Schedules = w.Schedules.mergedWith(over.Schedules, byKey)
	if len(over.Managers) > 0 {
		w.Managers = over.Managers
	}
	return w
}

// WorldMaker makes the entities of a world and notes under which names a case finds them.
type WorldMaker interface {
	settings(in caseInstance)
	user(name string, in caseUser)
	group(name string, in caseGroup)
	project(name string, in caseProject)
	runner(name string, in caseRunner, managers []caseManager)
	pipeline(name string, in casePipeline)
	job(name string, in caseJob)
	trigger(name string, in caseTrigger)
	schedule(name string, in caseSchedule)
	token(name string, in caseToken)
	ready() // all is made
}

// seed makes the world of a case.
func (p *Player) seed(w caseWorld, maker WorldMaker) {
	p.t.Helper()
	raw, err := json.Marshal(w.Instance.values)
	require.NoError(p.t, err)
	maker.settings(decode[caseInstance](p, raw))
	each(p, w.Users, maker.user)
	each(p, w.Groups, maker.group)
	each(p, w.Projects, maker.project)
	managers := map[string][]caseManager{}
	for _, m := range decode[[]caseManager](p, w.Managers) {
		managers[m.Runner] = append(managers[m.Runner], m)
	}
	each(p, w.Runners, func(name string, r caseRunner) { maker.runner(name, r, managers[name]) })
	each(p, w.Pipelines, maker.pipeline)
	each(p, w.Jobs, maker.job)
	each(p, w.Triggers, maker.trigger)
	each(p, w.Schedules, maker.schedule)
	each(p, w.Tokens, maker.token)
	maker.ready()
}

// fakeWorld makes a world with the functions of the fake.
type fakeWorld struct {
	*Player
	gl *fakegitlab.Fake
}

// OpenFake starts a fake for one case, of the version that it is usually played at.
func OpenFake(p *Player, c Case) WorldMaker { return openFake(p, c, c.version()) }

// OpenFakeAt starts fakes of a version, without sockets: OpenFake has them.
func OpenFakeAt(version string) Opener {
	return func(p *Player, c Case) WorldMaker { return openFake(p, c, version, fakegitlab.WithInMemoryNetwork()) }
}

func openFake(p *Player, c Case, version string, opts ...fakegitlab.Option) WorldMaker {
	if why := skippedCases[c.ID]; why != "" {
		p.skip(why)
	}
	gl := fakegitlab.New(p.t, append(opts, fakegitlab.WithVersion(version), fakegitlab.WithUnknownEndpoints(true))...)
	p.server = gl
	return fakeWorld{p, gl}
}

func (fakeWorld) ready() {}

// each decodes entities one by one, in their order.
func each[T any](p *Player, all entities, seed func(name string, entity T)) {
	for _, name := range all.names {
		seed(name, decode[T](p, all.values[name]))
	}
}

func decode[T any](p *Player, raw json.RawMessage) (value T) {
	p.t.Helper()
	if len(raw) > 0 {
		require.NoError(p.t, json.Unmarshal(raw, &value), "%s", raw)
	}
	return value
}

// caseInstance are the settings of a world; nil is GitLab's default.
type caseInstance struct {
	RegistrationToken       string    `json:"registration_token"`
	AllowRegistrationTokens *bool     `json:"allow_registration_tokens"`
	ValidRunnerRegistrars   *[]string `json:"valid_runner_registrars"`
	AdminMode               bool      `json:"admin_mode"`
	RunnerExpiration        Seconds   `json:"runner_token_expiration_interval"`
	GroupRunnerExpiration   Seconds   `json:"group_runner_token_expiration_interval"`
	ProjectRunnerExpiration Seconds   `json:"project_runner_token_expiration_interval"`
	MaxArtifactsSize        int64     `json:"max_artifacts_size"` // MiB
	AllowLocalRequests      *bool     `json:"allow_local_requests"`
	KeepLatestArtifact      *bool     `json:"keep_latest_artifact"`
	RateLimitHeaders        bool      `json:"rate_limit_headers"`
	TimeZone                string    `json:"time_zone"`
	ContactInterval         Seconds   `json:"contact_interval"`
	Registry                struct {
		Enabled  bool
		HostPort string `json:"host_port"`
	}
	PlanLimits struct {
		ProjectRunners   int   `json:"ci_registered_project_runners"`
		GroupRunners     int   `json:"ci_registered_group_runners"`
		TraceSize        int64 `json:"ci_jobs_trace_size_limit"` // MiB
		ProjectVariables int   `json:"project_ci_variables"`
		GroupVariables   int   `json:"group_ci_variables"`
	} `json:"plan_limits"`
}

func (p fakeWorld) settings(in caseInstance) {
	p.gl.UpdateSettings(func(s *fakegitlab.Settings) {
		if in.RegistrationToken != "" {
			s.RegistrationToken = in.RegistrationToken
		}
		s.RegistrationTokensDisabled = IsFalse(in.AllowRegistrationTokens)
		if in.ValidRunnerRegistrars != nil {
			s.ValidRegistrars = *in.ValidRunnerRegistrars
		}
		s.AdminMode = in.AdminMode
		s.RateLimitHeaders, s.TimeZone, s.ContactInterval = in.RateLimitHeaders, in.TimeZone, in.ContactInterval.Duration()
		s.RunnerTokenExpiration = in.RunnerExpiration.Duration()
		s.GroupRunnerTokenExpiration = in.GroupRunnerExpiration.Duration()
		s.ProjectRunnerTokenExpiration = in.ProjectRunnerExpiration.Duration()
		s.MaxProjectRunners, s.MaxGroupRunners = in.PlanLimits.ProjectRunners, in.PlanLimits.GroupRunners
		s.MaxProjectVariables, s.MaxGroupVariables = in.PlanLimits.ProjectVariables, in.PlanLimits.GroupVariables
		s.LocalRequestsForbidden = IsFalse(in.AllowLocalRequests)
		s.KeepLatestArtifacts = in.KeepLatestArtifact
		if in.Registry.Enabled {
			s.RegistryHost = in.Registry.HostPort
		}
		s.MaxTraceSize, s.MaxArtifactsSize = in.PlanLimits.TraceSize<<20, in.MaxArtifactsSize<<20
	})
	p.Names["instance.registration_token"] = p.gl.Settings().RegistrationToken
}

// IsFalse is false for what is true or left out.
func IsFalse(b *bool) bool { return b != nil && !*b }

type caseUser struct {
	Admin, Auditor, External bool
	State                    fakegitlab.UserState
}

func (p fakeWorld) user(name string, in caseUser) {
	if name == "root" { // is there already
		p.noteID("user", name, 1)
		return
	}
	u := p.gl.AddUser(fakegitlab.User{Username: name, Admin: in.Admin, Auditor: in.Auditor, External: in.External,
		State: in.State})
	p.noteID("user", name, u.ID)
}

// caseMembers are usernames and roles in lower case.
type caseMembers map[string]string

func (in caseMembers) members() fakegitlab.Members {
	roles := map[string]fakegitlab.Role{"guest": fakegitlab.Guest, "planner": fakegitlab.Planner,
		"reporter": fakegitlab.Reporter, "security_manager": fakegitlab.SecurityManager,
		"developer": fakegitlab.Developer, "maintainer": fakegitlab.Maintainer, "owner": fakegitlab.Owner}
	out := fakegitlab.Members{}
	for username, role := range in {
		out[username] = roles[role]
	}
	return out
}

type caseGroup struct {
	Parent                  string
	Visibility              fakegitlab.Visibility
	Members                 caseMembers
	AllowRegistrationTokens *bool   `json:"allow_registration_tokens"`
	SharedRunnersEnabled    *bool   `json:"shared_runners_enabled"`
	RunnerExpiration        Seconds `json:"runner_token_expiration_interval"`
}

func (p fakeWorld) group(name string, in caseGroup) {
	path := name
	if in.Parent != "" {
		path = p.Names["group."+in.Parent+".path"] + "/" + name
	}
	g := p.gl.AddGroup(fakegitlab.Group{Path: path, Visibility: in.Visibility, Members: in.Members.members(),
		RegistrationTokensDisabled: IsFalse(in.AllowRegistrationTokens),
		SharedRunnersDisabled:      IsFalse(in.SharedRunnersEnabled),
		RunnerTokenExpiration:      in.RunnerExpiration.Duration()})
	p.noteID("group", name, g.ID)
	p.Names["group."+name+".registration_token"], p.Names["group."+name+".path"] = g.RegistrationToken, g.Path
}

type caseProject struct {
	Namespace               string
	Visibility              fakegitlab.Visibility
	Members                 caseMembers
	AllowRegistrationTokens *bool   `json:"allow_registration_tokens"`
	SharedRunnersEnabled    *bool   `json:"shared_runners_enabled"`
	GroupRunnersEnabled     *bool   `json:"group_runners_enabled"`
	BuildTimeout            Seconds `json:"build_timeout"`
	Archived                bool    `json:"archived"`
	KeepLatestArtifact      *bool   `json:"keep_latest_artifact"`
	// GitDepth is absent for GitLab's default and null for a full clone.
	GitDepth json.RawMessage `json:"ci_default_git_depth"`
	caseRepository
}

func (in caseProject) gitDepth() (depth int) {
	if string(in.GitDepth) == "null" {
		return -1
	}
	_ = json.Unmarshal(in.GitDepth, &depth) // absent: 0
	return depth
}

func (p fakeWorld) project(name string, in caseProject) {
	namespace := in.Namespace // a group by its name, or a user
	if path, isGroup := p.Names["group."+namespace+".path"]; isGroup {
		namespace = path
	}
	added := p.gl.AddProject(fakegitlab.Project{Path: namespace + "/" + name, Visibility: in.Visibility,
		Members:                    in.Members.members(),
		RegistrationTokensDisabled: IsFalse(in.AllowRegistrationTokens),
		SharedRunnersDisabled:      IsFalse(in.SharedRunnersEnabled),
		GroupRunnersDisabled:       IsFalse(in.GroupRunnersEnabled), BuildTimeout: in.BuildTimeout.Duration(),
		GitDepth: in.gitDepth(), KeepLatestArtifact: in.KeepLatestArtifact, Attributes: in.attributes(),
		Files: in.firstFiles()})
	p.noteID("project", name, added.ID)
	p.Names["project."+name+".registration_token"], p.Names["project."+name+".path"] = added.RegistrationToken, added.Path
	p.fill(added, in.caseRepository)
	if in.Archived {
		p.gl.UpdateProject(added.Path, func(out *fakegitlab.Project) { out.Archived = true })
	}
}

type caseManager struct {
	Runner       string
	SystemID     string `json:"system_id"`
	Version      string
	Revision     string
	Platform     string
	Architecture string
	IPAddress    string `json:"ip_address"`
	Contacted    Time   `json:"contacted"`
	Created      Time   `json:"created"`
}

func (m caseManager) manager(now time.Time) fakegitlab.RunnerManager {
	return fakegitlab.RunnerManager{SystemID: m.SystemID, Version: m.Version, Revision: m.Revision, Platform: m.Platform,
		Architecture: m.Architecture, IPAddress: m.IPAddress, ContactedAt: m.Contacted.At(now), CreatedAt: m.Created.At(now)}
}

type caseRunner struct {
	Type            fakegitlab.RunnerType
	Group           string
	Projects        []string
	Description     string
	Name            string
	MaintenanceNote string `json:"maintenance_note"`
	Paused, Locked  bool
	RunUntagged     *bool                  `json:"run_untagged"`
	TagList         []string               `json:"tag_list"`
	AccessLevel     fakegitlab.AccessLevel `json:"access_level"`
	MaximumTimeout  Seconds                `json:"maximum_timeout"`
	Contacted       Time                   `json:"contacted"`
	Created         Time                   `json:"created"`
	TokenExpires    Time                   `json:"token_expires"`
	Creation        fakegitlab.Registration
	Creator         string
}

func (p fakeWorld) runner(name string, in caseRunner, managers []caseManager) {
	now := p.gl.Now()
	r := fakegitlab.Runner{Type: in.Type, Description: in.Description, Name: in.Name, MaintenanceNote: in.MaintenanceNote,
		Paused: in.Paused,
		Locked: in.Locked, RunUntagged: in.RunUntagged, Tags: in.TagList, AccessLevel: in.AccessLevel,
		MaximumTimeout: in.MaximumTimeout.Duration(),
		ContactedAt:    in.Contacted.At(now), CreatedAt: in.Created.At(now), TokenExpiresAt: in.TokenExpires.At(now),
		Registration: in.Creation, CreatedBy: in.Creator}
	for _, m := range managers {
		r.Managers = append(r.Managers, m.manager(now))
	}
	if in.Group != "" {
		r.Group = p.Names["group."+in.Group+".path"]
	}
	for _, project := range in.Projects {
		r.Projects = append(r.Projects, p.Names["project."+project+".path"])
	}
	r = p.gl.AddRunner(r)
	p.noteID("runner", name, r.ID)
	p.Names["runner."+name+".token"] = r.Token
}

func (p *Player) noteID(kind, name string, id int) {
	p.ids[kind+"."+name] = id
	p.Names[kind+"."+name+".id"] = strconv.Itoa(id)
}
