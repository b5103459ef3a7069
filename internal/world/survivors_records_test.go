package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// What is read of records, whose loss no other test noticed (internal/mutate).

// app/models/ci/build_dependencies.rb: what is needed without its artifacts hands none on.
func TestWhoseArtifactsAJobWants(t *testing.T) {
	yes, no := true, false
	wants := artifactsWanted(ci.JobSpec{Needs: []ci.Need{{Job: "a", Artifacts: &no}, {Job: "b", Artifacts: &yes},
		{Job: "c"}}})
	assert.Equal(t, []bool{false, true, true, false}, []bool{wants("a", true), wants("b", true), wants("c", false),
		wants("d", true)})
}

// A pipeline whose jobs were added alone was made with the first of them, and is what they and what is told of it are.
func TestPipelinesOfJobsAlone(t *testing.T) {
	st, shop := ruled(t)
	var p *Pipeline
	for i, name := range []string{"a", "b", "c"} {
		j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: name, Status: JobSuccess,
			CreatedAt: noon.Add(-[]time.Duration{2, 3, 1}[i] * time.Hour)})
		require.NoError(t, err)
		p = j.Pipeline
	}
	created, _, _ := p.Times()
	assert.Equal(t, noon.Add(-3*time.Hour), created)
	assert.Equal(t, JobSuccess, p.Status())
	_, err := st.AddStatus(7, "", CommitStatus{Status: JobFailed})
	require.NoError(t, err)
	assert.Equal(t, JobFailed, p.Status())
}

// A branch is not spoken of by the tag that is called the same.
func TestMessagesOfTags(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{"a": "a"})
	tag := repository.AnnotatedTag{Target: c.ID, TargetKind: repository.KindCommit, Name: "v1", Tagger: c.Author,
		Message: "First\n"}
	p.Repository.SetRef("refs/tags/v1", p.Repository.Add(tag.Object()))
	p.Repository.SetRef("refs/heads/v1", c.ID)
	for isTag, want := range map[bool]string{true: "First", false: ""} {
		made, err := st.AddPipeline(0, p, PipelineFacts{Ref: "v1", RefIsTag: isTag, Status: JobSuccess})
		require.NoError(t, err)
		assert.Equal(t, want, made.TagMessage())
	}
}

// lib/gitlab/data_builder/push.rb and app/services/git/base_hooks_service.rb: of a default branch that is made anew all
// commits are told.
func TestADefaultBranchThatIsMadeAgain(t *testing.T) {
	st, p, c, w := hearing(t, WebhookAttributes{})
	p.Repository.SetRef("refs/heads/side", c.ID)
	p.Repository.SetRef(p.Repository.Head(), repository.ZeroID)
	w.told = nil
	update := RefUpdate{p.Repository.Head(), repository.ZeroID, c.ID}
	require.NoError(t, st.PushRefs(p, nil, []RefUpdate{update}, PushOptions{}))
	require.Len(t, w.told, 1)
	assert.Equal(t, []*repository.Commit{c}, w.told[0].Commits)
}

// What a GitLab does not know yet it does not do.
func TestHiddenVariablesOfOldGitLabs(t *testing.T) {
	for version, want := range map[string]bool{"16.0": false, "18.5": true} {
		assert.Equal(t, want, versioned(t, version).ValueHidden(&Variable{Hidden: true}), version)
	}
	who, root := &User{ID: 1}, &User{ID: 2}
	assert.Same(t, who, (&Project{Creator: who, root: root}).firstAuthor())
	assert.Same(t, root, (&Project{root: root}).firstAuthor())
}

// What a draft says of the modes of resource groups: those that are none are told, what it leaves out stays or follows.
func TestModesOfDrafts(t *testing.T) {
	ps := checkProcessModes(map[string]ProcessMode{"": Unordered, "b": "oldest", "c": NewestFirst})
	require.Len(t, ps, 2)
	assert.Equal(t, "a resource group has a key", ps[0].Text)
	assert.Contains(t, ps[1].Text, `did you mean "oldest_first"?`)
	assert.Equal(t, "resource_groups.b", ps[1].Field)
	assert.Len(t, checkProcessModes(map[string]ProcessMode{"a": ""}), 1)
	was := &Project{ProcessModes: map[string]ProcessMode{"new": Unordered, "own": NewestFirst, "said": OldestFirst, "more": NewestFirst}}
	assert.Equal(t, map[string]string{"own": "newest_first", "said": "oldest_first", "more": "newest_first"},
		was.OwnProcessModes())
	in := &Project{ProcessModes: map[string]ProcessMode{"said": NewestReadyFirst},
		Attributes: map[string]string{attrProcessMode: string(OldestFirst)}}
	assert.Equal(t, map[string]ProcessMode{"new": Unordered, "own": OldestFirst, "more": OldestFirst,
		"said": NewestReadyFirst}, was.processModesAfter(in))
	waits := &Job{Status: JobWaitingForResource}
	assert.Equal(t, []*Job{waits}, (&ResourceGroup{jobs: []*Job{{Status: JobCreated}, waits}}).Waiting())
}

// A pipeline of jobs alone began with the first that did and ended with the last, once all are over; time in which
// several ran is counted once (lib/gitlab/ci/pipeline/duration.rb). One that moves by itself notes when it did.
func TestTimesOfPipelinesAreThoseOfJobs(t *testing.T) {
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	st, shop := ruled(t)
	for i, times := range [][2]int{{10, 20}, {2, 8}, {4, 6}, {15, 22}, {}} {
		status := map[bool]JobStatus{true: JobSuccess, false: JobSkipped}[times[0] > 0]
		j, err := st.AddJob(&Job{Project: shop, PipelineID: 7, Name: string(rune('a' + i)), Status: status})
		require.NoError(t, err)
		if j.StartedAt, j.FinishedAt = (time.Time{}), noon; times[0] > 0 {
			j.StartedAt, j.FinishedAt = at(times[0]), at(times[1])
		}
	}
	p := shop.Pipelines()[0]
	created, started, finished := p.Times()
	assert.Equal(t, []time.Time{noon, at(2), at(22)}, []time.Time{created, started, finished})
	assert.Equal(t, 18*time.Minute, p.Busy(at(99)))
	p.facts = &PipelineFacts{CreatedAt: at(-1), StartedAt: at(1), FinishedAt: at(30)}
	created, started, finished = p.Times()
	assert.Equal(t, []time.Time{at(-1), at(1), at(30)}, []time.Time{created, started, finished})
}

// app/models/concerns/has_environment_scope.rb: what is for all environments comes first, however new it is.
func TestVariablesForAllEnvironmentsComeFirst(t *testing.T) {
	some, all, own := &Variable{Scope: "pro*"}, &Variable{Scope: Everywhere}, &Variable{Scope: "production"}
	assert.Equal(t, []*Variable{all, some, own}, OnEnvironment([]*Variable{own, some, all}, "production"))
	assert.Equal(t, []*Variable{all}, OnEnvironment([]*Variable{own, some, all}, ""))
}

// app/services/gravatar_service.rb: the address counts in lower case.
func TestAvatars(t *testing.T) {
	const before, behind = "https://www.gravatar.com/avatar/", "?s=80&d=identicon"
	for version, sum := range map[string]string{"16.0": "b58996c504c5638798eb6b511e6f49af",
		"18.0": "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514"} {
		assert.Equal(t, before+sum+behind, versioned(t, version).AvatarURL("User@Example.com"), version)
	}
}

// What numbers were given that nobody has any more, and which ids there are, is told for the next world.
func TestNumbersOfWhatIsGone(t *testing.T) {
	deployed := &deploying{lastIID: 3, deployments: []*Deployment{{IID: 1}, {IID: 3}}}
	assert.Zero(t, deployed.GivenIID())
	deployed.deployments = deployed.deployments[:1]
	assert.Equal(t, 3, deployed.GivenIID())
	st, shop := ruled(t)
	assert.Equal(t, shop.Group.ID, shop.NamespaceID())
	root := st.UserNames[RootUsername]
	root.ID = 42
	assert.Equal(t, 42, (&Project{Owner: root}).NamespaceID())
	gifts := ScheduleGifts{Variables: []ci.JobVariable{{Key: "A"}, {Key: "B"}}, IDs: map[string]int{"A": 30000000, "B": 40000000}}
	s, err := st.AddSchedule("acme/shop", "", PipelineSchedule{Cron: "0 1 * * *"}, gifts)
	require.NoError(t, err)
	assert.Equal(t, gifts.IDs, s.VariableIDs())
	require.NoError(t, st.SetScheduleVariable(s, nil, ci.JobVariable{Key: "C"}))
	assert.Equal(t, 40000001, s.VariableIDs()["C"])
}

// A job that needs one of its own name, as only a seed has it, gets nothing of itself.
func TestJobsThatNeedThemselves(t *testing.T) {
	st, shop := ruled(t)
	plan := NewPlan(Plan{Spec: ci.JobSpec{Needs: []ci.Need{{Job: "a"}}}})
	for _, name := range []string{"a", "b"} {
		_, err := st.AddJob(&Job{Project: shop, PipelineID: 7, Name: name, Plan: plan, Status: JobSuccess})
		require.NoError(t, err)
	}
	p := shop.Pipelines()[0]
	assert.Empty(t, p.Jobs[0].Dependencies())
	assert.Equal(t, p.Jobs[:1], p.Jobs[1].Dependencies())
	p.Jobs[1].Plan = NewPlan(Plan{Spec: ci.JobSpec{Needs: []ci.Need{{Job: "unknown"}}}})
	assert.Empty(t, p.Jobs[1].Dependencies())
	assert.Equal(t, p.Jobs[0].NextChange(), p.Jobs[0].NextChange(), "all who wait for it are woken")
	assert.Equal(t, JobPreparing, StatusOf([]*Job{{Status: JobPreparing}, {Status: JobSuccess}}))
	assert.Equal(t, JobPreparing, StatusOf([]*Job{{Status: JobPreparing}}))
	assert.Equal(t, JobSkipped, StatusOf(nil), "of no jobs")
}

// The stages of jobs that were added alone have these, and the status that they have together.
func TestStagesOfJobsThatWereAddedAlone(t *testing.T) {
	st, shop := ruled(t)
	var p *Pipeline
	for index, status := range []JobStatus{JobRunning, JobSuccess, JobSuccess} {
		j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: string(rune('a' + index)),
			Stage: []string{"test", "test", "build"}[index], StageIndex: 2 - index/2, Status: status})
		require.NoError(t, err)
		p = j.Pipeline
	}
	assert.Equal(t, []Stage{{Name: "build", Index: 1, Status: JobSuccess, Jobs: p.Jobs[2:]},
		{Name: "test", Index: 2, Status: JobRunning, Jobs: p.Jobs[:2]}}, p.Stages())
	assert.Equal(t, "FinishJob(9, ...)", st.nextMove(&Job{ID: 9, Status: JobCanceling}, map[*Job]bool{}))
}

// app/models/project.rb, ci_variables_for: without an environment a variable is given that is for all, and no other pattern.
func TestVariablesWithoutAnEnvironment(t *testing.T) {
	level := []*Variable{{Key: "A", Scope: "**"}, {Key: "A", Scope: Everywhere}}
	assert.Equal(t, level[1:], OnEnvironment(level, ""))
	assert.Equal(t, []*Variable{level[1], level[0]}, OnEnvironment(level, "review"))
}
