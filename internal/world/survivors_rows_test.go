package world

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// app/services/ci/retry_pipeline_service.rb, app/services/ci/retry_job_service.rb: which jobs are tried again, and with
// which inputs.
func TestWhichJobsOfAMovingPipelineAreTriedAgain(t *testing.T) {
	st, _, p, _ := moving(t, "mine: {script: x, tags: [x]}\ntheirs: {script: x}")
	inputs := ci.JobInputs{{Name: "one"}}
	p.Jobs[0].handIn(inputs)
	Visit(st, func() {
		for _, j := range p.Jobs {
			require.NoError(t, st.FinishJob(j, JobFailed, ScriptFailure, nil))
		}
	})
	user := st.Users.Rows[0]
	Visit(st, func() { st.RetryPipeline(p, user, func(j *Job) bool { return j.Name == "mine" }) })
	require.Len(t, p.Jobs, 3)
	again := p.Jobs[2]
	assert.Equal(t, []any{"mine", JobPending, inputs}, []any{again.Name, again.Status, again.Spec.Inputs})
	assert.Equal(t, []string{"x"}, again.Tags)
	Visit(st, func() {
		require.NoError(t, st.FinishJob(again, JobFailed, ScriptFailure, nil))
		again = st.RetryJob(again, user, nil)
	})
	assert.Empty(t, again.Spec.Inputs)
}

// lib/gitlab/ci/pipeline/duration.rb: what still runs has run until now.
func TestHowLongRunningPipelinesAreBusy(t *testing.T) {
	st, now, p, r := moving(t, "a: {script: x}")
	Visit(st, func() { require.NoError(t, st.StartJob(p.Jobs[0], r, nil, false)) })
	*now = now.Add(time.Minute)
	assert.Equal(t, time.Minute, p.Busy(*now))
}

// A schedule that is switched off is not due, one of a tag runs for the tag, and each says in which zone its times are
// (app/models/ci/pipeline_schedule.rb).
func TestWhenAndForWhatSchedulesRun(t *testing.T) {
	st := versioned(t, "17.2")
	p, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	c := commit(t, st, p, "Begin", map[string]string{".gitlab-ci.yml": "a: {script: x}"}, PushOptions{Silent: true})
	p.Repository.SetRef("refs/tags/main", c.ID)
	s, err := st.AddSchedule("acme/shop", "", PipelineSchedule{Cron: "0 1 * * *", Ref: "refs/tags/main"}, ScheduleGifts{})
	require.NoError(t, err)
	require.False(t, s.NextRunAt.IsZero())
	assert.Zero(t, st.NextSchedule())
	s.Active = true
	assert.Equal(t, s.NextRunAt, st.NextSchedule())
	made, err := st.RunSchedule(s, st.Users.Rows[0])
	require.NoError(t, err)
	assert.True(t, made.RefIsTag())
	bad := st.checkSchedule(&PipelineSchedule{Cron: "0 1 * * *", Timezone: " ", Ref: "refs/heads/main", Description: "d"})
	assert.Equal(t, []AttributeProblem{{attrCronTimezone, msgCronSyntaxBefore}, {attrCronTimezone, msgBlank}}, bad.Problems)
}

// Rules of protected branches and tags: a tag is changed by who may make it, whoever may merge; what is taken back is
// there again, and with a project go its own rules (app/models/protected_tag.rb).
func TestRulesOfRefs(t *testing.T) {
	st, shop := ruled(t)
	other, err := st.AddProject(Project{Path: "guild/other"}, nil)
	require.NoError(t, err)
	add := func(r ProtectedRef) *ProtectedRef {
		made, err := st.AddProtectedRef(r)
		require.NoError(t, err)
		return made
	}
	main := add(ProtectedRef{Project: shop, Name: "main"})
	tag := add(ProtectedRef{Project: shop, Name: "v1", Tag: true, Push: NoOne})
	kept := add(ProtectedRef{Project: other, Name: "main"})
	_, err = st.AddProtectedRef(ProtectedRef{Project: shop, Name: "side", Push: "anybody"})
	assert.ErrorContains(t, err, "anybody")
	assert.Equal(t, []RefAccess{NoOne, NoOne.wider(MaintainersUp)}, []RefAccess{tag.updating(), main.updating()})
	_, err = st.RefRule("acme/shop", true, "v2")
	assert.ErrorContains(t, err, "no protected tag")
	_, err = st.RefRule("acme/shop", false, "v2")
	assert.ErrorContains(t, err, "no protected branch")
	require.Error(t, Atomically(st, func() error {
		st.UnprotectRef(main)
		return errors.New("the test")
	}))
	assert.Equal(t, []*ProtectedRef{main, tag, kept}, st.ProtectedRefs.Rows)
	st.DeleteProject(shop)
	assert.Equal(t, []*ProtectedRef{kept}, st.ProtectedRefs.Rows)
}

// What a group may have above it, and a member or variable before: what is refused or taken back is as it was.
func TestWhatIsTakenBack(t *testing.T) {
	st, shop := ruled(t)
	root := st.Users.Rows[0]
	v, err := st.AddVariable("acme/shop", Variable{Key: "A", Value: "1"})
	require.NoError(t, err)
	j, err := st.AddJob(&Job{Project: shop, User: root, Status: JobPending})
	require.NoError(t, err)
	require.NoError(t, st.RenamePipeline(j.Pipeline, " nightly "))
	assert.Equal(t, "nightly", j.Pipeline.Name())
	st.join(shop, root, Guest, Joining{})
	require.Error(t, Atomically(st, func() error {
		require.NoError(t, st.ChangeVariable(st.ProjectVariables(shop), v, VariableChange{Value: to("2")}))
		_, err := st.AddVariable("acme/shop", Variable{Key: "B"})
		require.NoError(t, err)
		require.NoError(t, st.RenamePipeline(j.Pipeline, "other"))
		st.join(shop, root, Owner, Joining{})
		return errors.New("the test")
	}))
	assert.Equal(t, []any{"1", "nightly", Guest}, []any{v.Value, j.Pipeline.Name(), shop.Roles[root]})
	assert.Equal(t, []VariableSet{st.ProjectVariables(shop)}, st.VariableSets())
	assert.Equal(t, []*Variable{v}, st.ProjectVariables(shop).Rows())
}

// app/models/namespace.rb, NUMBER_OF_ANCESTORS_ALLOWED.
func TestHowDeepGroupsAreMade(t *testing.T) {
	st, _ := ruled(t)
	deep, err := st.AddGroup(Group{Path: strings.Repeat("a/", maxAncestors-1) + "a"}, nil)
	require.NoError(t, err)
	n := NewGroup{Name: "below", Path: "below", Parent: deep, Visibility: Private, Creator: st.Users.Rows[0]}
	last, err := st.CreateGroup(n)
	require.NoError(t, err)
	n.Parent = last
	_, err = st.CreateGroup(n)
	assert.ErrorContains(t, err, msgNestedTooDeep)
}

// Limits of what projects, deploy tokens and webhooks say (app/models/project.rb, app/models/deploy_token.rb).
func TestLimitsOfWhatIsSaid(t *testing.T) {
	st, shop := ruled(t)
	timeout := func(seconds int) error { return st.ChangeProject(shop, ProjectChange{BuildTimeout: &seconds}) }
	token := func(length int) error {
		_, err := st.CreateDeployToken(DeployToken{Project: shop, Name: strings.Repeat("ü", length),
			Scopes: []string{"read_repository"}})
		return err
	}
	with := func(length int) error {
		return st.CheckWebhook(WebhookAttributes{URL: "https://ci.example/{a}",
			Variables: map[string]string{"a": strings.Repeat("v", length)}})
	}
	for name, c := range map[string]struct {
		said func(int) error
		most int
	}{"timeout": {timeout, pastBuildTimeout - 1}, "deploy token": {token, maxVariableText},
		"variable": {with, maxWebhookValue}} {
		assert.NoError(t, c.said(c.most), name)
		assert.Error(t, c.said(c.most+1), name)
	}
	project := func(length int) error {
		_, err := st.CreateProject(NewProject{Name: "long", Path: strings.Repeat("a", length),
			In: Namespace{Group: shop.Group}, Creator: st.Users.Rows[0]})
		return err
	}
	assert.NoError(t, project(maxSegmentLength))
	assert.Error(t, project(maxSegmentLength+1))
	_, err := st.AddVariable("acme/shop", Variable{Key: "A", Value: "short", Masked: true})
	assert.ErrorContains(t, err, "letters, digits and")
	_, err = st.AddVariable("acme/shop", Variable{Key: "A", Value: "short", Masked: true, Raw: true})
	assert.ErrorContains(t, err, "no blanks")
	_, err = st.AddShare("acme", "acme/none", Role(7), time.Time{})
	assert.ErrorContains(t, err, "role")
	long := "refs/heads/" + strings.Repeat("a", 300) + "/x"
	err = st.CheckRefUpdate(shop, RefUpdate{long, repository.ZeroID, repository.ZeroID})
	assert.ErrorContains(t, err, fmt.Sprintf(reffLongPath, long, long))
}

// What a project that moves or is made brings with it is found there (app/services/projects/transfer_service.rb).
func TestWhatIsFoundOfNewAndMovedProjects(t *testing.T) {
	st, shop := ruled(t)
	_, err := st.AddGroup(Group{Path: "guild"}, nil)
	require.NoError(t, err)
	made, err := st.CreateProject(NewProject{Name: "Site", Path: "site", In: Namespace{Group: shop.Group},
		Creator: st.Users.Rows[0]})
	require.NoError(t, err)
	assert.Same(t, &made.RegistrationToken, st.registrationTokens[made.RegistrationToken])
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	before := st.QueueValueOf(r)
	require.NoError(t, st.TransferProject(made, Namespace{Group: st.GroupPaths["guild"]}))
	assert.NotEqual(t, before, st.QueueValueOf(r))
	same := newInvalid(attrNewNamespace, msgSameNamespace)
	assert.Equal(t, same, st.TransferProject(made, Namespace{Group: made.Group}))
	assert.Equal(t, []*Project{made}, made.Group.Projects)
	st.DeleteProject(made)
	assert.Empty(t, st.GroupPaths["guild"].Projects)
	below, err := st.AddGroup(Group{Path: "guild/below"}, nil)
	require.NoError(t, err)
	require.NoError(t, st.ChangeGroup(below, GroupChange{Name: &below.Name}), "the name is its own")
	st.DeleteGroup(below)
	assert.Empty(t, st.GroupPaths["guild"].Children)
}

// What a test says of an ID, and what a path may be, is looked at before it is looked up.
func TestNumbersOfRecords(t *testing.T) {
	st, shop := ruled(t)
	for text, want := range map[string]bool{"": false, "-": false, "-1": true, "07": true, "1a": false, "--1": false} {
		assert.Equal(t, want, IsNumber(text), "%q", text)
	}
	assert.Error(t, st.PinID(0, ""))
	assert.NoError(t, st.PinID(1, ""))
	assert.NoError(t, st.PinID(maxID, ""))
	p, err := st.AddPipeline(7, shop, PipelineFacts{Status: JobSuccess})
	require.NoError(t, err)
	s, err := st.AddStatus(p.ID, "", CommitStatus{ID: 55, Status: JobSuccess})
	require.NoError(t, err)
	next, err := st.AddStatus(p.ID, "", CommitStatus{Status: JobSuccess, Name: "other"})
	require.NoError(t, err)
	assert.Equal(t, []int{55, 1}, []int{s.ID, next.ID})
	assert.Empty(t, st.TryPipeline(NewPipeline{Project: shop, CI: "a: {script: x}"}).SHA, "the repository is empty")
}

// A seed's pipeline that has no place is told so, and not who may make it there.
func TestPipelinesWithoutAPlace(t *testing.T) {
	st, p, _ := withFiles(t, map[string]string{"a": "a"})
	st.around.MayRun = func(*State, NewPipeline) error { return errors.New("may not") }
	for ref, named := range map[string]string{"refs/heads/mian": `"mian"`, "mian": `"mian"`} {
		_, err := st.MakePipeline(NewPipeline{Project: p, CI: "a: {script: x}"},
			PipelineFacts{User: st.Users.Rows[0], Ref: ref})
		assert.ErrorContains(t, err, named)
		assert.NotContains(t, err.Error(), "may not")
	}
}
