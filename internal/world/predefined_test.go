package world

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// told are variables as lines, in their order.
func told(variables ci.JobVariables) (lines []string) {
	for _, v := range variables {
		lines = append(lines, v.Key+"="+v.Value)
	}
	return lines
}

func parsed(t *testing.T, version string) gitlabversion.Version {
	t.Helper()
	v, err := gitlabversion.Parse(version)
	require.NoError(t, err)
	return v
}

// app/models/project.rb, predefined_ci_server_variables: what a job knows of the instance.
func TestVariablesOfAServer(t *testing.T) {
	assert.Equal(t, []string{"CI=true", "GITLAB_CI=true", "CI_SERVER_FQDN=gitlab.example.com:8443",
		"CI_SERVER_URL=https://gitlab.example.com:8443/git", "CI_SERVER_HOST=gitlab.example.com", "CI_SERVER_PORT=8443",
		"CI_SERVER_PROTOCOL=https", "CI_SERVER_SHELL_SSH_HOST=gitlab.example.com", "CI_SERVER_SHELL_SSH_PORT=22",
		"CI_SERVER_NAME=GitLab", "CI_SERVER_VERSION=17.2.3-ee", "CI_SERVER_VERSION_MAJOR=17", "CI_SERVER_VERSION_MINOR=2",
		"CI_SERVER_VERSION_PATCH=3", "CI_SERVER_REVISION=" + gitlabversion.Revision},
		told(ServerVariables("https://gitlab.example.com:8443/git", "17.2.3-ee", parsed(t, "17.2"))))
	assert.Equal(t, []string{"CI=true", "GITLAB_CI=true", "CI_SERVER_NAME=GitLab", "CI_SERVER_VERSION=17",
		"CI_SERVER_VERSION_MAJOR=17", "CI_SERVER_VERSION_MINOR=0", "CI_SERVER_VERSION_PATCH=0",
		"CI_SERVER_REVISION=" + gitlabversion.Revision},
		told(ServerVariables("http://[", "17", parsed(t, "17.2"))), "at what is no URL")
}

// app/models/project.rb, container_registry_variables, api_variables and ci_template_variables. A URL of https leaves its
// port out, and so does the image, but the registry is told as it is set.
func TestVariablesOfPlaces(t *testing.T) {
	const at = "https://gitlab.example.com"
	always := []string{"CI_API_V4_URL=" + at + "/api/v4", "CI_API_GRAPHQL_URL=" + at + "/api/graphql",
		"CI_TEMPLATE_REGISTRY_HOST=registry.gitlab.com"}
	p := &Project{Path: "Acme/Shop"}
	for registry, want := range map[string][]string{
		"":                           nil,
		"registry.example.com":       {"CI_REGISTRY=registry.example.com", "CI_REGISTRY_IMAGE=registry.example.com/acme/shop"},
		"registry.example.com:443":   {"CI_REGISTRY=registry.example.com:443", "CI_REGISTRY_IMAGE=registry.example.com/acme/shop"},
		"registry.example.com:5050":  {"CI_REGISTRY=registry.example.com:5050", "CI_REGISTRY_IMAGE=registry.example.com:5050/acme/shop"},
		"a:registry.example.com:443": {"CI_REGISTRY=a:registry.example.com:443", "CI_REGISTRY_IMAGE=a:registry.example.com:443/acme/shop"},
	} {
		assert.Equal(t, append(want, always...), told(PlaceVariables(p, at, registry)), registry)
	}
	p.Attributes = map[string]string{attrRegistryAccess: FeatureDisabled}
	assert.Equal(t, append([]string{"CI_REGISTRY=registry.example.com"}, always...),
		told(PlaceVariables(p, at, "registry.example.com")))
	for at, host := range map[string]string{"https://gitlab.example.com:8443/git": "gitlab.example.com:8443", "http://[": "http://["} {
		assert.Equal(t, host+"/Acme/Shop//.gitlab-ci.yml@refs/heads/main", ConfigRef(p, at, "main", false))
		assert.Equal(t, host+"/Acme/Shop//.gitlab-ci.yml@refs/tags/v1", ConfigRef(p, at, "v1", true))
	}
}

// lib/gitlab/ci/variables/builder/pipeline.rb: how long a message may be that is not cut, and where it is told.
func TestVariablesOfLongMessages(t *testing.T) {
	for length, cut := range map[int]string{mostOfMessage: "false", mostOfMessage + 1: "true"} {
		message := strings.Repeat("a", length)
		commit := CommitFacts{Commit: Commit{Message: message, Title: message}, Ref: "main", IsBranch: true}
		for version, want := range map[string][]string{
			"18.5": {message, "", message, "main"}, "18.6": {message[:mostOfMessage], cut, message[:mostOfMessage], "main"},
		} {
			all := map[string]string{}
			for _, v := range CommitVariables(commit, parsed(t, version)) {
				all[v.Key] = v.Value
			}
			got := []string{all["CI_COMMIT_MESSAGE"], all["CI_COMMIT_MESSAGE_IS_TRUNCATED"], all["CI_COMMIT_TITLE"],
				all["CI_COMMIT_BRANCH"]}
			assert.True(t, assert.ObjectsAreEqual(want, got), "%s of %d", version, length)
			_, tag := all["CI_COMMIT_TAG"]
			assert.False(t, tag)
		}
	}
}

// Predefined variables page: what the rules of a pipeline of a schedule, of a tag or of a topic see, by the versions.
func TestVariablesThatPipelinesBeginWith(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{"a": "a"})
	u := st.Users.Rows[0]
	u.Attributes = map[string]string{attrPublicEmail: u.Email}
	s, err := st.AddSchedule(p.Path, u.Username, PipelineSchedule{Description: "nightly", Cron: "0 1 * * *", Ref: "main"}, ScheduleGifts{})
	require.NoError(t, err)
	topic := p.Repository.AddCommit(repository.Commit{Tree: c.Tree, Parents: []string{c.ID}, Message: "More"})
	p.Repository.SetRef("refs/heads/topic", topic.ID)
	note := repository.AnnotatedTag{Target: c.ID, TargetKind: repository.KindCommit, Name: "v1", Message: "the first\n"}
	p.Repository.SetRef("refs/tags/v1", p.Repository.Add(note.Object()))
	p.Repository.SetRef("refs/tags/light", c.ID)
	keys := []string{"CI_PIPELINE_SCHEDULE_DESCRIPTION", "CI_CONFIG_REF_URI", "CI_COMMIT_DEFAULT_BRANCH_BASE_SHA",
		"CI_COMMIT_USER_LOGIN", "CI_COMMIT_TAG", "CI_COMMIT_TAG_MESSAGE", "CI_COMMIT_REF_PROTECTED"}
	seen := func(version string, f PipelineFacts) map[string]string {
		st.Version = parsed(t, version)
		all := map[string]string{}
		for _, v := range st.PredefinedFor(p, f) {
			for _, key := range keys {
				if v.Key == key {
					all[key] = v.Value
				}
			}
		}
		return all
	}
	by := Commit{SHA: c.ID, AuthorEmail: u.Email}
	for _, x := range []struct {
		version string
		facts   PipelineFacts
		want    map[string]string
	}{
		{"17.7", PipelineFacts{Ref: "main", Commit: by, ScheduleID: s.ID}, map[string]string{"CI_COMMIT_REF_PROTECTED": "false"}},
		{"17.8", PipelineFacts{Ref: "main", Commit: by, ScheduleID: s.ID, Protected: true}, map[string]string{
			"CI_PIPELINE_SCHEDULE_DESCRIPTION": "nightly", "CI_COMMIT_REF_PROTECTED": "true"}},
		{"18.11", PipelineFacts{Ref: "topic", Commit: Commit{SHA: topic.ID, AuthorEmail: u.Email}}, map[string]string{
			"CI_COMMIT_USER_LOGIN": RootUsername, "CI_COMMIT_REF_PROTECTED": "false"}},
		{"19.0", PipelineFacts{Ref: "topic", Commit: Commit{SHA: topic.ID}}, map[string]string{
			"CI_CONFIG_REF_URI": "/acme/shop//.gitlab-ci.yml@refs/heads/topic", "CI_COMMIT_USER_LOGIN": "",
			"CI_COMMIT_REF_PROTECTED": "false"}},
		{"19.1", PipelineFacts{Ref: "topic", Commit: Commit{SHA: topic.ID}}, map[string]string{
			"CI_CONFIG_REF_URI": "/acme/shop//.gitlab-ci.yml@refs/heads/topic", "CI_COMMIT_USER_LOGIN": "",
			"CI_COMMIT_REF_PROTECTED": "false", "CI_COMMIT_DEFAULT_BRANCH_BASE_SHA": c.ID}},
		{"19.1", PipelineFacts{Ref: "v1", RefIsTag: true, Commit: Commit{SHA: c.ID}}, map[string]string{
			"CI_CONFIG_REF_URI": "/acme/shop//.gitlab-ci.yml@refs/tags/v1", "CI_COMMIT_USER_LOGIN": "",
			"CI_COMMIT_REF_PROTECTED": "false", "CI_COMMIT_TAG": "v1", "CI_COMMIT_TAG_MESSAGE": "the first"}},
		{"18.0", PipelineFacts{Ref: "light", RefIsTag: true, Commit: Commit{SHA: c.ID}}, map[string]string{
			"CI_COMMIT_REF_PROTECTED": "false", "CI_COMMIT_TAG": "light", "CI_COMMIT_TAG_MESSAGE": ""}},
	} {
		assert.Equal(t, x.want, seen(x.version, x.facts), "%s %s", x.version, x.facts.Ref)
	}
	p.Repository.SetRef("refs/heads/main", "")
	assert.Empty(t, DefaultBranchBase(p, "topic", false, topic.ID), "without a default branch")
}
