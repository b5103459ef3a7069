package fakegitlab

import (
	"reflect"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/clone"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// A whole world out of the state as plain data, and into it.

// snapshotOf is all that is known, as plain data ordered by id. A kind of which there is none is nil: JSON leaves it
// out.
func snapshotOf(st *world.State) Scenario {
	s := Scenario{Settings: publicSettings(st.Settings), Users: someCopies(st.Users.Rows, publicUser),
		AccessTokens: someCopies(st.Tokens.Rows, publicAccessToken), Groups: someCopies(st.Groups.Rows, publicGroup),
		Projects: someCopies(st.Projects.Rows, publicProject), Jobs: someCopies(st.Jobs.Rows, publicJob),
		Pipelines: someCopies(st.MovingPipelines(), publicPipeline), Webhooks: someCopies(st.Webhooks.Rows, publicWebhook),
		RunnerControllers: someCopies(st.RunnerControllers.Rows, publicRunnerController)}
	s.Runners = someCopies(st.Runners.Rows, func(r *world.Runner) Runner {
		out := publicRunner(r)
		if r.TokenExpiresAt.IsZero() && !st.TokenExpiry(r, r.CreatedAt).IsZero() {
			out.TokenExpiresAt = world.Never
		}
		return out
	})
	s.Variables, s.ProtectedRefs = publicVariables(st), someCopies(st.ProtectedRefs.Rows, publicProtectedRef)
	if st.Deploys() { // that there are none is told as well, so that jobs make no others
		s.Environments = copies(st.Environments.Rows, publicEnvironment)
		s.Deployments = copies(st.Deployments.Rows, publicDeployment)
	}
	s.DeployTokens = someCopies(st.DeployTokens.Rows, publicDeployToken)
	s.DeployKeys = someCopies(st.DeployKeys.Rows, publicDeployKey(st))
	s.PipelineSchedules = someCopies(st.Schedules.Rows, publicSchedule)
	s.PipelineTriggers = someCopies(st.Triggers.Rows, publicTrigger)
	s.CommitStatuses = someCopies(st.Statuses.Rows, publicStatus)
	for _, g := range st.Groups.Rows {
		s.addTies(g.Path, g)
	}
	for _, p := range st.Projects.Rows {
		s.addTies(p.Path, p)
	}
	return s
}

// addTies adds the memberships of a group or project that end by themselves, and its shares.
func (s *Scenario) addTies(path string, of world.Source) {
	for _, m := range world.MembersOf(of) {
		if !m.ExpiresAt.IsZero() {
			s.Memberships = append(s.Memberships, Membership{path, m.User.Username, Role(m.Role), m.ExpiresAt})
		}
	}
	for _, share := range world.SharesOf(of) {
		s.Shares = append(s.Shares, Share{path, share.Group.Path, Role(share.Role), share.ExpiresAt})
	}
}

// someCopies is copies, but nil for none.
func someCopies[R world.Row, T any](rows []R, public func(R) T) []T {
	if len(rows) == 0 {
		return nil
	}
	return copies(rows, public)
}

// seed adds a whole scenario, or nothing of it: then the error is a *ScenarioError with everything that GitLab refuses.
func seed(st *world.State, s Scenario) error {
	return world.Atomically(st, func() error {
		refused := seedAll(st, toldFromNow(st, s))
		if len(refused) == 0 {
			return nil
		}
		e := &ScenarioError{}
		for _, r := range refused {
			e.Problems = append(e.Problems, ScenarioProblem{Path: r.path(), Name: r.name, Message: r.Text})
		}
		return e
	})
}

// toldFromNow is a scenario with its times as they are in that world from now on.
func toldFromNow(st *world.State, s Scenario) Scenario {
	if s.Now.IsZero() {
		return s
	}
	return s.At(st.Begin())
}

// rejection is a problem of a record of a scenario.
type rejection struct {
	at   string // the record's place
	name string // the record's, which may be empty
	world.Problem
}

func (r rejection) path() string { return datajson.Join(r.at, r.Field) }

// seedAll adds the records of a scenario in an order in which each finds what it refers to, and returns what GitLab
// refuses of them. With a rejection the state is not to be used: it has stand-ins for what was refused. The user root,
// who is always there, is updated; everything else is new.
func seedAll(st *world.State, s Scenario) (refused []rejection) {
	groups := world.NamesOf(s.Groups, func(g Group) string { return g.Path })
	projects := world.NamesOf(s.Projects, func(p Project) string { return p.Path })
	world.Seeding(st, groups, projects, func() {
		if !reflect.ValueOf(s.Settings).IsZero() {
			reject(&refused, "settings", "", rewriteSettings(st, s.Settings))
		}
		seedEach(&refused, "users", s.Users, func(u User) string { return u.Username }, usersOnce(st))
		for i, t := range s.AccessTokens {
			isBot := t.User != "" && (t.Project != "" || t.Group != "")
			if isBot && st.UserNames[world.Key(t.User)] == nil && s.namesMember(t.User) {
				reject(&refused, datajson.Index("access_tokens", i), t.User, st.SeedBot(t.User, t.Name))
			}
		}
		seedEach(&refused, "groups", s.Groups, func(g Group) string { return g.Path }, making(st, addGroup))
		implied := s.implied()
		for _, m := range s.Memberships {
			if implied(m.Path) {
				st.EnsureGroup(m.Path)
			}
		}
		seedEach(&refused, "projects", s.Projects, func(p Project) string { return p.Path }, making(st, addProject))
		seedEach(&refused, "memberships", s.Memberships, func(m Membership) string { return m.Path },
			func(m Membership) error { return st.AddMember(m.Path, m.User, world.Role(m.Role), m.ExpiresAt) })
		seedEach(&refused, "shares", s.Shares, func(share Share) string { return share.Path }, making(st, addShare))
		seedEach(&refused, "variables", s.Variables, func(v Variable) string { return v.Key }, making(st, addVariable))
		seedEach(&refused, "deploy_tokens", s.DeployTokens, func(t DeployToken) string { return t.Name },
			making(st, addDeployToken))
		seedEach(&refused, "deploy_keys", s.DeployKeys, func(k DeployKey) string { return k.Title },
			making(st, addDeployKey))
		seedEach(&refused, "pipeline_schedules", s.PipelineSchedules,
			func(s PipelineSchedule) string { return s.Description }, making(st, addSchedule))
		seedEach(&refused, "pipeline_triggers", s.PipelineTriggers,
			func(t PipelineTrigger) string { return t.Description }, making(st, addTrigger))
		seedEach(&refused, "protected_refs", s.ProtectedRefs, func(r ProtectedRef) string { return r.Name },
			making(st, addProtectedRef))
		seedEach(&refused, "access_tokens", s.AccessTokens, func(t AccessToken) string { return t.User },
			func(t AccessToken) error { return seedAccessToken(st, t) })
		seedEach(&refused, "runners", s.Runners, func(r Runner) string { return r.Description }, making(st, addRunner))
		pipelines := func(made bool) func(Pipeline) error {
			return func(p Pipeline) error {
				if p.isMade(st) != made {
					return nil
				}
				_, err := addPipeline(st, p)
				return err
			}
		}
		seedEach(&refused, "pipelines", s.Pipelines, Pipeline.seedName, pipelines(false))
		seedEach(&refused, "jobs", s.Jobs, func(j Job) string { return j.Name }, making(st, addJob))
		seedEach(&refused, "pipelines", s.Pipelines, Pipeline.seedName, pipelines(true)) // behind the IDs of all others
		seedDeployments(st, s, &refused)
		seedEach(&refused, "commit_statuses", s.CommitStatuses, func(s CommitStatus) string { return s.Name },
			making(st, addStatus))
		seedEach(&refused, "runner_controllers", s.RunnerControllers,
			func(c RunnerController) string { return c.Description }, making(st, addRunnerController))
		seedEach(&refused, "webhooks", s.Webhooks, func(h Webhook) string { return h.URL }, making(st, addWebhook))
	})
	return refused
}

// namesMember reports whether a group or project is said to have a member of that name.
func (s *Scenario) namesMember(username string) bool {
	has := func(members Members) bool {
		for name := range members {
			if strings.EqualFold(name, username) {
				return true
			}
		}
		return false
	}
	return slices.ContainsFunc(s.Groups, func(g Group) bool { return has(g.Members) }) ||
		slices.ContainsFunc(s.Projects, func(p Project) bool { return has(p.Members) }) ||
		slices.ContainsFunc(s.Memberships, func(m Membership) bool { return strings.EqualFold(m.User, username) })
}

// usersOnce adds users to that state. Root is there already, and may be listed once.
func usersOnce(st *world.State) func(User) error {
	rootListed := false
	return func(u User) error {
		if isRoot := world.Key(u.Username) == world.RootUsername; !isRoot || !rootListed {
			rootListed = rootListed || isRoot
			return seedUser(st, u)
		}
		_, err := addUser(st, u)
		return err
	}
}

// seedEach adds the records of one kind.
func seedEach[T any](refused *[]rejection, kind string, rows []T, name func(T) string, add func(T) error) {
	for i, row := range rows {
		if err := withValues(add)(row); err != nil {
			reject(refused, datajson.Index(kind, i), name(row), err)
		}
	}
}

// withValues is an add that also refuses badValues, of which nothing else is said then. It tries to add the record all
// the same: what else is wrong with it is to be told as well.
func withValues[T any](add func(T) error) func(T) error {
	return func(row T) error {
		bad := badValues(row)
		var ps world.Problems
		ps.Add("", add(row))
		said := func(p world.Problem) bool {
			return slices.ContainsFunc(bad, func(b world.Problem) bool { return b.Field == p.Field })
		}
		if ps = append(bad, slices.DeleteFunc(ps, said)...); len(ps) > 0 {
			return ps
		}
		return nil
	}
}

// reject notes what is wrong with the record at a place, if anything.
func reject(refused *[]rejection, at, name string, err error) {
	var ps world.Problems
	ps.Add("", err)
	for _, p := range ps {
		*refused = append(*refused, rejection{at, name, p})
	}
}

// making is add for that state, without the record that it makes.
func making[T, R any](st *world.State, add func(*world.State, T) (R, error)) func(T) error {
	return func(row T) error {
		_, err := add(st, row)
		return err
	}
}

func publicDeployToken(t *world.DeployToken) DeployToken {
	out := DeployToken{ID: t.ID, Token: t.Token, Name: t.Name, Username: t.Username, Scopes: slices.Clone(t.Scopes),
		ExpiresAt: t.ExpiresAt, Revoked: t.Revoked}
	if t.Project != nil {
		out.Path = t.Project.Path
	} else {
		out.Path = t.Group.Path
	}
	return out
}

func addDeployToken(st *world.State, in DeployToken) (*world.DeployToken, error) {
	return st.AddDeployToken(in.Path, world.DeployToken{ID: in.ID, Token: in.Token, Name: in.Name, Username: in.Username,
		Scopes: slices.Clone(in.Scopes), ExpiresAt: in.ExpiresAt, Revoked: in.Revoked})
}

func publicDeployKey(st *world.State) func(*world.DeployKey) DeployKey {
	return func(k *world.DeployKey) DeployKey {
		out := DeployKey{ID: k.ID, Title: k.Title, Key: k.Text, Public: k.Public, CreatedAt: k.CreatedAt,
			ProjectsWithWriteAccess: st.PathsOf(k, true), ProjectsWithReadonlyAccess: st.PathsOf(k, false),
			ExpiresAt: k.ExpiresAt}
		if k.Maker != nil {
			out.User = k.Maker.Username
		}
		return out
	}
}

func addDeployKey(st *world.State, in DeployKey) (*world.DeployKey, error) {
	return st.AddDeployKey(world.DeployKey{ID: in.ID, Title: in.Title, Text: in.Key, Public: in.Public,
		CreatedAt: in.CreatedAt, ExpiresAt: in.ExpiresAt}, in.User,
		in.ProjectsWithWriteAccess, in.ProjectsWithReadonlyAccess)
}

func publicVariable(path string, v *world.Variable) Variable {
	out := Variable{Path: path, Key: v.Key, Value: v.Value, Description: clone.Pointer(v.Description, clone.Shallow),
		File: v.File, Protected: v.Protected, Masked: v.Masked, Hidden: v.Hidden, Raw: v.Raw}
	if v.Scope != world.Everywhere {
		out.EnvironmentScope = v.Scope
	}
	return out
}

func variableDraft(in Variable) world.Variable {
	return world.Variable{Key: in.Key, Value: in.Value, Description: clone.Pointer(in.Description, clone.Shallow),
		File: in.File, Protected: in.Protected, Masked: in.Masked, Hidden: in.Hidden, Raw: in.Raw,
		Scope: in.EnvironmentScope}
}

func addVariable(st *world.State, in Variable) (Variable, error) {
	added, err := st.AddVariable(in.Path, variableDraft(in))
	if err != nil {
		return in, err
	}
	return publicVariable(in.Path, added), nil
}

// publicVariables are the variables of all projects and groups and of the instance.
func publicVariables(st *world.State) (all []Variable) {
	for _, set := range st.VariableSets() {
		for _, v := range set.Rows() {
			all = append(all, publicVariable(set.Path, v))
		}
	}
	return all
}

func publicProtectedRef(r *world.ProtectedRef) ProtectedRef {
	out := ProtectedRef{ID: r.ID, Project: r.Project.Path, Name: r.Name, Tag: r.Tag, Push: RefAccess(r.Push),
		Merge: RefAccess(r.Merge), ForcePush: r.ForcePush, DeployKeys: r.KeyIDs()}
	if r.KeysAlone && len(r.Keys) > 0 { // else nobody
		out.Push = ""
	}
	return out
}

func addProtectedRef(st *world.State, in ProtectedRef) (*world.ProtectedRef, error) {
	found := references{st: st}
	keys, err := st.KeyAccess(in.DeployKeys)
	found.problems.Add("deploy_keys", err)
	return st.AddProtectedRef(world.ProtectedRef{ID: in.ID, Project: found.project("project", in.Project), Name: in.Name,
		Tag: in.Tag, Push: world.RefAccess(in.Push), Merge: world.RefAccess(in.Merge), ForcePush: in.ForcePush, Keys: keys},
		found.problems...)
}
