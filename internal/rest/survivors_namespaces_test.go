package rest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What groups, projects and their jobs show: rules whose loss no other test noticed (internal/mutate).

// lib/api/entities/project.rb and basic_project_details.rb: what hangs on who asks, and what counts for the README.
func TestWhatProjectsShow(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddUser(fg.User{Username: "gus"})
	gl.AddGroup(fg.Group{Path: "open", Visibility: fg.Public})
	gl.AddProject(fg.Project{Path: "open/site", Visibility: fg.Public, Files: map[string]string{"readme/x": "x"}})
	gl.AddProject(fg.Project{Path: "acme/code", Files: map[string]string{"Index.md": "x"},
		Members: fg.Members{"gus": fg.Guest, "mia": fg.Maintainer}, RunnerTokenExpiration: time.Hour})
	assert.Equal(t, 3600.0, as(t, gl, "mia", "GET", "/projects/acme%2Fcode").Field(t, "runner_token_expiration_interval"))
	for who, may := range map[string]bool{"": false, "mia": true} {
		token := ""
		if who != "" {
			token = gl.Token(who)
		}
		shown := testkit.Ask(t, gl, token, "GET", "/groups/open").Field(t, "projects").([]any)
		assert.Equal(t, may, shown[0].(testkit.Hash)["can_create_merge_request_in"], who)
	}
	assert.Nil(t, as(t, gl, "mia", "GET", "/projects/open%2Fsite").Field(t, "readme_url"), "which is a folder")
	for who, told := range map[string]bool{"root": true, "mia": false} {
		shown := as(t, gl, who, "GET", "/projects/open%2Fsite?with_custom_attributes=true")
		assert.Equal(t, told, strings.Contains(shown.Body, `"custom_attributes":[]`), who)
	}
	require.Equal(t, 200, as(t, gl, "mia", "PUT", "/projects/acme%2Fcode", testkit.WithJSON(`{"default_branch":"main"}`)).Status)
	assert.Equal(t, gl.URL()+"/acme/code/-/blob/main/Index.md",
		as(t, gl, "mia", "GET", "/projects/acme%2Fcode").Field(t, "readme_url"))
	guests := as(t, gl, "gus", "GET", "/projects/acme%2Fcode")
	require.Equal(t, 200, guests.Status, guests.Body)
	assert.NotContains(t, guests.Body, `"default_branch":"main"`, "of the code a Guest of what is private sees nothing")
}

// lib/api/helpers/projects_helpers.rb: of a switch and the level that it stands for the level counts. What is not given
// of a group's branches stays as it is.
func TestWhatCountsOfOldAndNewSettings(t *testing.T) {
	gl := testkit.NewMia(t)
	got := as(t, gl, "mia", "PUT", "/projects/acme%2Fshop", testkit.WithJSON(`{"issues_enabled":false,"issues_access_level":"enabled"}`))
	assert.Equal(t, []any{true, "enabled"}, []any{got.Field(t, "issues_enabled"), got.Field(t, "issues_access_level")}, got.Body)
	for _, body := range []string{`{"default_branch_protection_defaults":{"allow_force_push":true}}`, `{"description":"d"}`} {
		put := as(t, gl, "root", "PUT", "/groups/acme", testkit.WithJSON(body))
		assert.Equal(t, testkit.Hash{"allow_force_push": true}, put.Field(t, "default_branch_protection_defaults"), body)
	}
}

// lib/api/entities/commit.rb: the commit of a job is that of the repository, but for what the job says of it; of one that
// no repository has, the parent is what the branch was before.
func TestCommitsOfJobs(t *testing.T) {
	gl := testkit.NewMia(t)
	made := gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": "a: {script: x}\n"}, "Begin\n\nWith care.\n")
	of := func(j fg.Job) (of []any) {
		got := as(t, gl, "mia", "GET", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d", j.ID))
		for _, name := range []string{"title", "message", "author_name", "author_email", "parent_ids"} {
			of = append(of, got.Field(t, "commit."+name))
		}
		return of
	}
	show := func(c fg.Commit) []any {
		return of(gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess, Commit: c}))
	}
	assert.Equal(t, []any{"Begin", "Begin\n\nWith care.\n"}, of(gl.Jobs()[0])[:2])
	assert.Equal(t, []any{"T", "M", "Ann", "ann@example.com", []any{}}, show(fg.Commit{SHA: made, Title: "T", Message: "M",
		AuthorName: "Ann", AuthorEmail: "ann@example.com"}))
	one, two, none := strings.Repeat("1", 40), strings.Repeat("2", 40), strings.Repeat("0", 40)
	assert.Equal(t, []any{two}, show(fg.Commit{SHA: one, BeforeSHA: two})[4])
	assert.Equal(t, []any{}, show(fg.Commit{SHA: two, BeforeSHA: none})[4])
}

// lib/api/entities/project.rb: what is switched off for all is told as off.
func TestFeaturesThatAreOff(t *testing.T) {
	gl := testkit.NewMia(t)
	features := map[string]string{"issues_access_level": "issues_enabled", "merge_requests_access_level": "merge_requests_enabled",
		"wiki_access_level": "wiki_enabled", "builds_access_level": "jobs_enabled", "snippets_access_level": "snippets_enabled",
		"container_registry_access_level": "container_registry_enabled"}
	for level, told := range features {
		for value, on := range map[string]bool{"disabled": false, "enabled": true} {
			got := as(t, gl, "mia", "PUT", "/projects/acme%2Fshop", testkit.WithJSON(fmt.Sprintf(`{%q:%q}`, level, value)))
			require.Equal(t, 200, got.Status, got.Body)
			assert.Equal(t, on, got.Field(t, told), level)
		}
	}
	got := as(t, gl, "mia", "PUT", "/projects/acme%2Fshop", testkit.WithJSON(`{"service_desk_enabled":true}`))
	assert.Equal(t, true, got.Field(t, "service_desk_enabled"))
}

// lib/api/entities/project_statistics.rb: the log of a job counts when it is archived, which is when the job is over.
func TestLogsCountWhenTheyAreArchived(t *testing.T) {
	gl, r := testkit.Factory(t)
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID})
	testkit.PatchTrace(t, gl, j, 0, "line")
	for _, want := range []float64{0, 4} {
		got := as(t, gl, "mia", "GET", "/projects/acme%2Fshop?statistics=true")
		assert.Equal(t, want, got.Field(t, "statistics.job_artifacts_size"))
		if want == 0 {
			gl.FinishJob(j.ID, fg.JobSuccess)
		}
	}
}

// A project is made even if its first commit is not, and what is not given of it stays as it is.
func TestProjectsWithoutTheirReadme(t *testing.T) {
	gl := testkit.NewMia(t)
	made := as(t, gl, "mia", "POST", "/projects",
		testkit.WithJSON(`{"name":"own","initialize_with_readme":true,"default_branch":"a..b","topics":"x,y"}`))
	require.Equal(t, 201, made.Status, made.Body)
	assert.Contains(t, because(gl), "no README was written: ")
	changed := as(t, gl, "mia", "PUT", "/projects/mia%2Fown", testkit.WithJSON(`{"description":"d"}`))
	assert.Equal(t, []any{"x", "y"}, changed.Field(t, "topics"))
	for _, lfs := range []string{"false", "null"} {
		changed = as(t, gl, "mia", "PUT", "/projects/mia%2Fown", testkit.WithJSON(`{"lfs_enabled":`+lfs+`}`))
		assert.Equal(t, lfs == "null", changed.Field(t, "lfs_enabled"), "null is GitLab's default here")
	}
}

// lib/api/entities/ci/pipeline.rb: of a pipeline whose user is gone no user is told, and all may see the details of one
// that is public.
func TestPipelinesAsTheyAreShown(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddProject(fg.Project{Path: "open/site", Visibility: fg.Public})
	require.NoError(t, gl.Seed(fg.Scenario{Pipelines: []fg.Pipeline{{ID: 4001, Project: "open/site", Ref: "main",
		Status: fg.JobSuccess, User: "sam"}}}))
	sam, _ := gl.User("sam")
	require.Equal(t, 204, as(t, gl, "root", "DELETE", fmt.Sprintf("/users/%d?hard_delete=true", sam.ID)).Status)
	got := as(t, gl, "mia", "GET", "/projects/open%2Fsite/pipelines/4001")
	require.Equal(t, 200, got.Status, got.Body)
	for field, want := range map[string]any{"user": nil, "iid": 1.0, "detailed_status.has_details": true, "queued_duration": nil} {
		assert.Equal(t, want, got.Field(t, field), field)
	}
}
