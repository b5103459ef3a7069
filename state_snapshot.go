package fakegitlab

import (
	"reflect"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// A whole world out of the state as plain data, and into it.

// public is the user as plain data.
func (u *user) public() User { return u.User }

// public is the group as plain data.
func (g *group) public() Group {
	out := g.Group
	out.Members = membersOf(g.roles)
	return out
}

// public is the project as plain data.
func (p *project) public() Project {
	out := p.Project
	out.Members = membersOf(p.roles)
	return out
}

// public is the access token as plain data. The value, too: a test may need it.
func (t *accessToken) public() AccessToken {
	return cloneAccessToken(t.AccessToken)
}

func membersOf(roles map[*user]Role) Members {
	if len(roles) == 0 {
		return nil
	}
	m := make(Members, len(roles))
	for u, r := range roles {
		m[u.Username] = r
	}
	return m
}

// snapshot is all that is known, as plain data ordered by id.
func (st *state) snapshot() Scenario {
	s := Scenario{Settings: cloneSettings(st.settings)}
	for _, u := range st.users.rows {
		s.Users = append(s.Users, u.User)
	}
	for _, t := range st.tokens.rows {
		s.AccessTokens = append(s.AccessTokens, t.public())
	}
	for _, g := range st.groups.rows {
		s.Groups = append(s.Groups, g.public())
	}
	for _, p := range st.projects.rows {
		s.Projects = append(s.Projects, p.public())
	}
	for _, r := range st.runners.rows {
		out := r.public()
		if r.tokenExpiresAt.IsZero() && !st.tokenExpiry(r, r.createdAt).IsZero() {
			out.TokenExpiresAt = never
		}
		s.Runners = append(s.Runners, out)
	}
	for _, j := range st.jobs.rows {
		s.Jobs = append(s.Jobs, j.public())
	}
	return s
}

// seed adds a whole scenario. The user root, who is always there, is updated; everything else is new. The error is a
// *ScenarioError with everything that GitLab refuses of the first kind of record of which it refuses something: what is wrong
// with records that refer to these may be no more than that these are not there.
func (st *state) seed(s Scenario) error {
	refused := &ScenarioError{}
	return st.atomically(func() error {
		if !reflect.ValueOf(s.Settings).IsZero() {
			if err := st.updateSettings(s.Settings); err != nil {
				refused.Problems = append(refused.Problems, ScenarioProblem{Path: "settings", Message: err.Error()})
			}
		}
		seedEach(refused, "users", s.Users, func(u User) string { return u.Username }, st.seedUser)
		seedEach(refused, "groups", s.Groups, func(g Group) string { return g.Path }, without(st.addGroup))
		seedEach(refused, "projects", s.Projects, func(p Project) string { return p.Path }, without(st.addProject))
		seedEach(refused, "memberships", s.Memberships, func(m Membership) string { return m.Path }, st.addMember)
		seedEach(refused, "access_tokens", s.AccessTokens, func(t AccessToken) string { return t.User }, st.seedAccessToken)
		seedEach(refused, "runners", s.Runners, func(r Runner) string { return r.Description }, without(st.addRunner))
		seedEach(refused, "jobs", s.Jobs, func(j Job) string { return j.Name }, without(st.addJob))
		if len(refused.Problems) > 0 {
			return refused
		}
		return nil
	})
}

// seedEach adds the records of one kind, unless something of an earlier kind was refused.
func seedEach[T any](refused *ScenarioError, kind string, rows []T, name func(T) string, add func(T) error) {
	if len(refused.Problems) > 0 {
		return
	}
	for i, row := range rows {
		if err := add(row); err != nil {
			refused.Problems = append(refused.Problems, ScenarioProblem{Path: datajson.Index(kind, i), Name: name(row), Message: err.Error()})
		}
	}
}

// without leaves out the record that was made.
func without[T, R any](add func(T) (R, error)) func(T) error {
	return func(row T) error {
		_, err := add(row)
		return err
	}
}

// untouched reports whether nothing has been added yet.
func (st *state) untouched() bool {
	return len(st.users.rows) == 1 && len(st.groups.rows)+len(st.projects.rows)+len(st.runners.rows) == 0
}

// addMember makes a user a member of a group or project that is there already.
func (st *state) addMember(m Membership) error {
	u, err := st.userByName(m.User)
	if err != nil {
		return err
	}
	if err := checkRole(m.Role); err != nil {
		return err
	}
	if p := st.projectPaths[key(m.Path)]; p != nil {
		setRole(st, p.roles, u, m.Role)
		return nil
	}
	g, err := st.groupByPath(m.Path)
	if err == nil {
		setRole(st, g.roles, u, m.Role)
	}
	return err
}

func (st *state) seedUser(in User) error {
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

// seedAccessToken adds a token; one that Token gave out in another fake is given out by Token here, too.
func (st *state) seedAccessToken(in AccessToken) error {
	t, err := st.addAccessToken(in)
	if err == nil && t.Name == tokenName(t.User, t.Scopes) {
		setKey(st, st.namedTokens, t.Name, t)
	}
	return err
}

// tokenName is the name of the token that Fake.Token makes for a user and scopes.
func tokenName(username string, scopes []string) string {
	return "fakegitlab token of " + username + " for " + strings.Join(scopes, " ")
}
