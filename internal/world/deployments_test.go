package world

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
)

// heard keeps what webhooks are told of deployments.
type heard struct {
	echo
	lines []string
}

func (h *heard) DeploymentEvent(d *Deployment, at time.Time) []byte {
	h.lines = append(h.lines, fmt.Sprint(d.ID, " ", d.Status, " ", at.Sub(noon)))
	return nil
}

// hearDeployments has a webhook of a project be told of deployments.
func hearDeployments(t *testing.T, st *State, p *Project) *heard {
	t.Helper()
	h := &heard{}
	TellWebhooks(st, h, func([]Notice) {})
	_, err := st.AddWebhook(Webhook{Project: p, WebhookAttributes: WebhookAttributes{URL: "https://ci.example",
		Events: map[string]bool{DeploymentEvents: true}}}, WebhookState{})
	require.NoError(t, err)
	return h
}

// app/models/deployment.rb, the state machine: which status may come after which, what is noted and who is told.
func TestMovesOfDeployments(t *testing.T) {
	may := map[DeploymentStatus]string{DeploymentCreated: "skipped", DeploymentBlocked: "created",
		DeploymentRunning: "created blocked"}
	events := map[DeploymentStatus]string{DeploymentCreated: "create", DeploymentRunning: "run", DeploymentBlocked: "block",
		DeploymentSuccess: "succeed", DeploymentFailed: "drop", DeploymentCanceled: "cancel", DeploymentSkipped: "skip"}
	for _, from := range DeploymentStatuses {
		for _, to := range DeploymentStatuses {
			t.Run(fmt.Sprint(from, " ", to), func(t *testing.T) {
				now := noon
				st := stateAt(t, &now)
				shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
				require.NoError(t, err)
				_, err = st.AddEnvironment(Environment{Project: shop, Name: "prod", EnvironmentFacts: EnvironmentFacts{
					State: EnvironmentStopped}})
				require.NoError(t, err)
				d, err := st.AddDeployment(DeploymentPlace{Project: shop, Environment: "prod"}, Deployment{Status: from})
				require.NoError(t, err)
				told, before := hearDeployments(t, st, shop), *d
				now = now.Add(time.Hour)
				err = st.MoveDeployment(d, to)
				known, limited := may[to]
				if from == to || limited && !strings.Contains(known, string(from)) {
					assert.Equal(t, newInvalid(attrStatus, `cannot transition via "`+events[to]+`"`), err)
					assert.Equal(t, before, *d)
					return
				}
				require.NoError(t, err)
				ends := to == DeploymentSuccess || to == DeploymentFailed || to == DeploymentCanceled
				want := before
				want.Status, want.UpdatedAt = to, now
				if ends {
					want.FinishedAt = now
				}
				assert.Equal(t, want, *d)
				assert.Equal(t, ends || to == DeploymentRunning, len(told.lines) == 1)
				assert.Equal(t, to == DeploymentSuccess, d.Environment.State == EnvironmentAvailable)
			})
		}
	}
}

// app/models/deployment.rb, FINISHED_STATUSES and UPCOMING_STATUSES.
func TestKindsOfDeploymentStatuses(t *testing.T) {
	for s, want := range map[DeploymentStatus]string{DeploymentCreated: "upcoming", DeploymentBlocked: "upcoming",
		DeploymentRunning: "upcoming", DeploymentSuccess: "finished", DeploymentFailed: "finished",
		DeploymentCanceled: "finished", DeploymentSkipped: ""} {
		assert.Equal(t, want == "upcoming", s.Upcoming(), s)
		assert.Equal(t, want == "finished", s.Finished(), s)
	}
}

// app/services/environments/create_for_job_service.rb and app/services/deployments/create_for_job_service.rb: what a job
// that is made makes of the environment that it names, and what follows from its end.
func TestDeploymentsOfJobs(t *testing.T) {
	st, now, p, _ := moving(t, `
ship: {script: x, environment: {name: review/$CI_COMMIT_REF_NAME, on_stop: end, deployment_tier: testing, auto_stop_in: $STAY},
  variables: {STAY: 2 days}}
end: {script: x, when: manual, environment: {name: review/$CI_COMMIT_REF_NAME, action: stop}}
look: {script: x, environment: {name: prod, action: access}}
ask: {script: x, when: manual, environment: {name: prod, action: start}}
again: {script: x, environment: {name: review/main, url: " ", deployment_tier: other}}
else: {script: x}
`)
	made, shop := *now, p.Project()
	told := hearDeployments(t, st, shop)
	ship, ask, again := p.Jobs[0], p.Jobs[3], p.Jobs[4]
	review, prod := shop.EnvironmentNamed("review/main"), shop.EnvironmentNamed("prod")
	require.Len(t, shop.Environments(), 2)
	assert.Equal(t, EnvironmentFacts{State: EnvironmentAvailable, Tier: "testing", AutoStopSetting: AutoStopAlways,
		AutoStopAt: made.Add(48 * time.Hour)}, review.EnvironmentFacts)
	assert.Equal(t, []time.Time{made, made}, []time.Time{review.CreatedAt, review.UpdatedAt})
	assert.Equal(t, EnvironmentFacts{State: EnvironmentAvailable, Tier: "production", AutoStopSetting: AutoStopAlways},
		prod.EnvironmentFacts)
	var jobs []*Job
	for i, d := range shop.Deployments() {
		jobs = append(jobs, d.Job)
		assert.Equal(t, Deployment{ID: firstDeploymentID + i, IID: i + 1, Environment: st.EnvironmentOf(d.Job), Ref: "main",
			SHA: p.Facts().Commit.SHA, User: p.Facts().User, Job: d.Job, OnStop: d.Job.Spec.Environment.OnStop,
			CreatedAt: made, UpdatedAt: made, Status: map[bool]DeploymentStatus{true: DeploymentBlocked,
				false: DeploymentCreated}[d.Job == ask]}, *d)
	}
	require.True(t, slices.Equal([]*Job{ship, ask, again}, jobs))
	*now = now.Add(time.Hour)
	Visit(st, func() { st.PlayJob(ask, st.Users.Rows[0], nil, nil) })
	assert.Equal(t, DeploymentBlocked, st.DeploymentOf(ask).Status, "deployments know no status pending")
	Visit(st, func() { require.NoError(t, st.FinishJob(ask, JobFailed, ScriptFailure, nil)) })
	Visit(st, func() { require.NoError(t, st.FinishJob(ship, JobSuccess, "", nil)) })
	assert.Equal(t, made.Add(49*time.Hour), review.AutoStopAt)
	review.State, review.ExternalURL = EnvironmentStopped, "https://old.example"
	for _, j := range []*Job{p.Jobs[2], p.Jobs[5]} {
		Visit(st, func() { require.NoError(t, st.FinishJob(j, JobSuccess, "", nil)) })
	}
	Visit(st, func() { require.NoError(t, st.CancelJob(again, false)) })
	assert.Equal(t, DeploymentCanceled, st.DeploymentOf(again).Status)
	assert.Equal(t, EnvironmentStopped, review.State)
	retried := st.RetryJob(again, st.Users.Rows[0], nil)
	Visit(st, func() { require.NoError(t, st.FinishJob(retried, JobSuccess, "", nil)) })
	assert.Equal(t, EnvironmentFacts{State: EnvironmentAvailable, Tier: "other", AutoStopSetting: AutoStopAlways,
		AutoStopAt: made.Add(49 * time.Hour)}, review.EnvironmentFacts)
	assert.Equal(t, 4, st.DeploymentOf(retried).IID)
	const first = firstDeploymentID
	assert.Equal(t, []string{fmt.Sprint(first+1, " failed 1h0m0s"), fmt.Sprint(first, " success 1h0m0s"),
		fmt.Sprint(first+2, " canceled 1h0m0s"), fmt.Sprint(first+3, " success 1h0m0s")}, told.lines)
}

// app/services/deployments/update_environment_service.rb: the address of an environment has the variables of the job
// that deploys to it, those among them that tell of the job itself and of where this GitLab is.
func TestAddressesOfEnvironments(t *testing.T) {
	const unserved = "unserved"
	for _, c := range []struct{ version, served, url, want string }{
		{"18.0", "https://lab.example", "$CI_PIPELINE_URL", "https://lab.example/acme/shop/-/pipelines/4000001"},
		{"18.0", "https://lab.example", "$CI_JOB_URL", "https://lab.example/acme/shop/-/jobs/2000003"},
		{"18.0", "", "a$CI_JOB_URL$CI_PIPELINE_URL", "a"},
		{"18.0", unserved, "a$CI_JOB_URL$CI_PIPELINE_URL", "a"},
		{"18.0", "", "$CI_PIPELINE_ID,$CI_JOB_ID,$CI_PIPELINE_IID,$CI_PROJECT_PATH", "4000001,2000003,1,acme/shop"},
		{"18.0", "", "$CI_ENVIRONMENT_NAME,$CI_ENVIRONMENT_SLUG,$CI_ENVIRONMENT_ACTION,$CI_ENVIRONMENT_TIER",
			"prod/main,prod-main-tj8znv,start,staging"},
		{"18.0", "", "$HANDED,$SETTING,$OWN,$EARLIER,$LATE,$PLAYED", "handed,setting,own,earlier,late,played"},
		{"18.0", "", "$CI_JOB_NAME,$CI_JOB_STAGE,$CI_NODE_INDEX,$CI_NODE_TOTAL,$CI_JOB_MANUAL",
			"ship 2/2,test,2,2,true"},
		{"18.0", "", "$CI_COMMIT_REF_NAME,$CI_COMMIT_BRANCH,$CI_COMMIT_TAG,$CI_PIPELINE_SOURCE,$GITLAB_USER_LOGIN",
			"main,main,,web,mia"},
		{"18.0", "", "$CI_JOB_GROUP_NAME", "ship"}, {"17.9", "", "a$CI_JOB_GROUP_NAME", "a"},
		{"18.0", "", "http://[$CI_JOB_ID", "https://before.example"}, {"18.0", "", " $NONE ", ""},
	} {
		st := versioned(t, c.version)
		if c.served != unserved {
			ServeAt(st, func() string { return c.served })
		}
		shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
		require.NoError(t, err)
		mia, err := st.AddUser(User{Username: "mia"})
		require.NoError(t, err)
		_, err = st.AddVariable(shop.Path, Variable{Key: "SETTING", Value: "setting", Scope: "prod/*"})
		require.NoError(t, err)
		_, err = st.AddEnvironment(Environment{Project: shop, Name: "prod/main", EnvironmentFacts: EnvironmentFacts{
			Tier: "staging", State: EnvironmentStopped, ExternalURL: "https://before.example"}})
		require.NoError(t, err)
		p, err := st.CreatePipeline(NewPipeline{Project: shop, User: st.Users.Rows[0], Source: "web", CI: `
first: {script: x, stage: build}
ship: {script: x, when: manual, parallel: 2, variables: {OWN: own},
  environment: {name: prod/$CI_COMMIT_REF_NAME, url: "` + c.url + `"}}`,
			Variables: []ci.JobVariable{{Key: "HANDED", Value: "handed"}}})
		require.NoError(t, err, c.url)
		first, ship := p.Jobs[0], p.Jobs[2]
		first.Dotenv = ci.JobVariables{{Key: "EARLIER", Value: "earlier"}, {Key: "LATE", Value: "early"}}
		Visit(st, func() { require.NoError(t, st.FinishJob(first, JobSuccess, "", nil)) })
		Visit(st, func() { st.PlayJob(ship, mia, []ci.JobVariable{{Key: "PLAYED", Value: "played"}}, nil) })
		ship.Dotenv = ci.JobVariables{{Key: "LATE", Value: "late"}}
		Visit(st, func() { require.NoError(t, st.FinishJob(ship, JobSuccess, "", nil)) })
		e := shop.EnvironmentNamed("prod/main")
		assert.Equal(t, c.want, e.ExternalURL, c.url)
		assert.Equal(t, c.want == "https://before.example", e.State == EnvironmentStopped, "the model refuses all or nothing")
	}
}

// The jobs of a seed that were added alone have what is known of them; what is told of an environment has a say in what
// its jobs make of it.
func TestDeploymentsOfAddedJobs(t *testing.T) {
	st, shop := ruled(t)
	hearDeployments(t, st, shop)
	taken, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	ended := noon.Add(-time.Minute)
	job := func(name string, status JobStatus, e ci.Environment) *Job {
		j, err := st.AddJob(&Job{Project: shop, User: taken, Name: name, Ref: "v1", RefIsTag: true, Status: status, Protected: true,
			Commit: Commit{SHA: strings.Repeat("ab", 20)}, PipelineID: 4_000_900, CreatedAt: noon.Add(-time.Hour),
			StartedAt: noon.Add(-time.Hour), FinishedAt: map[bool]time.Time{true: ended}[status == JobSuccess],
			Plan: &Plan{Spec: ci.JobSpec{Environment: e}}})
		require.NoError(t, err)
		return j
	}
	const url = "http://x/$CI_COMMIT_TAG$CI_COMMIT_BRANCH,$CI_COMMIT_SHA,$GITLAB_USER_LOGIN,$CI_PIPELINE_SOURCE,$CI_PIPELINE_CREATED_AT,$CI_JOB_ID"
	done := job("done", JobSuccess, ci.Environment{Name: "$CI_COMMIT_TAG$CI_COMMIT_BRANCH/$CI_COMMIT_REF_PROTECTED", URL: url,
		DeploymentTier: "other"})
	d := st.DeploymentOf(done)
	assert.Equal(t, Deployment{ID: firstDeploymentID, IID: 1, Environment: shop.EnvironmentNamed("v1/true"), Ref: "v1",
		RefIsTag: true, SHA: done.Commit.SHA, Status: DeploymentSuccess, User: taken, Job: done,
		CreatedAt: done.CreatedAt, UpdatedAt: ended, FinishedAt: ended}, *d)
	assert.Equal(t, EnvironmentFacts{State: EnvironmentAvailable, Tier: "other", AutoStopSetting: AutoStopAlways,
		ExternalURL: fmt.Sprint("http://x/v1,", done.Commit.SHA, ",mia,push,2024-07-01T11:00:00Z,", done.ID)},
		d.Environment.EnvironmentFacts)
	assert.Empty(t, st.notices, "it was so for long")
	runs := st.DeploymentOf(job("runs", JobRunning, ci.Environment{Name: "v1/true"}))
	assert.Equal(t, []any{DeploymentRunning, runs.CreatedAt, time.Time{}, 2}, []any{runs.Status, runs.UpdatedAt,
		runs.FinishedAt, runs.IID})
	stops := job("stops", JobSuccess, ci.Environment{Name: "v1/true", Action: actionStop})
	assert.Nil(t, st.DeploymentOf(stops))
	assert.Equal(t, EnvironmentStopped, d.Environment.State)
	bad := job("bad", JobSuccess, ci.Environment{Name: "a:b", URL: "a$CI_ENVIRONMENT_NAME"})
	assert.Empty(t, bad.EnvironmentName)
	added, err := st.AddDeployment(DeploymentPlace{Project: shop, Environment: "v1/true", JobID: bad.ID},
		Deployment{Status: DeploymentRunning})
	require.NoError(t, err)
	require.NoError(t, st.MoveDeployment(added, DeploymentSuccess))
	assert.Equal(t, "a", d.Environment.ExternalURL)
	assert.Len(t, shop.Environments(), 1)
	skipped := st.DeploymentOf(job("skipped", JobSkipped, ci.Environment{Name: "v1/true"}))
	assert.Equal(t, []any{DeploymentSkipped, time.Time{}}, []any{skipped.Status, skipped.FinishedAt})
	merged, err := st.AddPipeline(0, shop, PipelineFacts{Source: SourceMergeRequest, Ref: "refs/merge-requests/1/head"})
	require.NoError(t, err)
	_, err = st.AddJob(&Job{Project: shop, User: taken, PipelineID: merged.ID, Status: JobSuccess, Ref: merged.Ref(),
		Plan: &Plan{Spec: ci.JobSpec{Environment: ci.Environment{Name: "mr", URL: "a$CI_COMMIT_BRANCH"}}}})
	require.NoError(t, err)
	assert.Equal(t, "a", shop.EnvironmentNamed("mr").ExternalURL, "it is of no branch")
}

// What a job says of the time of its environment is read when the environment is made, with what is known then, and
// when the job has succeeded; what it does not say stays.
func TestTimesOfEnvironmentsThatJobsMake(t *testing.T) {
	st, now, p, _ := moving(t, "ship: {script: x, environment: {name: '2', auto_stop_in: $CI_JOB_ID}}")
	e := p.Project().EnvironmentNamed("2")
	assert.Zero(t, e.AutoStopAt)
	e.ExternalURL = "https://before.example"
	Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[0], JobSuccess, "", nil)) })
	assert.Equal(t, []any{now.Add(firstJobID * time.Second), "https://before.example"}, []any{e.AutoStopAt, e.ExternalURL})
	stop, err := st.AddJob(&Job{Project: p.Project(), User: st.Users.Rows[0], Status: JobPending, Plan: &Plan{
		Spec: ci.JobSpec{Environment: ci.Environment{Name: "2", Action: actionStop}}}})
	require.NoError(t, err)
	e.State = EnvironmentStopped
	require.NoError(t, st.FinishJob(stop, JobSuccess, "", nil))
	assert.Equal(t, now.Add(firstJobID*time.Second), e.AutoStopAt, "it was stopped before")
}

// app/models/environment.rb, last_deployment: it is the one that ended last, whenever it was made.
func TestLastDeployments(t *testing.T) {
	st, shop := ruled(t)
	e, err := st.AddEnvironment(Environment{Project: shop, Name: "prod"})
	require.NoError(t, err)
	assert.Nil(t, e.LastDeployment())
	add := func(status DeploymentStatus, minutes int) *Deployment {
		d, err := st.AddDeployment(DeploymentPlace{Project: shop, Environment: "prod"}, Deployment{Status: status,
			CreatedAt: noon.Add(-time.Hour), FinishedAt: noon.Add(time.Duration(minutes-60) * time.Minute)})
		require.NoError(t, err)
		return d
	}
	failed := add(DeploymentFailed, 30)
	assert.Nil(t, e.LastDeployment())
	first := add(DeploymentSuccess, 20)
	assert.Same(t, first, e.LastDeployment())
	add(DeploymentSuccess, 10)
	add(DeploymentSkipped, 50)
	assert.Same(t, first, e.LastDeployment())
	assert.Same(t, failed, e.lastFinished())
	at := add(DeploymentSuccess, 20)
	assert.Same(t, at, e.LastDeployment(), "the later of those at one time")
}

// Whether there is anything to be told of environments.
func TestWhetherThereAreEnvironments(t *testing.T) {
	st, shop := ruled(t)
	assert.False(t, st.Deploys())
	_, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0]})
	require.NoError(t, err)
	assert.False(t, st.Deploys())
	j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Plan: &Plan{Spec: ci.JobSpec{
		Environment: ci.Environment{Name: "$CI_COMMIT_BRANCH/prod"}}}})
	require.NoError(t, err)
	assert.True(t, st.Deploys())
	e := st.EnvironmentOf(j)
	st.DeleteEnvironment(e)
	assert.True(t, st.Deploys(), "a job is for one")
	st.removeJob(j)
	assert.False(t, st.Deploys())
	_, err = st.CreateEnvironment(shop, "prod", EnvironmentChange{})
	require.NoError(t, err)
	assert.True(t, st.Deploys())
}

// Of which jobs a seed is made to have environments and deployments, by what it tells of these itself.
func TestSettledEnvironments(t *testing.T) {
	for told, want := range map[string]string{"": "made,over,runs", "environments": "made,runs", "deployments": "made",
		"environments, deployments": "made"} {
		st, shop := ruled(t)
		Seeding(st, nil, nil, func() {
			_, err := st.CreatePipeline(NewPipeline{Project: shop, User: st.Users.Rows[0],
				CI: "made: {script: x, environment: made}"})
			require.NoError(t, err)
			for name, status := range map[string]JobStatus{"runs": JobRunning, "over": JobFailed} {
				_, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Name: name, Status: status,
					Plan: &Plan{Spec: ci.JobSpec{Environment: ci.Environment{Name: name}}}})
				require.NoError(t, err)
			}
			_, err = st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Name: "none"})
			require.NoError(t, err)
			assert.Empty(t, st.Environments.Rows)
			st.SettleEnvironments(strings.Contains(told, "environments"), strings.Contains(told, "deployments"))
			assert.Empty(t, st.madeJobs)
		})
		names := NamesOf(st.Environments.Rows, func(e *Environment) string { return e.Name })
		assert.ElementsMatch(t, strings.Split(want, ","), names, told)
		assert.Len(t, st.Deployments.Rows, len(names))
	}
	st, shop := ruled(t)
	Seeding(st, nil, nil, func() {
		p, err := st.CreatePipeline(NewPipeline{Project: shop, User: st.Users.Rows[0],
			CI: "made: {script: x, environment: made}"})
		require.NoError(t, err)
		_, err = st.AddEnvironment(Environment{Project: shop, Name: "made"})
		require.NoError(t, err)
		_, err = st.AddDeployment(DeploymentPlace{Project: shop, Environment: "made", JobID: p.Jobs[0].ID}, Deployment{})
		require.NoError(t, err)
		st.SettleEnvironments(true, true)
		assert.Len(t, st.Deployments.Rows, 1, "the seed tells of it as it was")
	})
}

// app/services/deployments/create_service.rb: what somebody tells of is made once, in an environment that is made, too.
func TestToldDeployments(t *testing.T) {
	st, shop, c := withFiles(t, map[string]string{"a": "a"})
	now := noon.Add(time.Hour)
	st.clock = func() time.Time { return now }
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	tell := func(name string, d ToldDeployment) (*Deployment, error) { return st.TellDeployment(shop, name, mia, d) }
	done := ToldDeployment{Ref: "v1", SHA: c.ID, Tag: true, Status: DeploymentSuccess}
	_, err = tell("a:b", done)
	assert.Equal(t, newInvalid(attrName, ci.EnvironmentNameProblem("a:b")), err)
	none := done
	none.SHA = strings.Repeat("0", 40)
	_, err = tell("prod", none)
	assert.Equal(t, newInvalid(attrSHA, msgNoSuchCommit), err)
	assert.Empty(t, st.Environments.Rows)
	d, err := tell("prod", done)
	require.NoError(t, err)
	e := shop.EnvironmentNamed("prod")
	assert.Equal(t, Deployment{ID: firstDeploymentID, IID: 1, Environment: e, Ref: "v1", RefIsTag: true, SHA: c.ID,
		Status: DeploymentSuccess, User: mia, CreatedAt: now, UpdatedAt: now, FinishedAt: now}, *d)
	again, err := tell("prod", done)
	require.NoError(t, err)
	assert.Same(t, d, again)
	for i, change := range []func(*ToldDeployment){func(d *ToldDeployment) { d.Ref = "v2" },
		func(d *ToldDeployment) { d.Tag = false }, func(d *ToldDeployment) { d.SHA = "main" },
		func(d *ToldDeployment) { d.Status = DeploymentFailed }, func(d *ToldDeployment) { d.Status = DeploymentCreated }} {
		other := done
		change(&other)
		got, err := tell("prod", other)
		require.NoError(t, err)
		assert.Equal(t, now, got.UpdatedAt)
		assert.Equal(t, []any{i + 2, other}, []any{got.IID, ToldDeployment{got.Ref, got.SHA, got.RefIsTag, got.Status}})
	}
	_, err = st.AddEnvironment(Environment{Project: shop, Name: "new"})
	require.NoError(t, err)
	_, err = tell("new", done)
	assert.NoError(t, err, "nobody has deployed to it yet")
	_, err = tell("new", none)
	assert.Error(t, err)
}

// app/models/concerns/ci/deployable.rb, has_outdated_deployment?: what is older than what is there.
func TestOutdatedDeployments(t *testing.T) {
	for name, c := range map[string]struct {
		status           JobStatus
		forward, back    string
		otherSHA, before bool
		want             bool
	}{
		"older":                  {JobPending, "true", "false", true, true, true},
		"newer":                  {JobPending, "true", "false", true, false, false},
		"of the same commit":     {JobPending, "true", "false", false, true, false},
		"in any order":           {JobPending, "false", "false", true, true, false},
		"over":                   {JobFailed, "true", "false", true, true, true},
		"over, and may go back":  {JobFailed, "true", "true", true, true, false},
		"going, and may go back": {JobPending, "true", "true", true, true, true},
	} {
		st, shop := ruled(t)
		require.NoError(t, st.ChangeProject(shop, ProjectChange{Attributes: map[string]string{
			attrForwardDeployment: c.forward, attrForwardRollback: c.back}}))
		add := func(status JobStatus, sha string) *Job {
			j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: status,
				Commit: Commit{SHA: strings.Repeat(sha, 40)}, Plan: &Plan{Spec: ci.JobSpec{
					Environment: ci.Environment{Name: "prod"}}}})
			require.NoError(t, err)
			return j
		}
		sha := map[bool]string{true: "b", false: "a"}[c.otherSHA]
		var j *Job
		if c.before {
			j = add(c.status, "a")
			assert.False(t, st.Outdated(j), "there is no other")
		}
		assert.False(t, st.Outdated(add(JobSuccess, sha)), "it is the last itself")
		if !c.before {
			j = add(c.status, "a")
		}
		assert.Equal(t, c.want, st.Outdated(j), name)
		st.DeleteDeployment(st.DeploymentOf(j))
		assert.False(t, st.Outdated(j), "it does not deploy")
	}
}
