package fakegitlab_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// problemsOf are what Seed says of a scenario, which is what Validate says of it.
func problemsOf(t *testing.T, s fakegitlab.Scenario) []string {
	t.Helper()
	gl := fakegitlab.New(t)
	before := gl.Snapshot()
	err := gl.Seed(s)
	if err != nil {
		assert.Equal(t, before, gl.Snapshot(), "a seed that is refused leaves nothing")
	}
	var said, validated []string
	for into, err := range map[*[]string]error{&said: err, &validated: s.Validate()} {
		if refused, ok := err.(*fakegitlab.ScenarioError); ok {
			for _, p := range refused.Problems {
				*into = append(*into, p.Path+": "+p.Message)
			}
		}
	}
	assert.Equal(t, validated, said)
	return said
}

// What is a path, and how deep groups may lie: lib/gitlab/path_regex.rb (NAMESPACE_FORMAT_REGEX,
// PROJECT_PATH_FORMAT_REGEX, NO_SUFFIX_REGEX), app/models/namespace.rb (URL_MAX_LENGTH, NUMBER_OF_ANCESTORS_ALLOWED,
// nesting_level_allowed).
func TestPathsOfSeeds(t *testing.T) {
	long := strings.Repeat("a", 255)
	deep := "g" + strings.Repeat("/g", 20)
	for _, path := range []string{"x/.", "x/..", "./x", "../x", "x/y.", "x./y", "x.git/y", "x/y.git", "x/y.atom", "-x/y",
		"x/-y", "x//y", "/x/y", "x/y/", "x/y z", "x/é", "x/" + long + "a", "x/y\n", deep + "/g",
		strings.Repeat("g/", 100_000) + "g"} {
		assert.NotEmpty(t, problemsOf(t, fakegitlab.NewScenario().WithGroup(path)), "%.30q", path)
	}
	for _, path := range []string{"x/.", "x/..", "x/...", "./x", "../x", "x./y", "x.git/y", "x/y.git", "x/y.atom", "-x/y",
		"x/-y", "x//y", "/x", "x/", "x", "x/" + long + "a", deep + "/g/p", strings.Repeat("g/", 100_000) + "p"} {
		assert.NotEmpty(t, problemsOf(t, fakegitlab.NewScenario().WithProject(path)), "%.30q", path)
	}
	for _, name := range []string{".", "..", "mia.", "mia.git", "mia.atom", "-mia", "mia/sam",
		strings.Repeat("m", 100_000)} {
		assert.NotEmpty(t, problemsOf(t, fakegitlab.NewScenario().WithUser(name)), "%.30q", name)
	}
	fine := fakegitlab.NewScenario().WithUser("mia.git.x").WithUser("m.i-a_").WithGroup(deep).WithGroup("a.git.b").
		WithGroup("x-").WithGroup(".x").WithProject(deep + "/p").WithProject("x-/y.").WithProject("x-/.y").
		WithProject("m.i-a_/" + long).WithProject("x-/git")
	assert.Empty(t, problemsOf(t, fine))

	assert.Equal(t, []string{"groups[0].path: Parent has too deep level of nesting: a group has 20 groups above it at " +
		"most, this one would have 21"}, problemsOf(t, fakegitlab.NewScenario().WithGroup(deep+"/g")))
	assert.Equal(t, "fakegitlab: AddGroup(\"x.git\"): \"x.git\" is no full path of a group: each part can contain only "+
		"letters, digits, '_', '-' and '.'. Cannot start with '-' or end in '.', '.git' or '.atom'",
		misuse(t, fakegitlab.NewScenario(), func(gl *fakegitlab.Fake) { gl.AddGroup(fakegitlab.Group{Path: "x.git"}) }))
	assert.Contains(t, misuse(t, fakegitlab.NewScenario(), func(gl *fakegitlab.Fake) {
		gl.AddGroup(fakegitlab.Group{Path: deep})
		gl.AddProject(fakegitlab.Project{Path: deep + "/g/p"})
	}), "Parent has too deep level of nesting")
}

// A request with a NUL byte or with what is no UTF-8 is refused (lib/gitlab/middleware/handle_malformed_strings.rb), so
// no record has such a text. A job's log may be any bytes.
func TestTextsOfSeeds(t *testing.T) {
	bad := fakegitlab.NewScenario().
		WithSettings(func(s *fakegitlab.Settings) { s.RegistryHost = "a\x00" }).
		WithUser("mia", func(u *fakegitlab.User) { u.Name = "M\xff" }).
		WithGroup("acme", func(g *fakegitlab.Group) { g.Name = "A\x00" }).
		WithProject("acme/shop", func(p *fakegitlab.Project) {
			p.Description, p.Members = "\xc3", fakegitlab.Members{"mia": fakegitlab.Owner}
		}).
		WithMember("acme", "mia\x00", fakegitlab.Owner).
		WithAccessToken("mia", "", func(t *fakegitlab.AccessToken) { t.Name = "\x00" }).
		WithRunner("r\x00", func(r *fakegitlab.Runner) {
			r.ID, r.Tags, r.MaintenanceNote = 5, []string{"linux", "a\x00b"}, "\xff"
			r.Managers = []fakegitlab.RunnerManager{{SystemID: "s\x00"}}
		}).
		WithJob("acme/shop", "build", func(j *fakegitlab.Job) {
			j.Commit.Title, j.Trace = "\x00", "any \x00 bytes \xff"
			j.Spec.Script = []string{"make", "\x00"}
			j.Spec.Variables = fakegitlab.JobVariables{{Key: "K", Value: "\xff"}}
			j.Artifacts = []fakegitlab.Artifact{{Filename: "a\x00.zip", Content: []byte("\x00\xff")}}
		})
	const nul, utf = ": a text cannot have a NUL byte", ": a text must be UTF-8"
	assert.Equal(t, []string{
		"settings.registry_host" + nul, "users[0].name" + utf, "groups[0].name" + nul,
		`groups[0].members["mia\x00"]` + nul, "projects[0].description" + utf, "access_tokens[0].name" + nul,
		"runners[0].description" + nul, "runners[0].maintenance_note" + utf, "runners[0].tag_list[1]" + nul,
		"runners[0].managers[0].system_id" + nul, "jobs[0].commit.title" + nul, "jobs[0].spec.script[1]" + nul,
		"jobs[0].spec.variables[0].value" + utf, "jobs[0].artifacts[0].filename" + nul,
	}, problemsOf(t, bad))

	type fake = *fakegitlab.Fake
	for want, do := range map[string]func(fake){
		`AddUser("mia"): name: a text cannot have a NUL byte`: func(gl fake) {
			gl.AddUser(fakegitlab.User{Username: "mia", Name: "\x00"})
		},
		`UpdateUser("root"): name: a text must be UTF-8`: func(gl fake) {
			gl.UpdateUser("root", func(u *fakegitlab.User) { u.Name = "\xff" })
		},
		`UpdateSettings: registry_host: a text must be UTF-8`: func(gl fake) {
			gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RegistryHost = "\xff" })
		},
		`ContactRunner(5): system_id: a text cannot have a NUL byte`: func(gl fake) {
			gl.AddRunner(fakegitlab.Runner{ID: 5})
			gl.ContactRunner(5, fakegitlab.RunnerManager{SystemID: "\x00"})
		},
	} {
		assert.Equal(t, "fakegitlab: "+want, misuse(t, fakegitlab.NewScenario(), do))
	}

	fine := fakegitlab.NewScenario().WithJob("acme/shop", "build", func(j *fakegitlab.Job) { j.Trace = "\x00\xff" }).
		WithProject("acme/shop")
	require.Empty(t, problemsOf(t, fine))
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fine))
	assert.Equal(t, gl.Snapshot(), fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot())).Snapshot())
}

// What cannot be written down cannot be seeded either.
func TestTimesOfSeeds(t *testing.T) {
	for _, year := range []int{-1, 0, 10_000, 99_999} {
		at := time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC)
		s := fakegitlab.NewScenario().
			WithUser("mia", func(u *fakegitlab.User) { u.CreatedAt = at }).
			WithProject("acme/shop").
			WithRunner("r", func(r *fakegitlab.Runner) {
				r.Managers = []fakegitlab.RunnerManager{{SystemID: "s", ContactedAt: at}}
			}).
			WithJob("acme/shop", "build", func(j *fakegitlab.Job) { j.Commit.CreatedAt = at })
		const said = ": a time has a year from 1 to 9999"
		assert.Equal(t, []string{"users[0].created_at" + said, "runners[0].managers[0].contacted_at" + said,
			"jobs[0].commit.created_at" + said}, problemsOf(t, s))
	}
}

func TestImpossibleTimes(t *testing.T) {
	type fake = *fakegitlab.Fake
	const is = " is yet to come: the fake's time, gl.Now(), is 2024-07-01T12:00:00Z; Advance moves it"
	for want, do := range map[string]func(gl fake, at func(time.Duration) time.Time){
		`AddRunner("r"): ContactedAt 2024-07-01T12:00:01Z` + is: func(gl fake, at func(time.Duration) time.Time) {
			gl.AddRunner(fakegitlab.Runner{Description: "r", ContactedAt: at(time.Second)})
		},
		`AddRunner("r"): CreatedAt 2024-07-01T13:00:00Z` + is: func(gl fake, at func(time.Duration) time.Time) {
			gl.AddRunner(fakegitlab.Runner{Description: "r", CreatedAt: at(time.Hour)})
		},
		`AddRunner("r"): ContactedAt of manager "s" 2024-07-01T13:00:00Z` + is: func(gl fake, at func(time.Duration) time.Time) {
			gl.AddRunner(fakegitlab.Runner{Description: "r", Managers: []fakegitlab.RunnerManager{{SystemID: "s",
				ContactedAt: at(time.Hour)}}})
		},
		`UpdateRunner(5): ContactedAt 2024-07-01T13:00:00Z` + is: func(gl fake, at func(time.Duration) time.Time) {
			gl.UpdateRunner(5, func(r *fakegitlab.Runner) { r.ContactedAt = at(time.Hour) })
		},
		`AddJob("j"): CreatedAt 2024-07-01T13:00:00Z` + is: func(gl fake, at func(time.Duration) time.Time) {
			gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "j", CreatedAt: at(time.Hour)})
		},
		`AddJob("j"): StartedAt 2024-07-01T10:00:00Z is before CreatedAt 2024-07-01T11:00:00Z`: func(
			gl fake, at func(time.Duration) time.Time,
		) {
			gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "j", Status: fakegitlab.JobRunning, RunnerID: 5,
				CreatedAt: at(-time.Hour), StartedAt: at(-2 * time.Hour)})
		},
		`AddJob("j"): FinishedAt 2024-07-01T10:00:00Z is before StartedAt 2024-07-01T11:00:00Z`: func(
			gl fake, at func(time.Duration) time.Time,
		) {
			gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "j", Status: fakegitlab.JobSuccess, RunnerID: 5,
				StartedAt: at(-time.Hour), FinishedAt: at(-2 * time.Hour)})
		},
	} {
		said := misuse(t, testkit.MiasWorld(), func(gl *fakegitlab.Fake) {
			do(gl, func(d time.Duration) time.Time { return gl.Now().Add(d) })
		})
		assert.Equal(t, "fakegitlab: "+want, said)
	}
	at := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	s := testkit.MiasWorld().WithJob("acme/shop", "j", func(j *fakegitlab.Job) {
		j.Status, j.CreatedAt, j.FinishedAt = fakegitlab.JobCanceled, at, at.Add(-time.Hour)
	})
	assert.Contains(t, problemsOf(t, s),
		"jobs[0].finished_at: FinishedAt 2024-07-01T11:00:00Z is before CreatedAt 2024-07-01T12:00:00Z")
}

// What is yet to come is refused in a scenario as in AddRunner; one that says from when it tells is moved to the clock.
func TestScenariosOfLaterTimes(t *testing.T) {
	const told = `; start the fake later (WithStartTime), or say in the scenario's "now" (Now, At) when its times are ` +
		`told from: all of them move along, as those of ready-made worlds do`
	text := `{
  "projects": [{"path": "acme/shop"}],
  "runners": [{"description": "r", "contacted_at": "2024-07-02",
               "managers": [{"system_id": "s", "contacted_at": "2024-07-02"}]}],
  "jobs": [{"project": "acme/shop", "created_at": "2024-07-03"}]
}`
	file := filepath.Join(t.TempDir(), "world.json")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	_, err := fakegitlab.Start(fakegitlab.WithInMemoryNetwork(), fakegitlab.WithScenarioFile(file))
	const is = " is yet to come: it is 2024-07-01T12:00:00Z" + told
	assert.EqualError(t, err, "scenario: 3 problems:\n\t"+
		file+`:3:52: runners[0].contacted_at (r): ContactedAt 2024-07-02T00:00:00Z`+is+"\n\t"+
		file+`:4:64: runners[0].managers[0].contacted_at (r): ContactedAt of manager "s" 2024-07-02T00:00:00Z`+is+"\n\t"+
		file+`:5:51: jobs[0].created_at: CreatedAt 2024-07-03T00:00:00Z`+is)
	gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork(), fakegitlab.WithStartTime(time.Date(2024, 7, 4, 0, 0, 0, 0, time.UTC)),
		fakegitlab.WithScenarioFile(file))
	assert.Equal(t, fakegitlab.Offline, gl.RunnerStatus(gl.Runners()[0].ID), "where it has been, it is fine")

	_, err = fakegitlab.ReadScenario(strings.NewReader(strings.Replace(text, "{", `{"now": "2024-07-02T12:00:00Z",`, 1)))
	assert.EqualError(t, err, `scenario: 5:51: jobs[0].created_at: CreatedAt 2024-07-03T00:00:00Z is yet to come: `+
		`it is 2024-07-02T12:00:00Z`+told)
	s := readScenario(t, strings.Replace(text, "{", `{"now": "2024-07-03T00:00:00Z",`, 1))
	gl = fakegitlab.New(t, fakegitlab.WithInMemoryNetwork(), fakegitlab.WithScenario(s))
	assert.Equal(t, gl.Now().Add(-24*time.Hour), gl.Runners()[0].ContactedAt)
}

// A world whose clock had moved on can be seeded where it has not, told from then, and goes on from there.
func TestSnapshotOfLaterSeedsEarlier(t *testing.T) {
	later := testkit.NewMia(t)
	later.Advance(time.Hour)
	later.UpdateRunner(5, func(r *fakegitlab.Runner) { r.ContactedAt = later.Now() })
	id := later.AddJob(fakegitlab.Job{Project: "acme/shop"}).ID
	snapshot := later.Snapshot()
	snapshot.Now = later.Now()
	gl := fakegitlab.New(t, fakegitlab.WithScenario(snapshot))
	gl.AssertSnapshot(t, snapshot)
	gl.UpdateRunner(5, func(r *fakegitlab.Runner) { r.Description = "changed beside its times" })
	gl.StartJob(id, 5)
	done := gl.FinishJob(id, fakegitlab.JobSuccess)
	assert.False(t, done.StartedAt.Before(done.QueuedAt))
	assert.False(t, done.FinishedAt.Before(done.StartedAt))
	again := fakegitlab.New(t, fakegitlab.WithScenario(later.Snapshot()), fakegitlab.WithStartTime(later.Now()))
	again.AssertSnapshot(t, later.Snapshot())
}

// Times are kept to the microsecond, those that are reckoned as well.
func TestTokensExpireByTheMicrosecond(t *testing.T) {
	for _, d := range []time.Duration{time.Nanosecond, math.MaxInt64} {
		gl := fakegitlab.New(t)
		gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RunnerTokenExpiration = d })
		r := gl.AddRunner(fakegitlab.Runner{})
		assert.Equal(t, r.TokenExpiresAt.Truncate(time.Microsecond), r.TokenExpiresAt)
		assert.Equal(t, gl.Snapshot(), fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot())).Snapshot())
	}
}

// Ids are as large as a database's, and no number in a request is taken for another one.
func TestIDsBeyondTheDatabase(t *testing.T) {
	for _, id := range []int{math.MaxInt, math.MaxInt/2 + 2, -1, math.MinInt} {
		s := fakegitlab.NewScenario().WithUser("mia", func(u *fakegitlab.User) { u.ID = id }).
			WithAccessToken("root", "", func(t *fakegitlab.AccessToken) { t.ID = id }).
			WithGroup("acme", func(g *fakegitlab.Group) { g.ID = id }).
			WithProject("acme/shop", func(p *fakegitlab.Project) { p.ID = id }).
			WithRunner("r", func(r *fakegitlab.Runner) {
				r.ID, r.Managers = id, []fakegitlab.RunnerManager{{SystemID: "s", ID: id}}
			}).
			WithJob("acme/shop", "build", func(j *fakegitlab.Job) { j.ID, j.PipelineID = id, id })
		assert.Len(t, problemsOf(t, s), 8, id)
	}
	const last = math.MaxInt/2 + 1
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.NewScenario().
		WithUser("mia", func(u *fakegitlab.User) { u.ID = last - 1 }).
		WithGroup("acme", func(g *fakegitlab.Group) { g.ID = last - 2 }).
		WithProject("acme/shop", func(p *fakegitlab.Project) { p.ID = last - 3 }).
		WithRunner("r", func(r *fakegitlab.Runner) { r.ID = last }).
		WithJob("acme/shop", "build", func(j *fakegitlab.Job) { j.ID, j.PipelineID = last-4, last-5 })))
	assert.Equal(t, last-4, gl.AddJob(fakegitlab.Job{Project: "acme/shop"}).PipelineID)
	gl.AddGroup(fakegitlab.Group{Path: "other"})
	assert.Equal(t, gl.Snapshot(), fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot())).Snapshot())

	admin := gl.Token("root", "api", "sudo")
	for _, id := range []string{"9223372036854775807", "9223372036854775808", "99999999999999999999999", "-1",
		"-99999999999999999999999", "4611686018427387905", "0"} {
		for _, path := range []string{"/projects/%s", "/projects/%s/runners", "/groups/%s", "/groups/%s/runners",
			"/runners/%s", "/runners/%s/jobs", "/runners/%s/managers", "/projects/acme%%2Fshop/jobs/%s", "/projects/%s/jobs",
			"/version?sudo=%s"} {
			path = fmt.Sprintf(path, id)
			assert.Equal(t, 404, testkit.Ask(t, gl, admin, "GET", path).Status, path)
		}
		assert.Equal(t, 404, testkit.Ask(t, gl, admin, "DELETE", "/runners/"+id).Status, id)
		assert.Equal(t, 404, testkit.Ask(t, gl, admin, "POST", "/projects/acme%2Fshop/runners?runner_id="+id).Status, id)
		assert.Equal(t, 200, testkit.Ask(t, gl, admin, "GET", "/groups?skip_groups="+id).Status, id)
	}
	assert.Equal(t, "[]", testkit.Ask(t, gl, admin, "GET", "/projects?per_page=1&page=99999999999999999999").Body)
	assert.Equal(t, 200, testkit.Ask(t, gl, admin, "GET", fmt.Sprintf("/runners/%d", last)).Status)
}

// A job may end before it was queued; then GitLab never gives it a queued_at (app/models/commit_status.rb sets it on
// the way to pending alone).
func TestNeverQueuedJobs(t *testing.T) {
	for _, s := range []fakegitlab.JobStatus{fakegitlab.JobManual, fakegitlab.JobCreated, fakegitlab.JobScheduled} {
		gl := fakegitlab.New(t)
		gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
		j := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: s, CreatedAt: gl.Now().Add(-time.Hour)})
		gl.CancelJob(j.ID)
		gl.Advance(time.Hour)
		failed := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: s})
		gl.FinishJob(failed.ID, fakegitlab.JobFailed)
		again := fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot()), fakegitlab.WithStartTime(gl.Now()))
		assert.Equal(t, gl.Snapshot(), again.Snapshot())
		for _, id := range []int{j.ID, failed.ID} {
			shown := testkit.Ask(t, again, again.AdminToken(), "GET", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d", id))
			assert.Nil(t, shown.Field(t, "queued_duration"), s)
			seen, _ := again.Job(id)
			assert.True(t, seen.QueuedAt.IsZero(), s)
		}
	}
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	told := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobCanceled})
	assert.Equal(t, told.CreatedAt, told.QueuedAt, "a seed that tells nothing of times tells of a usual job")
}

// takersWorld has a runner for each reason why one may not take a job.
func takersWorld() fakegitlab.Scenario {
	untagged := false
	return fakegitlab.NewScenario().WithProject("acme/shop").WithProject("other/app").
		WithProject("acme/closed", func(p *fakegitlab.Project) { p.SharedRunnersDisabled = true }).
		WithRunner("shared", func(r *fakegitlab.Runner) { r.ID, r.Tags = 5, []string{"linux"} }).
		WithRunner("acme", func(r *fakegitlab.Runner) { r.ID, r.Group = 6, "acme" }).
		WithRunner("shop", func(r *fakegitlab.Runner) { r.ID, r.Projects = 7, []string{"acme/shop"} }).
		WithRunner("tagged", func(r *fakegitlab.Runner) { r.ID, r.Tags, r.RunUntagged = 8, []string{"gpu"}, &untagged }).
		WithRunner("protected", func(r *fakegitlab.Runner) { r.ID, r.AccessLevel = 9, fakegitlab.RefProtected }).
		WithRunner("paused", func(r *fakegitlab.Runner) { r.ID, r.Paused = 10, true })
}

// runningOn is takersWorld with a job that is running on one of its runners.
func runningOn(runner int, project string, change ...func(*fakegitlab.Job)) fakegitlab.Scenario {
	running := func(j *fakegitlab.Job) { j.RunnerID, j.Status = runner, fakegitlab.JobRunning }
	return takersWorld().WithJob(project, "build", append([]func(*fakegitlab.Job){running}, change...)...)
}

// A running job that a seed begins is on a runner that may take it (docs/seeding.md).
func TestSeedsOfRunningJobs(t *testing.T) {
	const shop, closed, other = "acme/shop", "acme/closed", "other/app"
	windows := func(j *fakegitlab.Job) { j.Tags = []string{"windows"} }
	before := func(j *fakegitlab.Job) { j.StartedAt = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) }
	canceling := func(j *fakegitlab.Job) { j.Status = fakegitlab.JobCanceling }
	done := func(j *fakegitlab.Job) { j.Status = fakegitlab.JobSuccess }
	for _, c := range []struct {
		seed fakegitlab.Scenario
		want string
	}{
		{runningOn(6, other), "the runner does not serve project other/app, which is not in its group acme"},
		{runningOn(7, other), "the runner does not serve project other/app, which it is not assigned to"},
		{runningOn(5, closed), "the runner does not serve project acme/closed, where instance runners are switched off"},
		{runningOn(5, shop, windows), "the job asks for the tags [windows] and the runner has [linux]"},
		{runningOn(5, shop, windows, canceling), "the job asks for the tags [windows] and the runner has [linux]"},
		{runningOn(8, shop), "the job has no tags and the runner takes tagged jobs alone"},
		{runningOn(9, shop), "the runner takes jobs of protected refs alone and the job's ref is not protected"},
		{runningOn(6, other, before), "the runner does not serve project other/app, which is not in its group acme"},
		{runningOn(5, shop), ""}, {runningOn(6, shop), ""}, {runningOn(7, shop), ""}, {runningOn(10, shop), ""},
		{runningOn(5, shop, windows, before), ""}, {runningOn(7, other, before), ""}, {runningOn(6, other, done), ""},
	} {
		var want []string
		if c.want != "" {
			want = []string{fmt.Sprintf("jobs[0].runner_id: runner %d cannot have the job: %s", c.seed.Jobs[0].RunnerID, c.want)}
		}
		assert.Equal(t, want, problemsOf(t, c.seed))
	}
	assert.Equal(t, `fakegitlab: AddJob("build"): runner 6 cannot have the job: the runner does not serve project other/app, which is not in its group acme`,
		misuse(t, takersWorld(), func(gl *fakegitlab.Fake) {
			gl.AddJob(fakegitlab.Job{Name: "build", Project: other, Status: fakegitlab.JobRunning, RunnerID: 6})
		}))

	broken := runningOn(5, shop, windows).
		WithRunner("shared", func(r *fakegitlab.Runner) { r.MaximumTimeout = time.Minute })
	assert.Equal(t, []string{"runners[0].maximum_timeout: Maximum timeout needs to be at least 10 minutes"},
		problemsOf(t, broken), "of a runner that is refused itself nothing follows")
}

// A runner may be changed while it has a job.
func TestSeedsOfJobsOnChangedRunners(t *testing.T) {
	untagged := false
	gl := fakegitlab.New(t, fakegitlab.WithScenario(runningOn(5, "acme/shop")))
	gl.UpdateRunner(5, func(r *fakegitlab.Runner) { r.Tags, r.RunUntagged, r.Paused = []string{"gpu"}, &untagged, true })
	assert.Equal(t, gl.Snapshot(), fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot())).Snapshot())
}

// A runner that is silent since before it was seeded was there before: so its status follows from ContactedAt alone.
func TestSilentRunnersAreOld(t *testing.T) {
	week := 7 * 24 * time.Hour
	gl := fakegitlab.New(t)
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RunnerTokenExpiration = 2 * 24 * time.Hour })
	contact, expires := gl.Now().Add(-week), gl.Now().Add(2*24*time.Hour)
	silent := gl.AddRunner(fakegitlab.Runner{ContactedAt: contact})
	assert.Equal(t, contact, silent.CreatedAt)
	assert.Equal(t, expires, silent.TokenExpiresAt, "its token is a new one")
	byManager := gl.AddRunner(fakegitlab.Runner{ContactedAt: contact, Managers: []fakegitlab.RunnerManager{
		{SystemID: "s_1", ContactedAt: contact.Add(-time.Hour)}}})
	assert.Equal(t, contact.Add(-time.Hour), byManager.CreatedAt)
	assert.Equal(t, contact.Add(-time.Hour), byManager.Managers[0].CreatedAt)
	young := gl.AddRunner(fakegitlab.Runner{ContactedAt: contact, CreatedAt: gl.Now()})
	require.NoError(t, gl.Seed(readScenario(t, `{"runners": [{"description": "json", "contacted_at": "2024-06-24"}]}`)))
	seeded := gl.Runners()[3]
	for id, status := range map[int]fakegitlab.RunnerStatus{silent.ID: fakegitlab.Stale, byManager.ID: fakegitlab.Stale,
		seeded.ID: fakegitlab.Stale, young.ID: fakegitlab.Offline} {
		assert.Equal(t, status, gl.RunnerStatus(id), id)
	}
	assert.Equal(t, gl.Now(), gl.AddRunner(fakegitlab.Runner{}).CreatedAt)
}

func readScenario(t *testing.T, text string) fakegitlab.Scenario {
	t.Helper()
	s, err := fakegitlab.ReadScenario(strings.NewReader(text))
	require.NoError(t, err)
	return s
}
