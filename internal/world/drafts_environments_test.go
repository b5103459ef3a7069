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

// problemsOf are the fields of what is wrong with a draft, each with what is said of it.
func problemsOf(t *testing.T, err error) (all []string) {
	t.Helper()
	var ps Problems
	require.ErrorAs(t, err, &ps)
	for _, p := range ps {
		all = append(all, p.Field+": "+p.Text)
	}
	return all
}

// What the draft of an environment says wrongly is told, and none is made.
func TestDraftsOfEnvironments(t *testing.T) {
	st, shop := ruled(t)
	ends := noon.Add(time.Hour + 1)
	made, err := st.AddEnvironment(Environment{Project: shop, Name: "prod", CreatedAt: noon.Add(-time.Hour),
		EnvironmentFacts: EnvironmentFacts{AutoStopAt: ends}})
	require.NoError(t, err)
	want := Environment{ID: firstEnvironmentID, Project: shop, Name: "prod", CreatedAt: noon.Add(-time.Hour),
		UpdatedAt: noon.Add(-time.Hour), EnvironmentFacts: EnvironmentFacts{State: EnvironmentAvailable, Tier: "production",
			AutoStopSetting: AutoStopAlways, AutoStopAt: noon.Add(time.Hour)}}
	assert.Equal(t, want, *made)
	same := made.EnvironmentFacts
	require.NoError(t, st.RewriteEnvironment(made, same))
	assert.Equal(t, want, *made)
	later, long := noon.Add(time.Minute), strings.Repeat("a", maxEnvironmentText)
	for said, draft := range map[string]Environment{
		"name: an environment has no name":                      {},
		`name: "a:b" ` + ci.EnvironmentNameProblem("a:b"):       {Name: "a:b"},
		`name: "prod" is an environment of the project already`: {Name: "prod"},
		"name: a name is too long (maximum is 255 characters)":  {Name: long + "a"},
		"id: environment id 18000001 is taken":                  {Name: "x", ID: firstEnvironmentID},
		"created_at: CreatedAt":                                 {Name: "x", CreatedAt: later},
		"updated_at: UpdatedAt":                                 {Name: "x", UpdatedAt: later},
		"state: unknown state of environments":                  {Name: "x", EnvironmentFacts: EnvironmentFacts{State: "on"}},
		"tier: unknown tier":                                    {Name: "x", EnvironmentFacts: EnvironmentFacts{Tier: "best"}},
		"auto_stop_setting: unknown auto stop setting":          {Name: "x", EnvironmentFacts: EnvironmentFacts{AutoStopSetting: "no"}},
		"external_url: URI is invalid":                          {Name: "x", EnvironmentFacts: EnvironmentFacts{ExternalURL: "http://["}},
	} {
		draft.Project = shop
		_, err := st.AddEnvironment(draft)
		problems := problemsOf(t, err)
		if assert.Len(t, problems, 1) {
			assert.True(t, strings.HasPrefix(problems[0], said), problems[0])
		}
		if draft.EnvironmentFacts != (EnvironmentFacts{}) {
			assert.Equal(t, problems, problemsOf(t, st.RewriteEnvironment(made, draft.EnvironmentFacts)))
		}
		assert.Equal(t, want, *made)
		assert.Len(t, shop.Environments(), 1)
	}
	_, err = st.AddEnvironment(Environment{Project: shop, Name: "x"}, Problem{Field: "x", Text: "found"})
	assert.Equal(t, []string{"x: found"}, problemsOf(t, err))
	last, err := st.AddEnvironment(Environment{ID: 77, Project: shop, Name: long, UpdatedAt: noon,
		CreatedAt: noon.Add(-time.Hour)})
	require.NoError(t, err)
	assert.Equal(t, []any{77, noon.Add(-time.Hour), noon}, []any{last.ID, last.CreatedAt, last.UpdatedAt})
	found, err := st.EnvironmentByNumber("77")
	require.NoError(t, err)
	assert.Same(t, last, found)
	_, err = st.EnvironmentByNumber("78")
	assert.ErrorContains(t, err, "77")
}

// What the draft of a deployment does not say is that of its job or, without one, of the repository.
func TestDraftsOfDeployments(t *testing.T) {
	st, shop, first := withFiles(t, map[string]string{"a": "a"})
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	prod, err := st.AddEnvironment(Environment{Project: shop, Name: "prod"})
	require.NoError(t, err)
	ago := func(minutes int) time.Time { return noon.Add(-time.Duration(minutes) * time.Minute) }
	j, err := st.AddJob(&Job{Project: shop, User: mia, Ref: "v1", RefIsTag: true, Status: JobSuccess, CreatedAt: ago(60),
		Commit: Commit{SHA: strings.Repeat("ab", 20)}, Plan: &Plan{Spec: ci.JobSpec{Environment: ci.Environment{
			Name: "$CI_JOB_NAME", OnStop: "end"}}}})
	require.NoError(t, err)
	st.DeleteEnvironment(st.EnvironmentOf(j))
	at := DeploymentPlace{Project: shop, Environment: "prod"}
	ofJob := at
	ofJob.JobID = j.ID
	root, plan := st.Users.Rows[0], j.Plan
	for name, c := range map[string]struct {
		at         DeploymentPlace
		said, want Deployment
	}{
		"nothing": {at, Deployment{}, Deployment{Ref: "main", SHA: first.ID, Status: DeploymentSuccess, User: root,
			CreatedAt: noon, UpdatedAt: noon, FinishedAt: noon}},
		"a time": {at, Deployment{CreatedAt: ago(5), Status: DeploymentRunning}, Deployment{Ref: "main", SHA: first.ID,
			Status: DeploymentRunning, User: root, CreatedAt: ago(5), UpdatedAt: ago(5)}},
		"when it changed": {at, Deployment{CreatedAt: ago(5), UpdatedAt: ago(3)}, Deployment{Ref: "main", SHA: first.ID,
			Status: DeploymentSuccess, User: root, CreatedAt: ago(5), UpdatedAt: ago(3), FinishedAt: ago(3)}},
		"when it ended": {at, Deployment{CreatedAt: ago(5), FinishedAt: ago(2)}, Deployment{Ref: "main", SHA: first.ID,
			Status: DeploymentSuccess, User: root, CreatedAt: ago(5), UpdatedAt: ago(2), FinishedAt: ago(2)}},
		"a ref of another": {at, Deployment{Ref: "gone", SHA: strings.Repeat("cd", 20)}, Deployment{Ref: "gone",
			SHA: strings.Repeat("cd", 20), Status: DeploymentSuccess, User: root, CreatedAt: noon, UpdatedAt: noon,
			FinishedAt: noon}},
		"a short sha": {DeploymentPlace{shop, "prod", 0, "mia"}, Deployment{SHA: first.ID}, Deployment{Ref: "main",
			SHA: first.ID, Status: DeploymentSuccess, User: mia, CreatedAt: noon, UpdatedAt: noon, FinishedAt: noon}},
		"nobody": {DeploymentPlace{shop, "prod", j.ID, Nobody}, Deployment{Ref: "main", SHA: first.ID, OnStop: "stop"},
			Deployment{Ref: "main", SHA: first.ID, Status: DeploymentSuccess, Job: j, OnStop: "stop", CreatedAt: ago(60),
				UpdatedAt: ago(60), FinishedAt: ago(60)}},
		"a job": {ofJob, Deployment{}, Deployment{Ref: "v1", RefIsTag: true, SHA: j.Commit.SHA, Status: DeploymentSuccess,
			User: mia, Job: j, OnStop: "end", CreatedAt: ago(60), UpdatedAt: ago(60), FinishedAt: ago(60)}},
	} {
		assert.Error(t, Atomically(st, func() error {
			d, err := st.AddDeployment(c.at, c.said)
			require.NoError(t, err, name)
			c.want.ID, c.want.IID, c.want.Environment = firstDeploymentID+1, 2, prod
			assert.Equal(t, c.want, *d, name)
			if d.Job != nil {
				assert.Equal(t, "prod", j.EnvironmentName, "a variable may have another value by now")
				assert.Same(t, d, st.DeploymentOf(j))
				assert.Same(t, mia, d.By())
				j.User, j.unowned = st.ghost(), true
				assert.Same(t, d.User, d.By())
				j.User, j.unowned = mia, false
			} else {
				assert.Same(t, d.User, d.By())
			}
			return errors.New("taken back")
		}))
		assert.Same(t, plan, j.Plan)
	}
	empty, _ := st.AddProject(Project{Path: "acme/empty"}, nil)
	_, err = st.AddEnvironment(Environment{Project: empty, Name: "prod"})
	require.NoError(t, err)
	d, err := st.AddDeployment(DeploymentPlace{Project: empty, Environment: "prod"}, Deployment{})
	require.NoError(t, err)
	assert.Regexp(t, "^[0-9a-f]{40}$", d.SHA)
}

// What the draft of a deployment says wrongly is told, and none is made.
func TestWrongDraftsOfDeployments(t *testing.T) {
	st, shop := ruled(t)
	site, err := st.AddProject(Project{Path: "acme/site"}, nil)
	require.NoError(t, err)
	for _, p := range []*Project{shop, site} {
		for _, name := range []string{"prod", "stage"} {
			_, err := st.AddEnvironment(Environment{Project: p, Name: name})
			require.NoError(t, err)
		}
	}
	job := func(p *Project, environment string) *Job {
		j, err := st.AddJob(&Job{Project: p, User: st.Users.Rows[0], Plan: &Plan{Spec: ci.JobSpec{
			Environment: ci.Environment{Name: environment}}}})
		require.NoError(t, err)
		return j
	}
	ships, other, plain := job(shop, "prod"), job(site, "prod"), job(shop, "")
	is := st.DeploymentOf(ships)
	later := noon.Add(time.Minute)
	at := DeploymentPlace{Project: shop, Environment: "prod"}
	of := func(environment string, j *Job) DeploymentPlace {
		return DeploymentPlace{Project: shop, Environment: environment, JobID: j.ID}
	}
	for _, c := range []struct {
		at   DeploymentPlace
		said Deployment
		want []string
	}{
		{DeploymentPlace{Project: shop, Environment: "prd"}, Deployment{}, []string{`environment: no environment "prd"`}},
		{DeploymentPlace{Project: shop, Environment: "prod", JobID: 1}, Deployment{}, []string{"job_id: "}},
		{of("prod", other), Deployment{}, []string{"job_id: job 2000002 is of \"acme/site\""}},
		{of("stage", ships), Deployment{}, []string{`job_id: job 2000001 is for the environment "prod"`}},
		{of("prod", ships), Deployment{}, []string{"job_id: job 2000001 makes deployment "}},
		{DeploymentPlace{Project: shop, Environment: "prod", User: "nemo"}, Deployment{}, []string{"user: "}},
		{at, Deployment{ID: is.ID}, []string{"id: deployment id "}},
		{at, Deployment{Status: "done"}, []string{"status: unknown deployment status"}},
		{at, Deployment{SHA: "main"}, []string{"sha: "}},
		{at, Deployment{CreatedAt: later, UpdatedAt: later, FinishedAt: later},
			[]string{"created_at: CreatedAt", "updated_at: UpdatedAt", "finished_at: FinishedAt"}},
		{at, Deployment{IID: maxID + 1}, []string{"iid: deployment id "}},
		{at, Deployment{IID: -1}, []string{"iid: deployment id -1 is negative"}},
		{at, Deployment{IID: is.IID}, []string{"iid: deployment iid 1 is taken"}},
	} {
		_, err := st.AddDeployment(c.at, c.said)
		problems := problemsOf(t, err)
		if assert.Len(t, problems, len(c.want), c) {
			for i, want := range c.want {
				assert.True(t, strings.HasPrefix(problems[i], want), problems[i])
			}
		}
		assert.Equal(t, []*Deployment{is}, shop.Deployments())
	}
	_, err = st.AddDeployment(at, Deployment{}, Problem{Field: "x", Text: "found"})
	assert.Equal(t, []string{"x: found"}, problemsOf(t, err))
	d, err := st.AddDeployment(of("stage", plain), Deployment{IID: 7})
	require.NoError(t, err, "it is not said that the job is for another")
	assert.Empty(t, plain.EnvironmentName)
	assert.Equal(t, []int{7, 8}, []int{d.IID, func() int {
		d, err := st.AddDeployment(DeploymentPlace{Project: shop, Environment: "prod"}, Deployment{})
		require.NoError(t, err)
		return d.IID
	}()})
}
