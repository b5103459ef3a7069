package world

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// Rules of the world whose loss no other test noticed (internal/mutate).

var noon = time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)

// A group that is there only as somebody's parent may be added still, with all that a group has; another may not.
func TestParentsAreGroupsLikeOthers(t *testing.T) {
	st, shop := ruled(t)
	acme := st.GroupPaths["acme"]
	leaf, err := st.AddGroup(Group{Path: "ACME/one/two"}, nil)
	require.NoError(t, err)
	one := leaf.Parent
	assert.Equal(t, []string{"acme/one/two", "acme/one", "acme"}, []string{leaf.Path, one.Path, one.Parent.Path})
	assert.Equal(t, []string{"two", "one", "acme"}, []string{leaf.Name, one.Name, acme.Name})
	assert.Equal(t, []*Group{one}, acme.Children)
	assert.Equal(t, []*Group{leaf}, one.Children)
	assert.Equal(t, []*Project{shop}, acme.Projects)
	assert.Equal(t, []*Group{acme, one, leaf}, st.Groups.Rows)
	assert.Equal(t, []int{firstGroupID, firstGroupID + 1, firstGroupID + 2}, []int{acme.ID, one.ID, leaf.ID})
	for _, g := range st.Groups.Rows {
		assert.Same(t, g, st.GroupPaths[g.Path])
		assert.Equal(t, Private, g.Visibility, g.Path)
		assert.Equal(t, noon, g.CreatedAt, g.Path)
		assert.Same(t, &g.RegistrationToken, st.registrationTokens[g.RegistrationToken], g.Path)
		assert.True(t, strings.HasPrefix(g.RegistrationToken, RegistrationTokenPrefix), g.Path)
	}
	_, err = st.AddGroup(Group{ID: 77, Path: "acme/one", Name: "One"}, nil)
	require.NoError(t, err, "it was made as a parent")
	assert.Equal(t, "One", one.Name)
	for _, taken := range []string{"acme/one", "acme/one/two"} {
		_, err = st.AddGroup(Group{Path: taken}, nil)
		assert.ErrorContains(t, err, "taken by another group", taken)
	}
}

func TestSegments(t *testing.T) {
	for segment, want := range map[string]struct{ group, project bool }{
		"shop": {true, true}, "_a.b-c": {true, true}, ".hidden": {true, true}, "ends.": {false, true}, "-dash": {},
		"a.git": {}, "a.atom": {}, "..": {}, "": {}, "a/b": {}, "a b": {},
	} {
		assert.Equal(t, want.group, isNamespaceSegment(segment), "group %q", segment)
		assert.Equal(t, want.project, isProjectSegment(segment), "project %q", segment)
	}
}

// A pipeline of a seed has the times of its jobs: begun with the first, ended with the last, if it has ended.
func TestAdoptedTimes(t *testing.T) {
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	jobs := []*Job{{Status: JobSuccess, StartedAt: at(5), FinishedAt: at(20), UpdatedAt: at(20)},
		{Status: JobSuccess, StartedAt: at(2), FinishedAt: at(7), UpdatedAt: at(8)}, {Status: JobSkipped,
			UpdatedAt: at(1)},
		{Status: JobSuccess, StartedAt: at(30), FinishedAt: at(40), UpdatedAt: at(41)}}
	for name, c := range map[string]struct {
		status                     JobStatus
		jobs                       []*Job
		started, finished, updated time.Time
		took                       time.Duration // 0: not known
	}{
		"ended":             {JobSuccess, jobs, at(2), at(40), at(41), 28 * time.Minute},
		"failed":            {JobFailed, jobs[:2], at(2), at(20), at(20), 18 * time.Minute},
		"running":           {JobRunning, jobs[:2], at(2), time.Time{}, at(20), 0},
		"skipped":           {JobSkipped, jobs[:2], at(2), time.Time{}, at(20), 0},
		"canceled, unbegun": {JobCanceled, []*Job{{FinishedAt: at(3)}}, time.Time{}, at(3), at(0), 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPipeline(1, &Project{})
			p.facts, p.unsettled = &PipelineFacts{Status: JobCreated, UpdatedAt: at(0)}, true
			p.Jobs = c.jobs
			for _, j := range p.Jobs {
				j.tries = &attempts{[]*Job{j}}
			}
			p.adopt(c.status)
			f := p.facts
			assert.False(t, p.unsettled)
			assert.Equal(t, c.status, f.Status)
			assert.Equal(t, []time.Time{c.started, c.finished, c.updated}, []time.Time{f.StartedAt, f.FinishedAt,
				f.UpdatedAt})
			if c.took == 0 {
				assert.Nil(t, f.Duration)
			} else if assert.NotNil(t, f.Duration) {
				assert.Equal(t, c.took, *f.Duration)
			}
		})
	}
	p := newPipeline(1, &Project{})
	p.facts = &PipelineFacts{StartedAt: at(-9), FinishedAt: at(90), UpdatedAt: at(91)}
	p.Jobs = jobs
	p.adopt(JobSuccess)
	assert.Equal(t, []time.Time{at(-9), at(90), at(91)}, []time.Time{p.facts.StartedAt, p.facts.FinishedAt,
		p.facts.UpdatedAt},
		"what the seed says stays")
}

func TestWhyNothingIsLeft(t *testing.T) {
	st, shop := ruled(t)
	none, err := st.AddPipeline(0, shop, PipelineFacts{Status: JobFailed})
	require.NoError(t, err)
	broken, err := st.AddPipeline(0, shop, PipelineFacts{Status: JobFailed, YAMLErrors: "jobs are missing"})
	require.NoError(t, err)
	j, err := st.AddJob(&Job{Project: shop, User: st.UserNames[RootUsername], Status: JobSuccess})
	require.NoError(t, err)
	assert.Equal(t, "it has no jobs", jobsText(st, none))
	assert.Equal(t, "it has no jobs: jobs are missing", jobsText(st, broken))
	assert.Equal(t, "all of its jobs succeeded", jobsText(st, j.Pipeline))
	assert.Equal(t, "it has no jobs", jobsText(st, newPipeline(1, shop)), "nor facts")
}

// The rules of a pipeline see the variables that are for all environments, with all that is said of them.
func TestVariablesThatRulesSee(t *testing.T) {
	st, shop := ruled(t)
	for _, v := range []Variable{{Key: "PLAIN", Value: "p"}, {Key: "RAW", Value: "$PLAIN", Raw: true},
		{Key: "FILE", Value: "f", File: true}, {Key: "MASKED", Value: "masked-value", Masked: true},
		{Key: "PROTECTED", Value: "s", Protected: true}, {Key: "REVIEW", Value: "r", Scope: "review"}} {
		_, err := st.AddVariable("acme/shop", v)
		require.NoError(t, err, v.Key)
	}
	_, err := st.AddProtectedRef(ProtectedRef{Project: shop, Name: "v*", Tag: true})
	require.NoError(t, err)
	open := ci.JobVariables{{Key: "PLAIN", Value: "p"}, {Key: "RAW", Value: "$PLAIN", Raw: true},
		{Key: "FILE", Value: "f", File: true}, {Key: "MASKED", Value: "masked-value", Masked: true}}
	all := append(append(ci.JobVariables{}, open...), ci.JobVariable{Key: "PROTECTED", Value: "s"})
	assert.Equal(t, open, st.settingsFor(shop, PipelineFacts{Ref: "side"}, ""))
	assert.Equal(t, all, st.settingsFor(shop, PipelineFacts{Ref: "side", Protected: true}, ""))
	assert.Equal(t, all, st.settingsFor(shop, PipelineFacts{Ref: "v1", RefIsTag: true}, ""), "a rule protects the tag")
	assert.Equal(t, open, st.settingsFor(shop, PipelineFacts{Ref: "v1"}, ""), "a branch is no tag")
	assert.Equal(t, append(open, ci.JobVariable{Key: "REVIEW", Value: "r"}),
		st.settingsFor(shop, PipelineFacts{Ref: "side"}, "review"), "a job on an environment")
}

// app/services/users/destroy_service.rb, users/migrate_records_to_ghost_user_service.rb: what belongs to a deleted
// user
// goes or loses the user, and nothing of anybody else does.
func TestNothingIsLeftOfADeletedUser(t *testing.T) {
	st, shop := ruled(t)
	acme := st.GroupPaths["acme"]
	add := func(name string) *User {
		u, err := st.AddUser(User{Username: name})
		require.NoError(t, err)
		return u
	}
	gone, stays := add("gone"), add("stays")
	jobs, runners, schedules, made := map[*User]*Job{}, map[*User]*Runner{}, map[*User]*PipelineSchedule{},
		map[*User]*Pipeline{}
	told := map[*User]*CommitStatus{}
	children, guests := map[*User]*User{}, map[*User]*User{}
	granted := map[*User]*AccessToken{}
	for _, u := range []*User{gone, stays} {
		var err error
		jobs[u], err = st.AddJob(&Job{Project: shop, User: u, Status: JobPending})
		require.NoError(t, err)
		runners[u], err = st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(), Creator: u, Registration: ByUser})
		require.NoError(t, err)
		schedules[u], err = st.AddSchedule("acme/shop", u.Username, PipelineSchedule{Active: true, Cron: "0 1 * * *"},
			ScheduleGifts{})
		require.NoError(t, err)
		made[u], err = st.AddPipeline(0, shop, PipelineFacts{Status: JobSuccess, User: u})
		require.NoError(t, err)
		told[u], err = st.AddStatus(made[u].ID, u.Username, CommitStatus{Status: JobSuccess})
		require.NoError(t, err)
		children[u] = add("child-of-" + u.Username)
		children[u].Creator = u
		guests[u] = add("guest-of-" + u.Username)
		for _, s := range []Source{acme, shop} {
			require.NoError(t, st.AddMemberTo(s, MemberDraft{User: u, Role: Developer}))
			require.NoError(t, st.AddMemberTo(s, MemberDraft{User: guests[u], Role: Guest, By: u}))
		}
		_, err = st.TokenOf(u.Username, nil)
		require.NoError(t, err)
		_, err = st.AddAccessToken(AccessToken{Token: "glpat-of-" + u.Username}, u.Username)
		require.NoError(t, err)
		granted[u] = st.GrantOAuth(u, []string{ScopeAPI})
		site, err := st.AddProject(Project{Path: "acme/by-" + u.Username, Creator: u}, nil)
		require.NoError(t, err)
		require.Same(t, u, site.Creator)
		_, err = st.AddTrigger("acme/shop", u.Username, PipelineTrigger{Description: u.Username})
		require.NoError(t, err)
	}
	token, other := st.namedTokens[TokenName("gone", []string{ScopeAPI})], st.namedTokens[TokenName("stays",
		[]string{ScopeAPI})]
	st.removeUser(gone, false)
	ghost := st.UserNames[GhostUsername]
	assert.Nil(t, st.UserNames["gone"])
	assert.Nil(t, st.Users.ByID(gone.ID))
	assert.Equal(t, []*User{ghost, stays}, []*User{jobs[gone].User, jobs[stays].User})
	assert.Equal(t, []JobStatus{JobFailed, JobPending}, []JobStatus{jobs[gone].Status, jobs[stays].Status})
	assert.Equal(t, []*User{ghost, stays}, []*User{made[gone].facts.User, made[stays].facts.User})
	assert.Equal(t, []*User{nil, stays}, []*User{runners[gone].Creator, runners[stays].Creator})
	assert.Equal(t, []*User{nil, stays}, []*User{told[gone].User, told[stays].User})
	assert.Equal(t, []*User{nil, stays}, []*User{schedules[gone].Owner, schedules[stays].Owner})
	assert.Equal(t, []bool{false, true}, []bool{schedules[gone].Active, schedules[stays].Active})
	assert.Equal(t, []*User{nil, stays}, []*User{children[gone].Creator, children[stays].Creator})
	assert.Equal(t, []*User{nil, stays}, []*User{st.ProjectPaths["acme/by-gone"].Creator,
		st.ProjectPaths["acme/by-stays"].Creator})
	require.Len(t, st.Triggers.Rows, 1)
	assert.Same(t, stays, st.Triggers.Rows[0].Owner)
	for _, s := range []Source{acme, shop} {
		assert.NotContains(t, s.directRoles(), gone)
		assert.Contains(t, s.directRoles(), stays)
		assert.Nil(t, s.joinedAs().joined[guests[gone]].By)
		assert.Same(t, stays, s.joinedAs().joined[guests[stays]].By)
	}
	assert.Nil(t, st.AccessToken(token.Token))
	assert.Equal(t, "gone", st.GoneTokenOf(token.Token))
	assert.Same(t, other, st.AccessToken(other.Token))
	assert.Empty(t, st.GoneTokenOf(other.Token))
	assert.Nil(t, st.AccessToken("glpat-of-gone"))
	assert.Equal(t, "gone", st.GoneTokenOf("glpat-of-gone"))
	assert.NotNil(t, st.AccessToken("glpat-of-stays"))
	assert.Empty(t, st.GoneTokenOf("glpat-of-stays"))
	assert.Nil(t, st.AccessToken(granted[gone].Token))
	assert.Same(t, granted[stays], st.AccessToken(granted[stays].Token))
	for _, left := range st.Tokens.Rows {
		assert.NotSame(t, gone, left.User)
	}
}

// What a test was handed lives on after Replace: it is found, and made again with what has become known of it since.
func TestRemakingTokens(t *testing.T) {
	st, _ := ruled(t)
	_, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	value, err := st.TokenOf("mia", []string{"read_api"})
	require.NoError(t, err)
	own, err := st.AddAccessToken(AccessToken{}, "mia")
	require.NoError(t, err)
	made, _ := st.Remake(st.tokenValues[value])
	assert.Same(t, st.tokenValues[value], made, "it is there")
	made, _ = st.Remake(&AccessToken{Token: value})
	assert.Same(t, st.tokenValues[value], made, "whatever is known of it there")
	made, _ = st.Remake(own)
	assert.Same(t, own, made, "nobody was handed it")
	now := noon
	next := stateAt(t, &now)
	_, err = next.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	Replace(st, next, func() time.Time { return now })
	found := st.AccessToken(value)
	require.NotNil(t, found)
	assert.Empty(t, st.Tokens.Rows, "looking for it changes nothing")
	found.LastUsedAt = noon.Add(time.Minute)
	made, takeBack := st.Remake(found)
	assert.Equal(t, []*AccessToken{made}, st.Tokens.Rows)
	assert.Equal(t, found.LastUsedAt, made.LastUsedAt)
	assert.Equal(t, []string{"read_api"}, made.Scopes)
	again, err := st.TokenOf("mia", []string{"read_api"})
	require.NoError(t, err)
	assert.Equal(t, value, again)
	assert.Len(t, st.Tokens.Rows, 1, "it is the one of that name")
	takeBack()
	assert.Empty(t, st.Tokens.Rows)
	assert.Empty(t, st.namedTokens)
	st.removeUser(st.UserNames["mia"], false)
	assert.Equal(t, "mia", st.GoneTokenOf(value), "though it was in no table")
	made, _ = st.Remake(found)
	assert.Same(t, found, made, "its user is gone")
	assert.Empty(t, st.Tokens.Rows)
	assert.Empty(t, st.namedTokens)
}

// Of two tokens of one name TokenOf returns the one that it made last.
func TestRemakingLeavesTheTokenOfANameAlone(t *testing.T) {
	st, _ := ruled(t)
	first, err := st.TokenOf(RootUsername, nil)
	require.NoError(t, err)
	st.RevokeToken(st.tokenValues[first])
	second, err := st.TokenOf(RootUsername, nil)
	require.NoError(t, err)
	require.NotEqual(t, first, second)
	now := noon
	Replace(st, stateAt(t, &now), func() time.Time { return now })
	latest, err := st.TokenOf(RootUsername, nil)
	require.NoError(t, err)
	other := map[string]string{first: second, second: first}[latest]
	made, _ := st.Remake(st.AccessToken(other))
	assert.Equal(t, other, made.Token)
	again, err := st.TokenOf(RootUsername, nil)
	require.NoError(t, err)
	assert.Equal(t, latest, again)
}

// app/models/namespace.rb: below a group that does not let others override it, runners of the instance stay off.
func TestWhatTheGroupAboveAllowsOfSharedRunners(t *testing.T) {
	with := func(setting string) *Group {
		return &Group{SharedRunnersDisabled: setting != SharedRunnersEnabled,
			SharedRunnersOverridable: setting == SharedRunnersOverridable}
	}
	for _, above := range []string{SharedRunnersEnabled, SharedRunnersOverridable, SharedRunnersUnoverridable} {
		for _, setting := range []string{SharedRunnersEnabled, SharedRunnersOverridable, SharedRunnersWithOverride,
			SharedRunnersUnoverridable} {
			want := ""
			if above == SharedRunnersUnoverridable && setting == SharedRunnersEnabled {
				want = msgSharedRunnersParent
			} else if above == SharedRunnersUnoverridable && setting != SharedRunnersUnoverridable {
				want = msgOverrideParent
			}
			err := checkSharedRunners(&Group{Parent: with(above)}, setting)
			if want == "" {
				assert.NoError(t, err, "%s below %s", setting, above)
			} else {
				assert.Equal(t, newInvalid(attrSharedRunners, want), err, "%s below %s", setting, above)
			}
			assert.NoError(t, checkSharedRunners(&Group{}, setting), "of the root")
		}
	}
}

// lib/gitlab/ci/mask_secret.rb: as long as the secret, with a word at its beginning if there is room for it.
func TestMasks(t *testing.T) {
	for length, want := range map[int]string{0: "", 7: "xxxxxxx", 8: "[MASKED]", 9: "[MASKED]x"} {
		now := noon
		later, err := gitlabversion.Parse("19.4")
		require.NoError(t, err)
		assert.Equal(t, want, New(later, func() time.Time { return now }, Around{}).masked(length))
		sooner, err := gitlabversion.Parse("16.0")
		require.NoError(t, err)
		assert.Equal(t, strings.Repeat("x", length), New(sooner, func() time.Time { return now }, Around{}).masked(length))
	}
}

// What is not said of a commit is made up; what is said stays.
func TestCompletedCommits(t *testing.T) {
	st, _ := ruled(t)
	mia := &User{Name: "Mia", Email: "mia@example.com"}
	var c Commit
	st.completeCommit(&c, "side", mia)
	assert.Len(t, c.SHA, 40)
	assert.Equal(t, Commit{SHA: c.SHA, BeforeSHA: ZeroSHA, Title: "Update side", Message: "Update side\n",
		AuthorName:  "Mia",
		AuthorEmail: "mia@example.com", CreatedAt: noon}, c)
	said := Commit{SHA: strings.Repeat("ab", 20), BeforeSHA: strings.Repeat("cd", 20), Title: "T", Message: "M",
		AuthorName:  "A",
		AuthorEmail: "a@b", CreatedAt: noon.Add(-time.Hour)}
	c = said
	st.completeCommit(&c, "side", mia)
	assert.Equal(t, said, c)
	c = Commit{Message: "First line\n\nMore.\n"}
	st.completeCommit(&c, "side", nil)
	assert.Equal(t, []string{"First line", "First line\n\nMore.\n", "", ""}, []string{c.Title, c.Message,
		c.AuthorName, c.AuthorEmail})
	c = Commit{CreatedAt: noon.Add(1234567)}
	st.completeCommit(&c, "side", nil)
	assert.Equal(t, noon.Add(1234*time.Microsecond), c.CreatedAt, "as the database keeps it")
	c = Commit{Title: "Only a title"}
	st.completeCommit(&c, "side", nil)
	assert.Equal(t, "Only a title\n", c.Message)
}

// echo writes what it is asked to, for tests of who is told what.
type echo struct{}

func (echo) JobEvent(j *Job, status JobStatus) []byte {
	return []byte("job " + j.Name + " " + string(status))
}
func (echo) PipelineEvent(p *Pipeline) []byte { return []byte("pipeline " + p.Ref()) }
func (echo) PushEvent(p Pushed) []byte        { return []byte("push to " + p.Ref) }
func (echo) DeploymentEvent(d *Deployment, _ time.Time) []byte {
	return []byte("deployment to " + d.Environment.Name + " " + string(d.Status))
}

// app/services/test_hooks: a test of a webhook tells of the last job, pipeline or commits, and of nothing where there
// are none.
func TestNotices(t *testing.T) {
	st, shop := ruled(t)
	site, err := st.AddProject(Project{Path: "acme/below/site"}, nil)
	require.NoError(t, err)
	hooks := map[string]*Webhook{}
	for name, h := range map[string]Webhook{"shop": {Project: shop}, "site": {Project: site},
		"acme":  {Group: st.GroupPaths["acme"]},
		"below": {Group: st.GroupPaths["acme/below"]}} {
		h.URL = "https://ci.example/" + name
		hooks[name], err = st.AddWebhook(h, WebhookState{})
		require.NoError(t, err)
	}
	said := func(hook, event string) string {
		n := st.TestNotice(hooks[hook], event, nil)
		if n == nil {
			return "nothing"
		}
		return string(n.Body)
	}
	job := func(p *Project, name, ref string) {
		_, err := st.AddJob(&Job{Project: p, User: st.UserNames[RootUsername], Name: name, Ref: ref,
			Status: JobPending})
		require.NoError(t, err)
	}
	job(shop, "build", "side")
	assert.Equal(t, "nothing", said("shop", JobEvents), "nobody writes")
	TellWebhooks(st, echo{}, func([]Notice) {})
	for _, c := range []struct{ hook, event, want string }{
		{"shop", JobEvents, "job build pending"}, {"shop", PipelineEvents, "pipeline side"}, {"acme", JobEvents,
			"job build pending"},
		{"below", JobEvents, "nothing"}, {"site", JobEvents, "nothing"}, {"site", PushEvents, "nothing"},
		{"acme", PushEvents, "nothing"}, {"acme", TagPushEvents, "nothing"}, {"site", TagPushEvents, "nothing"},
	} {
		assert.Equal(t, c.want, said(c.hook, c.event), "%s of %s", c.event, c.hook)
	}
	require.NoError(t, st.FillRepository(site, RepositoryDraft{Files: map[string]string{"README.md": "# Site"}}))
	assert.Equal(t, "push to refs/heads/main", said("site", PushEvents))
	assert.Equal(t, "push to refs/heads/main", said("site", TagPushEvents), "a test of tags is no other")
	job(shop, "later", "side")
	job(site, "latest", "main")
	for hook, want := range map[string]string{"shop": "job later pending", "site": "job latest pending",
		"acme": "job latest pending", "below": "job latest pending"} {
		assert.Equal(t, want, said(hook, JobEvents), hook)
	}
}

func jobsText(st *State, p *Pipeline) string {
	text, _ := st.JobsText(p, nil)
	return text
}
