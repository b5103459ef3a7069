package conformance

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
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
}

// entities is a JSON object that keeps the order of its keys.
type entities struct {
	names  []string
	values map[string]json.RawMessage
}

func (e *entities) UnmarshalJSON(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		e.set(fmt.Sprint(name), value)
	}
	return nil
}

func (e *entities) set(name string, value json.RawMessage) {
	if e.values == nil {
		e.values = map[string]json.RawMessage{}
	}
	if _, known := e.values[name]; !known {
		e.names = append(e.names, name)
	}
	e.values[name] = value
}

// mergedWith lays other entities over these: one named again is replaced, or merged key by key.
func (e entities) mergedWith(over entities, byKey bool) entities {
	merged := entities{names: slices.Clone(e.names), values: maps.Clone(e.values)}
	for _, name := range over.names {
		value := over.values[name]
		if base, known := merged.values[name]; known && byKey {
			value = mergedObject(base, value)
		}
		merged.set(name, value)
	}
	return merged
}

func mergedObject(base, over json.RawMessage) json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal(base, &object) != nil || json.Unmarshal(over, &object) != nil {
		return over
	}
	merged, err := json.Marshal(object)
	if err != nil {
		return over
	}
	return merged
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
	job(name string, in caseJob)
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
	each(p, w.Jobs, maker.job)
	each(p, w.Tokens, maker.token)
	maker.ready()
}

// fakeWorld makes a world with the functions of the fake.
type fakeWorld struct {
	*Player
	gl *fakegitlab.Fake
}

// OpenFake starts a fake for one case, of the version that it is usually played at.
func OpenFake(p *Player, c Case) WorldMaker { return OpenFakeAt(c.version())(p, c) }

// OpenFakeAt starts fakes of a version.
func OpenFakeAt(version string) Opener {
	return func(p *Player, c Case) WorldMaker { return openFake(p, c, version) }
}

func openFake(p *Player, c Case, version string) WorldMaker {
	if why := skippedCases[c.ID]; why != "" {
		p.skip(why)
	}
	gl := fakegitlab.New(p.t, fakegitlab.WithVersion(version), fakegitlab.WithUnknownEndpoints(true))
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
		ProjectRunners int   `json:"ci_registered_project_runners"`
		GroupRunners   int   `json:"ci_registered_group_runners"`
		TraceSize      int64 `json:"ci_jobs_trace_size_limit"` // MiB
	} `json:"plan_limits"`
}

// Seconds is a number of seconds in JSON; null is none.
type Seconds int64

// Duration is the same as Go has it.
func (s Seconds) Duration() time.Duration { return time.Duration(s) * time.Second }

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
		GitDepth: in.gitDepth(), Archived: in.Archived, KeepLatestArtifact: in.KeepLatestArtifact})
	p.noteID("project", name, added.ID)
	p.Names["project."+name+".registration_token"], p.Names["project."+name+".path"] = added.RegistrationToken, added.Path
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

type caseJob struct {
	Project, Runner, Manager, User string
	Name, Stage, Ref               string
	Pipeline                       string // jobs of a project with the same name here share a pipeline
	Tag, Protected, Erased, Manual bool
	AllowFailure                   bool `json:"allow_failure"`
	Status                         fakegitlab.JobStatus
	TagList                        []string `json:"tag_list"`
	StageIndex                     int      `json:"stage_idx"`
	Trace                          string
	Queued                         Time
	Timeout                        Seconds
	Options                        fakegitlab.JobSpec
	Artifacts                      *struct {
		Filename, Content string
		Size              int
		Type              string            `json:"file_type"`
		Files             map[string]string // of a zip archive, in place of Content
		Expires           Time
	}
}

func (p fakeWorld) job(name string, in caseJob) {
	j := fakegitlab.Job{Project: p.Names["project."+in.Project+".path"], RunnerID: p.ids["runner."+in.Runner],
		SystemID: in.Manager, User: in.User,
		Name: in.Name, Stage: in.Stage, StageIndex: in.StageIndex, Ref: in.Ref, RefIsTag: in.Tag, Protected: in.Protected,
		Erased: in.Erased, Manual: in.Manual, AllowFailure: in.AllowFailure,
		Status: in.Status, Tags: in.TagList, Trace: in.Trace, QueuedAt: in.Queued.At(p.gl.Now()), Spec: in.Options}
	if in.Timeout > 0 {
		j.Spec.Timeout = in.Timeout.Duration()
	}
	if a := in.Artifacts; a != nil {
		content := a.Content
		switch {
		case a.Files != nil:
			content = p.zipped(a.Files)
		case content == "":
			content = strings.Repeat("x", a.Size)
		}
		j.Artifacts = []fakegitlab.Artifact{{Filename: a.Filename, Type: a.Type, Content: []byte(content),
			ExpiresAt: a.Expires.At(p.gl.Now())}}
	}
	pipeline := "pipeline." + in.Project + "/" + in.Pipeline
	j.PipelineID = p.ids[pipeline]
	j = p.gl.AddJob(j)
	p.ids[pipeline] = j.PipelineID
	p.noteID("job", name, j.ID)
	p.Names["job."+name+".token"] = j.Token
}

// zipped is a zip archive of these files.
func (p *Player) zipped(files map[string]string) string {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.Create(name)
		require.NoError(p.t, err)
		_, err = f.Write([]byte(files[name]))
		require.NoError(p.t, err)
	}
	require.NoError(p.t, w.Close())
	return out.String()
}

type caseToken struct {
	User                   string
	Scopes                 []string
	Grants                 []caseGrant
	Revoked, Impersonation bool
	Expires                Time
	ExpiresAt              Time `json:"expires_at"`
}

func (p fakeWorld) token(name string, in caseToken) {
	t := p.gl.AddAccessToken(fakegitlab.AccessToken{User: in.User, Scopes: append([]string{}, in.Scopes...),
		Grants: p.grants(in.Grants), Revoked: in.Revoked, Impersonation: in.Impersonation,
		ExpiresAt: (in.Expires + in.ExpiresAt).At(p.gl.Now())})
	p.Names["token."+name] = t.Token
}

// caseGrant is what a fine-grained token may do; projects and groups go by their names.
type caseGrant struct {
	Access      string
	Projects    []string
	Groups      []string
	Permissions []string
}

func (p fakeWorld) grants(in []caseGrant) (grants []fakegitlab.TokenGrant) {
	paths := func(kind string, names []string) (paths []string) {
		for _, name := range names {
			paths = append(paths, p.Names[kind+"."+name+".path"])
		}
		return paths
	}
	for _, g := range in {
		grants = append(grants, fakegitlab.TokenGrant{Access: g.Access, Projects: paths("project", g.Projects),
			Groups: paths("group", g.Groups), Permissions: g.Permissions})
	}
	return grants
}

func (p *Player) noteID(kind, name string, id int) {
	p.ids[kind+"."+name] = id
	p.Names[kind+"."+name+".id"] = strconv.Itoa(id)
}

// Time is "1h ago", "3d from now", "today", a date or a time; empty, or null, is none.
type Time string

var relativeTime = regexp.MustCompile(`^(\d+)\s*([smhd]) (ago|from now)$`)

// At is the time that is meant when it is now.
func (s Time) At(now time.Time) time.Time {
	if s == "" {
		return time.Time{}
	}
	if s == "today" {
		return now.Truncate(24 * time.Hour)
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, string(s)); err == nil {
			return t
		}
	}
	m := relativeTime.FindStringSubmatch(string(s))
	if m == nil {
		panic(fmt.Sprintf("%q is no time of a case", string(s)))
	}
	n, _ := strconv.Atoi(m[1])
	units := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}
	d := time.Duration(n) * units[m[2]]
	if m[3] == "ago" {
		d = -d
	}
	return now.Add(d)
}

// compareVersions compares "17.2" and "17.10" by their numbers.
func compareVersions(a, b string) int {
	numbers := func(version string) []int {
		var out []int
		for part := range strings.SplitSeq(version, ".") {
			n, _ := strconv.Atoi(part)
			out = append(out, n)
		}
		return out
	}
	return slices.Compare(numbers(a), numbers(b))
}
