package world

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// lib/gitlab/ci/pipeline/chain/validate/repository.rb: in an empty repository any ref is taken, as far as there is a file.
func TestRefsOfNewPipelinesInAnEmptyRepository(t *testing.T) {
	for name, c := range map[string]struct {
		n       NewPipeline
		ref     string
		tag     bool
		problem string
	}{
		"the default":    {NewPipeline{CI: "a"}, "main", false, ""},
		"a branch":       {NewPipeline{CI: "a", Ref: "refs/heads/x"}, "x", false, ""},
		"a whole tag":    {NewPipeline{CI: "a", Ref: "refs/tags/x"}, "x", true, ""},
		"a tag":          {NewPipeline{CI: "a", Ref: "x", RefIsTag: true}, "x", true, ""},
		"without a file": {NewPipeline{Ref: "x"}, "x", false, MsgRefNotFound},
	} {
		_, c.n.Project = emptyWorld(t)
		ref, tag, problem := c.n.ref()
		assert.Equal(t, []any{c.ref, c.tag, c.problem}, []any{ref, tag, problem}, name)
	}
}

// lib/gitlab/ci/build/rules/rule/clause/changes.rb: compare_to names a ref that is there, whatever it has in common.
func TestWhatRulesCompareWith(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{"docs/a": "a"})
	alone := *c
	alone.Tree = p.Repository.Add(repository.TreeObject(nil))
	p.Repository.SetRef("refs/heads/alone", p.Repository.AddCommit(alone).ID)
	for to, want := range map[string]string{"alone": "", "none": "compare_to"} {
		made, err := st.CreatePipeline(NewPipeline{Project: p, User: st.Users.Rows[0],
			CI: "a: {script: x, rules: [{changes: {paths: [docs/*], compare_to: " + to + "}}]}\nb: {script: x}"})
		if want != "" {
			assert.ErrorContains(t, err, want)
			continue
		}
		require.NoError(t, err)
		assert.Len(t, made.Jobs, 2, "all that is there has changed")
	}
}

// lib/gitlab/ci/variables/builder/pipeline.rb; app/models/project.rb, predefined_variables.
func TestPredefinedVariables(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{"a": "a"})
	p.Name, p.Description = "Shop", "sells"
	_, err := st.AddProtectedRef(ProtectedRef{Project: p, Name: "main"})
	require.NoError(t, err)
	f, problem := st.factsOf(NewPipeline{Project: p, User: st.Users.Rows[0], Source: SourceAPI})
	require.Empty(t, problem)
	f.Commit.Message = "Begin\n\nand go on"
	seen := func() map[string]string {
		all := map[string]string{}
		for _, v := range st.PredefinedFor(p, f) {
			all[v.Key] = v.Value
		}
		return all
	}
	assert.Equal(t, map[string]string{"GITLAB_FEATURES": "", "CI_PROJECT_ID": strconv.Itoa(p.ID), "CI_PROJECT_NAME": "shop",
		"CI_PROJECT_TITLE": "Shop", "CI_PROJECT_NAMESPACE_ID": strconv.Itoa(p.Group.ID),
		"CI_PROJECT_REPOSITORY_LANGUAGES": "", "CI_PROJECT_CLASSIFICATION_LABEL": "",
		"CI_PROJECT_DESCRIPTION": "sells", "CI_PROJECT_PATH": "acme/shop", "CI_PROJECT_PATH_SLUG": "acme-shop",
		"CI_PROJECT_NAMESPACE": "acme", "CI_PROJECT_ROOT_NAMESPACE": "acme", "CI_PROJECT_VISIBILITY": "private",
		"CI_DEFAULT_BRANCH": "main", "CI_CONFIG_PATH": ".gitlab-ci.yml", "CI_PIPELINE_IID": "1", "CI_PIPELINE_SOURCE": "api",
		"CI_PIPELINE_CREATED_AT": "2024-07-01T12:00:00Z", "CI_COMMIT_SHA": c.ID, "CI_COMMIT_SHORT_SHA": c.ID[:8],
		"CI_COMMIT_BEFORE_SHA": strings.Repeat("0", 40), "CI_COMMIT_REF_NAME": "main", "CI_COMMIT_REF_SLUG": "main",
		"CI_COMMIT_MESSAGE": "Begin\n\nand go on", "CI_COMMIT_TITLE": "Begin", "CI_COMMIT_DESCRIPTION": "and go on",
		"CI_COMMIT_REF_PROTECTED": "true", "CI_COMMIT_TIMESTAMP": "2024-07-01T12:00:00+00:00",
		"CI_COMMIT_AUTHOR": "Administrator <admin@example.com>"}, seen())

	ServeAt(st, func() string { return "https://gitlab.example.com/git" })
	for key, value := range map[string]string{"CI_SERVER_HOST": "gitlab.example.com", "CI_SERVER_PORT": "443",
		"CI_PROJECT_URL": "https://gitlab.example.com/git/acme/shop", "CI_API_V4_URL": "https://gitlab.example.com/git/api/v4",
		"CI_SERVER_VERSION": st.Version.Full()} {
		assert.Equal(t, value, seen()[key], key)
	}
}

// CI_COMMIT_DEFAULT_BRANCH_BASE_SHA and CI_COMMIT_USER_LOGIN of the predefined variables page.
func TestWhatACommitHasToDoWithOthers(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{"a": "a"})
	topic := p.Repository.AddCommit(repository.Commit{Tree: c.Tree, Parents: []string{c.ID}, Message: "More"})
	p.Repository.SetRef("refs/heads/topic", topic.ID)
	assert.Equal(t, c.ID, DefaultBranchBase(p, "topic", false, topic.ID))
	assert.Empty(t, DefaultBranchBase(p, "main", false, c.ID))
	assert.Empty(t, DefaultBranchBase(p, "v1", true, topic.ID))
	assert.Empty(t, DefaultBranchBase(p, "topic", false, strings.Repeat("a", 40)), "which is not in the repository")
	orphan := p.Repository.AddCommit(repository.Commit{Tree: c.Tree, Message: "Alone"})
	assert.Empty(t, DefaultBranchBase(p, "alone", false, orphan.ID))

	u := st.Users.Rows[0]
	by := Commit{AuthorEmail: strings.ToUpper(u.Email)}
	assert.Empty(t, st.CommitUser(by), "whose address is not public")
	u.Attributes = map[string]string{"public_email": u.Email}
	assert.Equal(t, u.Username, st.CommitUser(by))
	u.PrivateProfile = true
	assert.Empty(t, st.CommitUser(by))
	assert.Empty(t, st.CommitUser(Commit{AuthorEmail: "nobody@example.com"}))
}

// lib/gitlab/ci/project_config.rb: a text of blanks is none, and that of the repository is tried in its place.
func TestTrialsOfNothing(t *testing.T) {
	st, p := emptyWorld(t)
	blank := NewPipeline{Project: p, User: st.Users.Rows[0], CI: " \n"}
	trial := st.TryPipeline(blank)
	require.NotNil(t, trial.Config)
	assert.Equal(t, []string{"Reference not found"}, trial.Errors)
	commit(t, st, p, "Begin", map[string]string{"a": "b"}, PushOptions{Silent: true})
	assert.Equal(t, []string{"Missing CI config file"}, st.TryPipeline(blank).Errors)
	commit(t, st, p, "Next", map[string]string{".gitlab-ci.yml": "a: {script: x}\nb: {script: x, c: d}"}, PushOptions{Silent: true})
	assert.Equal(t, []string{"jobs:b config contains unknown keys: c"}, st.TryPipeline(blank).Errors)
	commit(t, st, p, "Skip this [skip ci]", map[string]string{"a": "c"}, PushOptions{Silent: true})
	assert.Equal(t, Trial{Config: &ci.Config{}, SHA: p.Repository.CommitAt("main").ID}, st.TryPipeline(blank))
	p.Attributes = map[string]string{AttrBuildsAccess: FeatureDisabled}
	assert.Equal(t, []string{"Pipelines are disabled!"}, st.TryPipeline(blank).Errors)
}

// Jobs, and so their rules, have CI_JOB_GROUP_NAME from 17.10 on.
func TestRulesSeeTheGroupNameOfItsVersions(t *testing.T) {
	st, p, _ := withFiles(t, map[string]string{"a": "a"})
	for version, want := range map[string]int{"17.9": 1, "17.10": 2} {
		var err error
		st.Version, err = gitlabversion.Parse(version)
		require.NoError(t, err)
		trial := st.TryPipeline(NewPipeline{Project: p, User: st.Users.Rows[0],
			CI: "a: {script: x}\nb 1/2: {script: x, rules: [{if: $CI_JOB_GROUP_NAME == 'b'}]}\n"})
		require.Empty(t, trial.Errors)
		assert.Len(t, trial.Jobs, want, version)
	}
}
