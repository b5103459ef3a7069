package world

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is found by which name, and why a runner does not take a job: rules whose loss no other test noticed
// (internal/mutate).

// A name that stands for nothing is told with those that stand for something, in order, or with what it stands for
// instead.
func TestNamesThatFindNothing(t *testing.T) {
	st, shop := ruled(t)
	for _, name := range []string{"mia", "ned", "pat", "zoe", "abe"} {
		_, err := st.AddUser(User{Username: name})
		require.NoError(t, err)
	}
	_, err := st.UserByName("xyzzyx")
	assert.EqualError(t, err, `no user "xyzzyx"; known are abe, mia, ned, pat, root, zoe`)
	_, err = st.UserByName("")
	assert.Equal(t, Problem{Text: "no user is given", From: []string{""}}, err)
	_, err = st.GroupByPath("mia")
	assert.EqualError(t, err, `"mia" is a user, no group`)
	_, err = st.GroupByPath("acme/shop")
	assert.EqualError(t, err, `"acme/shop" is a project, no group`)
	_, err = st.ProjectByPath("acme")
	assert.EqualError(t, err, `"acme" is a group, no project`)
	_, err = st.AddRunner(RunnerDraft{ID: 1, Attributes: DefaultAttributes()})
	require.NoError(t, err)
	_, err = st.RunnerByID(77_000)
	assert.EqualError(t, err, `no runner "77000"; known are 1`)
	_, err = st.AddJob(&Job{ID: 1, Project: shop, User: st.Users.Rows[0]})
	require.NoError(t, err)
	for _, id := range []string{"77000", "99999999999999999999", "-1", "x"} {
		_, err = st.JobByNumber(id)
		assert.EqualError(t, err, fmt.Sprintf("no job %q; known are 1", id))
	}
	var nobody *User
	assert.Equal(t, []string{Nobody, "mia"}, []string{nobody.NameOrNobody(), st.UserNames["mia"].NameOrNobody()})
}

// What was refused in a seed is no name to suggest, and what looks through very many names tells no more of them.
func TestNamesOfWhatWasRefused(t *testing.T) {
	st, _ := ruled(t)
	Seeding(st, nil, nil, func() {
		for _, path := range []string{"-club", "club."} {
			_, err := st.AddGroup(Group{Path: path}, nil)
			require.Error(t, err)
		}
		_, err := st.AddUser(User{Username: "-wrong"})
		require.Error(t, err)
		_, err = st.UserByName("-wronk")
		assert.EqualError(t, err, `no user "-wronk"; known are root`)
		_, err = st.GroupByPath("-clup")
		assert.EqualError(t, err, `no group "-clup"; known are acme`)
		st.lookedThrough = mostLookedThrough
		_, err = st.UserByName("rooot")
		assert.EqualError(t, err, `no user "rooot"; did you mean "root"?`)
		_, err = st.UserByName("rooot")
		assert.EqualError(t, err, `no user "rooot"`)
	})
}

// app/models/ci/pending_build.rb, args_from_build; app/services/ci/queue: every reason why a runner does not take a job,
// in words.
func TestEveryReasonWhyARunnerIsUnfit(t *testing.T) {
	acme, guild := &Group{ID: 1, Path: "acme"}, &Group{ID: 2, Path: "guild"}
	web := &Group{ID: 3, Path: "acme/web", Parent: acme}
	const not = "the runner does not serve project acme/web/shop"
	type change struct {
		p    Project
		kind RunnerType
		g    *Group
		own  bool
		more func(r *Runner)
	}
	off := map[string]string{AttrBuildsAccess: FeatureDisabled}
	for name, c := range map[string]struct {
		change
		want string
	}{
		"of the instance":    {change{kind: InstanceRunner}, ""},
		"of the group":       {change{kind: GroupRunner, g: acme}, ""},
		"of the project":     {change{kind: ProjectRunner, own: true}, ""},
		"no jobs":            {change{p: Project{Attributes: off}, kind: InstanceRunner}, not + ", where jobs are switched off"},
		"no jobs, in groups": {change{p: Project{Attributes: off}, kind: GroupRunner, g: web}, not + ", where jobs are switched off"},
		"no jobs, its own":   {change{p: Project{Attributes: off}, kind: ProjectRunner, own: true}, ""},
		"no instance runners": {change{p: Project{SharedRunnersDisabled: true}, kind: InstanceRunner},
			not + ", where instance runners are switched off"},
		"no instance runners, of a group": {change{p: Project{SharedRunnersDisabled: true}, kind: GroupRunner, g: web}, ""},
		"no group runners": {change{p: Project{GroupRunnersDisabled: true}, kind: GroupRunner, g: web},
			not + ", where group runners are switched off"},
		"no group runners, of the instance": {change{p: Project{GroupRunnersDisabled: true}, kind: InstanceRunner}, ""},
		"no group runners, its own":         {change{p: Project{GroupRunnersDisabled: true}, kind: ProjectRunner, own: true}, ""},
		"of another group":                  {change{kind: GroupRunner, g: guild}, not + ", which is not in its group guild"},
		"of a group that is gone":           {change{kind: GroupRunner}, not + ": what it served is gone"},
		"of another project": {change{kind: ProjectRunner, more: func(r *Runner) { r.Assignments = []*Assignment{{Project: &Project{}}} }},
			not + ", which it is not assigned to"},
		"locked to another project": {change{kind: ProjectRunner, more: func(r *Runner) {
			r.Locked, r.Assignments = true, []*Assignment{{Project: &Project{}}}
		}}, not + ", which it is not assigned to, being locked to what it has"},
		"of a project that is gone": {change{kind: ProjectRunner}, not + ": what it served is gone"},
	} {
		p := c.p
		p.Path, p.Group = "acme/web/shop", web
		r := &Runner{Type: c.kind, Group: c.g, Attributes: DefaultAttributes()}
		if c.own {
			r.Assignments = []*Assignment{{Project: &p}}
		}
		if c.more != nil {
			c.more(r)
		}
		assert.Equal(t, c.want, whyUnfit(r, &Job{Plan: &Plan{}, Project: &p}), name)
	}
}

// lib/api/ci/runners.rb, app/models/ci/runner.rb: which runners are in and around a group, and how often they are joined
// with their versions.
func TestRunnersInAndAroundGroups(t *testing.T) {
	st, top, child, p := grouped(t)
	add := func(d RunnerDraft) *Runner {
		d.Attributes = DefaultAttributes()
		r, err := st.AddRunner(d)
		require.NoError(t, err)
		return r
	}
	shared, above := add(RunnerDraft{}), add(RunnerDraft{Group: top})
	own := add(RunnerDraft{Group: child, Managers: []Manager{{SystemID: "a", Version: "16.0.1"},
		{SystemID: "b", Version: "16.0.2"}, {SystemID: "c", Version: "15.0.0"}}})
	below := add(RunnerDraft{Projects: []*Project{p}})
	assert.Equal(t, []*Runner{own, below}, st.RunnersWithin(child))
	assert.Equal(t, []*Runner{above, own, below}, st.RunnersWithin(top))
	assert.Equal(t, []*Runner{shared, above, own, below}, st.RunnersAround(child))
	child.SharedRunnersDisabled = true
	assert.Equal(t, []*Runner{above, own, below}, st.RunnersAround(child))
	all := st.Runners.Rows
	assert.Equal(t, []*Runner{own, own}, st.JoinedWithVersions(all, RunnerFilter{VersionPrefix: "16.0"}))
	assert.Equal(t, all, st.JoinedWithVersions(all, RunnerFilter{}))
	rows, narrowed := st.Narrowed(RunnerFilter{VersionPrefix: "16.0"})
	assert.Equal(t, []any{all, false}, []any{rows, narrowed}, "nobody has looked at their versions yet")
}
