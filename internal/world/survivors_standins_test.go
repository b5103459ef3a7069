package world

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A seed that is refused tells each mistake once: what refers to a refused record finds a stand-in of its name, and
// what would take its name, ID or token is told so.
func TestWhatRefersToStandIns(t *testing.T) {
	st, shop := ruled(t)
	root := st.UserNames[RootUsername]
	Seeding(st, nil, nil, func() {
		assert.Zero(t, st.lookedThrough)
		_, err := st.AddUser(User{ID: 44, Username: "Mia", Email: "nowhere"})
		require.Error(t, err)
		u, err := st.UserByName("mia")
		require.NoError(t, err)
		assert.Same(t, u, st.Users.ByID(44))
		_, err = st.AddUser(User{Username: "mia"})
		assert.EqualError(t, err, "the username is taken")
		assert.Same(t, u, st.UserNames["mia"], "the first")
		_, err = st.AddUser(User{})
		require.Error(t, err)
		assert.NotContains(t, st.UserNames, "")

		for _, in := range []AccessToken{{Project: shop}, {Group: shop.Group}} {
			users := len(st.Users.Rows)
			in.ID, in.Token, in.Scopes = 7, "glpat-mine", []string{"ape"}
			_, err = st.AddAccessToken(in, "")
			require.Error(t, err)
			assert.Len(t, st.Users.Rows, users, "a bot without a name is nobody's")
			assert.Same(t, root, st.tokenValues["glpat-mine"].User)
			_, err = st.AddAccessToken(in, "mia")
			assert.ErrorContains(t, err, "is a person")
			assert.Same(t, u, st.UserNames["mia"])
			assert.Len(t, st.Users.Rows, users, "there is one of that name")
			bot := map[bool]string{true: "of-shop", false: "of-acme"}[in.Project != nil]
			_, err = st.AddAccessToken(in, bot)
			require.Error(t, err)
			require.NotNil(t, st.UserNames[bot])
			assert.True(t, st.UserNames[bot].Bot)
		}
		first := st.tokenValues["glpat-mine"]
		assert.Same(t, first, st.Tokens.ByID(7))
		_, err = st.AddAccessToken(AccessToken{Token: "glpat-mine"}, RootUsername)
		assert.ErrorContains(t, err, "another access token has that value")
		assert.Same(t, first, st.tokenValues["glpat-mine"])
		_, err = st.AddAccessToken(AccessToken{Scopes: []string{"ape"}}, "nobody")
		require.Error(t, err)
		assert.NotContains(t, st.tokenValues, "")
		assert.NotContains(t, st.UserNames, "nobody", "a personal one has no bot")
	})
}

// So it is with what lies at paths, and with runners, jobs and their pipelines.
func TestWhatLiesInStandIns(t *testing.T) {
	st, shop := ruled(t)
	root := st.UserNames[RootUsername]
	Seeding(st, nil, []string{"new/app"}, func() {
		_, err := st.AddProject(Project{Path: "new/app/x", Visibility: "hidden"}, nil)
		require.Error(t, err)
		assert.NotContains(t, st.GroupPaths, "new/app", "it is yet to come as a project")
		assert.Contains(t, st.GroupPaths, "new")
		assert.Same(t, root, st.ProjectPaths["new/app/x"].Owner)
		_, err = st.AddGroup(Group{Path: "new/app/team"}, nil)
		assert.ErrorContains(t, err, `"new/app" is a project`)
		_, err = st.AddGroup(Group{Path: "new"}, nil)
		assert.NoError(t, err, "it was there as a parent alone")
		_, err = st.AddProject(Project{Path: "acme/site", Visibility: "hidden", RegistrationToken: "GR-site"}, nil)
		require.Error(t, err)
		assert.Same(t, shop.Group, st.GroupPaths["acme"])
		_, err = st.AddGroup(Group{Path: "other", RegistrationToken: "GR-site", Visibility: "hidden"}, nil)
		assert.ErrorContains(t, err, "another's")
		assert.Empty(t, st.GroupPaths["other"].RegistrationToken)
		far := &Runner{Type: GroupRunner, Group: shop.Group}
		_, err = st.AddJob(&Job{Project: st.ProjectPaths["new/app/x"], User: root, Runner: far, Status: JobRunning})
		assert.NoError(t, err, "it is not known which runners it has")
		_, err = st.AddProject(Project{}, nil)
		require.Error(t, err)
		assert.NotContains(t, st.ProjectPaths, "")
		_, err = st.AddProject(Project{Path: "acme/SHOP"}, nil)
		require.Error(t, err)
		assert.Same(t, shop, st.ProjectPaths["acme/shop"])

		_, err = st.AddRunner(RunnerDraft{ID: 5, Token: "glrt-mine", Attributes: Attributes{AccessLevel: "high"}})
		require.Error(t, err)
		_, err = st.AddRunner(RunnerDraft{Token: "glrt-mine", Attributes: DefaultAttributes()})
		assert.ErrorContains(t, err, "another runner has that token")
		assert.Equal(t, []string{"5"}, numbersOf(st.Runners), "of those that have one")
		_, err = st.AddJob(&Job{ID: 6, PipelineID: 1, Project: shop, User: root, Runner: st.Runners.ByID(5), Status: JobRunning,
			Token: "x"})
		require.NoError(t, err, "it is not known which jobs it may have")
		_, err = st.AddJob(&Job{ID: 8, PipelineID: 2, Project: shop, User: root, Status: "none"})
		require.Error(t, err)
		assert.Same(t, shop, st.Jobs.ByID(8).Project)
		_, err = st.AddJob(&Job{ID: 9, PipelineID: 2, Project: st.ProjectPaths["new/app/x"], User: root})
		assert.ErrorContains(t, err, "pipeline 2 belongs to")
		st.standInForJob(&Job{ID: 10, PipelineID: 1, Project: st.ProjectPaths["new/app/x"]})
		assert.Same(t, shop, st.pipelines[1].project)

		st.standInForDeployKey(DeployKey{ID: 13, Title: "key"})
		assert.Equal(t, "key", st.DeployKeys.ByID(13).Title)
		st.standInForSchedule(PipelineSchedule{ID: 12})
		assert.NotNil(t, st.Schedules.ByID(12))
		err = st.UpdateSettings(Settings{RegistrationToken: "GR-instance", MaxProjectRunners: -1})
		require.Error(t, err)
		_, err = st.AddGroup(Group{Path: "guild", RegistrationToken: "GR-instance"}, nil)
		assert.ErrorContains(t, err, "another's")
	})
}

// The first pipeline of all is kept to its project as any other.
func TestStandInOfAJobOfTheFirstPipeline(t *testing.T) {
	st, shop := ruled(t)
	Seeding(st, nil, nil, func() {
		st.standInForJob(&Job{ID: 8, PipelineID: 1, Project: shop})
		require.NotNil(t, st.pipelines[1])
	})
}

// What stands for a user may make pipelines, as far as anybody knows; what stands for the managers of a runner has ids that
// nobody else gets, and for a group whose token is another's there is none.
func TestWhatStandInsAreNotToldOf(t *testing.T) {
	st, shop := ruled(t)
	st.around.MayRun = func(*State, NewPipeline) error { return errors.New("may not") }
	Seeding(st, []string{"new/app"}, []string{"new/app"}, func() {
		_, err := st.AddUser(User{Username: "boss", Admin: true, Email: "nowhere"})
		require.Error(t, err)
		for name, want := range map[string]string{"boss": "", RootUsername: "may not"} {
			_, err = st.MakePipeline(NewPipeline{Project: shop, CI: "a: {script: x}"}, PipelineFacts{User: st.UserNames[name]})
			if want == "" {
				assert.NoError(t, err, name)
			} else {
				assert.ErrorContains(t, err, want, name)
			}
		}

		managers := []Manager{{SystemID: "a"}, {ID: 77, SystemID: "b"}}
		_, err = st.AddRunner(RunnerDraft{Attributes: Attributes{AccessLevel: "high"}, Managers: managers})
		require.Error(t, err)
		_, err = st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(), Managers: managers[:1]})
		assert.NoError(t, err, "no manager has the id 0")
		_, err = st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(), Managers: managers[1:]})
		assert.ErrorContains(t, err, "runner manager id 77 is taken")

		st.standInForGroup(Group{Path: "guild", RegistrationToken: shop.RegistrationToken})
		assert.Empty(t, st.GroupPaths["guild"].RegistrationToken)
		assert.NoError(t, st.checkRegistrationToken("", "GR-own"), "none is nobody's")

		st.standInForProject(Project{Path: "new/app/x"})
		assert.Contains(t, st.GroupPaths, "new/app", "what is said to be both is a group")
	})
}
