package world

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
)

// Rules of projects and groups, and of what they have: variables, tokens, triggers, protected refs, allowlists, whose
// loss no other test noticed (internal/mutate).

// app/models/project.rb: in a user's namespace, too, names are taken, and a project of a user has no group to ask.
func TestProjectsOfUsers(t *testing.T) {
	st, shop := ruled(t)
	root := st.UserNames[RootUsername]
	create := func(name, path string, in Namespace) (*Project, error) {
		return st.CreateProject(NewProject{Name: name, Path: path, In: in, Visibility: Private, Creator: root})
	}
	own, err := create("Own", "own", Namespace{User: root})
	require.NoError(t, err)
	assert.Equal(t, []any{root, (*Group)(nil)}, []any{own.Owner, own.Group})
	_, err = create("Own", "other", Namespace{User: root})
	assert.Error(t, err)
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	_, err = create("Own", "own", Namespace{User: mia})
	assert.NoError(t, err, "somebody else's")
	on := true
	assert.NoError(t, st.ChangeProject(own, ProjectChange{SharedRunners: &on}))

	site, err := create("Site", "site", shop.Namespace())
	require.NoError(t, err)
	assert.Equal(t, []any{(*User)(nil), shop.Group, false}, []any{site.Owner, site.Group, site.SharedRunnersDisabled})
	shop.Group.SharedRunnersDisabled = true
	second, err := create("Second", "second", shop.Namespace())
	require.NoError(t, err)
	assert.True(t, second.SharedRunnersDisabled)
}

// A group that is there only as somebody's parent is so no longer once something of its own is said of it by a request, a
// member or a variable: a seed cannot say it once more.
func TestGroupsThatAreThereForThemselves(t *testing.T) {
	name := "Guild"
	for what, do := range map[string]func(st *State, guild *Group, shop *Project) error{
		"": func(*State, *Group, *Project) error { return nil },
		"a project": func(st *State, guild *Group, _ *Project) error {
			_, err := st.CreateProject(NewProject{Name: "x", Path: "x", In: Namespace{Group: guild}, Visibility: Private})
			return err
		},
		"a project that moves": func(st *State, guild *Group, shop *Project) error {
			return st.TransferProject(shop, Namespace{Group: guild})
		},
		"a change": func(st *State, guild *Group, _ *Project) error {
			return st.ChangeGroup(guild, GroupChange{Name: &name})
		},
		"a variable": func(st *State, _ *Group, _ *Project) error {
			_, err := st.AddVariable("guild", Variable{Key: "A"})
			return err
		},
	} {
		st, shop := ruled(t)
		p, err := st.AddProject(Project{Path: "guild/other"}, nil)
		require.NoError(t, err)
		require.NoError(t, do(st, p.Group, shop), what)
		_, err = st.AddGroup(Group{Path: "guild"}, nil)
		assert.Equal(t, what == "", err == nil, what)
	}
}

// app/services/projects/update_service.rb, app/models/project_ci_cd_setting.rb: what is changed, when, and that what is set
// back is as it was.
func TestSettingsThatAreSetBack(t *testing.T) {
	now := noon
	st := stateAt(t, &now)
	shop, err := st.AddProject(Project{Path: "acme/shop", GitDepth: 5}, nil)
	require.NoError(t, err)
	now = now.Add(time.Minute)
	name := "Shop"
	require.NoError(t, st.ChangeProject(shop, ProjectChange{Name: &name}))
	assert.Equal(t, []any{"Shop", now, 5}, []any{shop.Name, shop.UpdatedAt, shop.GitDepth})
	for seconds, want := range map[int]time.Duration{7200: 2 * time.Hour, 3600: 0} {
		require.NoError(t, st.ChangeProject(shop, ProjectChange{BuildTimeout: &seconds}))
		assert.Equal(t, want, shop.BuildTimeout)
	}
	for given, want := range map[int]int{0: -1, defaultGitDepth: 0, 7: 7} {
		require.NoError(t, st.ChangeProject(shop, ProjectChange{GitDepth: to(given)}))
		assert.Equal(t, want, shop.GitDepth)
	}
	st.ArchiveProject(shop, true)
	archived := shop.UpdatedAt
	now = now.Add(time.Minute)
	st.ArchiveProject(shop, true)
	assert.Equal(t, archived, shop.UpdatedAt, "it is so already")

	claim := func(words string) error {
		return st.ChangeProject(shop, ProjectChange{Attributes: map[string]string{attrSubClaim: words}})
	}
	require.NoError(t, claim(strings.Join([]string{claimOfPath, "ref"}, ",")))
	assert.Equal(t, []string{claimOfPath, "ref"}, Words(shop.Attribute(attrSubClaim)))
	assert.Equal(t, newInvalid(attrSettingsClaim, msgPathFirst), claim("ref,"+claimOfPath))

	other, err := st.AddProject(Project{Path: "guild/shop", Name: "Other"}, nil)
	require.NoError(t, err)
	assert.Equal(t, newInvalid(attrNewNamespace, msgTakenInNamespace), st.TransferProject(shop, other.Namespace()))
}

// app/services/groups: who makes a group is its Owner from then on, and what a move is refused for.
func TestGroupsThatAreMadeAndMoved(t *testing.T) {
	now := noon
	st := stateAt(t, &now)
	shop, err := st.AddProject(Project{Path: "acme/web/shop", Visibility: Internal, SharedRunnersDisabled: true}, nil)
	require.NoError(t, err)
	acme, web, root := shop.Group.Parent, shop.Group, st.UserNames[RootUsername]
	now = now.Add(time.Minute)
	guild, err := st.CreateGroup(NewGroup{Name: "Guild", Path: "guild", Visibility: Private, Creator: root})
	require.NoError(t, err)
	m, _ := MemberOf(guild, root)
	assert.Equal(t, Joining{By: root, CreatedAt: now, UpdatedAt: now}, m.Joining)

	acme.Visibility, web.Visibility = Public, Public
	level, name := Internal, "Web"
	require.NoError(t, st.ChangeGroup(web, GroupChange{Visibility: &level, Name: &name}), "its project is no more visible")
	assert.Equal(t, now, web.UpdatedAt)
	level = Private
	assert.Error(t, st.ChangeGroup(web, GroupChange{Visibility: &level}))

	assert.Equal(t, newInvalid(attrBase, msgSameParent), st.TransferGroup(web, acme, root))
	assert.Equal(t, newInvalid(attrBase, msgAlreadyRoot), st.TransferGroup(guild, nil, root))
	_, err = st.AddGroup(Group{Path: "guild/web"}, nil)
	require.NoError(t, err)
	assert.Equal(t, newInvalid(attrBase, msgPathTakenInParent), st.TransferGroup(web, guild, root))
	club, err := st.AddGroup(Group{Path: "club"}, nil)
	require.NoError(t, err)
	now = now.Add(time.Minute)
	require.NoError(t, st.TransferGroup(web, club, root))
	assert.Equal(t, []*Group{web}, club.Children)
	assert.True(t, shop.SharedRunnersDisabled, "the new parent asks for nothing else")
	assert.False(t, web.SharedRunnersDisabled)
	require.NoError(t, st.TransferGroup(web, nil, root))
	m, _ = MemberOf(web, root)
	assert.Equal(t, Joining{By: root, CreatedAt: now, UpdatedAt: now}, m.Joining)
}

// A world may have what GitLab lets nobody make, or what is older than its rules: that is no reason to refuse other changes
// (app/models/project.rb and group.rb look at a name that changes).
func TestChangesOfOddRecords(t *testing.T) {
	st, _ := ruled(t)
	p, err := st.AddProject(Project{Path: "guild/odd", Name: "-odd-", Visibility: Public}, nil)
	require.NoError(t, err)
	about := "what it is about"
	assert.NoError(t, st.ChangeProject(p, ProjectChange{Description: &about}))
	assert.NoError(t, st.ChangeGroup(p.Group, GroupChange{Description: &about}))
	path := "new"
	assert.ErrorContains(t, st.ChangeProject(p, ProjectChange{Path: &path}), msgProjectName)
}

// A member who has left and is added by a seed again has not joined before.
func TestMembersWhoComeBack(t *testing.T) {
	st, top, _, _ := grouped(t)
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	require.NoError(t, st.AddMemberTo(top, MemberDraft{User: mia, Role: Guest, By: mia}))
	st.RemoveMemberFrom(top, mia, true)
	require.NoError(t, st.AddMember("acme", "mia", Guest, time.Time{}))
	m, _ := MemberOf(top, mia)
	assert.Nil(t, m.By)
}

// app/services/projects/destroy_service.rb, app/services/groups/destroy_service.rb: what goes with a project or group, and
// what does not (app/workers/ci/runners/update_project_runners_owner_worker.rb).
func TestWhatGoesWithProjectsAndGroups(t *testing.T) {
	st := versioned(t, "18.1")
	shop, err := st.AddProject(Project{Path: "acme/shop", OldPaths: []string{"acme/store"}}, nil)
	require.NoError(t, err)
	site, err := st.AddProject(Project{Path: "acme/site"}, nil)
	require.NoError(t, err)
	acme := shop.Group
	both, err := st.AddRunner(RunnerDraft{Projects: []*Project{shop, site}, Attributes: DefaultAttributes()})
	require.NoError(t, err)
	_, err = st.AddRunner(RunnerDraft{Projects: []*Project{shop}, Attributes: DefaultAttributes()})
	require.NoError(t, err)
	token, err := st.AddAccessToken(AccessToken{Project: shop}, "")
	require.NoError(t, err)
	leave(shop, token.User) // who is nevertheless a user still
	st.DeleteProject(shop)
	assert.Nil(t, st.tokenValues[token.Token])
	assert.Equal(t, []*Runner{both}, st.Runners.Rows)
	assert.Nil(t, st.MovedProject("acme/store"))
	assert.Nil(t, st.registrationTokens[shop.RegistrationToken])
	st.DeleteGroup(acme)
	assert.Nil(t, st.registrationTokens[acme.RegistrationToken])
	_, err = st.AddProject(Project{Path: "acme/store", OldPaths: []string{"acme/shop"}}, nil)
	assert.NoError(t, err)
	_, err = st.AddProject(Project{Path: "acme/third", OldPaths: []string{"guild/store"}}, nil)
	assert.NoError(t, err)
}

// app/models/concerns/ci/has_variable.rb, app/models/ci/instance_variable.rb: what is changed of a variable, and what is
// said of those that are refused.
func TestVariablesThatAreChanged(t *testing.T) {
	now := noon
	st := stateAt(t, &now)
	shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	said := "of the build"
	v, err := st.AddVariable("acme/shop", Variable{Key: "A", Value: strings.Repeat("v", maxInstanceSecret+1), Description: &said})
	require.NoError(t, err, "the limit is of the instance's")
	require.NotNil(t, v.Description)
	now = now.Add(time.Minute)
	s := st.ProjectVariables(shop)
	require.NoError(t, st.ChangeVariable(s, v, VariableChange{Value: to("new")}))
	assert.Equal(t, []any{"new", now, "of the build"}, []any{v.Value, v.UpdatedAt, *v.Description})
	latest := versioned(t, "18.0")
	assert.Equal(t, []bool{false, true}, []bool{latest.ValueHidden(v), latest.ValueHidden(&Variable{Hidden: true})})
	require.Error(t, Atomically(st, func() error {
		st.DeleteVariable(s, v)
		require.Empty(t, s.Rows())
		return errors.New("the test")
	}))
	assert.Equal(t, []*Variable{v}, s.Rows())
	assert.ErrorContains(t, st.RewriteVariable(s, v, Variable{Key: "A", Value: "long-enough", Masked: true, Hidden: true}),
		"do not change")

	const rule = "what is masked has"
	for name, c := range map[string]struct {
		path string
		v    Variable
		says map[string]bool // the fields, and whether the rule is told
	}{
		"a key":      {"acme/shop", Variable{Key: "A B", Value: "short", Masked: true}, map[string]bool{"key": false, "value": true}},
		"not masked": {"", Variable{Key: "A", Value: strings.Repeat("v ", maxInstanceSecret)}, map[string]bool{"value": false}},
		"long": {"", Variable{Key: "A", Value: strings.Repeat("v", maxInstanceSecret+1), Masked: true},
			map[string]bool{"value": false}},
	} {
		_, err := st.AddVariable(c.path, c.v)
		var ps Problems
		require.ErrorAs(t, err, &ps, name)
		says := map[string]bool{}
		for _, p := range ps {
			says[p.Field] = strings.Contains(p.Text, rule)
		}
		assert.Equal(t, c.says, says, name)
	}
	_, _, err = st.VariableAt("acme/none", "A", "")
	assert.ErrorContains(t, err, `no group or project "acme/none"`)
	given := []ci.JobVariable{{Key: " A "}}
	assert.Equal(t, []ci.JobVariable{{Key: "A"}}, stripped(given))
	assert.Equal(t, " A ", given[0].Key, "what is given stays")
}

// app/models/ci/build.rb, debug_mode?: variables of reports and those handed to the job count, too.
func TestDebuggedByReportsAndPeople(t *testing.T) {
	on := []ci.JobVariable{{Key: "CI_DEBUG_TRACE", Value: "true"}}
	for name, c := range map[string]struct{ dotenv, variables []ci.JobVariable }{"a report": {on, nil}, "people": {nil, on},
		"nobody": {nil, nil}} {
		st, shop := ruled(t)
		first, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: "first", Stage: "build",
			Status: JobSuccess})
		require.NoError(t, err)
		j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: "next", Stage: "test", StageIndex: 1})
		require.NoError(t, err)
		first.Dotenv, j.Variables = c.dotenv, c.variables
		assert.Equal(t, name != "nobody", st.Debugged(j, func() string { return "" }), name)
	}
}

// app/models/deploy_token.rb; app/models/project.rb, gitlab_deploy_token: whose a deploy token is, and which jobs are handed.
func TestDeployTokensOfProjectsAndGroups(t *testing.T) {
	st, shop := ruled(t)
	_, err := st.AddGroup(Group{Path: "guild"}, nil)
	require.NoError(t, err)
	add := func(path string, token DeployToken) *DeployToken {
		token.Name = handedDeployToken
		made, err := st.AddDeployToken(path, token)
		require.NoError(t, err)
		return made
	}
	add("guild", DeployToken{})
	add("acme/shop", DeployToken{Revoked: true})
	add("acme/shop", DeployToken{ExpiresAt: noon.Add(-48 * time.Hour)})
	assert.Nil(t, st.DeployTokenOfJobs(shop))
	own := add("acme", DeployToken{})
	assert.Same(t, own, st.DeployTokenOfJobs(shop))
	require.Error(t, Atomically(st, func() error {
		st.DeleteDeployToken(own)
		require.Nil(t, st.DeployTokenOfJobs(shop))
		return errors.New("the test")
	}))
	assert.Same(t, own, st.DeployTokenOfJobs(shop))
	_, err = st.AddDeployToken("acme/none", DeployToken{})
	assert.ErrorContains(t, err, `no group or project "acme/none"`)
	_, err = st.AddDeployToken("acme", DeployToken{Username: strings.Repeat("a", maxVariableText+1)})
	assert.ErrorContains(t, err, "Username "+msgTooLong(maxVariableText))
	_, err = st.AddDeployToken("acme", DeployToken{Username: strings.Repeat("a", maxVariableText)})
	assert.NoError(t, err)
	assert.Equal(t, "write_package_registry", FirstDeployScopes[len(FirstDeployScopes)-1])
}

// app/models/ci/trigger.rb: whose a trigger is, until when, and what a seed says wrongly of one.
func TestTriggersOfProjects(t *testing.T) {
	now := noon
	st := stateAt(t, &now)
	shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	site, err := st.AddProject(Project{Path: "acme/site"}, nil)
	require.NoError(t, err)
	root := st.UserNames[RootUsername]
	require.NoError(t, st.PinToken("glptt-wanted", ""))
	pinned, err := st.CreateTrigger(shop, root, "x", time.Time{})
	require.NoError(t, err)
	assert.Equal(t, []any{"glptt-wanted", noon, noon}, []any{pinned.Token, pinned.CreatedAt, pinned.UpdatedAt})
	dated, err := st.CreateTrigger(site, root, "x", noon.Add(time.Hour))
	require.NoError(t, err)
	assert.Equal(t, []*PipelineTrigger{pinned}, st.TriggersOf(shop))
	assert.Same(t, dated, st.TriggerByToken(dated.Token))
	now = now.Add(time.Hour)
	assert.Nil(t, st.TriggerByToken(dated.Token))
	_, err = st.AddTrigger("acme/none", "nobody", PipelineTrigger{})
	assert.ElementsMatch(t, []string{"project", "owner"}, NamesOf(err.(Problems), func(p Problem) string { return p.Field }))
	Seeding(st, nil, nil, func() {
		_, err = st.AddTrigger("acme/none", "", PipelineTrigger{ID: 55})
		assert.Error(t, err)
		_, err = st.AddTrigger("acme/shop", "", PipelineTrigger{ID: 55})
		assert.ErrorContains(t, err, "55 is taken", "by the one that was refused")
		_, err = st.AddTrigger("acme/shop", "", PipelineTrigger{})
		assert.NoError(t, err)
	})
}

// app/models/protected_branch/push_access_level.rb: levels of keys have ids of their own; a rule is for keys alone until
// somebody else may push.
func TestLevelsOfKeys(t *testing.T) {
	st, shop := ruled(t)
	k, err := st.AddDeployKey(DeployKey{}, "", []string{"acme/shop"}, nil)
	require.NoError(t, err)
	protect := func(name string) (*ProtectedRef, error) {
		return st.AddProtectedRef(ProtectedRef{ID: 900 + len(name), Project: shop, Name: name, Push: NoOne,
			Keys: []KeyAccess{{Key: k}}})
	}
	first, err := protect("main")
	require.NoError(t, err)
	require.Error(t, Atomically(st, func() error {
		_, err := protect("taken-back")
		require.NoError(t, err)
		return errors.New("the test")
	}))
	second, err := protect("other")
	require.NoError(t, err)
	assert.Equal(t, []int{firstKeyLevelID, firstKeyLevelID + 1}, []int{first.Keys[0].ID, second.Keys[0].ID})
	st.OpenRef(first, NoOne, DevelopersUp)
	assert.False(t, first.KeysAlone, "it was for nobody before")
	_, err = st.AddProtectedRef(ProtectedRef{ID: first.ID, Project: shop, Name: "third"})
	assert.ErrorContains(t, err, "taken")
	_, err = st.AddProtectedRef(ProtectedRef{Project: shop, Name: "main"})
	assert.ErrorContains(t, err, msgAlreadyTaken)
	_, err = st.RefRule("acme/none", false, "main")
	assert.ErrorContains(t, err, `no project "acme/none"`)
	_, err = st.RefRule("acme/shop", false, "mian")
	assert.ErrorContains(t, err, `did you mean "main"?`)
}

// app/models/ci/job_token/allowlist.rb: which projects and groups are on a list, and what a seed says wrongly of one.
func TestAllowlistsOfProjects(t *testing.T) {
	st, shop := ruled(t)
	add := func(path string) *Project {
		p, err := st.AddProject(Project{Path: path}, nil)
		require.NoError(t, err)
		return p
	}
	site, other, far := add("guild/site"), add("guild/other"), add("club/far")
	shop.Attributes = map[string]string{AttrHeedsAllowlist: "true"}
	shop.Allowlist = []Allowed{{Group: far.Group}, {Group: shop.Group}, {Project: shop}, {Project: site}}
	assert.Equal(t, []bool{true, false, true}, []bool{st.AllowsJobsOf(shop, site), st.AllowsJobsOf(shop, other),
		st.AllowsJobsOf(shop, far)})
	assert.Equal(t, []*Project{shop, site}, shop.AllowedProjects())
	assert.Equal(t, []*Group{shop.Group, far.Group}, shop.AllowedGroups(), "by id")
	Seeding(st, nil, []string{"guild/site", "guild/next"}, func() {
		draft := AllowedAt([]string{"guild", "guild/next"})
		early, err := st.AddProject(Project{Path: "acme/early", Allowlist: draft}, nil)
		require.NoError(t, err)
		assert.Equal(t, []string{"guild", "guild/next"}, early.AllowedPaths())
		_, err = st.AddProject(Project{Path: "acme/wrong", Allowlist: AllowedAt([]string{"xyzzy"})}, nil)
		require.Error(t, err)
		assert.Regexp(t, ` "xyzzy"; known are acme, acme/early, acme/shop, club, club/far, guild, guild/next, guild/other, guild/site$`,
			err.Error())
	})
}

// app/models/application_setting.rb: what is not given stays, null is no choice, and a default that is for administrators
// alone is refused unless a seed has it so.
func TestSettingsThatStay(t *testing.T) {
	st := versioned(t, "18.0")
	require.NoError(t, st.ChangeSettings(SettingsChange{ProjectRunnerTokenExpiration: to(7200)}))
	assert.Equal(t, 2*time.Hour, st.Settings.ProjectRunnerTokenExpiration)
	require.NoError(t, st.ChangeSettings(SettingsChange{RestrictedVisibilities: Change[[]string]{Given: true},
		ValidRegistrars: Change[[]string]{Given: true}, AdminMode: to(true)}))
	assert.Equal(t, 2*time.Hour, st.Settings.ProjectRunnerTokenExpiration)

	none := []string{} // as a list that a request does not give is read
	require.NoError(t, st.ChangeSettings(SettingsChange{ValidRegistrars: Change[[]string]{Value: &none},
		RestrictedVisibilities: Change[[]string]{Value: &[]string{"private"}}}))
	assert.Equal(t, []any{2, 0}, []any{len(st.Settings.Registrars()), len(st.Settings.RestrictedVisibilities)})

	restrict := func(words ...string) error {
		return st.ChangeSettings(SettingsChange{RestrictedVisibilities: to(words)})
	}
	assert.ErrorContains(t, restrict("private"), msgRestrictedDefault)
	require.NoError(t, restrict("internal"))
	begin := func(level Visibility) error {
		return st.ChangeSettings(SettingsChange{Attributes: map[string]string{AttrDefaultProjectVisibility: string(level)}})
	}
	require.NoError(t, begin(Public))
	assert.ErrorContains(t, begin(Internal), msgRestrictedDefault)
	st.Settings.RestrictedVisibilities = []Visibility{Public}
	require.NoError(t, st.ChangeSettings(SettingsChange{AdminMode: to(false)}), "a seed has it so")
	require.NoError(t, restrict("public", "internal"))
	assert.ErrorContains(t, begin(Internal), msgRestrictedDefault)
}
