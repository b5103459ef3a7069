package rest_test

import (
	"crypto/sha1"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Several variables of one key differ in their environment scope, and a filter tells which is meant.
func TestVariablesOfSeveralScopes(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	ask := asks(t, gl)
	const all, one = "/projects/acme%2Fshop/variables", "/projects/acme%2Fshop/variables/KEY"
	for _, scope := range []string{"*", "prod", "review/*"} {
		made := ask("root", "POST "+all, `{"key":"KEY","value":"of `+scope+`","environment_scope":" `+scope+` "}`)
		require.Equal(t, 201, made.Status, made.Body)
	}
	for _, call := range []string{"GET " + one, "PUT " + one, "DELETE " + one} {
		several := ask("root", call, "")
		assert.Equal(t, 409, several.Status, call)
		assert.Equal(t, "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'",
			several.Field(t, "message"))
		assert.Equal(t, 404, ask("root", call+"?filter[environment_scope]=none", "").Status, call)
	}
	assert.Equal(t, "of prod", ask("root", "GET "+one+"?filter[environment_scope]=prod", "").Field(t, "value"))
	taken := ask("root", "PUT "+one, `{"filter":{"environment_scope":"prod"},"environment_scope":"*"}`)
	assert.Equal(t, map[string]any{"key": []any{"(KEY) has already been taken"}}, taken.Field(t, "message"))
	moved := ask("root", "PUT "+one, `{"filter":{"environment_scope":"prod"},"environment_scope":"test","key":"OTHER"}`)
	assert.Equal(t, []any{"KEY", "test"}, []any{moved.Field(t, "key"), moved.Field(t, "environment_scope")})
	assert.Equal(t, 204, ask("root", "DELETE "+one+"?filter[environment_scope]=review/*", "").Status)
	assert.Equal(t, []any{"*", "test"}, ask("root", "GET "+all, "").Each(t, "environment_scope"))

	for body, want := range map[string]map[string]any{
		`{"environment_scope":"","filter":{"environment_scope":"test"}}`: {"environment_scope": []any{"can't be blank",
			"can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', '*' and spaces"}},
		`{"masked":null,"filter":{"environment_scope":"test"}}`:                                {"masked": []any{"is not included in the list"}},
		`{"masked":true,"raw":true,"value":"a b c d e","filter":{"environment_scope":"test"}}`: {"value": []any{"is invalid"}},
	} {
		refused := ask("root", "PUT "+one, body)
		assert.Equal(t, 400, refused.Status, body)
		assert.Equal(t, want, refused.Field(t, "message"), body)
	}
	assert.Equal(t, 500, ask("root", "POST "+all, `{"key":"NULL","value":"x","protected":null}`).Status)
	raw := ask("root", "POST "+all, `{"key":"RAW","value":"!$%^&*()","masked":true,"raw":true,"variable_type":"file"}`)
	assert.Equal(t, []any{201, "file"}, []any{raw.Status, raw.Field(t, "variable_type")})
	assert.Len(t, gl.Variables(), 3)
}

// The variables of a group are for all environments, as scopes take a licence. A PUT that is not told which one is meant
// takes the first.
func TestVariablesOfAGroup(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithVersion("17.4"), fakegitlab.WithScenario(twoTrees().
		WithVariable("acme", "KEY", "all").WithVariable("acme", "HIDDEN", "secret-value", func(v *fakegitlab.Variable) {
		v.Masked, v.Hidden = true, true
	})))
	gl.AddVariable(fakegitlab.Variable{Path: "acme", Key: "KEY", Value: "prod", EnvironmentScope: "prod"}) // of a licence
	ask := asks(t, gl)
	const one = "/groups/acme/variables/KEY"

	assert.Equal(t, 409, ask("root", "GET "+one, "").Status)
	for filter, want := range map[string]string{"": "*", "?filter[environment_scope]=prod": "prod",
		"?filter[environment_scope]=none": "*"} {
		assert.Equal(t, want, ask("root", "PUT "+one+filter, `{"environment_scope":"x"}`).Field(t, "environment_scope"), filter)
	}
	assert.Equal(t, 412, testkit.Ask(t, gl, gl.Token("root"), "DELETE", one+"?filter[environment_scope]=prod",
		testkit.WithHeader("If-Unmodified-Since", "Mon, 01 Jan 2024 00:00:00 GMT")).Status)
	assert.Equal(t, 204, ask("root", "DELETE "+one+"?filter[environment_scope]=prod", "").Status)
	hidden := ask("root", "PUT /groups/acme/variables/HIDDEN", `{"value":"another-value"}`)
	assert.Equal(t, []any{200, nil, true}, []any{hidden.Status, hidden.Field(t, "value"), hidden.Field(t, "hidden")})
	assert.Equal(t, "another-value", gl.Variables()[1].Value)
}

func TestVariablesOfTheInstance(t *testing.T) {
	gl := fakegitlab.New(t)
	ask := asks(t, gl)
	made := ask("root", "POST /admin/ci/variables", `{"key":"A","value":"x","environment_scope":"prod","masked_and_hidden":true}`)
	assert.Equal(t, []any{201, false}, []any{made.Status, made.Field(t, "masked")})
	assert.NotContains(t, made.Body, "environment_scope")
	assert.NotContains(t, made.Body, "hidden")
	for len(gl.Variables()) < 25 {
		gl.AddVariable(fakegitlab.Variable{Key: "N" + string(rune('a'+len(gl.Variables())))})
	}
	full := ask("root", "POST /admin/ci/variables", `{"key":"B","value":"x"}`)
	assert.Equal(t, map[string]any{"base": []any{"Maximum number of ci instance level variables (25) exceeded"}},
		full.Field(t, "message"))
	long := ask("root", "PUT /admin/ci/variables/A", `{"value":"`+strings.Repeat("x", 10_001)+`"}`)
	assert.Equal(t, map[string]any{"value": []any{"The value of the provided variable exceeds the 10000 character limit"}},
		long.Field(t, "message"))
}

// variableProofs prove what differs in CI/CD variables.
func variableProofs() map[gitlabversion.Difference]proof {
	keys := func(path, field string) func(v inVersion) any {
		return func(v inVersion) any {
			made := v.as("root", "POST", path, testkit.WithJSON(`{"key":"A","value":"long-enough","masked_and_hidden":true,`+
				`"description":"why"}`))
			return []any{made.Status, made.JSON(v.T)[field]}
		}
	}
	return map[gitlabversion.Difference]proof{
		gitlabversion.JobGroupName:                told("CI_JOB_GROUP_NAME"),
		gitlabversion.ServerNameVariable:          told("CI_SERVER_FQDN"),
		gitlabversion.NamespaceSlugVariable:       told("CI_PROJECT_NAMESPACE_SLUG"),
		gitlabversion.TopicsVariable:              told("CI_PROJECT_TOPICS"),
		gitlabversion.DefaultBranchSlugVariable:   told("CI_DEFAULT_BRANCH_SLUG"),
		gitlabversion.MessagesCut:                 told("CI_COMMIT_MESSAGE_IS_TRUNCATED"),
		gitlabversion.StartedAtSlugVariable:       told("CI_JOB_STARTED_AT_SLUG"),
		gitlabversion.CommitUserVariable:          told("CI_COMMIT_USER_LOGIN"),
		gitlabversion.VariablesOf19:               told("CI_PROJECT_ROOT_NAMESPACE_SLUG CI_CONFIG_REF_URI"),
		gitlabversion.DefaultBranchBaseVariable:   told("CI_COMMIT_DEFAULT_BRANCH_BASE_SHA"),
		gitlabversion.TraceContextVariables:       told("CI_TRACEPARENT CI_TRACESTATE"),
		gitlabversion.JobTagsVariable:             told("CI_JOB_TAGS CI_JOB_RETRY_COUNT"),
		gitlabversion.ScheduleDescriptionVariable: told("CI_PIPELINE_SCHEDULE_DESCRIPTION"),
		gitlabversion.TriggerVariable:             told("CI_TRIGGER_SHORT_TOKEN"),
		gitlabversion.CacheKeysByContent:          {cacheKeys, "0_go by commit", "0_go by content", nil},
		gitlabversion.CodeReadersSeeProtection: {func(v inVersion) any {
			return v.as("aud", "GET", "/projects/10001/protected_branches").Status
		}, 403, 200, nil},
		gitlabversion.RefRulesJudgedLate: {func(v inVersion) any {
			return []int{v.as("aud", "POST", "/projects/10001/protected_branches").Status,
				v.as("aud", "DELETE", "/projects/10001/protected_branches/none").Status}
		}, []int{403, 403}, []int{400, 404}, nil},
		gitlabversion.HiddenVariables: {keys("/projects/10001/variables", "hidden"), []any{http.StatusCreated, nil},
			[]any{http.StatusCreated, true}, nil},
		gitlabversion.VariableDescription: {keys("/groups/1001/variables", "description"), []any{http.StatusCreated, nil},
			[]any{http.StatusCreated, "why"}, nil},
		gitlabversion.InstanceVariableDescription: {keys("/admin/ci/variables", "description"),
			[]any{http.StatusCreated, nil}, []any{http.StatusCreated, "why"}, nil},
	}
}

// told proves that jobs have variables, all of them or none: that of a branch, of a schedule or of a trigger.
func told(names string) proof {
	return proof{func(v inVersion) any {
		v.gl.AddProject(fakegitlab.Project{Path: "acme/told", Files: map[string]string{".gitlab-ci.yml": "j: {script: x}"}})
		v.gl.AddRunner(fakegitlab.Runner{Token: "told-token", Projects: []string{"acme/told"}})
		v.gl.Commit("acme/told", "topic", map[string]string{"a": "a"}, "More [skip ci]")
		switch {
		case strings.Contains(names, "SCHEDULE"):
			s := v.gl.AddPipelineSchedule(fakegitlab.PipelineSchedule{Project: "acme/told", Owner: "root", Cron: "0 1 * * *"})
			v.as("root", "POST", fmt.Sprintf("/projects/acme%%2Ftold/pipeline_schedules/%d/play", s.ID))
		case strings.Contains(names, "TRIGGER"):
			trigger := v.gl.AddPipelineTrigger(fakegitlab.PipelineTrigger{Project: "acme/told", Owner: "root"})
			v.as("", "POST", "/projects/acme%2Ftold/trigger/pipeline",
				testkit.WithJSON(`{"ref":"topic","token":"`+trigger.Token+`"}`))
		default:
			v.gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/told", Ref: "topic"})
		}
		body := testkit.RequestJob(v.T, v.gl, "told-token").Body
		found := 0
		for _, name := range strings.Fields(names) {
			found += strings.Count(body, `"key":"`+name+`"`)
		}
		return found
	}, 0, len(strings.Fields(names)), nil}
}

// cacheKeys says what the key of a cache of files is made of.
func cacheKeys(v inVersion) any {
	v.gl.AddProject(fakegitlab.Project{Path: "acme/cached", Members: fakegitlab.Members{"mia": fakegitlab.Maintainer},
		Attributes: map[string]string{"ci_separated_caches": "false"}, Files: map[string]string{
			"go.sum": "a", ".gitlab-ci.yml": "j: {script: x, cache: [{key: {files: [go.sum]}}, {key: {files_commits: [/go.sum]}}, " +
				"{key: {files: [gone], prefix: p}}]}"}})
	v.gl.AddRunner(fakegitlab.Runner{Token: "cached-token", Projects: []string{"acme/cached"}})
	v.gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/cached", User: "mia"})
	told := testkit.RequestJob(v.T, v.gl, "cached-token", testkit.Hash{})
	require.Equal(v.T, http.StatusCreated, told.Status, told.Body)
	hash := func(ids string) string { return fmt.Sprintf("%x", sha1.Sum([]byte(ids))) }
	byCommit, byContent := hash(v.gl.Jobs()[0].Commit.SHA), hash("2e65efe2a145dda7ee51d1741299f848e5bf752e")
	var caches []string
	for _, c := range told.JSON(v.T)["cache"].([]any) {
		caches = append(caches, c.(map[string]any)["key"].(string))
	}
	assert.Equal(v.T, []string{"1-" + byCommit, "p-default"}, caches[1:])
	switch name, rest, _ := strings.Cut(caches[0], "-"); rest {
	case byCommit:
		return name + " by commit"
	case byContent:
		return name + " by content"
	}
	return caches[0]
}
