package world

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
)

// changed is the error of a change alone.
func changed(_ *Environment, err error) error { return err }

// app/models/environment.rb: what the model says of an environment that is made or changed, and what it makes of it.
func TestWhatIsSaidOfEnvironments(t *testing.T) {
	long := strings.Repeat("ü", maxEnvironmentDescription)
	address := "https://" + strings.Repeat("ü", maxEnvironmentText-len("https://"))
	for name, c := range map[string]struct {
		change EnvironmentChange
		want   EnvironmentFacts // without State
		bad    []string
	}{
		"nothing": {EnvironmentChange{}, EnvironmentFacts{Tier: "staging", AutoStopSetting: AutoStopAlways}, nil},
		"null": {EnvironmentChange{Tier: Change[string]{Given: true}, ExternalURL: Change[string]{Given: true}},
			EnvironmentFacts{Tier: "staging", AutoStopSetting: AutoStopAlways}, nil},
		"blanks": {EnvironmentChange{ExternalURL: to(" "), Description: to("\t")},
			EnvironmentFacts{Tier: "staging", AutoStopSetting: AutoStopAlways}, nil},
		"all": {EnvironmentChange{to(address), to(long), to("other"), to(AutoStopWithAction), "", ""},
			EnvironmentFacts{Tier: "other", AutoStopSetting: AutoStopWithAction, ExternalURL: address, Description: long}, nil},
		"too long": {EnvironmentChange{ExternalURL: to(address + "x"), Description: to(long + "x")}, EnvironmentFacts{},
			[]string{"External url is too long (maximum is 255 characters)",
				"Description is too long (maximum is 10000 characters)"}},
		"no address": {EnvironmentChange{ExternalURL: to("http://[")}, EnvironmentFacts{},
			[]string{"External url URI is invalid"}},
		"a script": {EnvironmentChange{ExternalURL: to("VBScript:x")}, EnvironmentFacts{},
			[]string{"External url vbscript scheme is not allowed"}},
		"of an agent": {EnvironmentChange{KubernetesNamespace: "x", FluxResourcePath: "y"}, EnvironmentFacts{},
			[]string{"Kubernetes namespace cannot be set without a cluster agent"}},
		"of flux": {EnvironmentChange{FluxResourcePath: "y"}, EnvironmentFacts{},
			[]string{"Flux resource path cannot be set without a kubernetes namespace"}},
	} {
		t.Run(name, func(t *testing.T) {
			now := noon
			st := stateAt(t, &now)
			shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
			require.NoError(t, err)
			e, err := st.CreateEnvironment(shop, "stage", EnvironmentChange{})
			require.NoError(t, err)
			assert.Equal(t, firstEnvironmentID, e.ID)
			before := *e
			now = now.Add(time.Hour)
			require.NoError(t, changed(st.ChangeEnvironment(e, EnvironmentChange{Tier: to("staging")})))
			assert.Equal(t, before, *e, "nothing has changed, so nothing is saved")
			made, err := st.CreateEnvironment(shop, "stage 2", c.change)
			if c.bad != nil {
				var bad *Invalid
				require.ErrorAs(t, err, &bad)
				assert.Equal(t, c.bad, bad.Sentences())
				assert.Equal(t, bad, changed(st.ChangeEnvironment(e, c.change)))
				assert.Equal(t, before, *e)
				assert.Len(t, shop.Environments(), 1)
				return
			}
			require.NoError(t, err)
			require.NoError(t, changed(st.ChangeEnvironment(e, c.change)))
			c.want.State = EnvironmentAvailable
			assert.Equal(t, []EnvironmentFacts{c.want, c.want}, []EnvironmentFacts{e.EnvironmentFacts, made.EnvironmentFacts})
			assert.Equal(t, []time.Time{now, now}, []time.Time{made.CreatedAt, made.UpdatedAt})
			assert.Equal(t, c.want != before.EnvironmentFacts, e.UpdatedAt.Equal(now))
		})
	}
}

// Names and the slugs that are made of them are those of one environment of the project.
func TestNamesOfEnvironments(t *testing.T) {
	st, shop := ruled(t)
	_, err := st.CreateEnvironment(shop, "prod", EnvironmentChange{})
	require.NoError(t, err)
	for name, want := range map[string][]string{
		"prod": {"Name has already been taken", "Slug has already been taken"}, "Prod": nil,
		strings.Repeat("a", maxEnvironmentText):   nil,
		strings.Repeat("a", maxEnvironmentText+1): {"Name is too long (maximum is 255 characters)"},
		"  ": {"Name can't be blank"}, "a:b": {"Name " + ci.EnvironmentNameProblem("a:b")},
	} {
		_, err := st.CreateEnvironment(shop, name, EnvironmentChange{})
		var bad *Invalid
		if want == nil {
			require.NoError(t, err, name)
		} else if assert.ErrorAs(t, err, &bad, name) {
			assert.Equal(t, want, bad.Sentences(), name)
		}
	}
	site, err := st.AddProject(Project{Path: "acme/site"}, nil)
	require.NoError(t, err)
	_, err = st.CreateEnvironment(site, "prod", EnvironmentChange{})
	assert.NoError(t, err, "another project has its own")
}

// app/models/deployment.rb, stop_action: the job that stops an environment is one of those that people start, of the
// pipeline of the last deployment that has ended, and waits for them or has ended.
func TestJobsThatStopAnEnvironment(t *testing.T) {
	stop := ci.JobSpec{Environment: ci.Environment{Name: "prod", Action: actionStop}}
	for name, c := range map[string]struct {
		job   Job
		stops bool
	}{
		"waits":                 {Job{Status: JobManual, Plan: &Plan{Spec: stop, When: whenManual}}, true},
		"waits in a seed":       {Job{Status: JobManual, Plan: &Plan{Spec: stop}}, true},
		"has failed":            {Job{Status: JobFailed, Plan: &Plan{Spec: stop, When: whenManual}}, true},
		"was skipped":           {Job{Status: JobSkipped, Plan: &Plan{Spec: stop, When: whenManual}}, true},
		"is under way":          {Job{Status: JobRunning, Plan: &Plan{Spec: stop, When: whenManual}}, false},
		"is yet to come":        {Job{Status: JobCreated, Plan: &Plan{Spec: stop, When: whenManual}}, false},
		"nobody starts":         {Job{Status: JobFailed, Plan: &Plan{Spec: stop}}, false},
		"nobody starts, always": {Job{Status: JobFailed, Plan: &Plan{Spec: stop, When: "always"}}, false},
		"comes later":           {Job{Status: JobFailed, Plan: &Plan{Spec: stop, When: whenDelayed}}, false},
		"has another name":      {Job{Status: JobManual, Name: "other", Plan: &Plan{Spec: stop, When: whenManual}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			st, shop := ruled(t)
			add := func(j Job) *Job {
				j.Project, j.User = shop, st.Users.Rows[0]
				j.PipelineID = 4_000_900
				added, err := st.AddJob(&j)
				require.NoError(t, err)
				return added
			}
			ships := func(name, environment, onStop string, status JobStatus) {
				add(Job{Name: name, Status: status, Plan: &Plan{When: whenManual,
					Spec: ci.JobSpec{Environment: ci.Environment{Name: environment, OnStop: onStop}}}})
			}
			ships("first", "prod", "end", JobCanceled)
			ships("elsewhere", "stage", "end", JobSuccess)
			ships("without", "prod", "", JobSuccess)
			ships("itself", "prod", "itself", JobSuccess)
			ships("later", "prod", "end", JobManual)
			ships("last", "prod", "end", JobFailed)
			if c.job.Name == "" {
				c.job.Name = "end"
			}
			j := add(c.job)
			var want []*Job
			if c.stops {
				want = []*Job{j, j} // for the first and the last
			}
			assert.Equal(t, want, st.StopActions(shop.EnvironmentNamed("prod")))
		})
	}
	st, shop := ruled(t)
	e, err := st.CreateEnvironment(shop, "prod", EnvironmentChange{})
	require.NoError(t, err)
	assert.Empty(t, st.StopActions(e), "nobody has deployed to it")
	_, err = st.AddDeployment(DeploymentPlace{Project: shop, Environment: "prod"}, Deployment{})
	require.NoError(t, err)
	assert.Empty(t, st.StopActions(e), "it was no job")
}

// withStop is an environment to which a pipeline has deployed, and which a job of that pipeline stops.
func withStop(t *testing.T) (st *State, now *time.Time, p *Pipeline, e *Environment) {
	t.Helper()
	st, now, p, _ = moving(t, `
ship: {script: x, environment: {name: prod, on_stop: end, auto_stop_in: 1 day}}
end: {script: x, when: manual, environment: {name: prod, action: stop, auto_stop_in: 1 day}}
`)
	Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[0], JobSuccess, "", nil)) })
	return st, now, p, p.Project().EnvironmentNamed("prod")
}

// An environment as a refused change would make it is stopped by the same jobs.
func TestJobsThatStopADraft(t *testing.T) {
	st, _, p, e := withStop(t)
	draft, err := st.ChangeEnvironment(e, EnvironmentChange{ExternalURL: to("vbscript:x")})
	require.Error(t, err)
	assert.Equal(t, []*Job{p.Jobs[1]}, st.StopActions(draft))
}

// app/services/environments/stop_service.rb and app/models/environment.rb, stop_with_actions!: who stops an environment
// plays the job that stops it, for the job's own user and if that may; until it succeeds the environment is stopping.
func TestStoppingEnvironments(t *testing.T) {
	for name, c := range map[string]struct {
		may       bool
		before    EnvironmentState
		force     bool
		after     EnvironmentState
		played    bool
		endedWith EnvironmentState // once the job has succeeded, if that was played
	}{
		"by its job":         {true, EnvironmentAvailable, false, EnvironmentStopping, true, EnvironmentStopped},
		"nobody may play":    {false, EnvironmentAvailable, false, EnvironmentStopping, false, ""},
		"stopping, likewise": {false, EnvironmentStopping, false, EnvironmentStopping, false, ""},
		"by force":           {true, EnvironmentAvailable, true, EnvironmentStopped, false, ""},
		"stopping":           {true, EnvironmentStopping, false, EnvironmentStopping, false, ""},
		"forced after":       {true, EnvironmentStopping, true, EnvironmentStopped, false, ""},
		"stopped":            {true, EnvironmentStopped, false, EnvironmentStopped, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			st, _, p, e := withStop(t)
			end := p.Jobs[1]
			st.around.MayPlay = func(_ *State, u *User, j *Job) bool { return c.may && u == j.User && j == end }
			e.State = c.before
			stopping := e.State == EnvironmentAvailable && !c.may
			assert.Equal(t, stopping, st.Unstoppable(e) == end)
			assert.Equal(t, stopping, st.Unstoppable(e) != nil)
			Visit(st, func() { st.StopEnvironment(e, c.force) })
			assert.Equal(t, c.after, e.State)
			assert.Equal(t, c.after == EnvironmentStopped && c.force, e.AutoStopAt.IsZero(), "it is not stopped once more")
			assert.Equal(t, c.played, end.Status == JobPending)
			if c.played {
				Visit(st, func() { require.NoError(t, st.FinishJob(end, JobSuccess, "", nil)) })
				assert.Equal(t, c.endedWith, e.State)
				assert.Zero(t, e.AutoStopAt)
			}
		})
	}
	st, _, p, e := withStop(t)
	st.StopEnvironment(e, false)
	assert.Equal(t, JobPending, p.Jobs[1].Status, "everybody may play")
	st, shop := ruled(t)
	for setting, want := range map[string]EnvironmentState{AutoStopAlways: EnvironmentStopped,
		AutoStopWithAction: EnvironmentAvailable} {
		e, err := st.CreateEnvironment(shop, setting, EnvironmentChange{AutoStopSetting: to(setting)})
		require.NoError(t, err)
		assert.Nil(t, st.Unstoppable(e))
		st.StopEnvironment(e, false)
		assert.Equal(t, want, e.State, "no job stops it")
	}
}

// What is done to environments is taken back whole.
func TestEnvironmentsAreTakenBack(t *testing.T) {
	st, now, p, e := withStop(t)
	shop, d := p.Project(), st.DeploymentOf(p.Jobs[0])
	told, err := st.AddDeployment(DeploymentPlace{Project: shop, Environment: "prod"}, Deployment{Status: DeploymentRunning})
	require.NoError(t, err)
	*now = now.Add(time.Hour)
	environment, was, lastIID := *e, []Deployment{*d, *told}, shop.lastIID
	for what, change := range map[string]func(){
		"it is changed": func() { _, _ = st.ChangeEnvironment(e, EnvironmentChange{Tier: to("other")}) },
		"one is made":   func() { _, _ = st.CreateEnvironment(shop, "stage", EnvironmentChange{}) },
		"it is deleted": func() { st.DeleteEnvironment(e) },
		"a deployment moves": func() {
			require.NoError(t, st.MoveDeployment(told, DeploymentSuccess))
			assert.Equal(t, *now, told.FinishedAt)
		},
		"a job of it goes": func() {
			st.forgetDeployer(p.Jobs[0])
			assert.Nil(t, st.DeploymentOf(p.Jobs[0]))
			assert.Nil(t, d.Job)
		},
		"one is added": func() {
			_, err := st.AddDeployment(DeploymentPlace{Project: shop, Environment: "prod"}, Deployment{IID: 99})
			require.NoError(t, err)
		},
	} {
		assert.Error(t, Atomically(st, func() error { change(); return assert.AnError }), what)
		assert.Equal(t, environment, *e, what)
		assert.Equal(t, was, []Deployment{*d, *told}, what)
		assert.Equal(t, []*Deployment{d, told}, shop.Deployments(), what)
		assert.Equal(t, []*Deployment{d, told}, e.Deployments(), what)
		assert.Equal(t, []*Deployment{d, told}, st.Deployments.Rows, what)
		assert.Equal(t, []*Environment{e}, shop.Environments(), what)
		assert.Equal(t, []*Environment{e}, st.Environments.Rows, what)
		assert.Same(t, e, shop.EnvironmentNamed("prod"), what)
		assert.Nil(t, shop.EnvironmentNamed("stage"), what)
		assert.Same(t, d, st.DeploymentOf(p.Jobs[0]), what)
		assert.Len(t, st.jobDeployments, 1, what)
		assert.Equal(t, lastIID, shop.lastIID, what)
	}
	_, err = st.CreateEnvironment(shop, "stage", EnvironmentChange{})
	require.NoError(t, err)
	st.DeleteEnvironment(e)
	assert.Empty(t, shop.Deployments())
	assert.Empty(t, st.Deployments.Rows)
	assert.Empty(t, st.jobDeployments)
	assert.Len(t, shop.Environments(), 1)
	assert.Len(t, st.Environments.Rows, 1)
	assert.Nil(t, shop.EnvironmentNamed("prod"))
	st.dropEnvironments(shop)
	assert.Empty(t, st.Environments.Rows)
}

// app/services/environments/stop_stale_service.rb: those are stopped that have neither been changed since, nor deployed
// to.
func TestStaleEnvironments(t *testing.T) {
	st, shop := ruled(t)
	since := noon.Add(-24 * time.Hour)
	before, after := since.Add(-time.Second), since.Add(time.Second)
	for name, c := range map[string]struct {
		changed  time.Time
		deployed []time.Time
		want     EnvironmentState
	}{
		"changed-before":  {before, nil, EnvironmentStopped},
		"changed-then":    {since, nil, EnvironmentAvailable},
		"deployed-before": {before, []time.Time{before, before}, EnvironmentStopped},
		"deployed-then":   {before, []time.Time{since, before}, EnvironmentAvailable},
		"deployed-after":  {before, []time.Time{before, after}, EnvironmentAvailable},
	} {
		e, err := st.AddEnvironment(Environment{Project: shop, Name: name, CreatedAt: before, UpdatedAt: c.changed})
		require.NoError(t, err)
		for _, at := range c.deployed {
			_, err := st.AddDeployment(DeploymentPlace{Project: shop, Environment: name},
				Deployment{Status: DeploymentFailed, CreatedAt: before, UpdatedAt: at})
			require.NoError(t, err)
		}
		assert.Equal(t, EnvironmentAvailable, e.State)
		st.StopStale(shop, since)
		assert.Equal(t, c.want, e.State, name)
	}
	e, err := st.AddEnvironment(Environment{Project: shop, Name: "needs-a-job", CreatedAt: before, UpdatedAt: before,
		EnvironmentFacts: EnvironmentFacts{AutoStopSetting: AutoStopWithAction}})
	require.NoError(t, err)
	st.StopStale(shop, since)
	assert.Equal(t, EnvironmentAvailable, e.State, "it is not done by force")
}

// app/models/environment.rb, stopped_review_apps: the oldest first, as many as are wanted, and none that is marked.
func TestStoppedReviews(t *testing.T) {
	st, shop := ruled(t)
	add := func(name string, state EnvironmentState, hours time.Duration) *Environment {
		e, err := st.AddEnvironment(Environment{Project: shop, Name: name, CreatedAt: noon.Add(-hours * time.Hour),
			EnvironmentFacts: EnvironmentFacts{State: state}})
		require.NoError(t, err)
		return e
	}
	third := add("review/c", EnvironmentStopped, 3)
	first, second := add("review/a", EnvironmentStopped, 5), add("review/b", EnvironmentStopped, 5)
	add("review/now", EnvironmentStopped, 2)
	add("review/there", EnvironmentAvailable, 4)
	add("other/review/x", EnvironmentStopped, 4)
	before := noon.Add(-2 * time.Hour)
	all := []*Environment{first, second, third}
	assert.Equal(t, all, shop.StoppedReviews(before, 100))
	assert.Equal(t, all, shop.StoppedReviews(before, 3))
	assert.Equal(t, all[:2], shop.StoppedReviews(before, 2))
	st.MarkForDeletion(all[:1])
	assert.Equal(t, all[1:], shop.StoppedReviews(before, 2))
	assert.Equal(t, noon.Add(deletionsIn), first.AutoDeleteAt)
}

// app/services/environments/auto_stop_service.rb, auto_recover_service.rb and
// app/workers/environments/auto_delete_cron_worker.rb: what workers do to environments, and when.
func TestWorkersTendEnvironments(t *testing.T) {
	const gone = EnvironmentState("gone")
	week := 7 * 24 * time.Hour
	at := func(ago time.Duration) time.Time { return noon.Add(-ago) }
	for name, c := range map[string]struct {
		facts   EnvironmentFacts
		updated time.Time
		want    EnvironmentState
	}{
		"its time is over":     {EnvironmentFacts{AutoStopAt: at(time.Second)}, at(0), EnvironmentStopped},
		"its time is now":      {EnvironmentFacts{AutoStopAt: noon}, at(0), EnvironmentAvailable},
		"it has no time":       {EnvironmentFacts{}, at(2 * week), EnvironmentAvailable},
		"stopping for a week":  {EnvironmentFacts{State: EnvironmentStopping}, at(week), EnvironmentStopping},
		"stopping for longer":  {EnvironmentFacts{State: EnvironmentStopping}, at(week + time.Second), EnvironmentAvailable},
		"stopping, over":       {EnvironmentFacts{State: EnvironmentStopping, AutoStopAt: at(1)}, at(0), EnvironmentStopping},
		"stopped":              {EnvironmentFacts{State: EnvironmentStopped}, at(2 * week), EnvironmentStopped},
		"stopped, marked":      {EnvironmentFacts{State: EnvironmentStopped, AutoDeleteAt: noon}, at(0), EnvironmentStopped},
		"stopped, to go":       {EnvironmentFacts{State: EnvironmentStopped, AutoDeleteAt: at(time.Second)}, at(0), gone},
		"available and marked": {EnvironmentFacts{AutoDeleteAt: at(time.Second)}, at(0), EnvironmentAvailable},
	} {
		st, shop := ruled(t)
		e, err := st.AddEnvironment(Environment{Project: shop, Name: "prod", EnvironmentFacts: c.facts,
			CreatedAt: at(3 * week), UpdatedAt: c.updated})
		require.NoError(t, err)
		st.tendEnvironments()
		got := e.State
		if shop.EnvironmentNamed("prod") == nil {
			got = gone
		}
		assert.Equal(t, c.want, got, name)
	}
}

// app/services/environments/stop_service.rb, execute_for_branch: with a branch go the environments that were deployed to
// from it last, as far as who deletes it may stop them.
func TestEnvironmentsStopWithTheirBranch(t *testing.T) {
	st, shop := ruled(t)
	root := st.Users.Rows[0]
	st.around.MayStop = func(_ *State, u *User, e *Environment) bool { return u == root && e.Name != "kept" }
	for _, d := range []struct {
		to, ref string
		tag     bool
	}{{"side", "side", false}, {"moved-on", "side", false}, {"moved-on", "main", false}, {"tagged", "side", true},
		{"kept", "side", false}, {"needs-a-job", "side", false}} {
		if shop.EnvironmentNamed(d.to) == nil {
			_, err := st.AddEnvironment(Environment{Project: shop, Name: d.to, EnvironmentFacts: EnvironmentFacts{
				AutoStopSetting: map[bool]string{true: AutoStopWithAction}[d.to == "needs-a-job"]}})
			require.NoError(t, err)
		}
		_, err := st.AddDeployment(DeploymentPlace{Project: shop, Environment: d.to}, Deployment{Ref: d.ref, RefIsTag: d.tag})
		require.NoError(t, err)
	}
	_, err := st.AddEnvironment(Environment{Project: shop, Name: "new"})
	require.NoError(t, err)
	stopped := func() []string {
		return NamesOf(Filtered(shop.Environments(), func(e *Environment) bool { return e.State == EnvironmentStopped }),
			func(e *Environment) string { return e.Name })
	}
	st.stopWithBranch(shop, nil, "side")
	assert.Empty(t, stopped())
	st.stopWithBranch(shop, root, "side")
	assert.Equal(t, []string{"side"}, stopped())
	st.around.MayStop = nil
	st.stopWithBranch(shop, nil, "side")
	assert.Equal(t, []string{"side", "kept"}, stopped(), "everybody may")
}

// app/services/environments/recalculate_auto_stop_service.rb: what prepares, accesses or verifies an environment gives
// it more time, of its own word or, but for what verifies, of that of the last deployment.
func TestJobsThatGiveAnEnvironmentMoreTime(t *testing.T) {
	first := noon.Add(24 * time.Hour)
	for name, c := range map[string]struct {
		version, environment string
		after                time.Duration // from when the job ends; 0: as before, -1: none
	}{
		"prepares":            {"17.7", "name: prod, action: prepare", 24 * time.Hour},
		"accesses":            {"17.7", "name: prod, action: access", 24 * time.Hour},
		"accesses for longer": {"17.7", "name: prod, action: access, auto_stop_in: 2 days", 48 * time.Hour},
		"verifies":            {"17.7", "name: prod, action: verify", 0},
		"verifies for longer": {"17.7", "name: prod, action: verify, auto_stop_in: 2 days", 48 * time.Hour},
		"of a variable":       {"17.7", "name: prod, action: verify, auto_stop_in: $STAY", 72 * time.Hour},
		"never":               {"17.7", "name: prod, action: access, auto_stop_in: NEVER", -1},
		"nonsense":            {"17.7", "name: prod, action: access, auto_stop_in: $NONSENSE", 0},
		"no time":             {"17.7", "name: prod, action: access, auto_stop_in: $NONE", 0},
		"before":              {"17.6", "name: prod, action: access, auto_stop_in: 2 days", 0},
		"of what is stored":   {"17.7", "name: prod, action: access, auto_stop_in: $CI_JOB_ID seconds", 2_000_003 * time.Second},
		"another environment": {"17.7", "name: other, action: access, auto_stop_in: 2 days", 0},
	} {
		t.Run(name, func(t *testing.T) {
			st, now, p, e := prolonged(t, c.version, c.environment)
			assert.Equal(t, first, e.AutoStopAt)
			for i, status := range []JobStatus{JobFailed, JobSuccess} {
				*now = now.Add(time.Hour)
				j := p.Jobs[i+1]
				Visit(st, func() { require.NoError(t, st.FinishJob(j, status, "", nil)) })
				want := first
				switch {
				case status == JobFailed:
				case c.after == -1:
					want = time.Time{}
				case c.after > 0:
					want = now.Add(c.after)
				}
				assert.Equal(t, want, e.AutoStopAt, status)
				assert.Equal(t, EnvironmentAvailable, e.State)
			}
			told, err := st.AddDeployment(DeploymentPlace{Project: p.Project(), Environment: "prod"}, Deployment{})
			require.NoError(t, err)
			again := st.RetryJob(p.Jobs[2], p.Jobs[2].User, nil)
			Visit(st, func() { require.NoError(t, st.FinishJob(again, JobSuccess, "", nil)) })
			assert.Same(t, told, e.LastDeployment(), "which no job made, so that nothing is said with it")
			for _, d := range slices.Clone(e.Deployments()) {
				st.DeleteDeployment(d)
			}
			again = st.RetryJob(again, again.User, nil)
			Visit(st, func() { require.NoError(t, st.FinishJob(again, JobSuccess, "", nil)) })
			st.DeleteEnvironment(e)
			Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[3], JobSuccess, "", nil)) })
			assert.Empty(t, st.Deployments.Rows)
		})
	}
}

// A job that stops an environment gives it no time, whatever it says.
func TestStoppedEnvironmentsHaveNoTime(t *testing.T) {
	st, _, p, e := prolonged(t, "17.7", "name: prod, action: stop, auto_stop_in: 2 days")
	Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[1], JobSuccess, "", nil)) })
	assert.Equal(t, EnvironmentStopped, e.State)
	assert.Zero(t, e.AutoStopAt)
}

// prolonged is an environment that was deployed to for a day, and the pipeline of that, whose next jobs do something
// else with one.
func prolonged(t *testing.T, version, environment string) (*State, *time.Time, *Pipeline, *Environment) {
	t.Helper()
	now := noon
	st := versioned(t, version)
	st.clock = func() time.Time { return now }
	shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	job := ": {script: x, environment: {" + environment + "}, variables: {STAY: 3 days, NONSENSE: soon, NONE: 0 days}}\n"
	p, err := st.CreatePipeline(NewPipeline{Project: shop, User: st.Users.Rows[0], CI: "ship: {script: x, environment: " +
		"{name: prod, auto_stop_in: $DAYS}, variables: {DAYS: 1 day}}\na" + job + "b" + job + "c" + job})
	require.NoError(t, err)
	Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[0], JobSuccess, "", nil)) })
	return st, &now, p, shop.EnvironmentNamed("prod")
}
