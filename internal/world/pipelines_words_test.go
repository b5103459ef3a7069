package world

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// lib/gitlab/ci/pipeline/chain/helpers.rb: what Rails' sanitizer makes of a message where no tag is allowed.
func TestMessagesAreWithoutTags(t *testing.T) {
	for text, want := range map[string]string{
		"plain 'text' \"quoted\"":        "plain 'text' \"quoted\"",
		"(<unknown>): did not find":      "(): did not find",
		"R&D":                            "R&amp;D",
		"R&amp;D":                        "R&amp;D",
		"a < b > c":                      "a &lt; b &gt; c",
		"1<2":                            "1&lt;2",
		"ends in <":                      "ends in &lt;",
		"see <a href=/x>rules</a> there": "see rules there",
		"</ no end":                      "&lt;/ no end",
		"</":                             "&lt;/",
		"</p>x":                          "x",
		"<!-- a > b -->c":                "c",
		"<!DOCTYPE x>a<?php b ?>c":       "ac",
		"a <b and all that comes":        "a ",
		"a <!-- and all that > comes":    "a ",
		"a&nbsp;b":                       "a&nbsp;b",
	} {
		assert.Equal(t, want, sanitized(text), text)
	}
}

// A retry of a pipeline tries jobs again that are being canceled, but no trigger jobs; from 18.6 on it has no end until the
// next one.
func TestRetriesOfPipelines(t *testing.T) {
	for version, cleared := range map[string]bool{"18.5": false, "18.6": true} {
		st, _, p, r := moving(t, "a: {script: x}\nb: {script: x}\nc: {trigger: acme/other, when: manual}")
		var err error
		st.Version, err = gitlabversion.Parse(version)
		require.NoError(t, err)
		a, b, bridge := p.Jobs[0], p.Jobs[1], p.Jobs[2]
		require.NoError(t, st.StartJob(b, r, nil, true))
		require.NoError(t, st.CancelJob(b, false))
		require.Equal(t, JobCanceling, b.Status)
		assert.True(t, p.Retryable())
		Visit(st, func() { st.RetryPipeline(p, p.User(), AnyJob) })
		assert.True(t, b.Retried())
		assert.Equal(t, JobPending, p.Jobs[len(p.Jobs)-1].Status)
		assert.False(t, p.Retryable(), "what is being canceled has been tried again")

		for _, j := range []*Job{b, p.Jobs[len(p.Jobs)-1]} {
			Visit(st, func() { require.NoError(t, st.FinishJob(j, JobSuccess, "", nil)) })
		}
		Visit(st, func() { require.NoError(t, st.FinishJob(a, JobFailed, ScriptFailure, nil)) })
		require.Equal(t, JobFailed, p.Status())
		ended := p.Facts().FinishedAt
		require.False(t, ended.IsZero())
		Visit(st, func() { st.RetryPipeline(p, p.User(), AnyJob) })
		assert.Equal(t, cleared, p.Facts().FinishedAt.IsZero(), version)
		assert.Equal(t, JobManual, bridge.Status)
		bridge.Status = JobCanceled
		assert.False(t, p.Retryable(), "trigger jobs are not tried again")
	}
}

// A pipeline that succeeded, and succeeds at once when it is tried again, ends once more; one of which nothing is tried
// again does not.
func TestSuccessOnceMore(t *testing.T) {
	st, now, p, _ := moving(t, "a: {script: x}\nb: {script: x, when: manual}")
	a, b := p.Jobs[0], p.Jobs[1]
	Visit(st, func() { st.PlayJob(b, p.User(), nil, nil) })
	Visit(st, func() { require.NoError(t, st.FinishJob(b, JobFailed, ScriptFailure, nil)) })
	Visit(st, func() { require.NoError(t, st.FinishJob(a, JobSuccess, "", nil)) })
	require.Equal(t, JobSuccess, p.Status())
	first := p.Facts().FinishedAt
	*now = now.Add(time.Hour)
	Visit(st, func() { st.RetryPipeline(p, p.User(), AnyJob) })
	require.Equal(t, JobSuccess, p.Status())
	assert.Equal(t, first.Add(time.Hour), p.Facts().FinishedAt)
	*now = now.Add(time.Hour)
	Visit(st, func() { st.RetryPipeline(p, p.User(), AnyJob) })
	assert.Equal(t, first.Add(time.Hour), p.Facts().FinishedAt)
}

// Keys of variables are without the blanks around them, wherever these come in.
func TestKeysOfVariablesAreStripped(t *testing.T) {
	st, p := emptyWorld(t)
	root := st.Users.Rows[0]
	made, err := st.CreatePipeline(NewPipeline{Project: p, User: root, CI: "a: {script: x, when: manual}",
		Variables: []ci.JobVariable{{Key: " A\t", Value: " v "}}})
	require.NoError(t, err)
	assert.Equal(t, []ci.JobVariable{{Key: "A", Value: " v "}}, made.HandedIn())
	st.MovePipelines()
	given := []ci.JobVariable{{Key: "\nB "}}
	assert.Equal(t, ci.JobVariables{{Key: "B"}}, st.PlayJob(made.Jobs[0], root, given, nil).Variables)
	assert.Equal(t, "\nB ", given[0].Key, "what was handed in stays as it is")
	require.NoError(t, st.FinishJob(made.Jobs[0], JobFailed, ScriptFailure, nil))
	again := st.RetryJobWith(made.Jobs[0], root, []ci.JobVariable{{Key: " C "}}, nil)
	assert.Equal(t, ci.JobVariables{{Key: "C"}}, again.Variables)
	s := &PipelineSchedule{Project: p}
	require.NoError(t, st.SetScheduleVariable(s, nil, ci.JobVariable{Key: " D "}))
	assert.Equal(t, "D", s.Variables[0].Key)
}

// A project's configuration may be a file of another project, or at an address.
func TestConfigurationsElsewhere(t *testing.T) {
	for path, want := range map[string]string{
		"a.yml@acme/lib":        `{"include":[{"file":"a.yml","inputs":{"n":1},"project":"acme/lib"}]}`,
		"b/a.yaml@acme/lib:v1":  `{"include":[{"file":"b/a.yaml","inputs":{"n":1},"project":"acme/lib","ref":"v1"}]}`,
		"a.yml@acme/lib:":       `{"include":[{"file":"a.yml","inputs":{"n":1},"project":"acme/lib"}]}`,
		"https://ci.test/a.yml": `{"include":[{"inputs":{"n":1},"remote":"https://ci.test/a.yml"}]}`,
		"a.txt@acme/lib":        "",
		"a.yml@":                "",
	} {
		n := NewPipeline{Inputs: map[string]any{"n": 1}, Project: &Project{Attributes: map[string]string{attrConfigPath: path}},
			Files: ci.FileMap{}}
		text, of, _ := n.configuration(PipelineFacts{})
		assert.Equal(t, want, text, path)
		assert.Equal(t, want == "", of != "", path)
	}
	n := NewPipeline{Project: &Project{Attributes: map[string]string{attrConfigPath: "a.yml@p"}}}
	text, _, _ := n.configuration(PipelineFacts{})
	assert.False(t, strings.Contains(text, "inputs"), "there are none")
}
