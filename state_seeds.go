package fakegitlab

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// Making records from plain data, for seeds and for changes on GitLab's side. Every function here either does what it is
// told or returns an error that says why GitLab could not be in that state, and then has changed nothing.

var (
	usernamePattern = regexp.MustCompile(`^[a-zA-Z0-9_][a-zA-Z0-9_.-]*$`)
	pathPattern     = regexp.MustCompile(`^[a-zA-Z0-9_.][a-zA-Z0-9_.-]*(/[a-zA-Z0-9_.][a-zA-Z0-9_.-]*)*$`)
	shaPattern      = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// oneOf checks that a value is one of the words that GitLab knows for its type; empty means the fallback.
func oneOf[S ~string](what string, v *S, fallback S) error {
	*v = cmp.Or(*v, fallback)
	known := knownValues(reflect.TypeFor[S]())
	if slices.Contains(known, string(*v)) {
		return nil
	}
	if near, ok := nearest.Of(string(*v), known); ok {
		return fmt.Errorf("unknown %s %q; did you mean %q?", what, *v, near)
	}
	return fmt.Errorf("unknown %s %q; GitLab knows %s", what, *v, strings.Join(known, ", "))
}

// missing is the error for a name that stands for nothing, with the nearest one that stands for something.
func missing(what, name string, known []string) error {
	if name == "" {
		return fmt.Errorf("no %s is given", what)
	}
	if near, ok := nearest.Of(name, known); ok {
		return fmt.Errorf("no %s %q; did you mean %q?", what, name, near)
	}
	return fmt.Errorf("no %s %q", what, name)
}

// namedByPath is the error for an ID where a path belongs: GitLab's API takes either.
func namedByPath(what, id, path string) error {
	return fmt.Errorf("no %s %q; here a %s goes by its path: %q", what, id, what, path)
}

func namesOf[T any](rows []T, name func(T) string) []string {
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = name(r)
	}
	return names
}

func (st *state) userByName(name string) (*user, error) {
	if u := st.userNames[key(name)]; u != nil {
		return u, nil
	}
	return nil, missing("user", name, namesOf(st.users.rows, func(u *user) string { return u.Username }))
}

func (st *state) groupByPath(path string) (*group, error) {
	if g := st.groupPaths[key(path)]; g != nil {
		return g, nil
	}
	if n, err := strconv.Atoi(path); err == nil && has(st.groups, n) {
		return nil, namedByPath("group", path, st.groups.byID[n].Path)
	}
	return nil, missing("group", path, namesOf(st.groups.rows, func(g *group) string { return g.Path }))
}

func (st *state) projectByPath(path string) (*project, error) {
	if p := st.projectPaths[key(path)]; p != nil {
		return p, nil
	}
	if n, err := strconv.Atoi(path); err == nil && has(st.projects, n) {
		return nil, namedByPath("project", path, st.projects.byID[n].Path)
	}
	return nil, missing("project", path, namesOf(st.projects.rows, func(p *project) string { return p.Path }))
}

func (st *state) runnerByID(id int) (*runner, error) { return st.runnerByNumber(strconv.Itoa(id)) }

func (st *state) runnerByNumber(id string) (*runner, error) {
	if n, err := strconv.Atoi(id); err == nil && st.runners.byID[n] != nil {
		return st.runners.byID[n], nil
	}
	return nil, missing("runner", id, namesOf(st.runners.rows, func(r *runner) string { return strconv.Itoa(r.num) }))
}

func (st *state) jobByID(id int) (*job, error) { return st.jobByNumber(strconv.Itoa(id)) }

func (st *state) jobByNumber(id string) (*job, error) {
	if n, err := strconv.Atoi(id); err == nil && st.jobs.byID[n] != nil {
		return st.jobs.byID[n], nil
	}
	return nil, missing("job", id, namesOf(st.jobs.rows, func(j *job) string { return strconv.Itoa(j.ID) }))
}

func freeID[T record](t *table[T], what string, id int) error {
	if id < 0 {
		return fmt.Errorf("%s id %d is negative", what, id)
	}
	if id != 0 && has(*t, id) {
		return fmt.Errorf("%s id %d is taken", what, id)
	}
	return nil
}

func orNow(t, now time.Time) time.Time {
	if t.IsZero() {
		return now
	}
	return t.UTC().Round(0).Truncate(time.Microsecond)
}

func checkUser(u *User) error {
	if !usernamePattern.MatchString(u.Username) {
		return fmt.Errorf("%q is no username", u.Username)
	}
	if u.Name == "" {
		u.Name = u.Username
	}
	if u.Email == "" {
		u.Email = u.Username + "@example.com"
	}
	return oneOf("user state", &u.State, UserActive)
}

func (st *state) addUser(in User) (*user, error) {
	if err := checkUser(&in); err != nil {
		return nil, err
	}
	if st.userNames[key(in.Username)] != nil {
		return nil, errors.New("the username is taken")
	}
	if st.groupPaths[key(in.Username)] != nil {
		return nil, errors.New("a group has that path")
	}
	if err := freeID(&st.users, "user", in.ID); err != nil {
		return nil, err
	}
	in.ID, in.CreatedAt = assignID(st, &st.users, in.ID), orNow(in.CreatedAt, st.now())
	u := &user{User: in}
	add(st, &st.users, u)
	setKey(st, st.userNames, key(u.Username), u)
	return u, nil
}

// updateUser replaces what is known of a user. Who a user is, ID and username, stays.
func (st *state) updateUser(u *user, in User) error {
	if in.ID != u.ID || in.Username != u.Username {
		return errors.New("a user's ID and Username do not change")
	}
	if err := checkUser(&in); err != nil {
		return err
	}
	in.CreatedAt = orNow(in.CreatedAt, u.CreatedAt)
	before := u.User
	u.User = in
	st.onUndo(func() { u.User = before })
	return nil
}

// knownScopes are the scopes of access tokens (lib/gitlab/auth.rb). Those of a later version can be seeded in every one, so
// that one world serves tests against several; where GitLab does not know a scope it opens nothing.
var knownScopes = []string{scopeAPI, scopeReadAPI, scopeReadUser, scopeCreateRunner, scopeManageRunner, scopeAdminMode, scopeSudo, "k8s_proxy",
	"read_repository", "write_repository", "read_registry", "write_registry", "ai_features", "ai_workflows", "read_service_ping", "self_rotate",
	"read_observability", "write_observability", "read_virtual_registry", "write_virtual_registry"}

// addAccessToken makes a personal access token, or a project's or group's with its bot user.
func (st *state) addAccessToken(in AccessToken) (*accessToken, error) {
	if in.Scopes == nil {
		in.Scopes = []string{scopeAPI}
	}
	for _, s := range in.Scopes {
		if !slices.Contains(knownScopes, s) {
			return nil, missing("token scope", s, knownScopes)
		}
	}
	if in.Token != "" && st.tokenValues[in.Token] != nil {
		return nil, errors.New("another access token has that value")
	}
	if err := freeID(&st.tokens, "access token", in.ID); err != nil {
		return nil, err
	}
	u, err := st.tokenUser(&in)
	if err != nil {
		return nil, err
	}
	in.User = u.Username
	in.Token = st.secret(accessTokens, in.Token)
	if in.Name == "" {
		in.Name = "token of " + in.User
	}
	in.Scopes = slices.Clone(in.Scopes)
	in.ID, in.CreatedAt = assignID(st, &st.tokens, in.ID), orNow(in.CreatedAt, st.now())
	t := &accessToken{AccessToken: in, user: u}
	add(st, &st.tokens, t)
	setKey(st, st.tokenValues, t.Token, t)
	return t, nil
}

// tokenUser finds whose token it is; for a project or group access token that is a bot, which is made and becomes a member.
func (st *state) tokenUser(in *AccessToken) (*user, error) {
	if in.Project == "" && in.Group == "" {
		if in.Role != 0 {
			return nil, errors.New("Role is for project and group access tokens; the role of a personal one is its user's")
		}
		return st.userByName(in.User)
	}
	if in.Project != "" && in.Group != "" {
		return nil, errors.New("an access token is of a project or of a group, not both")
	}
	var roles map[*user]Role
	kind, id := "project", 0
	if in.Project != "" {
		p, err := st.projectByPath(in.Project)
		if err != nil {
			return nil, err
		}
		in.Project, roles, id = p.Path, p.roles, p.ID
	} else {
		g, err := st.groupByPath(in.Group)
		if err != nil {
			return nil, err
		}
		in.Group, roles, kind, id = g.Path, g.roles, "group", g.ID
	}
	if in.Role == 0 {
		in.Role = Maintainer
	}
	if err := checkRole(in.Role); err != nil {
		return nil, err
	}
	if in.User == "" {
		in.User = fmt.Sprintf("%s_%d_bot_%s", kind, id, strings.ToLower(st.made.token(botNames)))
	}
	u := st.userNames[key(in.User)]
	if u == nil {
		var err error
		if u, err = st.addUser(User{Username: in.User, Name: in.Name}); err != nil {
			return nil, err
		}
	}
	wasBot := u.bot
	u.bot = true
	st.onUndo(func() { u.bot = wasBot })
	setRole(st, roles, u, in.Role)
	return u, nil
}

func setRole(st *state, roles map[*user]Role, u *user, r Role) {
	before, had := roles[u]
	roles[u] = r
	st.onUndo(func() {
		if had {
			roles[u] = before
		} else {
			delete(roles, u)
		}
	})
}

func checkRole(r Role) error {
	if r != 0 && r.valid() {
		return nil
	}
	return fmt.Errorf("unknown role %d; GitLab knows Guest, Planner, Reporter, Developer, Maintainer, Owner", int(r))
}

// rolesOf turns Members into records.
func (st *state) rolesOf(members Members) (map[*user]Role, error) {
	roles := make(map[*user]Role, len(members))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		u, err := st.userByName(name)
		if err != nil {
			return nil, fmt.Errorf("member: %w", err)
		}
		if err := checkRole(members[name]); err != nil {
			return nil, fmt.Errorf("member %s: %w", name, err)
		}
		roles[u] = members[name]
	}
	return roles, nil
}

func checkVisibility(v *Visibility) error {
	return oneOf("visibility", v, Private)
}

func checkExpiration(ds ...time.Duration) error {
	for _, d := range ds {
		if d < 0 {
			return fmt.Errorf("a token cannot live for %s", d)
		}
	}
	return nil
}

func (st *state) checkGroup(in *Group) (map[*user]Role, error) {
	if !pathPattern.MatchString(in.Path) {
		return nil, fmt.Errorf("%q is no full path of a group", in.Path)
	}
	if err := errors.Join(checkVisibility(&in.Visibility), checkExpiration(in.RunnerTokenExpiration)); err != nil {
		return nil, err
	}
	if _, last := splitPath(in.Path); in.Name == "" {
		in.Name = last
	}
	return st.rolesOf(in.Members)
}

func (st *state) addGroup(in Group) (*group, error) {
	roles, err := st.checkGroup(&in)
	if err != nil {
		return nil, err
	}
	g := st.groupPaths[key(in.Path)]
	if g != nil && !g.implied {
		return nil, errors.New("the path is taken by another group")
	}
	if g != nil && in.ID == g.ID {
		in.ID = 0
	}
	if err := errors.Join(freeID(&st.groups, "group", in.ID), st.checkRegistrationToken(in.RegistrationToken, "")); err != nil {
		return nil, err
	}
	if g == nil {
		if g, err = st.newGroup(in.Path, in.ID); err != nil {
			return nil, err
		}
	} else if in.ID != 0 {
		st.renumber(g, in.ID)
	}
	before, rolesBefore, implied := g.Group, g.roles, g.implied
	st.onUndo(func() { g.Group, g.roles, g.implied = before, rolesBefore, implied })
	st.setGroup(g, in, roles)
	g.implied = false
	return g, nil
}

// renumber gives an implied group the id that it is now said to have.
func (st *state) renumber(g *group, id int) {
	before := g.ID
	st.groups.remove(g)
	g.ID = id
	st.groups.insert(g)
	st.onUndo(func() {
		st.groups.remove(g)
		g.ID = before
		st.groups.insert(g)
	})
}

// setGroup stores what is said of a group, and keeps or makes up what is not.
func (st *state) setGroup(g *group, in Group, roles map[*user]Role) {
	in.ID, in.Path, in.Members = g.ID, g.Path, nil
	in.CreatedAt = orNow(in.CreatedAt, g.CreatedAt)
	in.RegistrationToken = st.secret(registrationTokens, cmp.Or(in.RegistrationToken, g.RegistrationToken))
	g.Group, g.roles = in, roles
}

// newGroup makes a group with GitLab's defaults, and the parents that do not exist yet.
func (st *state) newGroup(path string, id int) (*group, error) {
	parentPath, last := splitPath(path)
	var parent *group
	if parentPath != "" {
		if parent = st.groupPaths[key(parentPath)]; parent == nil {
			var err error
			if parent, err = st.newGroup(parentPath, 0); err != nil {
				return nil, err
			}
			parent.implied = true
		}
		path = parent.Path + "/" + last
	}
	if st.userNames[key(path)] != nil {
		return nil, fmt.Errorf("%q is a user's namespace", path)
	}
	if st.projectPaths[key(path)] != nil {
		return nil, fmt.Errorf("%q is a project", path)
	}
	g := &group{Group: Group{ID: assignID(st, &st.groups, id), Path: path, Name: last, Visibility: Private,
		RegistrationToken: st.made.token(registrationTokens), CreatedAt: st.now()}, parent: parent, roles: map[*user]Role{}}
	if parent != nil {
		parent.children = append(parent.children, g)
		st.onUndo(func() { parent.children = parent.children[:len(parent.children)-1] })
	}
	add(st, &st.groups, g)
	setKey(st, st.groupPaths, key(path), g)
	return g, nil
}

func (st *state) updateGroup(g *group, in Group) error {
	if in.ID != g.ID || in.Path != g.Path {
		return errors.New("a group's ID and Path do not change here")
	}
	roles, err := st.checkGroup(&in)
	if err != nil {
		return err
	}
	if err := st.checkRegistrationToken(in.RegistrationToken, g.RegistrationToken); err != nil {
		return err
	}
	st.setGroup(g, in, roles)
	return nil
}

// checkRegistrationToken refuses a registration token that something else has already.
func (st *state) checkRegistrationToken(token, own string) error {
	if token == "" || token == own {
		return nil
	}
	if token == st.settings.RegistrationToken || st.groupByRegistrationToken(token) != nil || st.projectByRegistrationToken(token) != nil {
		return errors.New("the registration token is another's")
	}
	return nil
}

func (st *state) checkProject(in *Project) (map[*user]Role, error) {
	if !pathPattern.MatchString(in.Path) || !strings.Contains(in.Path, "/") {
		return nil, fmt.Errorf(`%q is no full path of a project, which has a namespace: "acme/shop"`, in.Path)
	}
	if in.BuildTimeout < 0 {
		return nil, fmt.Errorf("a job cannot time out after %s", in.BuildTimeout)
	}
	if err := errors.Join(checkVisibility(&in.Visibility), checkExpiration(in.RunnerTokenExpiration)); err != nil {
		return nil, err
	}
	if _, last := splitPath(in.Path); in.Name == "" {
		in.Name = last
	}
	return st.rolesOf(in.Members)
}

func (st *state) addProject(in Project) (*project, error) {
	roles, err := st.checkProject(&in)
	if err != nil {
		return nil, err
	}
	if st.projectPaths[key(in.Path)] != nil {
		return nil, errors.New("the path is taken by another project")
	}
	if st.groupPaths[key(in.Path)] != nil {
		return nil, errors.New("the path is taken by a group")
	}
	if err := errors.Join(freeID(&st.projects, "project", in.ID), st.checkRegistrationToken(in.RegistrationToken, "")); err != nil {
		return nil, err
	}
	p := &project{roles: roles}
	namespace, last := splitPath(in.Path)
	if p.group = st.groupPaths[key(namespace)]; p.group == nil {
		if p.owner = st.userNames[key(namespace)]; p.owner == nil {
			if p.group, err = st.newGroup(namespace, 0); err != nil {
				return nil, err
			}
			p.group.implied = true
		}
	}
	in.RegistrationToken = st.secret(registrationTokens, in.RegistrationToken)
	in.ID, in.CreatedAt, in.Members = assignID(st, &st.projects, in.ID), orNow(in.CreatedAt, st.now()), nil
	p.Project = in
	namespace, _ = p.namespace()
	p.Path = namespace + "/" + last
	if g := p.group; g != nil {
		g.projects = append(g.projects, p)
		st.onUndo(func() { g.projects = g.projects[:len(g.projects)-1] })
	}
	add(st, &st.projects, p)
	setKey(st, st.projectPaths, key(p.Path), p)
	return p, nil
}

func (st *state) updateProject(p *project, in Project) error {
	if in.ID != p.ID || in.Path != p.Path {
		return errors.New("a project's ID and Path do not change here")
	}
	roles, err := st.checkProject(&in)
	if err != nil {
		return err
	}
	if err := st.checkRegistrationToken(in.RegistrationToken, p.RegistrationToken); err != nil {
		return err
	}
	in.RegistrationToken = st.secret(registrationTokens, cmp.Or(in.RegistrationToken, p.RegistrationToken))
	in.Members, in.CreatedAt = nil, orNow(in.CreatedAt, p.CreatedAt)
	p.Project, p.roles = in, roles
	st.tickAll()
	return nil
}

func (st *state) checkSettings(in *Settings) error {
	for _, r := range in.ValidRegistrars {
		if !slices.Contains(knownRegistrars(), r) {
			return missing("kind of registrar", r, knownRegistrars())
		}
	}
	if in.MaxProjectRunners < 0 || in.MaxGroupRunners < 0 || in.MaxTraceSize < 0 || in.MaxArtifactsSize < 0 {
		return errors.New("a limit cannot be negative; 0 is GitLab's default")
	}
	if in.RateLimit.Requests < 0 || in.RateLimit.Per < 0 || (in.RateLimit.Requests == 0) != (in.RateLimit.Per == 0) {
		return errors.New("a rate limit has both Requests and Per, or neither")
	}
	return checkExpiration(in.RunnerTokenExpiration, in.GroupRunnerTokenExpiration, in.ProjectRunnerTokenExpiration)
}

// The kinds of registration token in valid_runner_registrars.
const (
	registrarProject = "project"
	registrarGroup   = "group"
)

// knownRegistrars are all kinds, which are also the setting's default.
func knownRegistrars() []string { return []string{registrarProject, registrarGroup} }

func (st *state) updateSettings(in Settings) error {
	if err := st.checkSettings(&in); err != nil {
		return err
	}
	if err := st.checkRegistrationToken(in.RegistrationToken, st.settings.RegistrationToken); err != nil {
		return err
	}
	in.RegistrationToken = st.secret(instanceRegistrationTokens, cmp.Or(in.RegistrationToken, st.settings.RegistrationToken))
	before := st.settings
	st.settings = cloneSettings(in)
	st.onUndo(func() { st.settings = before })
	return nil
}
