package rest_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// A job shows the commit that the commits API shows (lib/api/entities/ci/job_basic.rb), with the zones in which git
// noted its times (lib/gitlab/git/commit.rb, init_date_from_gitaly), and its variables tell the same.
func TestCommitOfAJob(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/far", Repository: &fakegitlab.Repository{
		Refs: map[string]string{"refs/heads/main": "b"}, Commits: []fakegitlab.RepositoryCommit{
			{SHA: "a", Author: "Ann <ann@example.com> 2024-06-01T09:00:00+05:30", Message: "one"},
			{SHA: "b", Parents: []string{"a"}, Author: "Ann <ann@example.com> 2024-06-01T10:00:00+05:30",
				Committer: "Bob <bob@example.com> 2024-06-02T10:00:00+05:30", Message: "two",
				Files: map[string]string{".gitlab-ci.yml": "j: {script: make}\n"}}}}})
	gl.AddRunner(fakegitlab.Runner{Projects: []string{"acme/far"}, Token: "far-token"})
	gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/far"})
	check := func(gl *fakegitlab.Fake) {
		first := func(path string) map[string]any {
			var list []map[string]any
			body := testkit.Ask(t, gl, gl.AdminToken(), "GET", "/projects/acme%2Ffar/"+path).Body
			require.NoError(t, json.Unmarshal([]byte(body), &list), body)
			require.NotEmpty(t, list)
			return list[0]
		}
		commit := first("repository/commits")
		assert.Equal(t, commit, first("jobs")["commit"])
		assert.Equal(t, "2024-06-01T10:00:00.000+05:30", commit["authored_date"])
		assert.Equal(t, "2024-06-02T10:00:00.000+05:30", commit["created_at"])
	}
	check(gl)
	again := fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot()))
	check(again)
	got := testkit.Ask(t, again, "", "POST", "/jobs/request", testkit.WithForm("token=far-token"))
	require.Equal(t, 201, got.Status)
	assert.Contains(t, got.Body, `"key":"CI_COMMIT_TIMESTAMP","value":"2024-06-02T10:00:00+05:30"`)
	assert.Contains(t, got.Body, `"key":"CI_COMMIT_AUTHOR","value":"Ann \u003cann@example.com\u003e"`)
}
