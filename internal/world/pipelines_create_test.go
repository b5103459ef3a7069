package world

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// withFiles is a project whose repository has files, and their first commit.
func withFiles(t *testing.T, files map[string]string) (*State, *Project, *repository.Commit) {
	t.Helper()
	st, p := emptyWorld(t)
	return st, p, commit(t, st, p, "Begin", files, PushOptions{Silent: true})
}

func commit(t *testing.T, st *State, p *Project, message string, files map[string]string, o PushOptions) *repository.Commit {
	t.Helper()
	writes := map[string]repository.Write{}
	for path, content := range files {
		writes[path] = repository.Write{Content: []byte(content)}
	}
	c, err := st.Commit(p, st.Users.Rows[0], CommitDraft{Branch: "main", Message: message, Writes: writes}, o)
	require.NoError(t, err)
	return c
}

// The example is of spec/services/ci/create_pipeline_service/environment_spec.rb, variables dependent on stage name.
func TestRulesSeeVariablesOfTheirEnvironment(t *testing.T) {
	st, p, _ := withFiles(t, map[string]string{".gitlab-ci.yml": `
review-1: {stage: deploy, script: x, environment: test/$CI_JOB_STAGE/1, rules: [{if: $SCOPED == "one"}]}
review-2: {stage: deploy, script: x, environment: test/$CI_JOB_STAGE/2, rules: [{if: $SCOPED == "two"}], tags: [$SCOPED]}
review-3: {stage: deploy, script: x, environment: other, rules: [{if: $SCOPED == "one"}], tags: [$SCOPED]}
`})
	for scope, value := range map[string]string{"*": "one", "test/deploy/*": "two"} {
		_, err := st.AddVariable(p.Path, Variable{Key: "SCOPED", Value: value, Scope: scope})
		require.NoError(t, err)
	}
	made, err := st.CreatePipeline(NewPipeline{Project: p, User: st.Users.Rows[0]})
	require.NoError(t, err)
	var said []string
	for _, j := range made.Jobs {
		said = append(said, fmt.Sprint(j.Name, j.Tags))
	}
	assert.Equal(t, []string{"review-2[two]", "review-3[one]"}, said)
}

// All names of environments of one pipeline together have as much room as its other texts have: once 128 jobs have had
// theirs, with 128 KB each, there is none left, and the reference stays.
func TestNamesOfEnvironmentsShareTheRoom(t *testing.T) {
	st, p, _ := withFiles(t, map[string]string{".gitlab-ci.yml": `
ship: {script: x, parallel: 200, variables: {A: ` + strings.Repeat("a", 64<<10) + `}, environment: $A$A}
`})
	made, err := st.CreatePipeline(NewPipeline{Project: p, User: st.Users.Rows[0]})
	require.NoError(t, err)
	refused := Filtered(made.Jobs, func(j *Job) bool { return j.FailureReason == environmentCreationFailure })
	assert.Len(t, refused, 128)
	assert.Equal(t, "$A$A", made.Jobs[199].EnvironmentName)
	assert.Zero(t, st.making)
}

const twoStages = `
compile: {stage: build, script: make, retry: 1, interruptible: true, timeout: 10 minutes, tags: [linux]}
check: {stage: test, script: make check, needs: [compile], resource_group: db, allow_failure: true, variables: {A: b}}
ship: {stage: deploy, script: make ship, when: delayed, start_in: 1 hour, environment: prod}
`

func TestCreatePipelineOfTheRepositorysFile(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{".gitlab-ci.yml": twoStages})
	root := st.Users.Rows[0]
	made, err := st.CreatePipeline(NewPipeline{Project: p, User: root, Source: SourceAPI,
		Variables: []ci.JobVariable{{Key: "K", Value: "v"}}})
	require.NoError(t, err)
	assert.Equal(t, JobCreated, made.Status(), "nothing has moved yet")
	assert.Equal(t, gitRef{"main", false}, made.ref())
	assert.Equal(t, c.ID, made.Commit().SHA)
	assert.Equal(t, "Begin", made.Commit().Title)
	assert.Equal(t, SourceAPI, made.Source())
	assert.Equal(t, root, made.User())
	assert.Equal(t, []ci.JobVariable{{Key: "K", Value: "v"}}, made.Facts().Variables)
	assert.Equal(t, 1, made.IID())
	var said []string
	for _, j := range made.Jobs {
		said = append(said, fmt.Sprint(j.Name, " ", j.Stage, " ", j.StageIndex, " ", j.Status, " ", j.When, " ", j.StartIn,
			" ", j.AllowFailure, " ", j.Spec.Retry.Max, " ", j.ResourceGroup, " ", j.Spec.Timeout, " ", j.Tags, " ",
			j.interruptible(), " ", j.Spec.Environment.Name, " ", len(j.Spec.Needs), " ", j.Manual))
	}
	assert.Equal(t, []string{
		"compile build 1 created on_success 0s false 1  10m0s [linux] true  0 false",
		"check test 2 created on_success 0s true 0 db 0s [] false  1 false",
		"ship deploy 3 created delayed 1h0m0s false 0  0s [] false prod 0 true",
	}, said)
	st.MovePipelines()
	assert.Equal(t, JobPending, made.Status())
	assert.Equal(t, JobPending, made.Jobs[0].Status)
}

// lib/gitlab/ci/pipeline/chain: what keeps a pipeline from being made, in its order.
func TestCreatePipelineRefuses(t *testing.T) {
	const filtered = "Pipeline filtered out by workflow rules."
	for name, c := range map[string]struct {
		n     NewPipeline
		files map[string]string
		want  string
	}{
		"no file":           {want: "Missing CI config file", files: map[string]string{"a": ""}},
		"no content":        {want: "Local file `.gitlab-ci.yml` is empty!", files: map[string]string{".gitlab-ci.yml": " "}},
		"an empty file":     {want: "Missing CI config file", files: map[string]string{".gitlab-ci.yml": ""}},
		"no text":           {want: "Please provide content of .gitlab-ci.yml", n: NewPipeline{CI: " "}},
		"no repository":     {want: "Reference not found"},
		"no such ref":       {want: "Reference not found", files: map[string]string{"a": ""}, n: NewPipeline{Ref: "topic"}},
		"no such full ref":  {want: "Reference not found", files: map[string]string{"a": ""}, n: NewPipeline{Ref: "refs/tags/v1"}},
		"no such commit":    {want: "Commit not found", files: map[string]string{"a": ""}, n: NewPipeline{Commit: Commit{SHA: strings.Repeat("a", 40)}}},
		"the first error":   {want: "jobs a config should implement the script:, run:, or trigger: keyword", n: NewPipeline{CI: "a: {}\nb: {}\nc: {script: x}\n"}},
		"workflow":          {want: filtered, n: NewPipeline{CI: "workflow: {rules: [{when: never}]}\na: {script: x}\n"}},
		"nothing left":      {want: "Pipeline will not run for the selected trigger. The rules configuration prevented any jobs from being added to the pipeline.", n: NewPipeline{CI: "a: {script: x, rules: [{when: never}]}\n"}},
		"one variable":      {want: "Duplicate variable name: A", n: NewPipeline{CI: "a: {script: x}", Variables: []ci.JobVariable{{Key: "A"}, {Key: "A"}}}},
		"several variables": {want: "Duplicate variable names: B, A", n: NewPipeline{CI: "a: {script: x}", Variables: []ci.JobVariable{{Key: "A"}, {Key: "B"}, {Key: "B"}, {Key: "A"}, {Key: "A"}}}},
		"twice, stripped":   {want: "Duplicate variable name: A", n: NewPipeline{CI: "a: {script: x}", Variables: []ci.JobVariable{{Key: "A"}, {Key: "A "}}}},
		"missing need":      {want: "'a' job needs 'b' job, but 'b' does not exist in the pipeline. This might be because of the only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional.", n: NewPipeline{CI: "a: {script: x, needs: [b]}\nb: {script: x, rules: [{when: never}]}\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			st, p := emptyWorld(t)
			if c.files != nil {
				commit(t, st, p, "Begin", c.files, PushOptions{Silent: true})
			}
			before := traces(st)
			c.n.Project, c.n.User = p, st.Users.Rows[0]
			_, err := st.CreatePipeline(c.n)
			var invalid *Invalid
			require.ErrorAs(t, err, &invalid)
			assert.Equal(t, []AttributeProblem{{"base", c.want}}, invalid.Problems)
			assert.Equal(t, before, traces(st))
			assert.Empty(t, st.chores)
		})
	}
}

func TestCreatePipelineWhereBuildsAreDisabled(t *testing.T) {
	st, _ := emptyWorld(t)
	p, err := st.AddProject(Project{Path: "acme/quiet", Attributes: map[string]string{AttrBuildsAccess: FeatureDisabled}}, nil)
	require.NoError(t, err)
	_, err = st.CreatePipeline(NewPipeline{Project: p, CI: "a: {script: x}"})
	assert.EqualError(t, err, "Pipelines are disabled!")
}

// A ref that a branch and a tag have is ambiguous, unless it is said which is meant.
func TestCreatePipelineOfBranchesAndTags(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{".gitlab-ci.yml": "a: {script: x}"})
	for _, ref := range []string{"refs/tags/main", "refs/tags/v1"} {
		require.NoError(t, st.PushRefs(p, nil, []RefUpdate{{ref, repository.ZeroID, c.ID}}, PushOptions{Silent: true}))
	}
	_, err := st.CreatePipeline(NewPipeline{Project: p, Ref: "main"})
	assert.EqualError(t, err, "Ref is ambiguous")
	for ref, tag := range map[string]bool{"v1": true, "refs/heads/main": false, "refs/tags/main": true} {
		made, err := st.CreatePipeline(NewPipeline{Project: p, Ref: ref})
		require.NoError(t, err)
		assert.Equal(t, tag, made.RefIsTag(), ref)
	}
	made, err := st.CreatePipeline(NewPipeline{Project: p, Ref: "main", RefIsTag: true})
	require.NoError(t, err)
	assert.True(t, made.RefIsTag())
	_, err = st.CreatePipeline(NewPipeline{Project: p, Ref: "v2", RefIsTag: true})
	assert.EqualError(t, err, "Reference not found")
}

func TestPushesMakePipelines(t *testing.T) {
	st, p, first := withFiles(t, map[string]string{".gitlab-ci.yml": `
docs: {script: x, rules: [{changes: [docs/**]}]}
code: {script: x, rules: [{changes: [src/**]}]}
since: {script: x, rules: [{changes: {paths: [docs/**], compare_to: v1}}]}
local: {script: x, rules: [{exists: [src/main.go]}]}
`, "src/main.go": "package main"})
	require.NoError(t, st.PushRefs(p, nil, []RefUpdate{{"refs/tags/v1", repository.ZeroID, first.ID}}, PushOptions{Silent: true}))
	assert.Empty(t, p.Pipelines())
	names := func() (all []string) {
		last := p.Pipelines()[len(p.Pipelines())-1]
		for _, j := range last.Jobs {
			all = append(all, j.Name)
		}
		return all
	}
	commit(t, st, p, "Write docs", map[string]string{"docs/a.md": "a"}, PushOptions{})
	assert.Equal(t, []string{"docs", "since", "local"}, names())
	second := p.Pipelines()[0]
	assert.Equal(t, first.ID, second.Commit().BeforeSHA)
	commit(t, st, p, "Change code", map[string]string{"src/main.go": "package x"},
		PushOptions{Variables: map[string]string{"B": "2", "A": "1"}})
	assert.Equal(t, []string{"code", "since", "local"}, names())
	assert.Equal(t, []ci.JobVariable{{Key: "A", Value: "1"}, {Key: "B", Value: "2"}}, p.Pipelines()[1].Facts().Variables)

	for i, c := range []struct {
		message string
		o       PushOptions
	}{{"Skip this [skip ci]", PushOptions{}}, {"And [CI-Skip] this", PushOptions{}}, {"Skip", PushOptions{SkipCI: true}}} {
		commit(t, st, p, c.message, map[string]string{"src/main.go": fmt.Sprint(i)}, c.o)
		last := p.Pipelines()[2+i]
		assert.Equal(t, JobSkipped, last.Status(), c.message)
		assert.Empty(t, last.Jobs)
	}
	broken := commit(t, st, p, "Break it", map[string]string{".gitlab-ci.yml": "stages: 7\n"}, PushOptions{})
	last := p.Pipelines()[len(p.Pipelines())-1]
	assert.Equal(t, JobFailed, last.Status())
	assert.Equal(t, broken.ID, last.Commit().SHA)
	assert.Contains(t, last.Facts().YAMLErrors, "stages config should be an array of strings")
	count := len(p.Pipelines())
	commit(t, st, p, "None", map[string]string{".gitlab-ci.yml": "workflow: {rules: [{when: never}]}\na: {script: x}"}, PushOptions{})
	assert.Len(t, p.Pipelines(), count)
}

// A push makes pipelines for those branches and tags that are among the first four of its refs, the branches first.
func TestPushesOfManyRefs(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{".gitlab-ci.yml": "a: {script: x}"})
	updates := []RefUpdate{{"refs/notes/a", repository.ZeroID, c.ID}}
	for i := range 6 {
		updates = append(updates, RefUpdate{fmt.Sprint("refs/tags/t", i), repository.ZeroID, c.ID},
			RefUpdate{fmt.Sprint("refs/heads/b", i), repository.ZeroID, c.ID})
	}
	require.NoError(t, st.PushRefs(p, nil, updates, PushOptions{}))
	var refs []string
	for _, made := range p.Pipelines() {
		refs = append(refs, made.Ref())
	}
	assert.Equal(t, []string{"b0", "t0", "t1"}, refs)
	require.NoError(t, st.PushRefs(p, nil, []RefUpdate{{"refs/heads/b0", c.ID, repository.ZeroID}}, PushOptions{}))
	assert.Len(t, p.Pipelines(), 3, "a branch that goes makes none")
}

// Webhooks are told of three branches that a push makes and of three that it moves, and of none of four
// (app/services/git/process_ref_changes_service.rb, group_changes_by_action). What follows comes in that order.
func TestPushedRefsAreGrouped(t *testing.T) {
	zero, a, b := repository.ZeroID, "a", "b"
	var updates []RefUpdate
	for i := range 3 {
		updates = append(updates, RefUpdate{fmt.Sprint("refs/heads/moved", i), a, b}, RefUpdate{fmt.Sprint("refs/tags/made", i), zero, a},
			RefUpdate{fmt.Sprint("refs/heads/gone", i), a, zero}, RefUpdate{fmt.Sprint("refs/heads/made", i), zero, a},
			RefUpdate{fmt.Sprint("refs/notes/", i), zero, a})
	}
	var said []string
	for _, alike := range groupPushed(updates) {
		line := ""
		for _, u := range alike {
			line += fmt.Sprint(" ", u.Ref, ":", u.index)
		}
		said = append(said, line)
	}
	assert.Equal(t, []string{" refs/heads/moved0:0 refs/heads/moved1:5 refs/heads/moved2:10",
		" refs/heads/gone0:2 refs/heads/gone1:7 refs/heads/gone2:12",
		" refs/heads/made0:3 refs/heads/made1:8 refs/heads/made2:13",
		" refs/tags/made0:1 refs/tags/made1:6 refs/tags/made2:11"}, said)
}

// Rules see what is predefined, and the variables of the settings as far as the ref may have them.
func TestRulesSeeVariables(t *testing.T) {
	st, p, _ := withFiles(t, map[string]string{".gitlab-ci.yml": `
shown: {script: x, rules: [{if: '$SECRET == "s" && $MINE == "root" && $CI_PROJECT_PATH == "acme/shop"'}]}
by: {script: x, rules: [{if: '$GITLAB_USER_LOGIN == "root" && $CI_PIPELINE_IID == "1" && $CI_COMMIT_TITLE == "Begin"'}]}
wins: {script: x, variables: {W: yaml}, rules: [{if: '$W == "pipeline"'}]}
`})
	for _, v := range []Variable{{Key: "SECRET", Value: "s", Protected: true}, {Key: "MINE", Value: "root"},
		{Key: "W", Value: "project"}} {
		_, err := st.AddVariable("acme/shop", v)
		require.NoError(t, err)
	}
	create := func() (names []string) {
		made, err := st.CreatePipeline(NewPipeline{Project: p, User: st.Users.Rows[0],
			Variables: []ci.JobVariable{{Key: "W", Value: "pipeline"}}})
		require.NoError(t, err)
		for _, j := range made.Jobs {
			names = append(names, j.Name)
		}
		st.DeletePipeline(made)
		return names
	}
	assert.Equal(t, []string{"by", "wins"}, create(), "the ref is not protected")
	_, err := st.ProtectRef(ProtectedRef{Project: p, Name: "main", Push: MaintainersUp, Merge: MaintainersUp})
	require.NoError(t, err)
	assert.Equal(t, []string{"shown", "wins"}, create(), "an IID is not given twice")
}

func TestPipelinesLeaveNoTrace(t *testing.T) {
	st, p, _ := withFiles(t, map[string]string{".gitlab-ci.yml": twoStages})
	before := traces(st)
	require.Error(t, Atomically(st, func() error {
		made, err := st.CreatePipeline(NewPipeline{Project: p, User: st.Users.Rows[0]})
		require.NoError(t, err)
		st.MovePipelines()
		assert.Equal(t, JobCreated, made.Status(), "what is taken back does not move")
		return assert.AnError
	}))
	assert.Equal(t, before, traces(st))
	assert.Empty(t, st.chores)
	assert.Empty(t, st.left)
	assert.Empty(t, st.resourceGroups)
	assert.Empty(t, st.delayed)

	made, err := st.CreatePipeline(NewPipeline{Project: p, User: st.Users.Rows[0]})
	require.NoError(t, err)
	st.MovePipelines()
	require.NoError(t, st.FinishJob(made.Jobs[0], JobSuccess, "", nil))
	st.MovePipelines()
	require.Equal(t, made.Jobs[1], st.ResourceGroup(p, "db").Holder())
	st.DeletePipeline(made)
	assert.Nil(t, st.PipelineByID(made.ID))
	assert.Empty(t, p.Pipelines())
	assert.Empty(t, p.Jobs)
	assert.Nil(t, st.ResourceGroup(p, "db").Holder())
	assert.True(t, st.Queue.Empty())
	st.MovePipelines()

	again, err := st.CreatePipeline(NewPipeline{Project: p, User: st.Users.Rows[0]})
	require.NoError(t, err)
	assert.Equal(t, 2, again.IID())
	st.DeleteProject(p)
	st.MovePipelines()
	assert.Nil(t, st.PipelineByID(again.ID))
	assert.Empty(t, st.resourceGroups)
	assert.Empty(t, st.Jobs.Rows)
}

// The jobs of a user who goes fail, and the pipeline with them; others' names stay.
func TestPipelinesOfADeletedUser(t *testing.T) {
	st, p, _ := withFiles(t, map[string]string{".gitlab-ci.yml": twoStages})
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	made, err := st.CreatePipeline(NewPipeline{Project: p, User: mia})
	require.NoError(t, err)
	st.MovePipelines()
	require.NoError(t, st.DeleteUser(mia))
	st.MovePipelines()
	assert.Equal(t, GhostUsername, made.User().Username)
	assert.Equal(t, JobFailed, made.Status())
	for _, j := range made.Jobs {
		assert.Equal(t, JobFailed, j.Status, j.Name)
	}
}

// A pipeline as it is in a seed goes on from there.
func TestAddPipeline(t *testing.T) {
	st, p := emptyWorld(t)
	root := st.Users.Rows[0]
	started := st.Now().Add(-time.Hour)
	_, err := st.AddPipeline(7, p, PipelineFacts{Source: "pull", Commit: Commit{SHA: "x"}})
	assert.ErrorContains(t, err, "pull")
	made, err := st.AddPipeline(7, p, PipelineFacts{Ref: "main", User: root})
	require.NoError(t, err)
	_, err = st.AddPipeline(7, p, PipelineFacts{})
	assert.ErrorContains(t, err, "there is a pipeline 7 already")
	for _, j := range []Job{
		{Name: "compile", Stage: "build", StageIndex: 1, Status: JobSuccess, StartedAt: started, FinishedAt: started.Add(time.Minute)},
		{Name: "check", Stage: "test", StageIndex: 2, Status: JobPending},
		{Name: "ship", Stage: "deploy", StageIndex: 3, Status: JobCreated, Plan: NewPlan(Plan{When: whenManual})},
	} {
		j.Project, j.User, j.PipelineID = p, root, 7
		_, err = st.AddJob(&j)
		require.NoError(t, err)
	}
	st.MovePipelines()
	assert.Equal(t, JobRunning, made.Status())
	assert.Equal(t, started, made.Facts().StartedAt)
	require.NoError(t, st.FinishJob(made.Jobs[1], JobSuccess, "", nil))
	st.MovePipelines()
	assert.Equal(t, JobManual, made.Jobs[2].Status)
}
