package fakegitlab

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// The border between plain data, which tests and scenarios speak, and the records of the state machine. Nothing else knows both.
// A ...Draft finds the records that plain data names; a public... copies a record out.

// publicUser is the user as plain data.
func publicUser(u *user) User {
	return User{ID: u.ID, Username: u.Username, Name: u.Name, Email: u.Email, Admin: u.Admin, Auditor: u.Auditor, External: u.External,
		State: u.State, CreatedAt: u.CreatedAt}
}

func userDraft(in User) user {
	return user{ID: in.ID, Username: in.Username, Name: in.Name, Email: in.Email, Admin: in.Admin, Auditor: in.Auditor, External: in.External,
		State: in.State, CreatedAt: in.CreatedAt}
}

func addUser(st *state, in User) (*user, error) { return st.addUser(userDraft(in)) }

func seedUser(st *state, in User) error { return st.seedUser(userDraft(in)) }

func rewriteUser(st *state, u *user, in User) error { return st.updateUser(u, userDraft(in)) }

// publicAccessToken is the access token as plain data. The value, too: a test may need it.
func publicAccessToken(t *accessToken) AccessToken {
	out := AccessToken{ID: t.ID, Token: t.Token, User: t.user.Username, Name: t.Name, Scopes: slices.Clone(t.Scopes), ExpiresAt: t.ExpiresAt,
		Revoked: t.Revoked, Impersonation: t.Impersonation, Role: t.Role, CreatedAt: t.CreatedAt}
	if t.project != nil {
		out.Project = t.project.Path
	}
	if t.group != nil {
		out.Group = t.group.Path
	}
	return out
}

func accessTokenDraft(st *state, in AccessToken) (t accessToken, err error) {
	t = accessToken{ID: in.ID, Token: in.Token, Name: in.Name, Scopes: in.Scopes, ExpiresAt: in.ExpiresAt, Revoked: in.Revoked,
		Impersonation: in.Impersonation, Role: in.Role, CreatedAt: in.CreatedAt}
	if in.Project != "" {
		if t.project, err = st.projectByPath(in.Project); err != nil {
			return t, err
		}
	}
	if in.Group != "" {
		t.group, err = st.groupByPath(in.Group)
	}
	return t, err
}

func addAccessToken(st *state, in AccessToken) (*accessToken, error) {
	t, err := accessTokenDraft(st, in)
	if err != nil {
		return nil, err
	}
	return st.addAccessToken(t, in.User)
}

func seedAccessToken(st *state, in AccessToken) error {
	t, err := accessTokenDraft(st, in)
	if err != nil {
		return err
	}
	return st.seedAccessToken(t, in.User)
}

// publicGroup is the group as plain data.
func publicGroup(g *group) Group {
	return Group{ID: g.ID, Path: g.Path, Name: g.Name, Visibility: g.Visibility, Members: publicMembers(g.roles),
		RegistrationToken: g.RegistrationToken, RegistrationTokensDisabled: g.RegistrationTokensDisabled,
		SharedRunnersDisabled: g.SharedRunnersDisabled, RunnerTokenExpiration: g.RunnerTokenExpiration, CreatedAt: g.CreatedAt}
}

func groupDraft(in Group) group {
	return group{ID: in.ID, Path: in.Path, Name: in.Name, Visibility: in.Visibility,
		RegistrationToken: in.RegistrationToken, RegistrationTokensDisabled: in.RegistrationTokensDisabled,
		SharedRunnersDisabled: in.SharedRunnersDisabled, RunnerTokenExpiration: in.RunnerTokenExpiration, CreatedAt: in.CreatedAt}
}

func addGroup(st *state, in Group) (*group, error) { return st.addGroup(groupDraft(in), in.Members) }

func rewriteGroup(st *state, g *group, in Group) error {
	return st.updateGroup(g, groupDraft(in), in.Members)
}

// publicProject is the project as plain data.
func publicProject(p *project) Project {
	return Project{ID: p.ID, Path: p.Path, Name: p.Name, Description: p.Description, Visibility: p.Visibility, Members: publicMembers(p.roles),
		RegistrationToken: p.RegistrationToken, RegistrationTokensDisabled: p.RegistrationTokensDisabled,
		SharedRunnersDisabled: p.SharedRunnersDisabled, GroupRunnersDisabled: p.GroupRunnersDisabled, Archived: p.Archived,
		RunnerTokenExpiration: p.RunnerTokenExpiration, BuildTimeout: p.BuildTimeout, GitDepth: p.GitDepth, CreatedAt: p.CreatedAt}
}

func projectDraft(in Project) project {
	return project{ID: in.ID, Path: in.Path, Name: in.Name, Description: in.Description, Visibility: in.Visibility,
		RegistrationToken: in.RegistrationToken, RegistrationTokensDisabled: in.RegistrationTokensDisabled,
		SharedRunnersDisabled: in.SharedRunnersDisabled, GroupRunnersDisabled: in.GroupRunnersDisabled, Archived: in.Archived,
		RunnerTokenExpiration: in.RunnerTokenExpiration, BuildTimeout: in.BuildTimeout, GitDepth: in.GitDepth, CreatedAt: in.CreatedAt}
}

func addProject(st *state, in Project) (*project, error) {
	return st.addProject(projectDraft(in), in.Members)
}

func rewriteProject(st *state, p *project, in Project) error {
	return st.updateProject(p, projectDraft(in), in.Members)
}

func publicMembers(roles map[*user]Role) Members {
	if len(roles) == 0 {
		return nil
	}
	m := make(Members, len(roles))
	for u, r := range roles {
		m[u.Username] = r
	}
	return m
}

// publicRunner is the runner as plain data.
func publicRunner(r *runner) Runner {
	out := Runner{ID: r.num, Type: r.kind, Description: orEmpty(r.description), Name: orEmpty(r.name), MaintenanceNote: orEmpty(r.maintenanceNote),
		Token: r.token, TokenExpiresAt: r.tokenExpiresAt, Registration: r.registration, Paused: r.paused, Locked: r.locked,
		Tags: slices.Clone(r.tags), AccessLevel: r.accessLevel, CreatedAt: r.createdAt, ContactedAt: r.contactedAt}
	if r.group != nil {
		out.Group = r.group.Path
	}
	for _, a := range r.assignments {
		out.Projects = append(out.Projects, a.project.Path)
	}
	if r.creator != nil {
		out.CreatedBy = r.creator.Username
	}
	if !r.runUntagged {
		out.RunUntagged = new(bool)
	}
	if r.maximumTimeout != nil {
		out.MaximumTimeout = time.Duration(*r.maximumTimeout) * time.Second
	}
	for _, m := range r.managers {
		out.Managers = append(out.Managers, publicManager(m))
	}
	return out
}

func runnerDraft(st *state, in Runner) (n newRunner, err error) {
	n = newRunner{id: in.ID, kind: in.Type, name: orNull(in.Name), token: in.Token, registration: in.Registration, existing: true,
		createdAt: in.CreatedAt, contactedAt: in.ContactedAt, tokenExpiresAt: in.TokenExpiresAt}
	if in.Group != "" {
		if n.group, err = st.groupByPath(in.Group); err != nil {
			return n, err
		}
	}
	for _, path := range in.Projects {
		p, err := st.projectByPath(path)
		if err != nil {
			return n, err
		}
		n.projects = append(n.projects, p)
	}
	if in.CreatedBy != "" {
		if n.creator, err = st.userByName(in.CreatedBy); err != nil {
			return n, fmt.Errorf("CreatedBy: %w", err)
		}
	}
	for _, m := range in.Managers {
		n.managers = append(n.managers, managerDraft(m))
	}
	n.attributes = attributes{description: orNull(in.Description), maintenanceNote: orNull(in.MaintenanceNote), paused: in.Paused, locked: in.Locked,
		runUntagged: in.RunUntagged == nil || *in.RunUntagged, tags: slices.Clone(in.Tags), accessLevel: in.AccessLevel}
	if in.MaximumTimeout%time.Second != 0 {
		return n, errors.New("MaximumTimeout is whole seconds")
	}
	if in.MaximumTimeout != 0 {
		seconds := int(in.MaximumTimeout / time.Second)
		n.attributes.maximumTimeout = &seconds
	}
	return n, nil
}

func addRunner(st *state, in Runner) (*runner, error) {
	n, err := runnerDraft(st, in)
	if err != nil {
		return nil, err
	}
	return st.addRunner(n)
}

func rewriteRunner(st *state, r *runner, in Runner) error {
	n, err := runnerDraft(st, in)
	if err != nil {
		return err
	}
	return st.changeRunner(r, n)
}

func publicManager(m *manager) RunnerManager {
	return RunnerManager{ID: m.ID, SystemID: m.SystemID, Version: m.Version, Revision: m.Revision, Platform: m.Platform,
		Architecture: m.Architecture, IPAddress: m.IPAddress, Executor: m.Executor, CreatedAt: m.CreatedAt, ContactedAt: m.ContactedAt}
}

func managerDraft(in RunnerManager) manager {
	return manager{ID: in.ID, SystemID: in.SystemID, Version: in.Version, Revision: in.Revision, Platform: in.Platform,
		Architecture: in.Architecture, IPAddress: in.IPAddress, Executor: in.Executor, CreatedAt: in.CreatedAt, ContactedAt: in.ContactedAt}
}
