package world

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
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
func oneOf[S ~string](what string, v *S, fallback S, known []S) error {
	*v = cmp.Or(*v, fallback)
	if slices.Contains(known, *v) {
		return nil
	}
	words := WordsOf(known...)
	if near, ok := nearest.Of(string(*v), words); ok {
		return fmt.Errorf("unknown %s %q; did you mean %q?", what, *v, near)
	}
	return fmt.Errorf("unknown %s %q; GitLab knows %s", what, *v, strings.Join(words, ", "))
}

// Missing is the error for a name that stands for nothing, with the nearest one that stands for something.
func Missing(what, name string, known []string) error {
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

func NamesOf[T any](rows []T, name func(T) string) []string {
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = name(r)
	}
	return names
}

func (st *State) UserByName(name string) (*User, error) {
	if u := st.UserNames[Key(name)]; u != nil {
		return u, nil
	}
	return nil, Missing("user", name, NamesOf(st.Users.Rows, func(u *User) string { return u.Username }))
}

func (st *State) GroupByPath(path string) (*Group, error) {
	if g := st.GroupPaths[Key(path)]; g != nil {
		return g, nil
	}
	if n, err := strconv.Atoi(path); err == nil && has(st.Groups, n) {
		return nil, namedByPath("group", path, st.Groups.ByID[n].Path)
	}
	return nil, Missing("group", path, NamesOf(st.Groups.Rows, func(g *Group) string { return g.Path }))
}

func (st *State) ProjectByPath(path string) (*Project, error) {
	if p := st.ProjectPaths[Key(path)]; p != nil {
		return p, nil
	}
	if n, err := strconv.Atoi(path); err == nil && has(st.Projects, n) {
		return nil, namedByPath("project", path, st.Projects.ByID[n].Path)
	}
	return nil, Missing("project", path, NamesOf(st.Projects.Rows, func(p *Project) string { return p.Path }))
}

func (st *State) RunnerByID(id int) (*Runner, error) { return st.RunnerByNumber(strconv.Itoa(id)) }

func (st *State) RunnerByNumber(id string) (*Runner, error) {
	if n, err := strconv.Atoi(id); err == nil && st.Runners.ByID[n] != nil {
		return st.Runners.ByID[n], nil
	}
	return nil, Missing("runner", id, NamesOf(st.Runners.Rows, func(r *Runner) string { return strconv.Itoa(r.ID) }))
}

func (st *State) JobByID(id int) (*Job, error) { return st.JobByNumber(strconv.Itoa(id)) }

func (st *State) JobByNumber(id string) (*Job, error) {
	if n, err := strconv.Atoi(id); err == nil && st.Jobs.ByID[n] != nil {
		return st.Jobs.ByID[n], nil
	}
	return nil, Missing("job", id, NamesOf(st.Jobs.Rows, func(j *Job) string { return strconv.Itoa(j.ID) }))
}

func freeID[T Record](t *table[T], what string, id int) error {
	if id < 0 {
		return fmt.Errorf("%s id %d is negative", what, id)
	}
	if id != 0 && has(*t, id) {
		return fmt.Errorf("%s id %d is taken", what, id)
	}
	return nil
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
	return oneOf("user state", &u.State, UserActive, UserStates)
}

// AddUser makes a user of a draft; what is empty in it is filled in.
func (st *State) AddUser(u User) (*User, error) {
	if err := checkUser(&u); err != nil {
		return nil, err
	}
	if st.UserNames[Key(u.Username)] != nil {
		return nil, errors.New("the username is taken")
	}
	if st.GroupPaths[Key(u.Username)] != nil {
		return nil, errors.New("a group has that path")
	}
	if err := freeID(&st.Users, "user", u.ID); err != nil {
		return nil, err
	}
	u.ID, u.CreatedAt = assignID(st, &st.Users, u.ID), orNow(u.CreatedAt, st.Now())
	add(st, &st.Users, &u)
	setKey(st, st.UserNames, Key(u.Username), &u)
	return &u, nil
}

// UpdateUser replaces what is known of a user. Who a user is, ID and username, stays.
func (st *State) UpdateUser(u *User, next User) error {
	if next.ID != u.ID || next.Username != u.Username {
		return errors.New("a user's ID and Username do not change")
	}
	if err := checkUser(&next); err != nil {
		return err
	}
	next.CreatedAt, next.Bot = orNow(next.CreatedAt, u.CreatedAt), u.Bot
	before := *u
	*u = next
	st.OnUndo(func() { *u = before })
	return nil
}

// SeedUser is addUser, but for the user root, who is always there and is updated.
func (st *State) SeedUser(in User) error {
	if Key(in.Username) != RootUsername {
		_, err := st.AddUser(in)
		return err
	}
	root := st.UserNames[RootUsername]
	if in.ID == 0 {
		in.ID = root.ID
	}
	in.Username = root.Username
	return st.UpdateUser(root, in)
}

// AddAccessToken makes a personal access token of the user, or a project's or group's with its bot user, who is made if there is
// none of that name; without a name GitLab makes one up.
func (st *State) AddAccessToken(t AccessToken, username string) (*AccessToken, error) {
	if t.Scopes == nil {
		t.Scopes = []string{ScopeAPI}
	}
	for _, s := range t.Scopes {
		if !slices.Contains(knownScopes, s) {
			return nil, Missing("token scope", s, knownScopes)
		}
	}
	if t.Token != "" && st.tokenValues[t.Token] != nil {
		return nil, errors.New("another access token has that value")
	}
	if err := freeID(&st.Tokens, "access token", t.ID); err != nil {
		return nil, err
	}
	if err := st.findTokenUser(&t, username); err != nil {
		return nil, err
	}
	t.Token = st.secret(accessTokens, t.Token)
	if t.Name == "" {
		t.Name = "token of " + t.User.Username
	}
	t.Scopes = slices.Clone(t.Scopes)
	t.ID, t.CreatedAt = assignID(st, &st.Tokens, t.ID), orNow(t.CreatedAt, st.Now())
	add(st, &st.Tokens, &t)
	setKey(st, st.tokenValues, t.Token, &t)
	return &t, nil
}

// findTokenUser finds whose token it is; for a project or group access token that is a bot, which is made and becomes a member.
func (st *State) findTokenUser(t *AccessToken, username string) (err error) {
	if t.Project == nil && t.Group == nil {
		if t.Role != 0 {
			return errors.New("Role is for project and group access tokens; the role of a personal one is its user's")
		}
		t.User, err = st.UserByName(username)
		return err
	}
	if t.Project != nil && t.Group != nil {
		return errors.New("an access token is of a project or of a group, not both")
	}
	var roles map[*User]Role
	var botsOf string
	if p := t.Project; p != nil {
		roles, botsOf = p.Roles, fmt.Sprintf("project_%d", p.ID)
	} else {
		roles, botsOf = t.Group.Roles, fmt.Sprintf("group_%d", t.Group.ID)
	}
	if t.Role == 0 {
		t.Role = Maintainer
	}
	if err := checkRole(t.Role); err != nil {
		return err
	}
	if username == "" {
		username = botsOf + "_bot_" + strings.ToLower(st.made.token(botNames))
	}
	u := st.UserNames[Key(username)]
	if u == nil {
		if u, err = st.AddUser(User{Username: username, Name: t.Name}); err != nil {
			return err
		}
	}
	t.User = u
	wasBot := u.Bot
	u.Bot = true
	st.OnUndo(func() { u.Bot = wasBot })
	setRole(st, roles, u, t.Role)
	return nil
}

// SeedAccessToken adds a token; one that Token gave out in another fake is given out by Token here, too.
func (st *State) SeedAccessToken(in AccessToken, username string) error {
	t, err := st.AddAccessToken(in, username)
	if err == nil && t.Name == TokenName(t.User.Username, t.Scopes) &&
		(!t.Revoked || st.namedTokens[t.Name] == nil) { // of several the one that still opens something
		setKey(st, st.namedTokens, t.Name, t)
	}
	return err
}

// TokenName is the name of the token that Fake.Token makes for a user and scopes.
func TokenName(username string, scopes []string) string {
	return "fakegitlab token of " + username + " for " + strings.Join(scopes, " ")
}

func setRole(st *State, roles map[*User]Role, u *User, r Role) {
	before, had := roles[u]
	roles[u] = r
	st.OnUndo(func() {
		if had {
			roles[u] = before
		} else {
			delete(roles, u)
		}
	})
}

func checkRole(r Role) error {
	if slices.Contains(memberRoles, r) {
		return nil
	}
	return fmt.Errorf("unknown role %d; GitLab knows Guest, Planner, Reporter, Developer, Maintainer, Owner", int(r))
}

// AddMember makes a user a direct member of the group or project at a path.
func (st *State) AddMember(path, username string, r Role) error {
	u, err := st.UserByName(username)
	if err != nil {
		return err
	}
	if err := checkRole(r); err != nil {
		return err
	}
	if p := st.ProjectPaths[Key(path)]; p != nil {
		setRole(st, p.Roles, u, r)
		return nil
	}
	g, err := st.GroupByPath(path)
	if err == nil {
		setRole(st, g.Roles, u, r)
	}
	return err
}

// rolesOf finds the members of a group or project by their usernames.
func (st *State) rolesOf(members map[string]Role) (map[*User]Role, error) {
	roles := make(map[*User]Role, len(members))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		u, err := st.UserByName(name)
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
	return oneOf("visibility", v, Private, VisibilityLevels)
}

func checkExpiration(ds ...time.Duration) error {
	for _, d := range ds {
		if d < 0 {
			return fmt.Errorf("a token cannot live for %s", d)
		}
	}
	return nil
}

func (st *State) checkGroup(in *Group, members map[string]Role) (map[*User]Role, error) {
	if !pathPattern.MatchString(in.Path) {
		return nil, fmt.Errorf("%q is no full path of a group", in.Path)
	}
	if err := errors.Join(checkVisibility(&in.Visibility), checkExpiration(in.RunnerTokenExpiration)); err != nil {
		return nil, err
	}
	if _, last := SplitPath(in.Path); in.Name == "" {
		in.Name = last
	}
	return st.rolesOf(members)
}

// AddGroup makes a group of a draft, and the parents in its path that do not exist. A group that is there only as somebody's
// parent takes over what the draft says.
func (st *State) AddGroup(in Group, members map[string]Role) (*Group, error) {
	var err error
	if in.Roles, err = st.checkGroup(&in, members); err != nil {
		return nil, err
	}
	g := st.GroupPaths[Key(in.Path)]
	if g != nil && !g.implied {
		return nil, errors.New("the path is taken by another group")
	}
	if g != nil && in.ID == g.ID {
		in.ID = 0
	}
	if err := errors.Join(freeID(&st.Groups, "group", in.ID), st.checkRegistrationToken(in.RegistrationToken, "")); err != nil {
		return nil, err
	}
	if g == nil {
		if g, err = st.newGroup(in.Path, in.ID); err != nil {
			return nil, err
		}
	} else if in.ID != 0 {
		st.renumber(g, in.ID)
	}
	before := *g
	st.OnUndo(func() { *g = before })
	st.setGroup(g, in)
	g.implied = false
	return g, nil
}

// renumber gives an implied group the id that it is now said to have.
func (st *State) renumber(g *Group, id int) {
	before := g.ID
	st.Groups.remove(g)
	g.ID = id
	st.Groups.insert(g)
	st.OnUndo(func() {
		st.Groups.remove(g)
		g.ID = before
		st.Groups.insert(g)
	})
}

// setGroup stores what a draft says of a group, and keeps or makes up what it does not.
func (st *State) setGroup(g *Group, in Group) {
	in.ID, in.Path, in.CreatedAt = g.ID, g.Path, orNow(in.CreatedAt, g.CreatedAt)
	in.RegistrationToken = st.secret(registrationTokens, cmp.Or(in.RegistrationToken, g.RegistrationToken))
	in.Parent, in.Children, in.Projects, in.runners, in.implied = g.Parent, g.Children, g.Projects, g.runners, g.implied
	*g = in
}

// newGroup makes a group with GitLab's defaults, and the parents that do not exist yet.
func (st *State) newGroup(path string, id int) (*Group, error) {
	parentPath, last := SplitPath(path)
	var parent *Group
	if parentPath != "" {
		if parent = st.GroupPaths[Key(parentPath)]; parent == nil {
			var err error
			if parent, err = st.newGroup(parentPath, 0); err != nil {
				return nil, err
			}
			parent.implied = true
		}
		path = parent.Path + "/" + last
	}
	if st.UserNames[Key(path)] != nil {
		return nil, fmt.Errorf("%q is a user's namespace", path)
	}
	if st.ProjectPaths[Key(path)] != nil {
		return nil, fmt.Errorf("%q is a project", path)
	}
	g := &Group{ID: assignID(st, &st.Groups, id), Path: path, Name: last, Visibility: Private,
		RegistrationToken: st.made.token(registrationTokens), CreatedAt: st.Now(), Parent: parent, Roles: map[*User]Role{}}
	if parent != nil {
		parent.Children = append(parent.Children, g)
		st.OnUndo(func() { parent.Children = parent.Children[:len(parent.Children)-1] })
	}
	add(st, &st.Groups, g)
	setKey(st, st.GroupPaths, Key(path), g)
	return g, nil
}

// UpdateGroup replaces what is known of a group.
func (st *State) UpdateGroup(g *Group, in Group, members map[string]Role) (err error) {
	if in.ID != g.ID || in.Path != g.Path {
		return errors.New("a group's ID and Path do not change here")
	}
	if in.Roles, err = st.checkGroup(&in, members); err != nil {
		return err
	}
	if err := st.checkRegistrationToken(in.RegistrationToken, g.RegistrationToken); err != nil {
		return err
	}
	st.setGroup(g, in)
	return nil
}

// checkRegistrationToken refuses a registration token that something else has already.
func (st *State) checkRegistrationToken(token, own string) error {
	if token == "" || token == own {
		return nil
	}
	if token == st.Settings.RegistrationToken || st.GroupByRegistrationToken(token) != nil || st.ProjectByRegistrationToken(token) != nil {
		return errors.New("the registration token is another's")
	}
	return nil
}

func (st *State) ProjectByRegistrationToken(token string) *Project {
	for _, p := range st.Projects.Rows {
		if p.RegistrationToken == token {
			return p
		}
	}
	return nil
}

func (st *State) GroupByRegistrationToken(token string) *Group {
	for _, g := range st.Groups.Rows {
		if g.RegistrationToken == token {
			return g
		}
	}
	return nil
}

func (st *State) checkProject(in *Project, members map[string]Role) (map[*User]Role, error) {
	if !pathPattern.MatchString(in.Path) || !strings.Contains(in.Path, "/") {
		return nil, fmt.Errorf(`%q is no full path of a project, which has a namespace: "acme/shop"`, in.Path)
	}
	if in.BuildTimeout < 0 {
		return nil, fmt.Errorf("a job cannot time out after %s", in.BuildTimeout)
	}
	if err := errors.Join(checkVisibility(&in.Visibility), checkExpiration(in.RunnerTokenExpiration)); err != nil {
		return nil, err
	}
	if _, last := SplitPath(in.Path); in.Name == "" {
		in.Name = last
	}
	return st.rolesOf(members)
}

// AddProject makes a project of a draft, and the groups in its path that do not exist.
func (st *State) AddProject(p Project, members map[string]Role) (*Project, error) {
	var err error
	if p.Roles, err = st.checkProject(&p, members); err != nil {
		return nil, err
	}
	if st.ProjectPaths[Key(p.Path)] != nil {
		return nil, errors.New("the path is taken by another project")
	}
	if st.GroupPaths[Key(p.Path)] != nil {
		return nil, errors.New("the path is taken by a group")
	}
	if err := errors.Join(freeID(&st.Projects, "project", p.ID), st.checkRegistrationToken(p.RegistrationToken, "")); err != nil {
		return nil, err
	}
	namespace, last := SplitPath(p.Path)
	if p.Group = st.GroupPaths[Key(namespace)]; p.Group == nil {
		if p.Owner = st.UserNames[Key(namespace)]; p.Owner == nil {
			if p.Group, err = st.newGroup(namespace, 0); err != nil {
				return nil, err
			}
			p.Group.implied = true
		}
	}
	p.RegistrationToken = st.secret(registrationTokens, p.RegistrationToken)
	p.ID, p.CreatedAt = assignID(st, &st.Projects, p.ID), orNow(p.CreatedAt, st.Now())
	namespace, _ = p.namespace()
	p.Path = namespace + "/" + last
	if g := p.Group; g != nil {
		g.Projects = append(g.Projects, &p)
		st.OnUndo(func() { g.Projects = g.Projects[:len(g.Projects)-1] })
	}
	add(st, &st.Projects, &p)
	setKey(st, st.ProjectPaths, Key(p.Path), &p)
	return &p, nil
}

// UpdateProject replaces what is known of a project.
func (st *State) UpdateProject(p *Project, in Project, members map[string]Role) (err error) {
	if in.ID != p.ID || in.Path != p.Path {
		return errors.New("a project's ID and Path do not change here")
	}
	if in.Roles, err = st.checkProject(&in, members); err != nil {
		return err
	}
	if err := st.checkRegistrationToken(in.RegistrationToken, p.RegistrationToken); err != nil {
		return err
	}
	in.RegistrationToken = st.secret(registrationTokens, cmp.Or(in.RegistrationToken, p.RegistrationToken))
	in.CreatedAt = orNow(in.CreatedAt, p.CreatedAt)
	in.Group, in.Owner, in.Runners, in.Jobs, in.pipelines = p.Group, p.Owner, p.Runners, p.Jobs, p.pipelines
	*p = in
	st.tickAll()
	return nil
}

func (st *State) checkSettings(in *Settings) error {
	for _, r := range in.ValidRegistrars {
		if !slices.Contains(KnownRegistrars(), r) {
			return Missing("kind of registrar", r, KnownRegistrars())
		}
	}
	if in.MaxProjectRunners < 0 || in.MaxGroupRunners < 0 || in.MaxTraceSize < 0 || in.MaxArtifactsSize < 0 {
		return errors.New("a limit cannot be negative; 0 is GitLab's default")
	}
	if in.RateLimit.Requests < 0 || in.RateLimit.Per < 0 || (in.RateLimit.Requests == 0) != (in.RateLimit.Per == 0) {
		return errors.New("a rate limit has both Requests and Per, or neither")
	}
	if in.ContactInterval < 0 {
		return errors.New("ContactInterval cannot be negative; 0 writes every contact")
	}
	return checkExpiration(in.RunnerTokenExpiration, in.GroupRunnerTokenExpiration, in.ProjectRunnerTokenExpiration)
}

// The kinds of registration token in valid_runner_registrars.
const (
	RegistrarProject = "project"
	RegistrarGroup   = "group"
)

// KnownRegistrars are all kinds, which are also the setting's default.
func KnownRegistrars() []string { return []string{RegistrarProject, RegistrarGroup} }

func (st *State) UpdateSettings(in Settings) error {
	if err := st.checkSettings(&in); err != nil {
		return err
	}
	if err := st.checkRegistrationToken(in.RegistrationToken, st.Settings.RegistrationToken); err != nil {
		return err
	}
	in.RegistrationToken = st.secret(instanceRegistrationTokens, cmp.Or(in.RegistrationToken, st.Settings.RegistrationToken))
	before := st.Settings
	st.Settings = in.Clone()
	st.OnUndo(func() { st.Settings = before })
	return nil
}

// SetSettings takes over settings that have been checked. unshared is shared_runners_enabled=false.
func (st *State) SetSettings(next Settings, unshared bool) {
	st.Settings, st.NewProjectsUnshared = next, unshared
}
