package fakegitlab

import (
	"reflect"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// A whole world out of the state as plain data, and into it.

// snapshotOf is all that is known, as plain data ordered by id.
func snapshotOf(st *world.State) Scenario {
	s := Scenario{Settings: publicSettings(st.Settings), Users: copies(st.Users.Rows, publicUser), AccessTokens: copies(st.Tokens.Rows, publicAccessToken),
		Groups: copies(st.Groups.Rows, publicGroup), Projects: copies(st.Projects.Rows, publicProject), Jobs: copies(st.Jobs.Rows, publicJob)}
	s.Runners = copies(st.Runners.Rows, func(r *world.Runner) Runner {
		out := publicRunner(r)
		if r.TokenExpiresAt.IsZero() && !st.TokenExpiry(r, r.CreatedAt).IsZero() {
			out.TokenExpiresAt = world.Never
		}
		return out
	})
	return s
}

// seed adds a whole scenario. The user root, who is always there, is updated; everything else is new. The error is a
// *ScenarioError with everything that GitLab refuses of the first kind of record of which it refuses something: what is wrong
// with records that refer to these may be no more than that these are not there.
func seed(st *world.State, s Scenario) error {
	refused := &ScenarioError{}
	return st.Atomically(func() error {
		if !reflect.ValueOf(s.Settings).IsZero() {
			if err := rewriteSettings(st, s.Settings); err != nil {
				refused.Problems = append(refused.Problems, ScenarioProblem{Path: "settings", Message: err.Error()})
			}
		}
		seedEach(refused, "users", s.Users, func(u User) string { return u.Username }, entering(st, seedUser))
		seedEach(refused, "groups", s.Groups, func(g Group) string { return g.Path }, making(st, addGroup))
		seedEach(refused, "projects", s.Projects, func(p Project) string { return p.Path }, making(st, addProject))
		seedEach(refused, "memberships", s.Memberships, func(m Membership) string { return m.Path },
			func(m Membership) error { return st.AddMember(m.Path, m.User, world.Role(m.Role)) })
		seedEach(refused, "access_tokens", s.AccessTokens, func(t AccessToken) string { return t.User }, entering(st, seedAccessToken))
		seedEach(refused, "runners", s.Runners, func(r Runner) string { return r.Description }, making(st, addRunner))
		seedEach(refused, "jobs", s.Jobs, func(j Job) string { return j.Name }, making(st, addJob))
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

// entering is add for that state.
func entering[T any](st *world.State, add func(*world.State, T) error) func(T) error {
	return func(row T) error { return add(st, row) }
}

// making is add for that state, without the record that it makes.
func making[T, R any](st *world.State, add func(*world.State, T) (R, error)) func(T) error {
	return func(row T) error {
		_, err := add(st, row)
		return err
	}
}
