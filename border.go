package fakegitlab

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/clone"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/plain"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// The border between plain data, which tests and scenarios speak, and the records of the state machine. Nothing else
// knows both. A ...Draft finds the records that plain data names; a public... copies a record out.

// references finds the records that a draft names, by the draft's fields. In the place of one that is not there comes a
// bare record of that name, so that the rest of the draft can be checked as well; with a problem the draft becomes
// nothing.
type references struct {
	st       *world.State
	problems world.Problems
}

func (f *references) user(field, username string) *world.User {
	u, err := f.st.UserByName(username)
	if err != nil {
		f.problems.Add(field, err)
		u = &world.User{Username: username}
	}
	return u
}

func (f *references) group(field, path string) *world.Group {
	g, err := f.st.GroupByPath(path)
	if err != nil {
		f.problems.Add(field, err)
		g = &world.Group{Path: path}
	}
	return g
}

func (f *references) project(field, path string) *world.Project {
	p, err := f.st.ProjectByPath(path)
	if err != nil {
		f.problems.Add(field, err)
		p = &world.Project{Path: path}
	}
	return p
}

// publicSettings are the settings as plain data.
func publicSettings(s world.Settings) Settings {
	s = s.Clone()
	return Settings{
		RegistrationToken: s.RegistrationToken, RegistrationTokensDisabled: s.RegistrationTokensDisabled,
		ValidRegistrars: s.ValidRegistrars, RunnerTokenExpiration: s.RunnerTokenExpiration,
		AdminMode: s.AdminMode, MaxProjectRunners: s.MaxProjectRunners, MaxGroupRunners: s.MaxGroupRunners,
		MaxProjectVariables: s.MaxProjectVariables, MaxGroupVariables: s.MaxGroupVariables,
		MaxTraceSize: s.MaxTraceSize, MaxArtifactsSize: s.MaxArtifactsSize,
		ArtifactsExpireIn: s.ArtifactsExpireIn, RegistryHost: s.RegistryHost,
		LocalRequestsForbidden: s.LocalRequestsForbidden, FailingWebhooksDisabled: s.FailingWebhooksDisabled,
		RateLimit: RateLimit(s.RateLimit), RateLimitHeaders: s.RateLimitHeaders,
		TimeZone: s.ZoneName(), ContactInterval: s.ContactInterval,
		GroupRunnerTokenExpiration:   s.GroupRunnerTokenExpiration,
		ProjectRunnerTokenExpiration: s.ProjectRunnerTokenExpiration, Attributes: s.Attributes,
		KeepLatestArtifacts:      s.KeepLatestArtifacts,
		EnforceJobTokenAllowlist: s.EnforceJobTokenAllowlist,
		RestrictedVisibilities:   clone.As[Visibility](s.RestrictedVisibilities),
	}
}

func settingsDraft(s Settings) (world.Settings, error) {
	zone, err := world.TimeZone(s.TimeZone)
	return world.Settings{
		RegistrationToken: s.RegistrationToken, RegistrationTokensDisabled: s.RegistrationTokensDisabled,
		ValidRegistrars: s.ValidRegistrars, RunnerTokenExpiration: s.RunnerTokenExpiration,
		AdminMode: s.AdminMode, MaxProjectRunners: s.MaxProjectRunners, MaxGroupRunners: s.MaxGroupRunners,
		MaxProjectVariables: s.MaxProjectVariables, MaxGroupVariables: s.MaxGroupVariables,
		MaxTraceSize: s.MaxTraceSize, MaxArtifactsSize: s.MaxArtifactsSize,
		ArtifactsExpireIn: s.ArtifactsExpireIn, RegistryHost: s.RegistryHost,
		LocalRequestsForbidden: s.LocalRequestsForbidden, FailingWebhooksDisabled: s.FailingWebhooksDisabled,
		RateLimit: world.RateLimit(s.RateLimit), RateLimitHeaders: s.RateLimitHeaders,
		TimeZone: zone, ContactInterval: s.ContactInterval, GroupRunnerTokenExpiration: s.GroupRunnerTokenExpiration,
		ProjectRunnerTokenExpiration: s.ProjectRunnerTokenExpiration, Attributes: s.Attributes,
		KeepLatestArtifacts:      clone.Pointer(s.KeepLatestArtifacts, clone.Shallow),
		EnforceJobTokenAllowlist: clone.Pointer(s.EnforceJobTokenAllowlist, clone.Shallow),
		RestrictedVisibilities:   clone.As[world.Visibility](s.RestrictedVisibilities),
	}, err
}

func rewriteSettings(st *world.State, s Settings) error {
	if bad := badValues(s); len(bad) > 0 {
		return bad
	}
	draft, err := settingsDraft(s)
	if err != nil {
		var ps world.Problems
		ps.Add("time_zone", err)
		return ps
	}
	return st.UpdateSettings(draft)
}

// publicUser is the user as plain data.
func publicUser(u *world.User) User {
	out := User{
		ID: u.ID, Username: u.Username, Name: u.Name, Email: u.Email,
		Admin: u.Admin, Auditor: u.Auditor, External: u.External,
		State: UserState(u.State), Bot: u.Bot, CreatedAt: u.CreatedAt,
		Attributes: maps.Clone(u.Attributes), PrivateProfile: u.PrivateProfile,
		ProjectsLimit:  clone.Pointer(u.ProjectsLimit, clone.Shallow),
		CanCreateGroup: clone.Pointer(u.CanCreateGroup, clone.Shallow),
		Password:       u.Password, PasswordExpired: u.PasswordExpired,
		Unconfirmed: u.Unconfirmed, UnconfirmedEmail: u.UnconfirmedEmail, Identities: maps.Clone(u.Identities),
	}
	if u.Creator != nil {
		out.CreatedBy = u.Creator.Username
	}
	return out
}

func userDraft(st *world.State, in User) (world.User, world.Problems) {
	found := references{st: st}
	u := world.User{
		ID: in.ID, Username: in.Username, Name: in.Name, Email: in.Email,
		Admin: in.Admin, Auditor: in.Auditor, External: in.External,
		State: world.UserState(in.State), Bot: in.Bot, CreatedAt: in.CreatedAt,
		Attributes: maps.Clone(in.Attributes), PrivateProfile: in.PrivateProfile,
		ProjectsLimit:  clone.Pointer(in.ProjectsLimit, clone.Shallow),
		CanCreateGroup: clone.Pointer(in.CanCreateGroup, clone.Shallow),
		Password:       in.Password, PasswordExpired: in.PasswordExpired,
		Unconfirmed: in.Unconfirmed, UnconfirmedEmail: in.UnconfirmedEmail, Identities: maps.Clone(in.Identities),
	}
	if in.CreatedBy != "" {
		u.Creator = found.user("created_by", in.CreatedBy)
	}
	return u, found.problems
}

func addUser(st *world.State, in User) (*world.User, error) {
	u, found := userDraft(st, in)
	return st.AddUser(u, found...)
}

func seedUser(st *world.State, in User) error {
	u, found := userDraft(st, in)
	return st.SeedUser(u, found...)
}

func rewriteUser(st *world.State, u *world.User, in User) error {
	draft, found := userDraft(st, in)
	return st.UpdateUser(u, draft, found...)
}

// publicAccessToken is the access token as plain data. The value, too: a test may need it.
func publicAccessToken(t *world.AccessToken) AccessToken {
	out := AccessToken{
		ID: t.ID, Token: t.Token, User: t.User.Username, Name: t.Name,
		Scopes: slices.Clone(t.Scopes), ExpiresAt: t.ExpiresAt, Revoked: t.Revoked, Impersonation: t.Impersonation,
		Role: Role(t.Role), CreatedAt: t.CreatedAt, Description: t.Description, RotatedFrom: t.RotatedFrom,
	}
	for _, g := range t.Grants {
		out.Grants = append(out.Grants, publicGrant(g))
	}
	if t.Project != nil {
		out.Project = t.Project.Path
	}
	if t.Group != nil {
		out.Group = t.Group.Path
	}
	return out
}

func accessTokenDraft(st *world.State, in AccessToken) (world.AccessToken, world.Problems) {
	found := references{st: st}
	t := world.AccessToken{
		ID: in.ID, Token: in.Token, Name: in.Name, Scopes: in.Scopes,
		ExpiresAt: in.ExpiresAt, Revoked: in.Revoked, Impersonation: in.Impersonation,
		Role: world.Role(in.Role), CreatedAt: in.CreatedAt, Description: in.Description, RotatedFrom: in.RotatedFrom,
	}
	if in.Project != "" {
		t.Project = found.project("project", in.Project)
	}
	if in.Group != "" {
		t.Group = found.group("group", in.Group)
	}
	t.Grants = found.grants(in.Grants)
	return t, found.problems
}

// publicGrant is what a token may do as plain data.
func publicGrant(g world.Grant) TokenGrant {
	out := TokenGrant{Permissions: slices.Clone(g.Permissions)}
	if g.Access != world.SelectedMemberships {
		out.Access = string(g.Access)
	}
	for _, p := range g.Projects {
		out.Projects = append(out.Projects, p.Path)
	}
	for _, group := range g.Groups {
		out.Groups = append(out.Groups, group.Path)
	}
	return out
}

// grants finds the projects and groups of what a token may do.
func (f *references) grants(in []TokenGrant) (grants []world.Grant) {
	for i, g := range in {
		at := datajson.Index("grants", i)
		grant := world.Grant{Access: world.Access(g.Access), Permissions: slices.Clone(g.Permissions)}
		for n, path := range g.Projects {
			grant.Projects = append(grant.Projects, f.project(datajson.Index(at+".projects", n), path))
		}
		for n, path := range g.Groups {
			grant.Groups = append(grant.Groups, f.group(datajson.Index(at+".groups", n), path))
		}
		grants = append(grants, grant)
	}
	return grants
}

func addAccessToken(st *world.State, in AccessToken) (*world.AccessToken, error) {
	t, found := accessTokenDraft(st, in)
	return st.AddAccessToken(t, in.User, found...)
}

func seedAccessToken(st *world.State, in AccessToken) error {
	t, found := accessTokenDraft(st, in)
	return st.SeedAccessToken(t, in.User, found...)
}

// publicGroup is the group as plain data.
func publicGroup(g *world.Group) Group {
	return Group{
		ID: g.ID, Path: g.Path, Name: g.Name,
		Visibility: Visibility(g.Visibility), Members: publicMembers(g.Roles),
		RegistrationToken: g.RegistrationToken, RegistrationTokensDisabled: g.RegistrationTokensDisabled,
		SharedRunnersDisabled: g.SharedRunnersDisabled, RunnerTokenExpiration: g.RunnerTokenExpiration,
		SharedRunnersOverridable: g.SharedRunnersOverridable, Description: g.Description,
		Attributes: maps.Clone(g.Attributes), CreatedAt: g.CreatedAt, DeletionMarkedAt: g.DeletionMarkedAt,
	}
}

func groupDraft(in Group) world.Group {
	return world.Group{
		ID: in.ID, Path: in.Path, Name: in.Name, Visibility: world.Visibility(in.Visibility),
		RegistrationToken: in.RegistrationToken, RegistrationTokensDisabled: in.RegistrationTokensDisabled,
		SharedRunnersDisabled: in.SharedRunnersDisabled, RunnerTokenExpiration: in.RunnerTokenExpiration,
		SharedRunnersOverridable: in.SharedRunnersOverridable, Description: in.Description,
		Attributes: maps.Clone(in.Attributes), CreatedAt: in.CreatedAt, DeletionMarkedAt: in.DeletionMarkedAt,
	}
}

func addGroup(st *world.State, in Group) (*world.Group, error) {
	return st.AddGroup(groupDraft(in), membersDraft(in.Members))
}

func rewriteGroup(st *world.State, g *world.Group, in Group) error {
	return st.UpdateGroup(g, groupDraft(in), membersDraft(in.Members))
}

// publicProject is the project as plain data.
func publicProject(p *world.Project) Project {
	out := Project{
		ID: p.ID, Path: p.Path, Name: p.Name,
		Description: p.Description, Visibility: Visibility(p.Visibility), Members: publicMembers(p.Roles),
		RegistrationToken: p.RegistrationToken, RegistrationTokensDisabled: p.RegistrationTokensDisabled,
		SharedRunnersDisabled: p.SharedRunnersDisabled, GroupRunnersDisabled: p.GroupRunnersDisabled, Archived: p.Archived,
		RunnerTokenExpiration: p.RunnerTokenExpiration, BuildTimeout: p.BuildTimeout, GitDepth: p.GitDepth,
		KeepLatestArtifact: clone.Pointer(p.KeepLatestArtifact, clone.Shallow), CreatedAt: p.CreatedAt,
		Attributes: maps.Clone(p.Attributes), DeletionMarkedAt: p.DeletionMarkedAt, JobTokenAllowlist: p.AllowedPaths(),
		OldPaths: append([]string(nil), p.OldPaths...), ResourceGroups: p.OwnProcessModes(), LastDeploymentIID: p.GivenIID(),
	}
	if p.Creator != nil {
		out.CreatedBy = p.Creator.Username
	}
	files := p.RepositoryDraft()
	if out.Files = files.Files; files.History != nil {
		history := plain.As[Repository](*files.History)
		out.Repository = &history
	}
	return out
}

func projectDraft(st *world.State, in Project) (world.Project, world.Problems) {
	found := references{st: st}
	p := world.Project{
		ID: in.ID, Path: in.Path, Name: in.Name,
		Description: in.Description, Visibility: world.Visibility(in.Visibility),
		RegistrationToken: in.RegistrationToken, RegistrationTokensDisabled: in.RegistrationTokensDisabled,
		SharedRunnersDisabled: in.SharedRunnersDisabled, GroupRunnersDisabled: in.GroupRunnersDisabled, Archived: in.Archived,
		RunnerTokenExpiration: in.RunnerTokenExpiration, BuildTimeout: in.BuildTimeout, GitDepth: in.GitDepth,
		KeepLatestArtifact: clone.Pointer(in.KeepLatestArtifact, clone.Shallow), CreatedAt: in.CreatedAt,
		Attributes: maps.Clone(in.Attributes), DeletionMarkedAt: in.DeletionMarkedAt, OldPaths: slices.Clone(in.OldPaths),
		ProcessModes: world.ProcessModesOf(in.ResourceGroups), Allowlist: world.AllowedAt(in.JobTokenAllowlist),
	}
	p.SetGiven(in.LastDeploymentIID)
	if in.CreatedBy != "" {
		p.Creator = found.user("created_by", in.CreatedBy)
	}
	return p, found.problems
}

func addProject(st *world.State, in Project) (*world.Project, error) {
	p, found := projectDraft(st, in)
	files := repositoryDraft(in)
	added, err := st.AddProject(p, membersDraft(in.Members), append(found, files.Check()...)...)
	if err == nil {
		err = st.FillRepository(added, files)
	}
	return added, err
}

func repositoryDraft(in Project) world.RepositoryDraft {
	d := world.RepositoryDraft{Files: in.Files}
	if in.Repository != nil {
		h := plain.As[repository.History](plain.Clone(*in.Repository))
		d.History = &h
	}
	return d
}

// errFilesChange is that of an update that changes files.
var errFilesChange = errors.New("a repository's files do not change here; Commit and DeleteFiles change them")

func rewriteProject(st *world.State, p *world.Project, in Project) error {
	draft, found := projectDraft(st, in)
	if !p.HasRepository(repositoryDraft(in)) {
		found.Add("files", errFilesChange)
	}
	return st.UpdateProject(p, draft, membersDraft(in.Members), found...)
}

func addShare(st *world.State, in Share) (Share, error) {
	_, err := st.AddShare(in.Path, in.Group, world.Role(in.Role), in.ExpiresAt)
	return in, err
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
	out := Runner{
		ID: r.ID, Type: RunnerType(r.Type), Description: world.OrEmpty(r.Description),
		Name: world.OrEmpty(r.Name), MaintenanceNote: world.OrEmpty(r.MaintenanceNote),
		Token: r.Token, TokenExpiresAt: r.TokenExpiresAt, Registration: Registration(r.Registration),
		Paused: r.Paused, Locked: r.Locked, Tags: world.WrittenTags(r.Tags), AccessLevel: AccessLevel(r.AccessLevel),
		CreatedAt: r.CreatedAt, ContactedAt: r.ContactedAt,
	}
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

func runnerDraft(st *world.State, in Runner) (world.RunnerDraft, world.Problems) {
	found := references{st: st}
	n := world.RunnerDraft{ID: in.ID, Type: world.RunnerType(in.Type), Name: world.OrNull(in.Name), Token: in.Token,
		Registration: world.Registration(in.Registration), Existing: true,
		CreatedAt: in.CreatedAt, ContactedAt: in.ContactedAt, TokenExpiresAt: in.TokenExpiresAt}
	if in.Group != "" {
		n.Group = found.group("group", in.Group)
	}
	for i, path := range in.Projects {
		n.Projects = append(n.Projects, found.project(datajson.Index("projects", i), path))
	}
	if in.CreatedBy != "" {
		n.Creator = found.user("created_by", in.CreatedBy)
	}
	for _, m := range in.Managers {
		n.Managers = append(n.Managers, managerDraft(m))
	}
	n.Attributes = world.Attributes{
		Description: world.OrNull(in.Description), MaintenanceNote: world.OrNull(in.MaintenanceNote),
		Paused: in.Paused, Locked: in.Locked, RunUntagged: in.RunUntagged == nil || *in.RunUntagged,
		Tags: slices.Clone(in.Tags), AccessLevel: world.AccessLevel(in.AccessLevel),
	}
	switch {
	case in.MaximumTimeout%time.Second != 0:
		hint := ""
		if abs := in.MaximumTimeout.Abs(); abs < time.Millisecond { // a number of seconds as it stands in GitLab's JSON
			hint = fmt.Sprintf("; it is %s: %d*time.Second?", in.MaximumTimeout, in.MaximumTimeout)
		}
		found.problems.Addf("maximum_timeout", "MaximumTimeout is whole seconds%s", hint)
	case in.MaximumTimeout != 0:
		seconds := int(in.MaximumTimeout / time.Second)
		n.Attributes.MaximumTimeout = &seconds
	}
	return n, found.problems
}

func addRunner(st *world.State, in Runner) (*world.Runner, error) {
	n, found := runnerDraft(st, in)
	return st.AddRunner(n, found...)
}

func rewriteRunner(st *world.State, r *world.Runner, in Runner) error {
	n, found := runnerDraft(st, in)
	return st.ChangeRunner(r, n, found...)
}

func publicManager(m *world.Manager) RunnerManager {
	return RunnerManager{
		ID: m.ID, SystemID: m.SystemID,
		Version: m.Version, Revision: m.Revision, Platform: m.Platform, Architecture: m.Architecture,
		IPAddress: m.IPAddress, Executor: m.Executor, CreatedAt: m.CreatedAt, ContactedAt: m.ContactedAt,
	}
}

func managerDraft(in RunnerManager) world.Manager {
	return world.Manager{
		ID: in.ID, SystemID: in.SystemID,
		Version: in.Version, Revision: in.Revision, Platform: in.Platform, Architecture: in.Architecture,
		IPAddress: in.IPAddress, Executor: in.Executor, CreatedAt: in.CreatedAt, ContactedAt: in.ContactedAt,
	}
}

// copies are rows as plain data. It is never nil.
func copies[R world.Row, T any](rows []R, public func(R) T) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = public(r)
	}
	return out
}

// badValues are the texts and times of plain data that GitLab does not keep. A job's log and what is in files may be
// any bytes.
func badValues(plain any) (ps world.Problems) {
	for _, p := range datajson.BadValues(plain, "trace", "Project.files", "RepositoryCommit.files",
		"RepositoryCommit.raw", "RepositoryTag.raw", "Repository.objects") {
		ps = append(ps, world.Problem{Field: p.Path, Text: p.Message, Terse: true})
	}
	return ps
}
