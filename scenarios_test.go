package fakegitlab_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

func TestBuilders(t *testing.T) {
	got := fakegitlab.NewScenario().
		WithSettings(func(s *fakegitlab.Settings) { s.RegistrationTokensDisabled = true }).
		WithAdmin("ada").
		WithUser("mia").
		WithUser("MIA", func(u *fakegitlab.User) { u.External = true }, nil).
		WithGroup("acme", func(g *fakegitlab.Group) { g.Visibility = fakegitlab.Internal }).
		WithGroup("Acme", func(g *fakegitlab.Group) { g.ID = 5 }).
		WithProject("acme/shop").
		WithProject("acme/shop", func(p *fakegitlab.Project) { p.Archived = true }).
		WithMember("acme/shop", "mia", fakegitlab.Developer).
		WithMember("ACME/SHOP", "Mia", fakegitlab.Maintainer).
		WithAccessToken("mia", "", func(t *fakegitlab.AccessToken) { t.Scopes = []string{"read_api"} }).
		WithAccessToken("mia", "").
		WithRunner("one", func(r *fakegitlab.Runner) { r.Projects = []string{"acme/shop"} }).
		WithRunner("one", func(r *fakegitlab.Runner) { r.Paused = true }).
		WithRunner("").WithRunner("").
		WithJob("acme/shop", "build").
		WithJob("acme/shop", "build", func(j *fakegitlab.Job) { j.Status = fakegitlab.JobManual }).
		WithJob("acme/shop", "")
	want := fakegitlab.Scenario{
		Settings:     fakegitlab.Settings{RegistrationTokensDisabled: true},
		Users:        []fakegitlab.User{{Username: "ada", Admin: true}, {Username: "mia", External: true}},
		AccessTokens: []fakegitlab.AccessToken{{User: "mia", Scopes: []string{"read_api"}}, {User: "mia"}},
		Groups:       []fakegitlab.Group{{Path: "acme", ID: 5, Visibility: fakegitlab.Internal}},
		Projects:     []fakegitlab.Project{{Path: "acme/shop", Archived: true, Members: fakegitlab.Members{"Mia": fakegitlab.Maintainer}}},
		Runners:      []fakegitlab.Runner{{Description: "one", Projects: []string{"acme/shop"}, Paused: true}, {}, {}},
		Jobs:         []fakegitlab.Job{{Project: "acme/shop", Name: "build", Status: fakegitlab.JobManual}, {Project: "acme/shop"}},
	}
	assert.Empty(t, cmp.Diff(want, got))
	assert.NoError(t, got.Validate())
}

func TestWithMemberInAnyOrder(t *testing.T) {
	s := fakegitlab.NewScenario().WithMember("acme", "mia", fakegitlab.Owner).WithMember("acme/shop", "mia", fakegitlab.Guest)
	require.EqualError(t, s.Validate(), `scenario: 4 problems:
	memberships[0].user: no user "mia"; known are root
	memberships[0].path: no group or project "acme"; there are none
	memberships[1].user: no user "mia"; known are root
	memberships[1].path: no group or project "acme/shop"; there are none`)

	s = s.WithProject("acme/shop").WithUser("mia")
	require.NoError(t, s.Validate())
	assert.Empty(t, cmp.Diff(fakegitlab.Scenario{
		Users:    []fakegitlab.User{{Username: "mia"}},
		Groups:   []fakegitlab.Group{{Path: "acme", Members: fakegitlab.Members{"mia": fakegitlab.Owner}}},
		Projects: []fakegitlab.Project{{Path: "acme/shop", Members: fakegitlab.Members{"mia": fakegitlab.Guest}}},
	}, s), "the group above the project is listed once it has a member")

	lost := s.WithMember("acme/shpo", "mia", fakegitlab.Guest)
	require.EqualError(t, lost.Validate(), `scenario: memberships[0].path: no group or project "acme/shpo"; did you mean "acme/shop"?`)
}

func TestBuildersNeverAlias(t *testing.T) {
	base := fakegitlab.SmallCompany()
	before := written(t, base)
	members := fakegitlab.Members{"dan": fakegitlab.Owner}
	changes := map[string]func(fakegitlab.Scenario) fakegitlab.Scenario{
		"settings": func(s fakegitlab.Scenario) fakegitlab.Scenario {
			return s.WithSettings(func(c *fakegitlab.Settings) { c.AdminMode = true })
		},
		"user": func(s fakegitlab.Scenario) fakegitlab.Scenario {
			return s.WithUser("mia", func(u *fakegitlab.User) { u.Name = "M" })
		},
		"admin":  func(s fakegitlab.Scenario) fakegitlab.Scenario { return s.WithAdmin("mia") },
		"token":  func(s fakegitlab.Scenario) fakegitlab.Scenario { return s.WithAccessToken("mia", "") },
		"member": func(s fakegitlab.Scenario) fakegitlab.Scenario { return s.WithMember("acme", "gus", fakegitlab.Owner) },
		"group": func(s fakegitlab.Scenario) fakegitlab.Scenario {
			return s.WithGroup("acme", func(g *fakegitlab.Group) { delete(g.Members, "gus") })
		},
		"project": func(s fakegitlab.Scenario) fakegitlab.Scenario {
			return s.WithProject("acme/shop", func(p *fakegitlab.Project) { p.Members = members })
		},
		"runner": func(s fakegitlab.Scenario) fakegitlab.Scenario {
			return s.WithRunner("instance-online", func(r *fakegitlab.Runner) { r.Tags[0], r.Managers[0].Version = "x", "1" })
		},
		"job": func(s fakegitlab.Scenario) fakegitlab.Scenario {
			return s.WithJob("acme/shop", "build", func(j *fakegitlab.Job) { j.Spec.Script[0] = "x" })
		},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := change(base)
			assert.NotEqual(t, before, written(t, changed))
			assert.Equal(t, before, written(t, base))
		})
	}
	t.Run("what a change stored", func(t *testing.T) {
		s := changes["project"](base)
		text := written(t, s)
		s.WithMember("acme/shop", "ria", fakegitlab.Guest)
		members["sam"] = fakegitlab.Owner
		assert.Equal(t, text, written(t, s))
	})
}

func TestValidateAcceptsWhatExistsUnlisted(t *testing.T) {
	assert.NoError(t, fakegitlab.Scenario{
		Users: []fakegitlab.User{{Username: "mia"}},
		AccessTokens: []fakegitlab.AccessToken{
			{User: "root"}, {Project: "acme/backend/api"}, {Group: "acme", User: "group_1_bot_x"},
		},
		Projects: []fakegitlab.Project{
			{Path: "acme/backend/api", Members: fakegitlab.Members{"Root": fakegitlab.Owner, "group_1_bot_x": fakegitlab.Guest}},
			{Path: "mia/dotfiles"},
		},
		Memberships: []fakegitlab.Membership{{Path: "acme/backend", User: "mia", Role: fakegitlab.Guest}},
		Runners: []fakegitlab.Runner{
			{Group: "acme", CreatedBy: "group_1_bot_x"}, {Group: "acme/backend"}, {Projects: []string{"mia/dotfiles"}},
			{ID: 3, Managers: []fakegitlab.RunnerManager{{SystemID: "s_1"}}}, {Managers: []fakegitlab.RunnerManager{{SystemID: "s_1"}}},
		},
		Jobs: []fakegitlab.Job{
			{Project: "Mia/dotfiles", User: "root", RunnerID: 3, SystemID: "s_1", PipelineID: 2},
			{Project: "mia/dotfiles", RunnerID: 3, PipelineID: 2}, {Project: "acme/backend/api"},
		},
	}.Validate())
	assert.NoError(t, fakegitlab.NewScenario().WithUser("root", func(u *fakegitlab.User) { u.ID = 1 }).Validate())
}

func TestValidateReports(t *testing.T) {
	shop := fakegitlab.NewScenario().WithProject("acme/shop")
	for want, s := range map[string]fakegitlab.Scenario{
		`users[0].id: the ID of root is 1`:                                  shop.WithUser("root", func(u *fakegitlab.User) { u.ID = 2 }),
		`users[0].id: user id 1 is taken`:                                   shop.WithUser("mia", func(u *fakegitlab.User) { u.ID = 1 }),
		`groups[0].path: "root" is a user's namespace`:                      shop.WithGroup("root"),
		`groups[0].path: "mia" is a user's namespace`:                       shop.WithUser("mia").WithGroup("mia"),
		`projects[1].path: the path is taken by a group`:                    shop.WithGroup("acme/x").WithProject("acme/x"),
		`projects[1].path: "acme/shop" is a project; nothing lies below it`: shop.WithProject("acme/shop/x"),
		`groups[0].members.root: no role has the number 3; known are`: shop.WithGroup("a", func(g *fakegitlab.Group) {
			g.Members = fakegitlab.Members{"root": 3}
		}),
		`access_tokens[0].role: no role has the number 3; known are`: shop.WithAccessToken("root", "", func(a *fakegitlab.AccessToken) { a.Role = 3 }),
		`users[0].username: no username is given`:                    shop.WithUser(""),
		`runners[0].managers[0].system_id: a manager has no system id`: shop.WithRunner("x", func(r *fakegitlab.Runner) {
			r.Managers = []fakegitlab.RunnerManager{{}}
		}),
		`jobs[0].artifacts[0].filename: an artifact has no file name`: shop.WithJob("acme/shop", "x", func(j *fakegitlab.Job) { j.Artifacts = []fakegitlab.Artifact{{}} }),
		`jobs[0].artifacts[0].file_type: unknown type of artifact "juint"; did you mean "junit"?`: shop.WithJob("acme/shop", "x", func(j *fakegitlab.Job) {
			j.Artifacts = []fakegitlab.Artifact{{Filename: "a", Type: "juint"}}
		}),
		`jobs[0].artifacts[0].file_format: an artifact of type sast has the format raw, not gzip`: shop.WithJob("acme/shop", "x", func(j *fakegitlab.Job) {
			j.Artifacts = []fakegitlab.Artifact{{Filename: "a", Type: "sast", Format: "gzip"}}
		}),
		`jobs[0].project: no project "acme/shpo"; did you mean "acme/shop"?`: shop.WithJob("acme/shpo", "x"),
		`jobs[0].project: "acme" is a group, no project`:                     shop.WithJob("acme", "x"),
		`jobs[0].runner_id: no runner "9"; known are 100001`:                 shop.WithRunner("").WithJob("acme/shop", "x", func(j *fakegitlab.Job) { j.RunnerID = 9 }),
		`jobs[0].status: unknown job status "done"; GitLab knows`:            shop.WithJob("acme/shop", "x", func(j *fakegitlab.Job) { j.Status = "done" }),
		`settings.rate_limit.per: a rate limit cannot be negative`:           shop.WithSettings(func(s *fakegitlab.Settings) { s.RateLimit.Per = -1 }),
	} {
		assert.ErrorContains(t, s.Validate(), "scenario: "+want)
	}
}

func TestSmallCompanyHasOneOfEverything(t *testing.T) {
	s := fakegitlab.SmallCompany()
	require.NoError(t, s.Validate())
	now := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)

	for _, r := range s.Runners {
		var status string
		late := r.ContactedAt
		if late.IsZero() {
			late = r.CreatedAt
		}
		switch silence := now.Sub(late); {
		case silence >= 7*24*time.Hour:
			status = "stale"
		case r.ContactedAt.IsZero():
			status = "never-contacted"
		case r.Paused:
			status = "paused"
		case silence < 2*time.Hour:
			status = "online"
		default:
			status = "offline"
		}
		assert.Equal(t, strings.TrimSuffix(string(r.Type), "_type")+"-"+status, r.Description)
		assert.Equal(t, r.ContactedAt.IsZero(), len(r.Managers) == 0, r.Description)
	}
	assert.Len(t, s.Runners, 3*5)

	states := map[fakegitlab.JobStatus]bool{}
	for _, j := range s.Jobs {
		states[j.Status] = true
		assert.False(t, j.CreatedAt.After(now) || j.FinishedAt.After(now))
	}
	assert.Len(t, states, 12)

	roles := map[fakegitlab.Role]bool{}
	for username, role := range s.Groups[0].Members {
		roles[role] = true
		assert.Equal(t, role.String()[:1], username[:1], "the initial is the role's")
	}
	assert.Len(t, roles, 6)
}

func ExampleReadScenario() {
	_, err := fakegitlab.ReadScenario(strings.NewReader(`{
  "users": [{"username": "mia"}],
  "projects": [{"path": "acme/shop", "members": {"mai": "maintainer"}}],
  "runners": [{"projects": ["acme/shpo"], "tags": ["docker"]}]
}`))
	fmt.Println(err)
	// Output:
	// scenario: 3 problems:
	// 	3:57: projects[0].members.mai: no user "mai"; did you mean "mia"?
	// 	4:29: runners[0].projects[0]: no project "acme/shpo"; did you mean "acme/shop"?
	// 	4:43: runners[0].tags: unknown field; did you mean "tag_list"?
}

func ExampleScenario_WithMember() {
	base := fakegitlab.NewScenario().WithUser("mia").WithProject("acme/shop")
	_ = base.WithMember("acme/shop", "mia", fakegitlab.Maintainer).Write(os.Stdout)
	// Output:
	// {
	//   "users": [
	//     {
	//       "username": "mia"
	//     }
	//   ],
	//   "projects": [
	//     {
	//       "path": "acme/shop",
	//       "members": {
	//         "mia": "maintainer"
	//       }
	//     }
	//   ]
	// }
}

// A kind of which there is none is left out, so that golden files of small worlds stay small.
func TestSnapshotOfAnUntouchedFakeIsShort(t *testing.T) {
	var text strings.Builder
	require.NoError(t, fakegitlab.New(t).Snapshot().Write(&text))
	var kinds map[string]any
	require.NoError(t, json.Unmarshal([]byte(text.String()), &kinds))
	assert.Equal(t, []string{"settings", "users"}, slices.Sorted(maps.Keys(kinds)))
}
