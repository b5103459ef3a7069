package fakegitlab

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
	words := wordsOf(known...)
	if near, ok := nearest.Of(string(*v), words); ok {
		return fmt.Errorf("unknown %s %q; did you mean %q?", what, *v, near)
	}
	return fmt.Errorf("unknown %s %q; GitLab knows %s", what, *v, strings.Join(words, ", "))
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

func checkUser(u *user) error {
	if !usernamePattern.MatchString(u.Username) {
		return fmt.Errorf("%q is no username", u.Username)
	}
	if u.Name == "" {
		u.Name = u.Username
	}
	if u.Email == "" {
		u.Email = u.Username + "@example.com"
	}
	return oneOf("user state", &u.State, UserActive, userStates)
}

// addUser makes a user of a draft; what is empty in it is filled in.
func (st *state) addUser(u user) (*user, error) {
	if err := checkUser(&u); err != nil {
		return nil, err
	}
	if st.userNames[key(u.Username)] != nil {
		return nil, errors.New("the username is taken")
	}
	if st.groupPaths[key(u.Username)] != nil {
		return nil, errors.New("a group has that path")
	}
	if err := freeID(&st.users, "user", u.ID); err != nil {
		return nil, err
	}
	u.ID, u.CreatedAt = assignID(st, &st.users, u.ID), orNow(u.CreatedAt, st.now())
	add(st, &st.users, &u)
	setKey(st, st.userNames, key(u.Username), &u)
	return &u, nil
}

// updateUser replaces what is known of a user. Who a user is, ID and username, stays.
func (st *state) updateUser(u *user, next user) error {
	if next.ID != u.ID || next.Username != u.Username {
		return errors.New("a user's ID and Username do not change")
	}
	if err := checkUser(&next); err != nil {
		return err
	}
	next.CreatedAt, next.bot = orNow(next.CreatedAt, u.CreatedAt), u.bot
	before := *u
	*u = next
	st.onUndo(func() { *u = before })
	return nil
}

// seedUser is addUser, but for the user root, who is always there and is updated.
func (st *state) seedUser(in user) error {
	if key(in.Username) != rootUsername {
		_, err := st.addUser(in)
		return err
	}
	root := st.userNames[rootUsername]
	if in.ID == 0 {
		in.ID = root.ID
	}
	in.Username = root.Username
	return st.updateUser(root, in)
}

// addAccessToken makes a personal access token of the user, or a project's or group's with its bot user, who is made if there is
// none of that name; without a name GitLab makes one up.
func (st *state) addAccessToken(t accessToken, username string) (*accessToken, error) {
	if t.Scopes == nil {
		t.Scopes = []string{scopeAPI}
	}
	for _, s := range t.Scopes {
		if !slices.Contains(knownScopes, s) {
			return nil, missing("token scope", s, knownScopes)
		}
	}
	if t.Token != "" && st.tokenValues[t.Token] != nil {
		return nil, errors.New("another access token has that value")
	}
	if err := freeID(&st.tokens, "access token", t.ID); err != nil {
		return nil, err
	}
	if err := st.findTokenUser(&t, username); err != nil {
		return nil, err
	}
	t.Token = st.secret(accessTokens, t.Token)
	if t.Name == "" {
		t.Name = "token of " + t.user.Username
	}
	t.Scopes = slices.Clone(t.Scopes)
	t.ID, t.CreatedAt = assignID(st, &st.tokens, t.ID), orNow(t.CreatedAt, st.now())
	add(st, &st.tokens, &t)
	setKey(st, st.tokenValues, t.Token, &t)
	return &t, nil
}

// findTokenUser finds whose token it is; for a project or group access token that is a bot, which is made and becomes a member.
func (st *state) findTokenUser(t *accessToken, username string) (err error) {
	if t.project == nil && t.group == nil {
		if t.Role != 0 {
			return errors.New("Role is for project and group access tokens; the role of a personal one is its user's")
		}
		t.user, err = st.userByName(username)
		return err
	}
	if t.project != nil && t.group != nil {
		return errors.New("an access token is of a project or of a group, not both")
	}
	var roles map[*user]Role
	var botsOf string
	if p := t.project; p != nil {
		roles, botsOf = p.roles, fmt.Sprintf("project_%d", p.ID)
	} else {
		roles, botsOf = t.group.roles, fmt.Sprintf("group_%d", t.group.ID)
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
	u := st.userNames[key(username)]
	if u == nil {
		if u, err = st.addUser(user{Username: username, Name: t.Name}); err != nil {
			return err
		}
	}
	t.user = u
	wasBot := u.bot
	u.bot = true
	st.onUndo(func() { u.bot = wasBot })
	setRole(st, roles, u, t.Role)
	return nil
}

// seedAccessToken adds a token; one that Token gave out in another fake is given out by Token here, too.
func (st *state) seedAccessToken(in accessToken, username string) error {
	t, err := st.addAccessToken(in, username)
	if err == nil && t.Name == tokenName(t.user.Username, t.Scopes) {
		setKey(st, st.namedTokens, t.Name, t)
	}
	return err
}

// tokenName is the name of the token that Fake.Token makes for a user and scopes.
func tokenName(username string, scopes []string) string {
	return "fakegitlab token of " + username + " for " + strings.Join(scopes, " ")
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
	if slices.Contains(memberRoles, r) {
		return nil
	}
	return fmt.Errorf("unknown role %d; GitLab knows Guest, Planner, Reporter, Developer, Maintainer, Owner", int(r))
}

// addMember makes a user a direct member of the group or project at a path.
func (st *state) addMember(path, username string, r Role) error {
	u, err := st.userByName(username)
	if err != nil {
		return err
	}
	if err := checkRole(r); err != nil {
		return err
	}
	if p := st.projectPaths[key(path)]; p != nil {
		setRole(st, p.roles, u, r)
		return nil
	}
	g, err := st.groupByPath(path)
	if err == nil {
		setRole(st, g.roles, u, r)
	}
	return err
}

// rolesOf finds the members of a group or project by their usernames.
func (st *state) rolesOf(members map[string]Role) (map[*user]Role, error) {
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
	return oneOf("visibility", v, Private, visibilityLevels)
}

func checkExpiration(ds ...time.Duration) error {
	for _, d := range ds {
		if d < 0 {
			return fmt.Errorf("a token cannot live for %s", d)
		}
	}
	return nil
}

func (st *state) checkGroup(in *group, members map[string]Role) (map[*user]Role, error) {
	if !pathPattern.MatchString(in.Path) {
		return nil, fmt.Errorf("%q is no full path of a group", in.Path)
	}
	if err := errors.Join(checkVisibility(&in.Visibility), checkExpiration(in.RunnerTokenExpiration)); err != nil {
		return nil, err
	}
	if _, last := splitPath(in.Path); in.Name == "" {
		in.Name = last
	}
	return st.rolesOf(members)
}

// addGroup makes a group of a draft, and the parents in its path that do not exist. A group that is there only as somebody's
// parent takes over what the draft says.
func (st *state) addGroup(in group, members map[string]Role) (*group, error) {
	var err error
	if in.roles, err = st.checkGroup(&in, members); err != nil {
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
	before := *g
	st.onUndo(func() { *g = before })
	st.setGroup(g, in)
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

// setGroup stores what a draft says of a group, and keeps or makes up what it does not.
func (st *state) setGroup(g *group, in group) {
	in.ID, in.Path, in.CreatedAt = g.ID, g.Path, orNow(in.CreatedAt, g.CreatedAt)
	in.RegistrationToken = st.secret(registrationTokens, cmp.Or(in.RegistrationToken, g.RegistrationToken))
	in.parent, in.children, in.projects, in.runners, in.implied = g.parent, g.children, g.projects, g.runners, g.implied
	*g = in
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
	g := &group{ID: assignID(st, &st.groups, id), Path: path, Name: last, Visibility: Private,
		RegistrationToken: st.made.token(registrationTokens), CreatedAt: st.now(), parent: parent, roles: map[*user]Role{}}
	if parent != nil {
		parent.children = append(parent.children, g)
		st.onUndo(func() { parent.children = parent.children[:len(parent.children)-1] })
	}
	add(st, &st.groups, g)
	setKey(st, st.groupPaths, key(path), g)
	return g, nil
}

// updateGroup replaces what is known of a group.
func (st *state) updateGroup(g *group, in group, members map[string]Role) (err error) {
	if in.ID != g.ID || in.Path != g.Path {
		return errors.New("a group's ID and Path do not change here")
	}
	if in.roles, err = st.checkGroup(&in, members); err != nil {
		return err
	}
	if err := st.checkRegistrationToken(in.RegistrationToken, g.RegistrationToken); err != nil {
		return err
	}
	st.setGroup(g, in)
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

func (st *state) projectByRegistrationToken(token string) *project {
	for _, p := range st.projects.rows {
		if p.RegistrationToken == token {
			return p
		}
	}
	return nil
}

func (st *state) groupByRegistrationToken(token string) *group {
	for _, g := range st.groups.rows {
		if g.RegistrationToken == token {
			return g
		}
	}
	return nil
}

func (st *state) checkProject(in *project, members map[string]Role) (map[*user]Role, error) {
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
	return st.rolesOf(members)
}

// addProject makes a project of a draft, and the groups in its path that do not exist.
func (st *state) addProject(p project, members map[string]Role) (*project, error) {
	var err error
	if p.roles, err = st.checkProject(&p, members); err != nil {
		return nil, err
	}
	if st.projectPaths[key(p.Path)] != nil {
		return nil, errors.New("the path is taken by another project")
	}
	if st.groupPaths[key(p.Path)] != nil {
		return nil, errors.New("the path is taken by a group")
	}
	if err := errors.Join(freeID(&st.projects, "project", p.ID), st.checkRegistrationToken(p.RegistrationToken, "")); err != nil {
		return nil, err
	}
	namespace, last := splitPath(p.Path)
	if p.group = st.groupPaths[key(namespace)]; p.group == nil {
		if p.owner = st.userNames[key(namespace)]; p.owner == nil {
			if p.group, err = st.newGroup(namespace, 0); err != nil {
				return nil, err
			}
			p.group.implied = true
		}
	}
	p.RegistrationToken = st.secret(registrationTokens, p.RegistrationToken)
	p.ID, p.CreatedAt = assignID(st, &st.projects, p.ID), orNow(p.CreatedAt, st.now())
	namespace, _ = p.namespace()
	p.Path = namespace + "/" + last
	if g := p.group; g != nil {
		g.projects = append(g.projects, &p)
		st.onUndo(func() { g.projects = g.projects[:len(g.projects)-1] })
	}
	add(st, &st.projects, &p)
	setKey(st, st.projectPaths, key(p.Path), &p)
	return &p, nil
}

// updateProject replaces what is known of a project.
func (st *state) updateProject(p *project, in project, members map[string]Role) (err error) {
	if in.ID != p.ID || in.Path != p.Path {
		return errors.New("a project's ID and Path do not change here")
	}
	if in.roles, err = st.checkProject(&in, members); err != nil {
		return err
	}
	if err := st.checkRegistrationToken(in.RegistrationToken, p.RegistrationToken); err != nil {
		return err
	}
	in.RegistrationToken = st.secret(registrationTokens, cmp.Or(in.RegistrationToken, p.RegistrationToken))
	in.CreatedAt = orNow(in.CreatedAt, p.CreatedAt)
	in.group, in.owner, in.runners, in.jobs, in.pipelines = p.group, p.owner, p.runners, p.jobs, p.pipelines
	*p = in
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
	st.settings = in.clone()
	st.onUndo(func() { st.settings = before })
	return nil
}

// setSettings takes over settings that have been checked. unshared is shared_runners_enabled=false.
func (st *state) setSettings(next Settings, unshared bool) {
	st.settings, st.newProjectsUnshared = next, unshared
}
