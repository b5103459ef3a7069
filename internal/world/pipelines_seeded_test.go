package world

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
)

// What a seed says wrongly of a pipeline is told, and what is right of it is not.
func TestPipelinesOfSeedsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		f    PipelineFacts
		want string
	}{
		"nothing":              {PipelineFacts{}, ""},
		"no sha":               {PipelineFacts{Commit: Commit{SHA: "abc"}}, "is no commit SHA"},
		"no sha before":        {PipelineFacts{Commit: Commit{BeforeSHA: "abc"}}, "is no commit SHA"},
		"a file in vain":       {PipelineFacts{YAMLErrors: "bad"}, ""},
		"failed by its file":   {PipelineFacts{YAMLErrors: "bad", Status: JobFailed}, ""},
		"passed by its file":   {PipelineFacts{YAMLErrors: "bad", Status: JobSuccess}, errFailedByFile.Error()},
		"cancels all":          {PipelineFacts{AutoCancel: ci.AutoCancel{OnJobFailure: "all", OnNewCommit: "none"}}, ""},
		"cancels some":         {PipelineFacts{AutoCancel: ci.AutoCancel{OnJobFailure: "some"}}, "unknown word of auto_cancel"},
		"cancels others":       {PipelineFacts{AutoCancel: ci.AutoCancel{OnNewCommit: "all"}}, "unknown word of auto_cancel"},
		"a variable of no key": {PipelineFacts{Variables: []ci.JobVariable{{Key: "not a key"}}}, `the key "not a key"`},
	} {
		st, shop := ruled(t)
		if p, err := st.AddPipeline(7, shop, c.f); c.want != "" {
			assert.ErrorContains(t, err, c.want, name)
		} else if assert.NoError(t, err, name) && c.f.YAMLErrors != "" {
			assert.Equal(t, JobFailed, p.Status())
		}
	}
}

// A seed's pipeline is made where there is a file, or a text in its place; of a name that is not there the nearest is told
// that is of its kind.
func TestPlacesOfSeededPipelines(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{"a": "a"})
	for _, ref := range []string{"refs/tags/v1", "refs/heads/v2-next", "refs/notes/v2"} {
		p.Repository.SetRef(ref, c.ID)
	}
	const file = "a: {script: x}"
	for name, at := range map[string]struct {
		n    NewPipeline
		want string
	}{
		"no file":          {NewPipeline{}, "Missing CI config file"},
		"a text":           {NewPipeline{CI: file}, ""},
		"no commit":        {NewPipeline{CI: file, Commit: Commit{SHA: strings.Repeat("1", 40)}}, "has no commit"},
		"no tag":           {NewPipeline{CI: file, Ref: "v2", RefIsTag: true}, `"v1"`},
		"nothing like it":  {NewPipeline{CI: file, Ref: "another"}, "known are main, v2-next, v1"},
		"no branch or tag": {NewPipeline{CI: file, Ref: "v2-nxt"}, `"v2-next"`},
	} {
		at.n.Project = p
		if ps := st.misplaced(at.n); at.want == "" {
			assert.Empty(t, ps, name)
		} else if assert.ErrorContains(t, ps.err(), at.want, name) {
			assert.NotContains(t, ps.err().Error(), map[bool]string{true: "v2-next", false: "notes"}[at.n.RefIsTag], name)
		}
	}
}

// lib/ci/pipeline_creation/inputs.rb; lib/gitlab/ci/pipeline/chain/skip.rb and populate.rb.
func TestWhatNewPipelinesAreGiven(t *testing.T) {
	for text, want := range map[string]any{"x": "x", "true": true, `"5"`: "5", "": "", "[": "["} {
		assert.Equal(t, want, InputOf(text))
	}
	st, p, _ := withFiles(t, map[string]string{".gitlab-ci.yml": "a: {script: x}"})
	root := st.Users.Rows[0]
	made, err := st.CreatePipeline(NewPipeline{Project: p, User: root, Skip: true})
	require.NoError(t, err)
	assert.Equal(t, JobSkipped, made.Status())
	_, err = st.CreatePipeline(NewPipeline{Project: p, User: root, Variables: []ci.JobVariable{{Key: "not a key"}}})
	assert.ErrorContains(t, err, msgVariableKey)
	made, err = st.CreatePipeline(NewPipeline{Project: p, User: root, CI: "include: /.gitlab-ci.yml\nb: {script: x}"})
	require.NoError(t, err)
	assert.Len(t, made.Jobs, 2, "a text is not the file that it includes")
	_, err = st.CreatePipeline(NewPipeline{Project: p, User: root, CI: "a: ["})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), ".gitlab-ci.yml")
	assert.Len(t, p.Pipelines(), 2)
}

// app/services/ci/pipeline_processing/atomic_processing_service.rb: what goes on at one time does so in the order of the
// file, and those that are needed before those that need them.
func TestJobsGoOnInTheirOrder(t *testing.T) {
	st, _, p, r := moving(t, `
one: {stage: build, script: x}
two: {stage: build, script: x}
three: {stage: build, script: x}
last: {stage: deploy, script: x, needs: [three]}
third: {stage: test, script: x, needs: [three]}
second: {stage: test, script: x, needs: [two]}
first: {stage: test, script: x, needs: [one]}
`)
	_, err := st.AddWebhook(Webhook{Project: p.project, WebhookAttributes: WebhookAttributes{URL: "https://x",
		Events: map[string]bool{JobEvents: true}}}, WebhookState{})
	require.NoError(t, err)
	for _, j := range p.Jobs[:3] {
		require.NoError(t, st.StartJob(j, r, nil, false))
	}
	w := &said{}
	TellWebhooks(st, w, func([]Notice) {})
	for _, i := range []int{2, 0, 1} {
		require.NoError(t, st.FinishJob(p.Jobs[i], JobSuccess, "", nil))
	}
	w.lines = nil
	Visit(st, func() {})
	assert.Equal(t, []string{"third pending", "second pending", "first pending", "last pending"}, w.lines)
	_, err = st.CreatePipeline(NewPipeline{Project: p.project, User: p.User(),
		CI: "needing: {script: x, needs: [needed]}\nbetween: {script: x}\nneeded: {script: x}"})
	require.NoError(t, err)
	w.lines = nil
	Visit(st, func() {})
	assert.Equal(t, []string{"needed pending", "between pending"}, w.lines)
	_, err = st.CreatePipeline(NewPipeline{Project: p.project, User: p.User(), Ref: "side", CI: "a: {script: x, needs: [d]}\n" +
		"b: {script: x, needs: []}\nc: {script: x, needs: []}\nd: {script: x, needs: []}\ne: {script: x, needs: []}"})
	require.NoError(t, err)
	w.lines = nil
	Visit(st, func() {})
	assert.Equal(t, []string{"d pending", "b pending", "c pending", "e pending"}, w.lines)
}
