package fakegitlab_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

func readyWorlds() map[string]fakegitlab.Scenario {
	return map[string]fakegitlab.Scenario{"small company": fakegitlab.SmallCompany(), "fleet": fakegitlab.Fleet(),
		"token migration": fakegitlab.TokenMigration(), "thousand runners": fakegitlab.ThousandRunners()}
}

func TestReadyWorldsInEveryVersion(t *testing.T) {
	racing.Skip(t)
	for name, world := range readyWorlds() {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, world.Validate())
			fakegitlab.ForEachVersion(t, []string{"16.0", "17.2", "19.4"}, func(t *testing.T, gl *fakegitlab.Fake) {
				snapshot := gl.Snapshot()
				assert.Len(t, snapshot.Runners, len(world.Runners))
				again := fakegitlab.New(t, fakegitlab.WithVersion(gl.Version()), fakegitlab.WithScenario(snapshot))
				assert.Equal(t, written(t, snapshot), written(t, again.Snapshot()))
			}, fakegitlab.WithScenario(world))
		})
	}
}

// The trees in the comments are what people read: each runner in them is as they say.
func TestTreesOfReadyWorlds(t *testing.T) {
	runner := regexp.MustCompile(`── (\d{6}) ([\w-]+) +(.+)`)
	for function, file := range map[string]string{"Fleet": "scenarios_worlds.go",
		"TokenMigration": "scenarios_worlds.go"} {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		doc, _, _ := strings.Cut(string(source), "\nfunc "+function+"()")
		doc = doc[strings.LastIndex(doc, "// "+function+" is"):]
		gl := fakegitlab.New(t, fakegitlab.WithScenario(readyWorlds()[map[string]string{"Fleet": "fleet",
			"TokenMigration": "token migration"}[function]]))
		lines := runner.FindAllStringSubmatch(doc, -1)
		require.Len(t, lines, len(gl.Runners()), function)
		for i, r := range gl.Runners() {
			says := lines[i][3]
			assert.Equal(t, lines[i][1]+" "+lines[i][2], fmt.Sprint(r.ID, " ", r.Description))
			status := strings.ReplaceAll(string(gl.RunnerStatus(r.ID)), "_", "[_ ]")
			assert.Regexp(t, `\b`+status+`\b`, says, r.Description)
			assert.Equal(t, r.Paused, strings.Contains(says, "paused"), r.Description)
			if function == "TokenMigration" {
				assert.Equal(t, r.Registration == fakegitlab.ByRegistrationToken, strings.Contains(says, "registered"),
					r.Description)
			}
		}
	}
}

// The tree of the small company is the company: each thing in it is there as it says, and nothing is there besides.
func TestTreeOfSmallCompany(t *testing.T) {
	source, err := os.ReadFile("scenarios_worlds.go")
	require.NoError(t, err)
	doc, _, _ := strings.Cut(string(source), "\nfunc SmallCompany()")
	doc = doc[strings.LastIndex(doc, "// SmallCompany is"):]
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	says := func(pattern string, args ...any) {
		t.Helper()
		line := regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(fmt.Sprintf(pattern, args...)), " ", " +"))
		assert.True(t, line.MatchString(doc), "the comment does not say %s", line)
	}
	for _, g := range gl.Groups() {
		says("%s (group %d)", g.Path, g.ID)
	}
	for _, p := range gl.Projects() {
		says("%s (project %d)", p.Path, p.ID)
	}
	for _, u := range gl.Users() {
		if role := gl.Groups()[0].Members[u.Username]; role != 0 {
			says("%s %s", u.Username, role)
		} else {
			says("%s (%d)", u.Username, u.ID)
		}
	}
	pipelines, rows, ids := map[int][]string{}, map[fakegitlab.RunnerType][]string{}, []string{}
	for _, j := range gl.Jobs() {
		pipelines[j.PipelineID] = append(pipelines[j.PipelineID], fmt.Sprint(j.ID, " ", j.Status))
		ids = append(ids, fmt.Sprint(j.ID), fmt.Sprint(j.PipelineID))
	}
	for id, jobs := range pipelines {
		says("pipeline %d %s", id, strings.Join(jobs, ", "))
	}
	for _, r := range gl.Runners() {
		rows[r.Type] = append(rows[r.Type], fmt.Sprint(r.ID))
		ids = append(ids, fmt.Sprint(r.ID))
		for _, m := range r.Managers {
			ids = append(ids, fmt.Sprint(m.ID))
		}
	}
	for kind, runners := range rows {
		says("%s %s", strings.TrimSuffix(string(kind), "_type"), strings.Join(runners, " "))
	}
	for _, id := range regexp.MustCompile(`\b\d{6,7}\b`).FindAllString(doc, -1) {
		assert.Contains(t, ids, id)
	}
}

// Whoever made a runner may make such a runner: nothing in these worlds could not be had by asking for it.
func TestReadyWorldsWereMadeByThoseWhoMay(t *testing.T) {
	racing.Skip(t)
	for name, world := range readyWorlds() {
		gl := fakegitlab.New(t, fakegitlab.WithScenario(world))
		for _, r := range gl.Runners() {
			if r.CreatedBy == "" {
				continue
			}
			params := url.Values{"runner_type": {string(r.Type)}}
			if r.Type == fakegitlab.GroupRunner {
				g, _ := gl.Group(r.Group)
				params.Set("group_id", fmt.Sprint(g.ID))
			}
			if r.Type == fakegitlab.ProjectRunner {
				p, _ := gl.Project(r.Projects[0])
				params.Set("project_id", fmt.Sprint(p.ID))
			}
			res, err := gl.ClientAs(r.CreatedBy).PostForm(gl.APIURL()+"/user/runners", params)
			require.NoError(t, err)
			res.Body.Close()
			assert.Equal(t, http.StatusCreated, res.StatusCode, "%s: %d by %s", name, r.ID, r.CreatedBy)
		}
	}
}

func TestThousandRunners(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.ThousandRunners()))
	statuses := map[fakegitlab.RunnerStatus]int{}
	perProject := map[string]int{}
	for _, r := range gl.Runners() {
		statuses[gl.RunnerStatus(r.ID)]++
		for _, p := range r.Projects {
			perProject[p]++
		}
	}
	assert.Equal(t, map[fakegitlab.RunnerStatus]int{fakegitlab.Online: 600, fakegitlab.Offline: 200, fakegitlab.Stale: 100,
		fakegitlab.NeverContacted: 100}, statuses)
	assert.Len(t, perProject, 100)
	for project, n := range perProject {
		assert.Equal(t, 9, n, project)
	}
	for id, where := range map[int]string{100028: "team-0", 100093: "team-9", 100109: "team-0/project-0",
		100182: "team-0/project-9", 101000: "team-9/project-9"} {
		r, _ := gl.Runner(id)
		assert.Equal(t, where, r.Group+strings.Join(r.Projects, ""), id)
	}
}

func TestAssertGolden(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.Fleet()))
	file := filepath.Join(t.TempDir(), "world.json")
	fails := func(want string) {
		t.Helper()
		spy := &testkit.Spy{Test: t.Name()}
		assert.False(t, gl.AssertGolden(spy, file, false))
		assert.Contains(t, strings.Join(spy.Errors, "\n"), want)
	}
	fails("no golden world to compare with")
	require.True(t, gl.AssertGolden(t, file, true))
	first, err := os.ReadFile(file)
	require.NoError(t, err)
	require.True(t, gl.AssertGolden(t, file, false))
	require.True(t, gl.AssertGolden(t, file, true))
	second, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(first), string(second))

	gl.DeleteRunner(100011)
	fails("world.json: the world differs")
	require.NoError(t, os.WriteFile(file, []byte(`{"runers":[]}`), 0o600))
	fails(`did you mean "runners"?`)
	file = filepath.Join(file, "no", "folder")
	assert.False(t, gl.AssertGolden(&testkit.Spy{}, file, true))
}

func ExampleFleet() {
	t := &exampleT{} // in a test, its *testing.T
	defer t.end()

	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.Fleet()))
	for _, r := range gl.Runners() {
		if status := gl.RunnerStatus(r.ID); status != fakegitlab.Online || r.Paused {
			fmt.Printf("%d %s %s, paused %t\n", r.ID, r.Description, status, r.Paused)
		}
	}
	// Output:
	// 100003 never-used never_contacted, paused false
	// 100004 never-wanted stale, paused false
	// 100007 draining online, paused true
	// 100008 asleep offline, paused true
	// 100010 silent offline, paused false
	// 100011 forgotten stale, paused false
	// 100015 lapsed offline, paused false
}

func ExampleTokenMigration() {
	t := &exampleT{} // in a test, its *testing.T
	defer t.end()

	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.TokenMigration()))
	for _, path := range []string{"acme/legacy", "acme/pilot", "acme/closed", "modern/app"} {
		p, _ := gl.Project(path)
		res, err := http.PostForm(gl.APIURL()+"/runners", url.Values{"token": {p.RegistrationToken}})
		fmt.Println(path, answer(res, err)[:3])
	}
	oldWay := 0
	for _, r := range gl.Runners() {
		if r.Registration == fakegitlab.ByRegistrationToken {
			oldWay++
		}
	}
	fmt.Println("runners left to migrate:", oldWay)
	// Output:
	// acme/legacy 201
	// acme/pilot 201
	// acme/closed 410
	// modern/app 410
	// runners left to migrate: 7
}

func ExampleThousandRunners() {
	t := &exampleT{} // in a test, its *testing.T
	defer t.end()

	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.ThousandRunners()))
	for _, query := range []string{"", "?status=stale", "?tag_list=windows,large", "?type=group_type&paused=true"} {
		res, err := gl.ClientAs("root").Get(gl.APIURL() + "/runners/all" + query)
		if err != nil {
			fmt.Println(err)
			return
		}
		res.Body.Close()
		fmt.Printf("%q: %s runners on %s pages\n", query, res.Header.Get("X-Total"), res.Header.Get("X-Total-Pages"))
	}
	// Output:
	// "": 1000 runners on 50 pages
	// "?status=stale": 100 runners on 5 pages
	// "?tag_list=windows,large": 34 runners on 2 pages
	// "?type=group_type&paused=true": 8 runners on 1 pages
}

// Ready-made worlds are told from when they are seeded: under no clock is anybody staler than under the usual one.
func TestReadyWorldsFollowTheClock(t *testing.T) {
	racing.Skip(t)
	later := time.Date(2031, 3, 4, 5, 6, 7, 0, time.UTC)
	for name, world := range readyWorlds() {
		t.Run(name, func(t *testing.T) {
			usual := fakegitlab.New(t, fakegitlab.WithScenario(world))
			told := usual.Snapshot() // with tokens and all
			told.Now = usual.Now()
			for clock, option := range map[string]fakegitlab.Option{
				"WithClock":     fakegitlab.WithClock(func() time.Time { return later }),
				"real":          fakegitlab.WithClock(time.Now),
				"WithStartTime": fakegitlab.WithStartTime(later),
				"earlier":       fakegitlab.WithStartTime(later.AddDate(-30, 0, 0)),
			} {
				gl := fakegitlab.New(t, option, fakegitlab.WithScenario(told))
				for _, r := range usual.Runners() {
					assert.Equal(t, usual.RunnerStatus(r.ID), gl.RunnerStatus(r.ID), "%s, %s", r.Description, clock)
				}
				gl.Advance(time.Hour)
				gl.AssertSnapshot(t, told)
			}
		})
	}
}

// Times that nobody meant, as those told from a variable that was never set, are refused by the first fake.
func TestScenarioAtNoTime(t *testing.T) {
	err := fakegitlab.SmallCompany().At(time.Time{}).Validate()
	assert.ErrorContains(t, err, "runners[0].contacted_at: a time has a year from 1 to 9999")
	far := time.Date(5000, 1, 1, 0, 0, 0, 0, time.UTC)
	assert.Equal(t, far.Add(-5*time.Minute), fakegitlab.SmallCompany().At(far).Runners[0].ContactedAt)
}

// A world with a Now moves all its times, those that a test gave it by another clock, too: then they are yet to come.
func TestTimesByAnotherClock(t *testing.T) {
	s := fakegitlab.SmallCompany().WithRunner("new", func(r *fakegitlab.Runner) { r.ContactedAt = time.Now() })
	_, err := fakegitlab.Start(fakegitlab.WithScenario(s), fakegitlab.WithClock(time.Now))
	assert.ErrorContains(t, err, "runners[15].contacted_at (new): ContactedAt 20")
	assert.ErrorContains(t, err, "told from: all of them move along, as those of ready-made worlds do")
	assert.Error(t, s.Validate())
	gl := fakegitlab.New(t, fakegitlab.WithClock(time.Now), fakegitlab.WithScenario(fakegitlab.SmallCompany().At(time.Now()).
		WithRunner("new", func(r *fakegitlab.Runner) { r.ID, r.ContactedAt = 7, time.Now() })))
	assert.Equal(t, fakegitlab.Online, gl.RunnerStatus(7))
}

func TestScenarioAt(t *testing.T) {
	start, later := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC), time.Date(2031, 3, 4, 5, 6, 7, 0, time.UTC)
	never := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	told := fakegitlab.NewScenario().WithProject("acme/shop").WithRunner("r", func(r *fakegitlab.Runner) {
		r.ContactedAt, r.TokenExpiresAt = start.Add(-time.Minute), never
		r.Managers = []fakegitlab.RunnerManager{{SystemID: "s_1", ContactedAt: start.Add(-time.Minute)}}
	}).WithJob("acme/shop", "build", func(j *fakegitlab.Job) { j.Commit.CreatedAt = start.Add(-time.Hour) })

	moved := told.At(later)
	assert.Equal(t, later.Add(-time.Minute), moved.Runners[0].ContactedAt)
	assert.Equal(t, later.Add(-time.Minute), moved.Runners[0].Managers[0].ContactedAt)
	assert.Equal(t, never, moved.Runners[0].TokenExpiresAt, "never stays")
	assert.True(t, moved.Runners[0].CreatedAt.IsZero(), "and so does what is not said")
	assert.Equal(t, later.Add(-time.Hour), moved.Jobs[0].Commit.CreatedAt)
	assert.Equal(t, start.Add(-time.Minute), told.Runners[0].Managers[0].ContactedAt, "the base is as it was")

	assert.Equal(t, later.Add(-5*time.Minute), fakegitlab.SmallCompany().At(later).Runners[0].ContactedAt)
	asItStands := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany().At(later)),
		fakegitlab.WithStartTime(later.Add(time.Hour)))
	assert.Equal(t, later.Add(-5*time.Minute), asItStands.Runners()[0].ContactedAt, "At has the last word")
}
