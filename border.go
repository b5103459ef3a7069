package fakegitlab

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// The border between plain data, which tests and scenarios speak, and the records of the state machine. Nothing else knows both.
// A ...Draft finds the records that plain data names; a public... copies a record out.

// publicSettings are the settings as plain data.
func publicSettings(s world.Settings) Settings {
	s = s.Clone()
	return Settings{RegistrationToken: s.RegistrationToken, RegistrationTokensDisabled: s.RegistrationTokensDisabled,
		ValidRegistrars: s.ValidRegistrars, RunnerTokenExpiration: s.RunnerTokenExpiration,
		GroupRunnerTokenExpiration: s.GroupRunnerTokenExpiration, ProjectRunnerTokenExpiration: s.ProjectRunnerTokenExpiration,
		AdminMode: s.AdminMode, MaxProjectRunners: s.MaxProjectRunners, MaxGroupRunners: s.MaxGroupRunners, MaxTraceSize: s.MaxTraceSize,
		MaxArtifactsSize: s.MaxArtifactsSize, RegistryHost: s.RegistryHost, LocalRequestsForbidden: s.LocalRequestsForbidden,
		RateLimit: RateLimit(s.RateLimit), RateLimitHeaders: s.RateLimitHeaders, TimeZone: timeZoneName(s.TimeZone),
		ContactInterval: s.ContactInterval}
}

// timeZoneName is the name that world.TimeZone has found a zone by.
func timeZoneName(zone *time.Location) string {
	if zone == nil {
		return ""
	}
	return zone.String()
}

func settingsDraft(s Settings) (world.Settings, error) {
	zone, err := world.TimeZone(s.TimeZone)
	return world.Settings{RegistrationToken: s.RegistrationToken, RegistrationTokensDisabled: s.RegistrationTokensDisabled,
		ValidRegistrars: s.ValidRegistrars, RunnerTokenExpiration: s.RunnerTokenExpiration,
		GroupRunnerTokenExpiration: s.GroupRunnerTokenExpiration, ProjectRunnerTokenExpiration: s.ProjectRunnerTokenExpiration,
		AdminMode: s.AdminMode, MaxProjectRunners: s.MaxProjectRunners, MaxGroupRunners: s.MaxGroupRunners, MaxTraceSize: s.MaxTraceSize,
		MaxArtifactsSize: s.MaxArtifactsSize, RegistryHost: s.RegistryHost, LocalRequestsForbidden: s.LocalRequestsForbidden,
		RateLimit: world.RateLimit(s.RateLimit), RateLimitHeaders: s.RateLimitHeaders, TimeZone: zone,
		ContactInterval: s.ContactInterval}, err
}

func rewriteSettings(st *world.State, s Settings) error {
	draft, err := settingsDraft(s)
	if err != nil {
		return err
	}
	return st.UpdateSettings(draft)
}

// publicUser is the user as plain data.
func publicUser(u *world.User) User {
	return User{ID: u.ID, Username: u.Username, Name: u.Name, Email: u.Email, Admin: u.Admin, Auditor: u.Auditor, External: u.External,
		State: UserState(u.State), CreatedAt: u.CreatedAt}
}

func userDraft(in User) world.User {
	return world.User{ID: in.ID, Username: in.Username, Name: in.Name, Email: in.Email, Admin: in.Admin, Auditor: in.Auditor, External: in.External,
		State: world.UserState(in.State), CreatedAt: in.CreatedAt}
}

func addUser(st *world.State, in User) (*world.User, error) { return st.AddUser(userDraft(in)) }

func seedUser(st *world.State, in User) error { return st.SeedUser(userDraft(in)) }

func rewriteUser(st *world.State, u *world.User, in User) error {
	return st.UpdateUser(u, userDraft(in))
}

// publicAccessToken is the access token as plain data. The value, too: a test may need it.
func publicAccessToken(t *world.AccessToken) AccessToken {
	out := AccessToken{ID: t.ID, Token: t.Token, User: t.User.Username, Name: t.Name, Scopes: slices.Clone(t.Scopes), ExpiresAt: t.ExpiresAt,
		Revoked: t.Revoked, Impersonation: t.Impersonation, Role: Role(t.Role), CreatedAt: t.CreatedAt}
	if t.Project != nil {
		out.Project = t.Project.Path
	}
	if t.Group != nil {
		out.Group = t.Group.Path
	}
	return out
}

func accessTokenDraft(st *world.State, in AccessToken) (t world.AccessToken, err error) {
	t = world.AccessToken{ID: in.ID, Token: in.Token, Name: in.Name, Scopes: in.Scopes, ExpiresAt: in.ExpiresAt, Revoked: in.Revoked,
		Impersonation: in.Impersonation, Role: world.Role(in.Role), CreatedAt: in.CreatedAt}
	if in.Project != "" {
		if t.Project, err = st.ProjectByPath(in.Project); err != nil {
			return t, err
		}
	}
	if in.Group != "" {
		t.Group, err = st.GroupByPath(in.Group)
	}
	return t, err
}

func addAccessToken(st *world.State, in AccessToken) (*world.AccessToken, error) {
	t, err := accessTokenDraft(st, in)
	if err != nil {
		return nil, err
	}
	return st.AddAccessToken(t, in.User)
}

func seedAccessToken(st *world.State, in AccessToken) error {
	t, err := accessTokenDraft(st, in)
	if err != nil {
		return err
	}
	return st.SeedAccessToken(t, in.User)
}

// publicGroup is the group as plain data.
func publicGroup(g *world.Group) Group {
	return Group{ID: g.ID, Path: g.Path, Name: g.Name, Visibility: Visibility(g.Visibility), Members: publicMembers(g.Roles),
		RegistrationToken: g.RegistrationToken, RegistrationTokensDisabled: g.RegistrationTokensDisabled,
		SharedRunnersDisabled: g.SharedRunnersDisabled, RunnerTokenExpiration: g.RunnerTokenExpiration, CreatedAt: g.CreatedAt}
}

func groupDraft(in Group) world.Group {
	return world.Group{ID: in.ID, Path: in.Path, Name: in.Name, Visibility: world.Visibility(in.Visibility),
		RegistrationToken: in.RegistrationToken, RegistrationTokensDisabled: in.RegistrationTokensDisabled,
		SharedRunnersDisabled: in.SharedRunnersDisabled, RunnerTokenExpiration: in.RunnerTokenExpiration, CreatedAt: in.CreatedAt}
}

func addGroup(st *world.State, in Group) (*world.Group, error) {
	return st.AddGroup(groupDraft(in), membersDraft(in.Members))
}

func rewriteGroup(st *world.State, g *world.Group, in Group) error {
	return st.UpdateGroup(g, groupDraft(in), membersDraft(in.Members))
}

// publicProject is the project as plain data.
func publicProject(p *world.Project) Project {
	return Project{ID: p.ID, Path: p.Path, Name: p.Name, Description: p.Description, Visibility: Visibility(p.Visibility), Members: publicMembers(p.Roles),
		RegistrationToken: p.RegistrationToken, RegistrationTokensDisabled: p.RegistrationTokensDisabled,
		SharedRunnersDisabled: p.SharedRunnersDisabled, GroupRunnersDisabled: p.GroupRunnersDisabled, Archived: p.Archived,
		RunnerTokenExpiration: p.RunnerTokenExpiration, BuildTimeout: p.BuildTimeout, GitDepth: p.GitDepth, CreatedAt: p.CreatedAt}
}

func projectDraft(in Project) world.Project {
	return world.Project{ID: in.ID, Path: in.Path, Name: in.Name, Description: in.Description, Visibility: world.Visibility(in.Visibility),
		RegistrationToken: in.RegistrationToken, RegistrationTokensDisabled: in.RegistrationTokensDisabled,
		SharedRunnersDisabled: in.SharedRunnersDisabled, GroupRunnersDisabled: in.GroupRunnersDisabled, Archived: in.Archived,
		RunnerTokenExpiration: in.RunnerTokenExpiration, BuildTimeout: in.BuildTimeout, GitDepth: in.GitDepth, CreatedAt: in.CreatedAt}
}

func addProject(st *world.State, in Project) (*world.Project, error) {
	return st.AddProject(projectDraft(in), membersDraft(in.Members))
}

func rewriteProject(st *world.State, p *world.Project, in Project) error {
	return st.UpdateProject(p, projectDraft(in), membersDraft(in.Members))
}

func publicMembers(roles map[*world.User]world.Role) Members {
	if len(roles) == 0 {
		return nil
	}
	m := make(Members, len(roles))
	for u, r := range roles {
		m[u.Username] = Role(r)
	}
	return m
}

func membersDraft(members Members) map[string]world.Role {
	drafts := make(map[string]world.Role, len(members))
	for username, r := range members {
		drafts[username] = world.Role(r)
	}
	return drafts
}

// publicRunner is the runner as plain data.
func publicRunner(r *world.Runner) Runner {
	out := Runner{ID: r.ID, Type: RunnerType(r.Type), Description: world.OrEmpty(r.Description), Name: world.OrEmpty(r.Name), MaintenanceNote: world.OrEmpty(r.MaintenanceNote),
		Token: r.Token, TokenExpiresAt: r.TokenExpiresAt, Registration: Registration(r.Registration), Paused: r.Paused, Locked: r.Locked,
		Tags: slices.Clone(r.Tags), AccessLevel: AccessLevel(r.AccessLevel), CreatedAt: r.CreatedAt, ContactedAt: r.ContactedAt}
	if r.Group != nil {
		out.Group = r.Group.Path
	}
	for _, a := range r.Assignments {
		out.Projects = append(out.Projects, a.Project.Path)
	}
	if r.Creator != nil {
		out.CreatedBy = r.Creator.Username
	}
	if !r.RunUntagged {
		out.RunUntagged = new(bool)
	}
	if r.MaximumTimeout != nil {
		out.MaximumTimeout = time.Duration(*r.MaximumTimeout) * time.Second
	}
	for _, m := range r.Managers {
		out.Managers = append(out.Managers, publicManager(m))
	}
	return out
}

func runnerDraft(st *world.State, in Runner) (n world.RunnerDraft, err error) {
	n = world.RunnerDraft{Id: in.ID, Type: world.RunnerType(in.Type), Name: world.OrNull(in.Name), Token: in.Token, Registration: world.Registration(in.Registration), Existing: true,
		CreatedAt: in.CreatedAt, ContactedAt: in.ContactedAt, TokenExpiresAt: in.TokenExpiresAt}
	if in.Group != "" {
		if n.Group, err = st.GroupByPath(in.Group); err != nil {
			return n, err
		}
	}
	for _, path := range in.Projects {
		p, err := st.ProjectByPath(path)
		if err != nil {
			return n, err
		}
		n.Projects = append(n.Projects, p)
	}
	if in.CreatedBy != "" {
		if n.Creator, err = st.UserByName(in.CreatedBy); err != nil {
			return n, fmt.Errorf("CreatedBy: %w", err)
		}
	}
	for _, m := range in.Managers {
		n.Managers = append(n.Managers, managerDraft(m))
	}
	n.Attributes = world.Attributes{Description: world.OrNull(in.Description), MaintenanceNote: world.OrNull(in.MaintenanceNote), Paused: in.Paused, Locked: in.Locked,
		RunUntagged: in.RunUntagged == nil || *in.RunUntagged, Tags: slices.Clone(in.Tags), AccessLevel: world.AccessLevel(in.AccessLevel)}
	if in.MaximumTimeout%time.Second != 0 {
		return n, errors.New("MaximumTimeout is whole seconds")
	}
	if in.MaximumTimeout != 0 {
		seconds := int(in.MaximumTimeout / time.Second)
		n.Attributes.MaximumTimeout = &seconds
	}
	return n, nil
}

func addRunner(st *world.State, in Runner) (*world.Runner, error) {
	n, err := runnerDraft(st, in)
	if err != nil {
		return nil, err
	}
	return st.AddRunner(n)
}

func rewriteRunner(st *world.State, r *world.Runner, in Runner) error {
	n, err := runnerDraft(st, in)
	if err != nil {
		return err
	}
	return st.ChangeRunner(r, n)
}

func publicManager(m *world.Manager) RunnerManager {
	return RunnerManager{ID: m.ID, SystemID: m.SystemID, Version: m.Version, Revision: m.Revision, Platform: m.Platform,
		Architecture: m.Architecture, IPAddress: m.IPAddress, Executor: m.Executor, CreatedAt: m.CreatedAt, ContactedAt: m.ContactedAt}
}

func managerDraft(in RunnerManager) world.Manager {
	return world.Manager{ID: in.ID, SystemID: in.SystemID, Version: in.Version, Revision: in.Revision, Platform: in.Platform,
		Architecture: in.Architecture, IPAddress: in.IPAddress, Executor: in.Executor, CreatedAt: in.CreatedAt, ContactedAt: in.ContactedAt}
}

// copies are rows as plain data. It is never nil.
func copies[R world.Record, T any](rows []R, public func(R) T) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = public(r)
	}
	return out
}
