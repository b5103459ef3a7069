package fakegitlab

import (
	"fmt"
	"reflect"
	"strings"
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

// seed adds a whole scenario. The user root, who is always there, is updated; everything else is new.
func (st *state) seed(s Scenario) error {
	return st.atomically(func() error {
		if !reflect.ValueOf(s.Settings).IsZero() {
			if err := st.updateSettings(s.Settings); err != nil {
				return fmt.Errorf("settings: %w", err)
			}
		}
		for i, u := range s.Users {
			if err := st.seedUser(u); err != nil {
				return fmt.Errorf("users[%d] (%s): %w", i, u.Username, err)
			}
		}
		for i, g := range s.Groups {
			if _, err := st.addGroup(g); err != nil {
				return fmt.Errorf("groups[%d] (%s): %w", i, g.Path, err)
			}
		}
		for i, p := range s.Projects {
			if _, err := st.addProject(p); err != nil {
				return fmt.Errorf("projects[%d] (%s): %w", i, p.Path, err)
			}
		}
		for i, m := range s.Memberships {
			if err := st.addMember(m); err != nil {
				return fmt.Errorf("memberships[%d] (%s): %w", i, m.Path, err)
			}
		}
		for i, t := range s.AccessTokens {
			if err := st.seedAccessToken(t); err != nil {
				return fmt.Errorf("access_tokens[%d] (%s): %w", i, t.User, err)
			}
		}
		for i, r := range s.Runners {
			if _, err := st.addRunner(r); err != nil {
				return fmt.Errorf("runners[%d] (%s): %w", i, r.Description, err)
			}
		}
		for i, j := range s.Jobs {
			if _, err := st.addJob(j); err != nil {
				return fmt.Errorf("jobs[%d] (%s): %w", i, j.Name, err)
			}
		}
		return nil
	})
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
