package world

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// traces is what an addition leaves behind in a world, to compare before and after.
func traces(st *State) []string {
	said := []string{
		fmt.Sprintln("next ids", st.Users.next, st.Tokens.next, st.Groups.next, st.Projects.next, st.Runners.next,
			st.managers.next, st.Jobs.next, st.pipeline, "secrets", st.made.made, st.made.given),
		fmt.Sprintln("found by", slices.Sorted(maps.Keys(st.UserNames)), slices.Sorted(maps.Keys(st.GroupPaths)),
			slices.Sorted(maps.Keys(st.ProjectPaths)), slices.Sorted(maps.Keys(st.tokenValues)),
			slices.Sorted(maps.Keys(st.RunnerTokens)), slices.Sorted(maps.Keys(st.JobTokens)),
			slices.Sorted(maps.Keys(st.pipelines)), slices.Sorted(maps.Keys(st.namedTokens))),
		fmt.Sprintln("queue", len(st.Queue.lanes), len(st.Queue.running), st.Queue.onInstance, len(st.Queue.asked),
			"managers", len(st.managers.Rows), "instance runners", len(st.instanceWide), "settings", st.Settings),
	}
	for _, u := range st.Users.Rows {
		said = append(said, fmt.Sprintln("user", *u))
	}
	for _, g := range st.Groups.Rows {
		said = append(said, fmt.Sprintln("group", g.ID, g.Path, g.Name, g.implied, len(g.Children), len(g.Projects),
			len(g.runners), len(g.Roles)))
	}
	for _, p := range st.Projects.Rows {
		said = append(said, fmt.Sprintln("project", p.Path, len(p.Runners), len(p.Jobs), len(p.pipelines), len(p.Roles),
			len(p.webhooks), len(st.Webhooks.Rows), st.Webhooks.next))
	}
	for _, r := range st.Runners.Rows {
		said = append(said, fmt.Sprintln("runner", r.ID, len(r.Jobs), len(r.Managers)))
	}
	return said
}

func TestAtomicallyLeavesNoTraceOfAnyAddition(t *testing.T) {
	now := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	st := stateAt(t, &now)
	root := st.UserNames[RootUsername]
	shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	runner, err := st.AddRunner(RunnerDraft{Projects: []*Project{shop}, Attributes: DefaultAttributes()})
	require.NoError(t, err)
	additions := map[string]func() error{
		"user":       func() error { _, err := st.AddUser(User{Username: "mia"}); return err },
		"new root":   func() error { return st.SeedUser(User{Username: RootUsername, Name: "Ruth"}) },
		"token":      func() error { _, err := st.AddAccessToken(AccessToken{}, RootUsername); return err },
		"bot":        func() error { _, err := st.AddAccessToken(AccessToken{Project: shop}, ""); return err },
		"handed":     func() error { _, err := st.TokenOf(RootUsername, nil); return err },
		"member":     func() error { return st.AddMember("acme", RootUsername, Developer, time.Time{}) },
		"group":      func() error { _, err := st.AddGroup(Group{Path: "x/y/z"}, nil); return err },
		"below":      func() error { _, err := st.AddGroup(Group{Path: "acme/below"}, nil); return err },
		"implied":    func() error { _, err := st.AddGroup(Group{ID: 77, Path: "acme", Name: "A"}, nil); return err },
		"project":    func() error { _, err := st.AddProject(Project{Path: "x/y/z"}, nil); return err },
		"in a group": func() error { _, err := st.AddProject(Project{Path: "acme/site"}, nil); return err },
		"personal":   func() error { _, err := st.AddProject(Project{Path: "root/x", Archived: true}, nil); return err },
		"runner": func() error {
			n := RunnerDraft{Attributes: DefaultAttributes(), Managers: []Manager{{SystemID: "s"}}}
			g := RunnerDraft{Attributes: DefaultAttributes(), Group: st.GroupPaths["acme"], Token: "given"}
			_, err := st.AddRunner(n)
			_, other := st.AddRunner(g)
			return errors.Join(err, other)
		},
		"job": func() error { _, err := st.AddJob(&Job{Project: shop, User: root}); return err },
		"job of a runner": func() error {
			_, err := st.AddJob(&Job{Project: shop, User: root, Runner: runner, Status: JobRunning, PipelineID: 4_000_900})
			return err
		},
		"webhook": func() error {
			_, err := st.AddWebhook(Webhook{Project: shop, WebhookAttributes: WebhookAttributes{URL: "https://x"}}, WebhookState{})
			return err
		},
		"settings": func() error { return st.UpdateSettings(Settings{AdminMode: true, RegistrationToken: "mine"}) },
	}
	untouched := traces(st)
	for name, add := range additions {
		t.Run(name, func(t *testing.T) {
			no := errors.New("no")
			err := Atomically(st, func() error {
				require.NoError(t, add())
				require.NotEqual(t, untouched, traces(st), "the addition must be seen")
				return no
			})
			require.ErrorIs(t, err, no)
			assert.Equal(t, untouched, traces(st), "after an error")
			assert.Panics(t, func() { _ = Atomically(st, func() error { _ = add(); panic("the test") }) })
			assert.Equal(t, untouched, traces(st), "after a panic")
		})
	}
	require.NoError(t, Atomically(st, additions["user"]))
	assert.NotNil(t, st.UserNames["mia"], "what succeeds stays")
}

// No id is given twice, as PostgreSQL takes them from a sequence: a client may well remember what it deleted.
func TestIDsAreNotGivenTwice(t *testing.T) {
	st, _ := ruled(t)
	add := func(id int, name string) *User {
		u, err := st.AddUser(User{ID: id, Username: name})
		require.NoError(t, err)
		return u
	}
	first := add(0, "first")
	gone := add(first.ID+1, "gone")
	require.Error(t, Atomically(st, func() error {
		add(first.ID+100, "taken-back")
		return errors.New("the test")
	}))
	require.NoError(t, st.DeleteUser(gone))
	assert.Equal(t, gone.ID+1, add(0, "after").ID, "and what was taken back counts for nothing")
}

// The ids of different kinds differ, so that a test which confuses them fails.
func TestNoIDIsOfTwoRecords(t *testing.T) {
	const at = 5_000
	for kind, add := range map[string]func(st *State, shop *Project) error{
		"user": func(st *State, _ *Project) error { _, err := st.AddUser(User{ID: at, Username: "mia"}); return err },
		"group": func(st *State, _ *Project) error {
			_, err := st.AddGroup(Group{ID: at, Path: "guild"}, nil)
			return err
		},
		"project": func(st *State, _ *Project) error {
			_, err := st.AddProject(Project{ID: at, Path: "acme/site"}, nil)
			return err
		},
		"runner": func(st *State, _ *Project) error {
			_, err := st.AddRunner(RunnerDraft{ID: at, Attributes: DefaultAttributes()})
			return err
		},
		"manager": func(st *State, _ *Project) error {
			_, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(), Managers: []Manager{{ID: at, SystemID: "s"}}})
			return err
		},
		"job": func(st *State, shop *Project) error {
			_, err := st.AddJob(&Job{ID: at, Project: shop, User: st.Users.Rows[0]})
			return err
		},
		"token": func(st *State, _ *Project) error {
			_, err := st.AddAccessToken(AccessToken{ID: at}, RootUsername)
			return err
		},
		"schedule": func(st *State, _ *Project) error {
			_, err := st.AddSchedule("acme/shop", "", PipelineSchedule{ID: at, Cron: "0 1 * * *"}, ScheduleGifts{})
			return err
		},
		"trigger": func(st *State, _ *Project) error {
			_, err := st.AddTrigger("acme/shop", "", PipelineTrigger{ID: at, Description: "x"})
			return err
		},
		"status": func(st *State, shop *Project) error {
			_, err := st.AddPipeline(4_000_900, shop, PipelineFacts{Status: JobSuccess})
			_, told := st.AddStatus(4_000_900, RootUsername, CommitStatus{ID: at, Status: JobSuccess})
			return errors.Join(err, told)
		},
		"deploy token": func(st *State, _ *Project) error {
			_, err := st.AddDeployToken("acme/shop", DeployToken{ID: at, Name: "x", Scopes: []string{"read_repository"}})
			return err
		},
		"deploy key": func(st *State, _ *Project) error {
			_, err := st.AddDeployKey(DeployKey{ID: at}, "", []string{"acme/shop"}, nil)
			return err
		},
		"controller": func(st *State, _ *Project) error {
			_, err := st.AddRunnerController(RunnerController{ID: at})
			return err
		},
	} {
		t.Run(kind, func(t *testing.T) {
			st, shop := ruled(t)
			require.NoError(t, add(st, shop))
			if assert.Error(t, Atomically(st, func() error { return add(st, shop) }), "it is taken") {
				st.Users.next, st.Groups.next = at, at
				u, err := st.AddUser(User{Username: "ned"})
				require.NoError(t, err)
				g, err := st.AddGroup(Group{Path: "new"}, nil)
				require.NoError(t, err)
				assert.Equal(t, []int{at + 1, at + 2}, []int{u.ID, g.ID})
			}
		})
	}
}

// Atomically does not nest: it would forget how to take the outer change back.
func TestAtomicallyDoesNotNest(t *testing.T) {
	st, _ := ruled(t)
	before := traces(st)
	for _, within := range []func(){func() { _ = Atomically(st, func() error { return nil }) },
		func() { st.retractably(func() {}) }} {
		assert.Panics(t, func() {
			_ = Atomically(st, func() error { _, _ = st.AddUser(User{Username: "mia"}); within(); return nil })
		})
		assert.Equal(t, before, traces(st))
	}
}

// The ids and times of a new instance.
func TestAFreshWorld(t *testing.T) {
	st, shop := ruled(t)
	root := st.UserNames[RootUsername]
	s, err := st.AddSchedule("acme/shop", "", PipelineSchedule{Cron: "0 1 * * *"}, ScheduleGifts{})
	require.NoError(t, err)
	p, err := st.AddPipeline(0, shop, PipelineFacts{Status: JobSuccess})
	require.NoError(t, err)
	assert.Equal(t, []int{firstUserID, firstScheduleID, firstPipelineID}, []int{root.ID, s.ID, p.ID})
	assert.Equal(t, noon, root.CreatedAt)
}
