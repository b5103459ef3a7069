package jobpayload

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

func TestJobVariables(t *testing.T) {
	spec := ci.JobSpec{
		Variables: ci.JobVariables{
			{Key: "DB", Value: "pg-$CI_JOB_ID"}, {Key: "KEY", Value: "s", Masked: true, File: true},
			{Key: "RAW", Value: "$DB", Raw: true},
		},
		Environment: ci.Environment{Name: "Prod/EU", URL: "https://e", DeploymentTier: "production"},
	}
	in := payloadInputOf(spec)
	in.Registry = "registry.example.com:443"
	in.Dotenv = []ci.JobVariable{{Key: "FROM_DOTENV", Value: "1"}}
	got := told(in)
	public := map[string]string{
		"CI": "true", "GITLAB_CI": "true", "CI_JOB_ID": "1101", "CI_JOB_NAME": "Unit test: 1",
		"CI_JOB_NAME_SLUG": "unit-test--1", "CI_JOB_STAGE": "test",
		"CI_JOB_URL":      "http://127.0.0.1:8080/gitlab/acme/tools/shop/-/jobs/1101",
		"CI_PIPELINE_URL": "http://127.0.0.1:8080/gitlab/acme/tools/shop/-/pipelines/33", "CI_PIPELINE_IID": "1",
		"CI_PIPELINE_SOURCE": "push",
		"CI_PROJECT_PATH":    "acme/tools/shop", "CI_PROJECT_NAME": "shop", "CI_PROJECT_TITLE": "Shop",
		"CI_PROJECT_NAMESPACE":      "acme/tools",
		"CI_PROJECT_ROOT_NAMESPACE": "acme", "CI_PROJECT_PATH_SLUG": "acme-tools-shop", "CI_PROJECT_VISIBILITY": "private",
		"CI_API_V4_URL": "http://127.0.0.1:8080/gitlab/api/v4", "CI_SERVER_URL": "http://127.0.0.1:8080/gitlab",
		"CI_SERVER_HOST": "127.0.0.1",
		"CI_SERVER_PORT": "8080", "CI_SERVER_PROTOCOL": "http", "CI_SERVER_FQDN": "127.0.0.1:8080",
		"CI_SERVER_VERSION_MAJOR": "17", "CI_SERVER_VERSION_MINOR": "2", "CI_SERVER_VERSION_PATCH": "0",
		"CI_SERVER_VERSION": "17.2.0-ee", "CI_SERVER_REVISION": gitlabversion.Revision,
		"CI_RUNNER_ID": "3", "CI_RUNNER_TAGS": `["docker", "linux"]`, "GITLAB_USER_LOGIN": "mia",
		"CI_COMMIT_SHORT_SHA": "a1a1a1a1", "CI_COMMIT_BRANCH": "main",
		"CI_COMMIT_DESCRIPTION": "It was broken", "CI_COMMIT_AUTHOR": "Mia <mia@example.com>",
		"CI_COMMIT_TIMESTAMP": "2024-07-01T12:00:00+00:00", "CI_JOB_STARTED_AT": "2024-07-01T12:00:00Z",
		"CI_REGISTRY": "registry.example.com:443", "CI_REGISTRY_IMAGE": "registry.example.com/acme/tools/shop",
		"CI_ENVIRONMENT_SLUG": "prod-eu-rqkkx8", "CI_ENVIRONMENT_TIER": "production",
		"DB": "pg-1101",
	}
	for key, value := range public {
		assert.Equal(t, payloadVariable{Key: key, Value: value, Public: true}, got[key])
	}
	token := in.Job.Token
	for _, want := range []payloadVariable{
		{Key: "CI_JOB_TOKEN", Value: token, Masked: true},
		{Key: "CI_REGISTRY_PASSWORD", Value: token, Masked: true},
		{Key: "CI_REPOSITORY_URL", Value: repoURL(in)},
		{Key: "KEY", Value: "s", Masked: true, File: true},
		{Key: "RAW", Value: "$DB", Public: true, Raw: true},
		{Key: "FROM_DOTENV", Value: "1"},
		{Key: "CI_PROJECT_CLASSIFICATION_LABEL", Null: true, Public: true},
		{Key: "CI_PROJECT_DESCRIPTION", Null: true, Public: true},
		{Key: "CI_PIPELINE_NAME", Null: true, Public: true},
	} {
		assert.Equal(t, want, got[want.Key])
	}

	in = payloadInputOf(ci.JobSpec{})
	in.Job.RefIsTag, in.Job.Ref, in.ServerURL, in.Version = true, "v1.0", "https://gitlab.example.com", "18"
	in.Job.StartedAt = time.Time{}
	keys := map[string]string{}
	for _, v := range jobVariables(in) {
		keys[v.Key] = v.Value
	}
	assert.Equal(t, "v1.0", keys["CI_COMMIT_TAG"])
	assert.Equal(t, "443", keys["CI_SERVER_PORT"])
	assert.Equal(t, "0", keys["CI_SERVER_VERSION_MINOR"])
	for _, absent := range []string{"CI_COMMIT_BRANCH", "CI_REGISTRY", "CI_ENVIRONMENT_NAME", "CI_JOB_STARTED_AT"} {
		assert.NotContains(t, keys, absent)
	}
	in.Job.RefIsTag, in.Job.Ref = false, "refs/merge-requests/1/head"
	assert.Contains(t, jobVariables(in),
		payloadVariable{Key: "CI_PIPELINE_SOURCE", Value: "merge_request_event", Public: true})
}

func TestVariablesOfAPipeline(t *testing.T) {
	in := payloadInputOf(ci.JobSpec{Variables: ci.JobVariables{{Key: "LEVEL", Value: "job"}}})
	last := func() map[string]payloadVariable {
		of := map[string]payloadVariable{}
		for _, v := range jobVariables(in) {
			of[v.Key] = v
		}
		return of
	}
	assert.Equal(t, "push", last()["CI_PIPELINE_SOURCE"].Value)
	assert.Equal(t, "1", last()["CI_NODE_TOTAL"].Value)
	for _, absent := range []string{"CI_JOB_MANUAL", "CI_NODE_INDEX", "CI_PIPELINE_TRIGGERED",
		"CI_PIPELINE_SCHEDULE_DESCRIPTION", "CI_COMMIT_TAG_MESSAGE"} {
		assert.NotContains(t, last(), absent)
	}

	in.Pipeline = world.PipelineFacts{Source: "schedule", Name: "Nightly",
		CreatedAt: time.Date(2024, 7, 1, 3, 0, 0, 0, time.UTC),
		Variables: []ci.JobVariable{{Key: "LEVEL", Value: "pipeline"}, {Key: "TRIGGER_PAYLOAD", Value: "{}", File: true}}}
	in.Schedule = &world.PipelineSchedule{Description: "every night"}
	in.Trigger = &world.PipelineTrigger{Token: "glptt-a1b2c3d4"}
	in.Job.Manual, in.Job.Part, in.Job.Parts = true, 2, 3
	in.Job.RefIsTag, in.TagMessage = true, "the first"
	in.Dotenv = []ci.JobVariable{{Key: "LEVEL", Value: "dotenv"}}
	in.Settings = [][]*world.Variable{{{Key: "LEVEL", Value: "project", Scope: world.Everywhere}}}
	assert.NotContains(t, last(), "CI_PIPELINE_SCHEDULE_DESCRIPTION", "which is of 17.8")
	in.Followed = gitlabversion.Version{Major: 17, Minor: 8}
	for key, value := range map[string]string{"CI_PIPELINE_SOURCE": "schedule", "CI_PIPELINE_NAME": "Nightly",
		"CI_PIPELINE_CREATED_AT": "2024-07-01T03:00:00Z", "CI_PIPELINE_SCHEDULE_DESCRIPTION": "every night",
		"CI_PIPELINE_TRIGGERED": "true", "CI_TRIGGER_SHORT_TOKEN": "a1b2", "CI_JOB_MANUAL": "true", "CI_NODE_INDEX": "2",
		"CI_NODE_TOTAL": "3", "CI_COMMIT_TAG_MESSAGE": "the first"} {
		assert.Equal(t, payloadVariable{Key: key, Value: value, Public: true}, last()[key])
	}
	assert.Equal(t, payloadVariable{Key: "LEVEL", Value: "pipeline"}, last()["LEVEL"], "it wins")
	assert.Equal(t, payloadVariable{Key: "TRIGGER_PAYLOAD", Value: "{}", File: true}, last()["TRIGGER_PAYLOAD"])
	in.Pipeline.Variables = nil
	assert.Equal(t, "project", last()["LEVEL"].Value, "settings win against a dotenv report, and that against the file")
	in.Settings = nil
	assert.Equal(t, "dotenv", last()["LEVEL"].Value)
}

// What 19.3 tells of a job and 17.2 did not.
func TestLaterVariables(t *testing.T) {
	in := payloadInputOf(ci.JobSpec{})
	in.Project.Attributes = map[string]string{"topics": "Go,CI/CD"}
	in.Job.Commit.Message = "Fix\n\n" + strings.Repeat("x", 100_000)
	in.Job.Tags = []string{"a", `<"b">`}
	in.CommitUser, in.DefaultBranchSHA, in.Retries = "mia", strings.Repeat("b2", 20), 2
	want := map[string]string{"CI_PROJECT_TOPICS": "go,ci/cd", "CI_PROJECT_NAMESPACE_SLUG": "acme-tools",
		"CI_PROJECT_ROOT_NAMESPACE_SLUG": "acme", "CI_DEFAULT_BRANCH_SLUG": "main",
		"CI_COMMIT_MESSAGE_IS_TRUNCATED": "true", "CI_JOB_STARTED_AT_SLUG": "2024-07-01t12-00-00z",
		"CI_COMMIT_USER_LOGIN": "mia", "CI_COMMIT_DEFAULT_BRANCH_BASE_SHA": in.DefaultBranchSHA,
		"CI_CONFIG_REF_URI": "127.0.0.1:8080/acme/tools/shop//.gitlab-ci.yml@refs/heads/main",
		"CI_JOB_TAGS":       `["a", "<\"b\">"]`, "CI_JOB_RETRY_COUNT": "2",
		"CI_TRACEPARENT": "00-00000000000000000000000000000021-fafd020883c8d7e5-01", "CI_TRACESTATE": "gitlab=pipeline:33;job:1101"}
	before := told(in)
	for key := range want {
		assert.NotContains(t, before, key)
	}
	assert.Len(t, before["CI_COMMIT_MESSAGE"].Value, 100_005)
	in.Followed = gitlabversion.Version{Major: 19, Minor: 3}
	after := told(in)
	for key, value := range want {
		assert.Equal(t, payloadVariable{Key: key, Value: value, Public: true}, after[key])
	}
	assert.Len(t, after["CI_COMMIT_MESSAGE"].Value, 100_000)

	in.Job.Ref, in.Job.RefIsTag = "v1", true
	assert.Equal(t, "127.0.0.1:8080/acme/tools/shop//.gitlab-ci.yml@refs/tags/v1", told(in)["CI_CONFIG_REF_URI"].Value)
	in.Job.Ref, in.Job.RefIsTag = "refs/merge-requests/1/head", false
	assert.NotContains(t, told(in), "CI_CONFIG_REF_URI")
}

// Where the variables of later versions and of a deploy token stand.
func TestOrderOfVariables(t *testing.T) {
	in := payloadInputOf(ci.JobSpec{})
	in.Followed = gitlabversion.Version{Major: 19, Minor: 3}
	in.Job.Manual = true
	in.DeployToken = &world.DeployToken{Token: "gldt-1", Username: "deployer"}
	keys := []string{}
	for _, v := range jobVariables(in) {
		keys = append(keys, v.Key)
	}
	at := func(key string) int {
		require.Contains(t, keys, key)
		return slices.Index(keys, key)
	}
	after := func(key string) string { return keys[at(key)+1] }
	assert.Equal(t, "CI_DEPLOY_USER", after("CI_JOB_RETRY_COUNT"))
	assert.Equal(t, "CI_DEPLOY_PASSWORD", after("CI_DEPLOY_USER"))
	assert.Equal(t, "CI_JOB_TAGS", after("CI_JOB_MANUAL"))
	assert.Equal(t, "CI_TRACESTATE", after("CI_TRACEPARENT"))
	assert.Equal(t, "CI_RUNNER_ID", after("CI_TRACESTATE"))
	assert.Less(t, at("CI_PIPELINE_IID"), at("CI_TRACEPARENT"))
	assert.Equal(t, payloadVariable{Key: "CI_DEPLOY_USER", Value: "deployer", Public: true}, told(in)["CI_DEPLOY_USER"])
	assert.Equal(t, payloadVariable{Key: "CI_DEPLOY_PASSWORD", Value: "gldt-1", Masked: true},
		told(in)["CI_DEPLOY_PASSWORD"])
}

// A variable without a value is null to the runner, and nothing where others refer to it.
func TestNullVariables(t *testing.T) {
	in := payloadInputOf(ci.JobSpec{Variables: ci.JobVariables{{Key: "ABOUT", Value: "<$CI_PROJECT_DESCRIPTION>"}}})
	assert.Equal(t, "<>", told(in)["ABOUT"].Value)
	data, err := json.Marshal(sent(expandVariables(jobVariables(in))))
	require.NoError(t, err)
	assert.Contains(t, string(data), `{"key":"CI_PROJECT_DESCRIPTION","value":null,"public":true,"masked":false}`)
	assert.Contains(t, string(data), `{"key":"GITLAB_FEATURES","value":"","public":true,"masked":false}`)
}

func TestExpandVariables(t *testing.T) {
	v := func(key, value string) payloadVariable { return payloadVariable{Key: key, Value: value} }
	raw := payloadVariable{Key: "R", Value: "$A", Raw: true}
	file := payloadVariable{Key: "F", Value: "secret", File: true}
	tests := []struct {
		name     string
		in, want []payloadVariable
	}{
		{"forms", []payloadVariable{v("A", "1"), v("B", "$A ${A} %A% $A_ ${} $$A %%A")},
			[]payloadVariable{v("A", "1"), v("B", "1 1 1 $A_ ${} $$A %%A")}},
		{"later first", []payloadVariable{v("B", "$A!"), v("A", "1")}, []payloadVariable{v("A", "1"), v("B", "1!")}},
		{"chain", []payloadVariable{v("C", "$B"), v("B", "$A"), v("A", "1")},
			[]payloadVariable{v("A", "1"), v("B", "1"), v("C", "1")}},
		{"raw and file stay", []payloadVariable{v("A", "1"), raw, file, v("B", "$R $F")},
			[]payloadVariable{v("A", "1"), raw, file, v("B", "$R $F")}},
		{"circle", []payloadVariable{v("A", "$B"), v("B", "$A"), v("C", "$D"), v("D", "1")},
			[]payloadVariable{v("A", "$B"), v("B", "$A"), v("C", "$D"), v("D", "1")}},
		{"itself", []payloadVariable{v("A", "1"), v("A", "$A:2")}, []payloadVariable{v("A", "1"), v("A", "1:2")}},
		{"itself unknown", []payloadVariable{v("A", "$A:2")}, []payloadVariable{v("A", "$A:2")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Empty(t, cmp.Diff(tt.want, expandVariables(tt.in)))
		})
	}
}
