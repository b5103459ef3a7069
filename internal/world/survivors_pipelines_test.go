package world

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// lib/gitlab/ci/pipeline/chain/helpers.rb: which refusals are stored as pipelines that failed, where that is asked for,
// and what these keep.
func TestPipelinesThatAreStoredAsFailed(t *testing.T) {
	const file, rights = "a: {script: x}", "Insufficient permissions to set pipeline variables"
	twice := []ci.JobVariable{{Key: "A"}, {Key: "A"}}
	bad := []ci.JobVariable{{Key: "A B"}}
	good := []ci.JobVariable{{Key: "A", Value: "1"}}
	noKey := "Failed to build pipeline variables: Validation failed: Key can contain only letters, digits and '_'."
	for name, c := range map[string]struct {
		version string
		n       NewPipeline
		said    string // of a pipeline that is stored, or of the refusal
		stored  bool
		keeps   []ci.JobVariable
	}{
		"no rights, before": {"16.0", NewPipeline{CI: file, Variables: good, VariablesRefused: rights}, rights, false, nil},
		"no rights":         {"17.2", NewPipeline{CI: file, Variables: good, VariablesRefused: rights}, rights, false, nil},
		"twice, before":     {"16.0", NewPipeline{CI: file, Variables: twice}, "Duplicate variable name: A", true, nil},
		"twice":             {"17.2", NewPipeline{CI: file, Variables: twice}, "Duplicate variable name: A", true, nil},
		"twice, of no ref, before": {"16.0", NewPipeline{Ref: "gone", Variables: twice}, "Duplicate variable name: A", false,
			nil},
		"twice, of no ref": {"17.2", NewPipeline{Ref: "gone", Variables: twice}, "Reference not found", false, nil},
		"no key":           {"18.6", NewPipeline{CI: file, Variables: bad}, noKey, true, nil},
		"no file":          {"17.2", NewPipeline{Variables: good}, msgMissingConfig, false, nil},
		"a wrong file": {"17.2", NewPipeline{CI: "a: {script: x, when: <b>R&D</b>}", Variables: good},
			"jobs:a when should be one of: on_success, on_failure, always, manual, delayed", true, good},
		"a tag in it": {"17.2", NewPipeline{CI: "<b>R&D</b>: 1", Variables: good},
			"jobs r&amp;d config should implement the script:, run:, or trigger: keyword", true, good},
		"a wrong file and no key": {"17.2", NewPipeline{CI: "a: 1", Variables: bad},
			"jobs a config should implement the script:, run:, or trigger: keyword", true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			st := versioned(t, c.version)
			p, err := st.AddProject(Project{Path: "acme/shop"}, nil)
			require.NoError(t, err)
			if c.n.CI == "" {
				commit(t, st, p, "Begin", map[string]string{"a": "a"}, PushOptions{Silent: true})
			}
			c.n.Project, c.n.User, c.n.SaveOnErrors = p, st.Users.Rows[0], true
			before := traces(st)
			made, err := st.CreatePipeline(c.n)
			if !c.stored {
				assert.Equal(t, newInvalid(attrBase, c.said), err)
				assert.Equal(t, before, traces(st))
				return
			}
			require.NoError(t, err)
			assert.Equal(t, []any{JobFailed, c.said}, []any{made.Status(), made.Facts().YAMLErrors})
			assert.Equal(t, c.keeps, made.Facts().Variables)
			assert.Empty(t, made.Jobs)
		})
	}
	st := versioned(t, "17.2")
	p, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	_, err = st.CreatePipeline(NewPipeline{Project: p, User: st.Users.Rows[0], CI: file, Variables: bad, SaveOnErrors: true})
	assert.Equal(t, &Invalid{[]AttributeProblem{{attrVariablesKey, "can contain only letters, digits and '_'."},
		{attrBase, msgNotBuilt}}}, err)
}

// A pipeline that is skipped keeps what it was given, and webhooks hear of it.
func TestSkippedPipelines(t *testing.T) {
	for _, variables := range [][]ci.JobVariable{{{Key: "A", Value: "1"}}, {{Key: "A B"}}} {
		st := versioned(t, "17.2")
		p, err := st.AddProject(Project{Path: "acme/shop"}, nil)
		require.NoError(t, err)
		told := &said{}
		TellWebhooks(st, told, func([]Notice) {})
		_, err = st.AddWebhook(Webhook{Project: p, WebhookAttributes: WebhookAttributes{URL: "http://hook.example.com",
			Events: map[string]bool{PipelineEvents: true}}}, WebhookState{})
		require.NoError(t, err)
		made, err := st.CreatePipeline(NewPipeline{Project: p, User: st.Users.Rows[0], CI: "a: {script: x}", Skip: true,
			Variables: variables})
		require.NoError(t, err)
		want := variables
		if variables[0].Key != "A" {
			want = nil
		}
		assert.Equal(t, []any{JobSkipped, want}, []any{made.Status(), made.Facts().Variables})
		assert.Equal(t, []string{"pipeline skipped"}, told.lines)
	}
}

// app/models/ci/pipeline.rb, INPUTS_LIMIT: as many are taken, and no more.
func TestHowManyInputsAPipelineTakes(t *testing.T) {
	st, shop := ruled(t)
	for n, want := range map[int]error{maxPipelineInputs: nil,
		maxPipelineInputs + 1: newInvalid(attrBase, "There cannot be more than 20 inputs")} {
		inputs, header := map[string]any{}, "spec:\n  inputs:\n"
		for i := range n {
			name := fmt.Sprint("i", i)
			inputs[name], header = "x", header+"    "+name+":\n"
		}
		_, err := st.CreatePipeline(NewPipeline{Project: shop, User: st.Users.Rows[0], Inputs: inputs,
			CI: header + "---\na: {script: x}"})
		if want == nil {
			require.NoError(t, err)
		} else {
			assert.Equal(t, want, err)
		}
	}
}

// What a pipeline that is taken back has left behind is nothing, down to the numbers.
func TestPipelinesAreTakenBack(t *testing.T) {
	st, shop := ruled(t)
	make := func() *Pipeline {
		p, err := st.CreatePipeline(NewPipeline{Project: shop, User: st.Users.Rows[0],
			CI: "a: {script: x, needs: [{project: acme/other, job: b, ref: main, artifacts: true}]}"})
		require.NoError(t, err)
		return p
	}
	Seeding(st, nil, nil, func() {
		before := traces(st)
		require.Error(t, Atomically(st, func() error {
			made := make()
			require.Len(t, made.Jobs[0].CrossPipelineNeeds, 1)
			assert.JSONEq(t, `{"project": "acme/other", "job": "b", "ref": "main", "artifacts": true}`,
				string(made.Jobs[0].CrossPipelineNeeds[0]))
			assert.Len(t, st.madeJobs, 1)
			return errors.New("the test")
		}))
		assert.Empty(t, st.madeJobs)
		assert.Equal(t, before, traces(st))
	})
	assert.Equal(t, firstPipelineID, make().ID)
	assert.Empty(t, st.madeJobs, "of which only a seed keeps a list")
}

// Who names a status of jobs that there is not is told which there are.
func TestStatusProblems(t *testing.T) {
	assert.Empty(t, StatusProblem("success"))
	assert.Equal(t, `"sucess" is no job status; did you mean "success"?`, StatusProblem("sucess"))
	assert.Equal(t, `"xyzzy" is no job status; there are `+strings.Join(WordsOf(JobStatuses...), ", "), StatusProblem("xyzzy"))
}

// A job of an earlier stage that comes to a pipeline keeps those of later ones waiting that have not begun.
func TestLateJobsOfEarlierStages(t *testing.T) {
	st, _, p, _ := moving(t, "a: {script: x}\nb: {script: x, stage: deploy}")
	Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[0], JobSuccess, "", nil)) })
	require.Equal(t, JobPending, p.Jobs[1].Status)
	add := func(name, stage string, index int, status JobStatus) *Job {
		j, err := st.AddJob(&Job{Project: p.Project(), User: st.Users.Rows[0], PipelineID: p.ID, Name: name, Stage: stage,
			StageIndex: index, Status: status})
		require.NoError(t, err)
		return j
	}
	var late, waits *Job
	Visit(st, func() { late, waits = add("late", "build", 1, JobPending), add("waits", "deploy", 3, JobCreated) })
	assert.Equal(t, JobCreated, waits.Status)
	Visit(st, func() { require.NoError(t, st.FinishJob(late, JobSuccess, "", nil)) })
	assert.Equal(t, JobPending, waits.Status)
}

// A job may need one that the file has behind it, or one that is not there.
func TestNeedsOfLaterJobs(t *testing.T) {
	st, _, p, _ := moving(t, "a: {script: x, needs: [b, {job: none, optional: true}]}\nb: {script: x, needs: [c]}\nc: {script: x}")
	for i, want := range [][]JobStatus{{JobCreated, JobCreated, JobPending}, {JobCreated, JobPending, JobSuccess},
		{JobPending, JobSuccess, JobSuccess}} {
		assert.Equal(t, want, []JobStatus{p.Jobs[0].Status, p.Jobs[1].Status, p.Jobs[2].Status})
		Visit(st, func() { require.NoError(t, st.FinishJob(p.Jobs[2-i], JobSuccess, "", nil)) })
	}
	assert.Equal(t, JobSuccess, p.Status())
}

// app/services/ci/create_pipeline_service.rb: a ref that is said to be a tag is none that is a branch alone, and a commit
// says who has made it.
func TestRefsOfNewPipelines(t *testing.T) {
	st, p, first := withFiles(t, map[string]string{".gitlab-ci.yml": "a: {script: x}"})
	for _, tag := range []string{"v1", "both"} {
		p.Repository.SetRef(repository.Tag(tag), first.ID)
	}
	p.Repository.SetRef(repository.Branch("both"), first.ID)
	for _, c := range []struct {
		ref string
		tag bool
		out string
	}{{"main", false, "branch main"}, {"main", true, MsgRefNotFound}, {"v1", false, "tag v1"}, {"v1", true, "tag v1"},
		{"both", true, "tag both"}, {"both", false, msgRefAmbiguous}, {"gone", false, MsgRefNotFound},
		{"refs/heads/both", false, "branch both"}, {"refs/tags/both", false, "tag both"},
		{"refs/tags/main", false, MsgRefNotFound}} {
		made, err := st.CreatePipeline(NewPipeline{Project: p, User: st.Users.Rows[0], Ref: c.ref, RefIsTag: c.tag})
		if err != nil {
			assert.Equal(t, newInvalid(attrBase, c.out), err, "%v", c)
			continue
		}
		f := made.Facts()
		assert.Equal(t, c.out, map[bool]string{true: "tag ", false: "branch "}[f.RefIsTag]+f.Ref, "%v", c)
		assert.Equal(t, []string{first.ID, first.Author.Name, first.Author.Email}, []string{f.Commit.SHA,
			f.Commit.AuthorName, f.Commit.AuthorEmail})
	}
}

// By which event a job goes on whose turn it is.
func TestHowJobsBegin(t *testing.T) {
	trigger := []byte(`{"project": "acme/other"}`)
	for want, jobs := range map[jobEvent][]*Job{
		eventEnqueue: {{Plan: &unplanned}, {Plan: &Plan{StartIn: time.Minute}}, {Plan: &Plan{When: "always"}},
			{EnqueueImmediately: true, Plan: &Plan{When: whenManual}}},
		eventSchedule: {{Plan: &Plan{When: whenDelayed, StartIn: time.Minute}}},
		eventActionize: {{Plan: &Plan{When: whenManual}}, {Plan: &Plan{When: whenManual, StartIn: time.Minute}},
			{Plan: &Plan{When: whenDelayed}}, {Plan: &Plan{When: whenDelayed, StartIn: time.Minute, Trigger: trigger}}},
	} {
		for i, j := range jobs {
			assert.Equal(t, want, j.begins(), i)
		}
	}
	for when, want := range map[string][]JobStatus{"": {JobSuccess, JobSkipped}, whenOnFailure: {JobFailed},
		whenAlways: {JobSuccess, JobFailed, JobSkipped}, "never": nil} {
		for _, previous := range []JobStatus{JobSuccess, JobFailed, JobSkipped, JobCanceled} {
			assert.Equal(t, slices.Contains(want, previous), (&Job{Plan: &Plan{When: when}}).startsAfter(previous), when)
		}
	}
}

// A job that comes in the place of one that is gone waits for what it needs, and not for what that needed.
func TestNeedsOfWhatIsGoneAreForgotten(t *testing.T) {
	f := newFlow()
	job := func(name string, needs ...string) *Job {
		j := &Job{Plan: &Plan{}, Name: name, Stage: "test", Status: JobCreated}
		j.Spec.Needs = []ci.Need{}
		for _, n := range needs {
			j.Spec.Needs = append(j.Spec.Needs, ci.Need{Job: n})
		}
		return j
	}
	for _, j := range []*Job{job("a"), job("b"), job("c", "a"), job("d", "a")} {
		f.latest(j.Name, j)
	}
	f.latest("c", nil)
	f.latest("c", job("c", "b"))
	c := f.nodes["c"]
	assert.Equal(t, []*node{f.nodes["b"]}, c.needs)
	assert.Equal(t, []*node{f.nodes["d"]}, f.nodes["a"].neededBy, "another one still needs it")
	assert.Equal(t, []*node{c}, f.nodes["b"].neededBy)
	assert.Equal(t, 1, c.needed.of(JobCreated))
}
