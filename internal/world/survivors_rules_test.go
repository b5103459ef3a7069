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

// Rules of pipelines, queues and files whose loss no other test noticed (internal/mutate).

// tick_runner_queue of app/models/ci/runner.rb is called for a job that becomes pending and for a runner that is
// changed: nobody who waits is woken because of people, invitations, or what goes.
func TestWhatIsNoNewsForRunners(t *testing.T) {
	st, shop := ruled(t)
	other, err := st.AddProject(Project{Path: "acme/other"}, nil)
	require.NoError(t, err)
	guild, err := st.AddGroup(Group{Path: "guild"}, nil)
	require.NoError(t, err)
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	pat, err := st.AddUser(User{Username: "pat", State: UserBlockedPendingApproval})
	require.NoError(t, err)
	_, err = st.AddJob(&Job{Project: shop, User: mia, Status: JobPending})
	require.NoError(t, err)
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	before := st.QueueValueOf(r)
	require.NoError(t, st.BlockUser(mia))
	require.True(t, st.UnblockUser(mia))
	require.NoError(t, st.ApproveUser(pat))
	require.NoError(t, st.ShareGroup(st.GroupPaths["acme"], ShareDraft{Group: guild, Role: Guest}))
	require.NoError(t, st.DeleteUser(mia))
	st.DeleteProject(other)
	st.DeleteGroup(guild)
	assert.Equal(t, before, st.QueueValueOf(r))
	st.ArchiveProject(shop, true)
	assert.NotEqual(t, before, st.QueueValueOf(r), "what may change who takes what")
}

// app/services/ci/pipeline_creation/cancel_redundant_pipelines_service.rb
func TestWhichPipelinesBecomeRedundant(t *testing.T) {
	const waits = "a: {script: x}"
	for name, c := range map[string]struct {
		yaml   string
		before func(st *State, p *Pipeline)
		next   NewPipeline
		stays  bool
	}{
		"older": {yaml: waits},
		"after a trigger job": {yaml: "stages: [one, two]\nchain: {stage: one, trigger: acme/other}\n" +
			"a: {stage: two, script: x}"},
		"after a job": {yaml: "stages: [one, two]\nb: {stage: one, script: x}\na: {stage: two, script: x}", stays: true,
			before: func(st *State, p *Pipeline) { _ = st.FinishJob(p.Jobs[0], JobSuccess, "", nil) }},
		"after a job that may be interrupted": {yaml: "b: {script: x, interruptible: true}\na: {script: x}",
			before: func(st *State, p *Pipeline) { _ = st.FinishJob(p.Jobs[0], JobSuccess, "", nil) }},
		"after a job that may not be": {yaml: "b: {script: x, interruptible: false}\na: {script: x}", stays: true,
			before: func(st *State, p *Pipeline) { _ = st.FinishJob(p.Jobs[0], JobSuccess, "", nil) }},
		"of another ref": {yaml: waits, next: NewPipeline{Ref: "side"}, stays: true},
		"a child":        {yaml: waits, next: NewPipeline{Source: SourceParent}, stays: true},
		"switched off": {yaml: waits, stays: true, before: func(st *State, p *Pipeline) {
			_ = st.ChangeProject(p.project, ProjectChange{Attributes: map[string]string{attrAutoCancel: FeatureDisabled}})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			st, now, p, _ := moving(t, c.yaml)
			if c.before != nil {
				Visit(st, func() { c.before(st, p) })
			}
			*now = now.Add(time.Minute)
			c.next.Project, c.next.User, c.next.CI = p.project, st.Users.Rows[0], waits
			next, err := st.CreatePipeline(c.next)
			require.NoError(t, err)
			Visit(st, func() {})
			assert.Equal(t, c.stays, p.Status() != JobCanceled, p.Status())
			if !c.stays {
				assert.Equal(t, next.ID, p.Facts().AutoCanceledBy)
				Visit(st, func() { st.RetryPipeline(p, st.Users.Rows[0], AnyJob) })
				assert.Zero(t, p.Facts().AutoCanceledBy, "app/models/ci/pipeline.rb: it is not canceled any more")
			}
		})
	}
}

// A newer pipeline is not made redundant by an older one, of which it is looked at later.
func TestTheNewestPipelineIsNotRedundant(t *testing.T) {
	st, _, p, _ := moving(t, "a: {script: x}")
	var made []*Pipeline
	Visit(st, func() {
		for range 2 {
			next, err := st.CreatePipeline(NewPipeline{Project: p.project, User: p.User(), CI: "a: {script: x}"})
			require.NoError(t, err)
			made = append(made, next)
		}
	})
	assert.Equal(t, []JobStatus{JobCanceled, JobCanceled, JobPending}, []JobStatus{p.Status(), made[0].Status(), made[1].Status()})
	made[0].facts.CreatedAt = made[1].facts.CreatedAt.Add(time.Second)
	assert.Equal(t, []bool{false, true}, []bool{made[0].olderThan(made[1]), made[1].olderThan(made[0])}, "a seed's ids say little")
}

// What follows from a delayed job that starts has happened at its time, whenever anybody looks.
func TestAPipelineGoesOnWhenItsDelayedJobStarts(t *testing.T) {
	st, now, p, _ := moving(t, "late: {script: x, when: delayed, start_in: 1 hour}")
	begun := *now
	*now = begun.Add(10 * time.Hour)
	Visit(st, func() {})
	assert.Equal(t, JobPending, p.Status())
	assert.Equal(t, begun.Add(time.Hour), p.Facts().UpdatedAt)
}

// Nothing more happens in a pipeline that is gone, and nobody is told of it (app/workers/pipeline_process_worker.rb looks
// for it).
func TestAPipelineThatIsGone(t *testing.T) {
	st, _, p, _ := moving(t, "a: {script: x}")
	token := p.Jobs[0].Token
	require.NotNil(t, st.JobTokens[token])
	_, err := st.AddWebhook(Webhook{Project: p.project, WebhookAttributes: WebhookAttributes{URL: "https://ci.example",
		Events: map[string]bool{PipelineEvents: true}}}, WebhookState{})
	require.NoError(t, err)
	var told []Notice
	TellWebhooks(st, echo{}, func(all []Notice) { told = append(told, all...) })
	Visit(st, func() {
		require.NoError(t, st.FinishJob(p.Jobs[0], JobSuccess, "", nil))
		st.DeletePipeline(p)
	})
	assert.Empty(t, told)
	assert.Empty(t, p.project.live)
	assert.Nil(t, st.JobTokens[token], "its token is dead")
}

// A resource is free when the job that has it goes (app/services/ci/destroy_pipeline_service.rb cancels it first).
func TestAResourceOfADeletedPipeline(t *testing.T) {
	st, _, first, _ := moving(t, "a: {script: x, resource_group: production}")
	second, err := st.CreatePipeline(NewPipeline{Project: first.project, User: st.Users.Rows[0], Ref: "side",
		CI: "a: {script: x, resource_group: production}"})
	require.NoError(t, err)
	Visit(st, func() {})
	require.Equal(t, []JobStatus{JobPending, JobWaitingForResource},
		[]JobStatus{first.Jobs[0].Status, second.Jobs[0].Status})
	Visit(st, func() { st.DeletePipeline(first) })
	assert.Equal(t, JobPending, second.Jobs[0].Status)
	assert.Same(t, second.Jobs[0], st.groupOf(second.Jobs[0]).holder)
}

// app/models/ci/resource_group.rb, upcoming_processables.
func TestWhoseTurnAResourceIs(t *testing.T) {
	for mode, want := range map[ProcessMode]int{Unordered: 1, OldestFirst: 0, NewestFirst: 3, NewestReadyFirst: 2} {
		jobs := []*Job{{ID: 1, PipelineID: 1, Status: JobCreated}, {ID: 2, PipelineID: 2, Status: JobWaitingForResource},
			{ID: 3, PipelineID: 3, Status: JobWaitingForResource}, {ID: 4, PipelineID: 4, Status: JobCreated}}
		p := &Project{ProcessModes: map[string]ProcessMode{"production": mode}}
		g := &ResourceGroup{Project: p, Key: "production", jobs: jobs}
		assert.Same(t, jobs[want], g.upcoming(), mode)
	}
}

// The stages of a pipeline are in order of their index, in whatever order their jobs were added.
func TestStagesAreInOrder(t *testing.T) {
	st, shop := ruled(t)
	var last *Job
	for i, stage := range []string{"deploy", "build", "test"} {
		var err error
		last, err = st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Name: stage, Stage: stage,
			StageIndex: []int{2, 0, 1}[i], PipelineID: 7})
		require.NoError(t, err)
	}
	var names []string
	for _, s := range last.Pipeline.Stages() {
		names = append(names, s.Name)
	}
	assert.Equal(t, []string{"build", "test", "deploy"}, names)
}

// Of the recent successful pipelines of a ref, the newest whose job of the name succeeded and has an archive.
func TestArchivesOfRecentPipelines(t *testing.T) {
	st, shop := ruled(t)
	add := func(name string, status JobStatus, ref string, with bool) *Job {
		j := &Job{Project: shop, User: st.Users.Rows[0], Name: name, Status: status, Ref: ref,
			AllowFailure: status == JobFailed}
		if with {
			j.Files = []*File{{Type: Archive, Format: ZipFormat, Filename: "a.zip"}}
		}
		j, err := st.AddJob(j)
		require.NoError(t, err)
		return j
	}
	found := add("unit", JobSuccess, "main", true)
	add("unit", JobSuccess, "side", true)
	add("other", JobSuccess, "main", true)
	add("unit", JobSuccess, "main", false)
	failed := add("unit", JobFailed, "main", true)
	require.Equal(t, JobSuccess, failed.Pipeline.Status(), "it may fail")
	assert.Same(t, found, shop.SuccessfulArchive("unit", "main"))
	for range recentPipelines - 4 { // with other, unit without an archive, and what failed there are one fewer
		add("later", JobSuccess, "main", true)
	}
	assert.Same(t, found, shop.SuccessfulArchive("unit", "main"))
	add("later", JobSuccess, "main", true)
	assert.Nil(t, shop.SuccessfulArchive("unit", "main"))
}

// What cannot happen to a job is told with what can.
func TestWhatMayHappenToAJob(t *testing.T) {
	assert.Equal(t, "only drop (to canceled), success (to canceled), force_cancel (to canceled)", eventsFrom(JobCanceling))
	assert.Equal(t, "and no other event; a retry makes a new job", eventsFrom(JobFailed))
	assert.Equal(t, "only process (to created), enqueue (to waiting_for_resource), enqueue (to pending)",
		eventsFrom(JobSkipped))
}

func TestRolesForPeople(t *testing.T) {
	for _, n := range RoleNames() {
		assert.NotEmpty(t, n.Role.title(), n.Name)
	}
	assert.Equal(t, []string{"Owner", "Security Manager"}, []string{Owner.title(), SecurityManager.title()})
}

// app/models/hooks/web_hook.rb: how long a template may be; webhooks go with what they are of.
func TestWebhooksThatAreRefusedAndThatGo(t *testing.T) {
	st, shop := ruled(t)
	with := func(length int) WebhookAttributes {
		text := strings.Repeat("é", length)
		return WebhookAttributes{URL: "https://ci.example", Template: &text}
	}
	require.NoError(t, st.CheckWebhook(with(maxWebhookTemplate)))
	require.Error(t, st.CheckWebhook(with(maxWebhookTemplate+1)))
	acme := st.GroupPaths["acme"]
	other, err := st.AddProject(Project{Path: "guild/other"}, nil)
	require.NoError(t, err)
	var kept *Webhook
	for _, h := range []Webhook{{Project: shop}, {Project: shop}, {Group: acme}, {Project: other}} {
		h.URL = "https://ci.example"
		kept, err = st.AddWebhook(h, WebhookState{})
		require.NoError(t, err)
	}
	st.DeleteProject(shop)
	assert.Len(t, st.Webhooks.Rows, 2)
	st.DeleteGroup(acme)
	assert.Equal(t, []*Webhook{kept}, st.Webhooks.Rows)
}

// lib/gitlab/auth.rb, find_with_user_password: a login is a username or an address, in any case.
func TestLogins(t *testing.T) {
	st, _ := ruled(t)
	mia, err := st.AddUser(User{Username: "mia", Email: "Mia@Corp.example"})
	require.NoError(t, err)
	for _, login := range []string{"mia", "MIA", "mia@corp.example"} {
		assert.Same(t, mia, st.UserByLogin(login), login)
	}
	for _, login := range []string{"mia@example.com", "nobody", "@", ""} {
		assert.Nil(t, st.UserByLogin(login), login)
	}
}

// A token that has expired is not what a test is handed.
func TestTokensThatAreHandedLive(t *testing.T) {
	st, _ := ruled(t)
	first, err := st.TokenOf(RootUsername, nil)
	require.NoError(t, err)
	again, err := st.TokenOf(RootUsername, nil)
	require.NoError(t, err)
	require.Equal(t, first, again)
	st.tokenValues[first].ExpiresAt = noon.Add(-48 * time.Hour)
	next, err := st.TokenOf(RootUsername, nil)
	require.NoError(t, err)
	assert.NotEqual(t, first, next)
}

// app/models/project.rb, protected_for?: without a rule no branch and no tag is protected; of a job what it says of itself
// counts then.
func TestProtectionWithoutRules(t *testing.T) {
	st, shop := ruled(t)
	_, protected := st.ProtectionOf(nil, shop, "main", false)
	assert.False(t, protected)
	_, protected = st.RefProtection(nil, &Job{Project: shop, Ref: "main", Protected: true})
	assert.True(t, protected)
	_, err := st.AddProtectedRef(ProtectedRef{Project: shop, Name: "stable"})
	require.NoError(t, err)
	_, protected = st.RefProtection(nil, &Job{Project: shop, Ref: "main", Protected: true})
	assert.False(t, protected)
	_, protected = st.ProtectionOf(nil, shop, "stable", false)
	assert.True(t, protected)
}

// What goes is as it was where its deletion is taken back, with the resource that it had.
func TestADeletionThatIsTakenBack(t *testing.T) {
	st, _, p, _ := moving(t, "a: {script: x, resource_group: production}")
	j := p.Jobs[0]
	g := st.groupOf(j)
	require.Same(t, j, g.holder)
	Visit(st, func() {
		assert.Error(t, Atomically(st, func() error {
			st.DeletePipeline(p)
			return errors.New("no")
		}))
	})
	assert.Same(t, j, g.holder)
	assert.Equal(t, []*Job{j}, p.Jobs)
	assert.Same(t, j, st.JobTokens[j.Token])
	assert.Equal(t, JobPending, j.Status)
}

// What a seed says wrongly of a schedule is an error, whoever finds it.
func TestSeededSchedulesThatAreWrong(t *testing.T) {
	st, _ := ruled(t)
	add := func(s PipelineSchedule, gifts ScheduleGifts) error {
		_, err := st.AddSchedule("acme/shop", "", s, gifts)
		return err
	}
	const nightly = "0 1 * * *"
	require.NoError(t, add(PipelineSchedule{Cron: nightly}, ScheduleGifts{}))
	for name, s := range map[string]PipelineSchedule{"cron": {Cron: "never"}, "timezone": {Cron: nightly, Timezone: "Nowhere"}} {
		assert.Error(t, add(s, ScheduleGifts{}), name)
	}
	assert.Error(t, add(PipelineSchedule{Cron: nightly}, ScheduleGifts{Variables: []ci.JobVariable{{Key: "not a key"}}}))
	_, err := st.AddSchedule("acme/none", "", PipelineSchedule{Cron: nightly, Ref: "main"}, ScheduleGifts{})
	assert.ErrorContains(t, err, "acme/none")
}
