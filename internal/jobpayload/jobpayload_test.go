package jobpayload

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// runnerJob is the job as gitlab-runner decodes it, with its Go types: a number where it wants a string, or a string
// where it wants a list, loses the job. Together with DisallowUnknownFields it also shows a key that no runner knows.
type runnerJob struct {
	ID            int64  `json:"id"`
	Token         string `json:"token"`
	AllowGitFetch bool   `json:"allow_git_fetch"`
	JobInfo       struct {
		ID              int64  `json:"id"`
		Name            string `json:"name"`
		Stage           string `json:"stage"`
		PipelineID      int64  `json:"pipeline_id"`
		ProjectID       int64  `json:"project_id"`
		ProjectName     string `json:"project_name"`
		ProjectFullPath string `json:"project_full_path"`
		NamespaceID     int64  `json:"namespace_id"`
		RootNamespaceID int64  `json:"root_namespace_id"`
		OrganizationID  int64  `json:"organization_id"`
		InstanceID      string `json:"instance_id"`
		InstanceUUID    string `json:"instance_uuid"`
		UserID          int64  `json:"user_id"`
		ScopedUserID    *int64 `json:"scoped_user_id"`
		TimeInQueue     *int64 `json:"time_in_queue_seconds"`
		Running         string `json:"project_jobs_running_on_instance_runners_count"`
		QueueSize       int64  `json:"queue_size"`
		QueueDepth      int64  `json:"queue_depth"`
	} `json:"job_info"`
	GitInfo struct {
		RepoURL      string   `json:"repo_url"`
		Ref          string   `json:"ref"`
		SHA          string   `json:"sha"`
		BeforeSHA    string   `json:"before_sha"`
		RefType      string   `json:"ref_type"`
		Refspecs     []string `json:"refspecs"`
		Depth        int      `json:"depth"`
		ObjectFormat string   `json:"repo_object_format"`
		Protected    *bool    `json:"protected"`
	} `json:"git_info"`
	RunnerInfo struct {
		UUID       string `json:"uuid"`
		Timeout    int    `json:"timeout"`
		SessionURL string `json:"runner_session_url"`
	} `json:"runner_info"`
	Inputs []struct {
		Key   string `json:"key"`
		Value struct {
			Content any    `json:"content"`
			Type    string `json:"type"`
		} `json:"value"`
	} `json:"inputs"`
	Variables []struct {
		Key    string `json:"key"`
		Value  string `json:"value"`
		Public bool   `json:"public"`
		File   bool   `json:"file"`
		Masked bool   `json:"masked"`
		Raw    bool   `json:"raw"`
	} `json:"variables"`
	Steps []struct {
		Name         string   `json:"name"`
		Script       []string `json:"script"`
		Timeout      int      `json:"timeout"`
		When         string   `json:"when"`
		AllowFailure bool     `json:"allow_failure"`
	} `json:"steps"`
	Hooks []struct {
		Name   string   `json:"name"`
		Script []string `json:"script"`
	} `json:"hooks"`
	Image     runnerImage   `json:"image"`
	Services  []runnerImage `json:"services"`
	Artifacts []struct {
		Name      string   `json:"name"`
		Untracked bool     `json:"untracked"`
		Paths     []string `json:"paths"`
		Exclude   []string `json:"exclude"`
		When      string   `json:"when"`
		ExpireIn  string   `json:"expire_in"`
		Type      string   `json:"artifact_type"`
		Format    string   `json:"artifact_format"`
	} `json:"artifacts"`
	Cache []struct {
		Key          string   `json:"key"`
		Untracked    bool     `json:"untracked"`
		Paths        []string `json:"paths"`
		Policy       string   `json:"policy"`
		When         string   `json:"when"`
		FallbackKeys []string `json:"fallback_keys"`
	} `json:"cache"`
	Credentials []payloadCredentials `json:"credentials"`
	Features    struct {
		TraceSections  bool     `json:"trace_sections"`
		FailureReasons []string `json:"failure_reasons"`
	} `json:"features"`
	Dependencies []struct {
		ID            int64  `json:"id"`
		Name          string `json:"name"`
		Token         string `json:"token"`
		ArtifactsFile struct {
			Filename string `json:"filename"`
			Size     int64  `json:"size"`
		} `json:"artifacts_file"`
	} `json:"dependencies"`
	Run runnerRun `json:"run"`
}

type runnerImage struct {
	Name         string   `json:"name"`
	Alias        string   `json:"alias"`
	Command      []string `json:"command"`
	Entrypoint   []string `json:"entrypoint"`
	PullPolicy   []string `json:"pull_policy"`
	ExecutorOpts struct {
		Docker struct {
			Platform string `json:"platform"`
			User     string `json:"user"`
		} `json:"docker"`
		Kubernetes struct {
			User string `json:"user"`
		} `json:"kubernetes"`
	} `json:"executor_opts"`
	Ports []struct {
		Number   int    `json:"number"`
		Protocol string `json:"protocol"`
		Name     string `json:"name"`
	} `json:"ports"`
	Variables []payloadKeyValue `json:"variables"`
}

// runnerRun is a string that holds JSON; null and "" are errors.
type runnerRun []map[string]any

func (r *runnerRun) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), (*[]map[string]any)(r))
}

func payloadInputOf(spec ci.JobSpec) Input {
	started := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	project := &world.Project{ID: 7, Path: "acme/tools/shop", Name: "Shop"}
	return Input{
		Job: &world.Job{
			Project: project, ID: 1101, Name: "Unit test: 1", Stage: "test", Ref: "main", PipelineID: 33, Token: "glcbt-1_abc",
			Commit: world.Commit{SHA: strings.Repeat("a1", 20), Title: "Fix", Message: "Fix\n\nIt was broken",
				AuthorName: "Mia", AuthorEmail: "mia@example.com", CreatedAt: started},
			CreatedAt: started, StartedAt: started, Plan: &world.Plan{Spec: spec},
		},
		Project: project,
		Runner: &world.Runner{ID: 3, Type: world.ProjectRunner,
			Attributes: world.Attributes{Description: world.OrNull("r"), Tags: []string{"docker", "linux"}}},
		User:      &world.User{ID: 2, Username: "mia", Name: "Mia", Email: "mia@example.com"},
		ServerURL: "http://127.0.0.1:8080/gitlab", Version: "17.2.0-ee", NamespaceID: 5,
		Followed:        gitlabversion.Version{Major: 17, Minor: 2},
		RootNamespaceID: 4,
	}
}

// told are the last variables of each name that a runner is told of a job, with references expanded.
func told(in Input) map[string]payloadVariable {
	last := map[string]payloadVariable{}
	for _, v := range expandVariables(jobVariables(in)) {
		last[v.Key] = v
	}
	return last
}

// encodePayload builds the job and decodes it as a runner and as plain JSON.
func encodePayload(t *testing.T, in Input) (runnerJob, map[string]any) {
	t.Helper()
	payload := Build(in)
	data, err := payload.JSON()
	require.NoError(t, err)
	marshaled, err := json.Marshal(payload)
	require.NoError(t, err)
	require.Equal(t, string(marshaled), string(data))
	var job runnerJob
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&job), "%s", data)
	var plain map[string]any
	require.NoError(t, json.Unmarshal(data, &plain))
	return job, plain
}

func specFromJSON(t *testing.T, text string) ci.JobSpec {
	t.Helper()
	var spec ci.JobSpec
	require.NoError(t, json.Unmarshal([]byte(text), &spec))
	return spec
}

func TestJobPayloadIsWhatARunnerDecodes(t *testing.T) {
	spec := fullSpec(t)
	spec.Raw, spec.Run = nil, nil
	in := payloadInputOf(spec)
	in.Rules = Rules{GitInfoProtected: true, JobInfoExtras: true, Inputs: true, NewFailureReasons: true, RunnerUUID: true}
	in.Runner.CreatedAt = in.Job.CreatedAt
	in.SessionURL, in.Registry, in.InstanceUUID = "https://127.0.0.1:7777", "registry.example.com:5005", "u-u-i-d"
	inQueue := 61500 * time.Millisecond
	in.TimeInQueue = &inQueue
	in.Dependencies = []Dependency{{ID: 1, Name: "build", ArtifactsFilename: "a.zip", ArtifactsSize: 9},
		{ID: 2, Name: "lint"}}
	job, plain := encodePayload(t, in)

	assert.EqualValues(t, 1101, job.ID)
	assert.Equal(t, "glcbt-1_abc", job.Token)
	assert.EqualValues(t, 61, *job.JobInfo.TimeInQueue)
	assert.EqualValues(t, 33, job.JobInfo.PipelineID)
	assert.Equal(t, 5400, job.RunnerInfo.Timeout)
	assert.Equal(t, "https://127.0.0.1:7777", job.RunnerInfo.SessionURL)
	assert.Regexp(t, `^01906e2a-8a00-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, job.RunnerInfo.UUID)
	assert.Len(t, job.Inputs, 2)
	assert.Equal(t, []payloadCredentials{{"registry", "registry.example.com:5005", "gitlab-ci-token", "glcbt-1_abc"}},
		job.Credentials)
	assert.Equal(t, "a.zip", job.Dependencies[0].ArtifactsFile.Filename)
	assert.Equal(t, "glcbt-1_abc", job.Dependencies[1].Token)
	assert.NotContains(t, plain["dependencies"].([]any)[1], "artifacts_file")
	assert.NotContains(t, plain, "run")
	assert.Contains(t, job.Features.FailureReasons, "job_router_failure")
	assert.Contains(t, plain["job_info"], "scoped_user_id")
}

func TestJobPayloadOfVersion172(t *testing.T) {
	data, err := json.Marshal(Build(payloadInputOf(ci.JobSpec{Script: []string{"x"}})))
	require.NoError(t, err)
	keys, values, err := datajson.Object(data)
	require.NoError(t, err)
	assert.Equal(t, strings.Fields(`
		id token allow_git_fetch job_info git_info runner_info variables steps hooks image services
		artifacts cache credentials features dependencies`), keys)
	assert.JSONEq(t, `{"id":1101,"name":"Unit test: 1","stage":"test","project_id":7,"project_name":"Shop",
		"time_in_queue_seconds":null,"project_jobs_running_on_instance_runners_count":"+Inf"}`, string(values["job_info"]))
	assert.JSONEq(t,
		fmt.Sprintf(`{"repo_url":"http://gitlab-ci-token:glcbt-1_abc@127.0.0.1:8080/gitlab/acme/tools/shop.git",
		"ref":"main","sha":%q,"before_sha":%q,"ref_type":"branch",
		"refspecs":["+refs/pipelines/33:refs/pipelines/33","+refs/heads/main:refs/remotes/origin/main"],"depth":20,
		"repo_object_format":"sha1"}`,
			strings.Repeat("a1", 20), strings.Repeat("0", 40)), string(values["git_info"]))
	assert.JSONEq(t, `{"timeout":3600,"runner_session_url":null}`, string(values["runner_info"]))
	assert.JSONEq(t, `[]`, string(values["credentials"]))
	assert.JSONEq(t, `[]`, string(values["dependencies"]))
	assert.NotContains(t, string(values["features"]), "job_router_failure")
	assert.Contains(t, string(values["features"]), "reached_max_pipeline_hierarchy_size")
}

func TestJobPayloadRawOverrides(t *testing.T) {
	in := payloadInputOf(ci.JobSpec{Raw: map[string]json.RawMessage{"run": json.RawMessage("null"),
		"id": json.RawMessage(`"x"`), "a": json.RawMessage("1")}})
	data, err := json.Marshal(Build(in))
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(data), `{"id":"x","token":`), "%s", data)
	assert.True(t, strings.HasSuffix(string(data), `,"a":1,"run":null}`), "%s", data)
	in.Job.Spec.Raw["a"] = json.RawMessage("{")
	_, err = json.Marshal(Build(in))
	assert.Error(t, err)
}

func TestGitInfo(t *testing.T) {
	depth := func(value string) ci.JobSpec {
		return ci.JobSpec{Variables: ci.JobVariables{{Key: "GIT_DEPTH", Value: value}}}
	}
	everything := []string{"+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"}
	several := ci.JobSpec{Variables: ci.JobVariables{{Key: "GIT_DEPTH", Value: "3"}, {Key: "OTHER", Value: "4"},
		{Key: "GIT_DEPTH", Value: "5"}}}
	later := Rules{DepthOfHighest: true, FetchedBySHA: true}
	tests := []struct {
		name    string
		spec    ci.JobSpec
		project int
		ref     string
		tag     bool
		depth   int
		refs    []string
		rules   Rules
	}{
		{"branch", ci.JobSpec{}, 0, "main", false, 20, []string{"+refs/heads/main:refs/remotes/origin/main"}, Rules{}},
		{"tag", depth("1"), 20, "v1.0", true, 1, []string{"+refs/tags/v1.0:refs/tags/v1.0"}, Rules{}},
		{"everything", ci.JobSpec{}, -1, "main", false, 0, everything, Rules{}},
		{"variable says everything", depth("0"), 20, "main", false, 0, everything, Rules{}},
		{"no number", depth("deep"), 20, "main", false, 0, everything, Rules{}},
		{"the first of several", several, 20, "v1.0", true, 3, []string{"+refs/tags/v1.0:refs/tags/v1.0"}, Rules{}},
		{"the last of several", several, 20, "v1.0", true, 5, []string{"+refs/tags/v1.0:refs/tags/v1.0"}, later},
		{"everything, later", depth("deep"), 20, "main", false, 0, everything, later},
		{"merge request", ci.JobSpec{}, 20, "refs/merge-requests/1/head", false, 20, nil, Rules{}},
		{"merge request, later", ci.JobSpec{}, 20, "refs/merge-requests/1/head", false, 20, nil, later},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := payloadInputOf(tt.spec)
			in.Project.GitDepth, in.Job.Ref, in.Job.RefIsTag, in.Rules = tt.project, tt.ref, tt.tag, tt.rules
			pipeline := map[bool]string{false: "refs/pipelines/33", true: in.Job.Commit.SHA}[tt.rules.FetchedBySHA]
			job, _ := encodePayload(t, in)
			assert.Equal(t, tt.depth, job.GitInfo.Depth)
			assert.Equal(t, append([]string{"+" + pipeline + ":refs/pipelines/33"}, tt.refs...), job.GitInfo.Refspecs)
			assert.Equal(t, map[bool]string{true: "tag", false: "branch"}[tt.tag], job.GitInfo.RefType)
		})
	}
	in := payloadInputOf(ci.JobSpec{})
	in.ServerURL = "here"
	assert.Equal(t, "here/acme/tools/shop.git", repoURL(in), "a URL without a scheme carries no credentials")
}

func TestJobTimeout(t *testing.T) {
	for _, tt := range []struct {
		job, project, runner time.Duration
		want                 int64
	}{
		{0, 0, 0, 3600},
		{0, 1234 * time.Second, 0, 1234},
		{0, 1234 * time.Second, 1000 * time.Second, 1000},
		{2 * time.Hour, time.Hour, 0, 7200},
		{20 * time.Minute, time.Hour, time.Hour, 1200},
		{10 * time.Millisecond, 0, 0, 1},
		{0, math.MaxInt64, 0, 9223372037},
	} {
		r := &world.Runner{}
		if seconds := int(tt.runner / time.Second); seconds != 0 {
			r.MaximumTimeout = &seconds
		}
		in := payloadInputOf(ci.JobSpec{Timeout: tt.job})
		in.Job.Project, in.Runner = &world.Project{BuildTimeout: tt.project}, r
		assert.Equal(t, int(tt.want), Build(in).RunnerInfo.Timeout, "%+v", tt) // int cuts both where it has 32 bits
	}
}

func TestRunningOnInstanceRunners(t *testing.T) {
	for count, want := range map[int]string{0: "0", 4: "4", 5: "5+", 90: "5+"} {
		in := payloadInputOf(ci.JobSpec{})
		in.Runner.Type, in.RunningOnInstanceRunners = world.InstanceRunner, count
		assert.Equal(t, want, buildJobInfo(in).RunningOnRunners)
	}
}
