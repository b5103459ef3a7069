package rest_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What happens seldom: rules whose loss no other test noticed (internal/mutate).

// lib/gitlab/git/diff.rb, between, and lib/gitlab/gitaly_client/commit_service.rb, diff: where two commits have no
// common one, all that the second has is new.
func TestComparingWhatHasNothingInCommon(t *testing.T) {
	gl := testkit.NewMia(t)
	commit := func(sha, message string, files map[string]string) fg.RepositoryCommit {
		return fg.RepositoryCommit{SHA: sha, Author: "mia <mia@example.com> 2024-06-01T12:00:00Z", Message: message,
			Files: files}
	}
	p := gl.AddProject(fg.Project{Path: "acme/code", Members: fg.Members{"mia": fg.Maintainer},
		Repository: &fg.Repository{Refs: map[string]string{"refs/heads/main": "one", "refs/heads/other": "two"},
			Commits: []fg.RepositoryCommit{commit("one", "One", map[string]string{"same": "s", "old": "o"}),
				commit("two", "Two", map[string]string{"same": "s", "new": "n"})}}})
	compared := func(query string) (changes []string, url string) {
		got := as(t, gl, "mia", "GET", "/projects/acme%2Fcode/repository/compare?from=main&to=other"+query)
		require.Equal(t, 200, got.Status, got.Body)
		for _, diff := range got.Field(t, "diffs").([]any) {
			d := diff.(testkit.Hash)
			changes = append(changes, fmt.Sprint(d["new_path"], " ", d["new_file"], " ", d["deleted_file"]))
		}
		return changes, got.Field(t, "web_url").(string)
	}
	changes, url := compared("")
	assert.Equal(t, []string{"new true false", "same true false"}, changes)
	straight, same := compared("&straight=true")
	assert.Equal(t, []string{"new true false", "old false true"}, straight)
	assert.Equal(t, same, url)
	p, _ = gl.Project(p.Path)
	assert.Contains(t, url, p.Repository.Refs["refs/heads/main"]+"..."+p.Repository.Refs["refs/heads/other"])
}

// git for-each-ref --sort=creatordate: what is no commit, and has no message, has no time, which is before all others.
func TestTagsOfFilesHaveNoTime(t *testing.T) {
	gl := testkit.NewMia(t)
	const blob = "c1b0730e0133447badcfd47fd144e254807b06e1"
	gl.AddProject(fg.Project{Path: "acme/code", Members: fg.Members{"mia": fg.Maintainer}, Repository: &fg.Repository{
		Refs:    map[string]string{"refs/heads/main": "one", "refs/tags/b": "one", "refs/tags/c": blob},
		Objects: map[string]string{blob: "blob 1\x00x"},
		Commits: []fg.RepositoryCommit{{SHA: "one", Author: "mia <mia@example.com> 2024-06-01T12:00:00Z", Message: "One",
			Files: map[string]string{"a": "a"}}}}})
	got := as(t, gl, "mia", "GET", "/projects/acme%2Fcode/repository/tags?order_by=updated&sort=asc")
	require.Equal(t, 200, got.Status, got.Body)
	assert.Less(t, strings.Index(got.Body, `"name":"c"`), strings.Index(got.Body, `"name":"b"`), got.Body)
}

// workhorse/internal/headers: what looks like a drawing is one, behind the first line of XML as well, and nothing else.
func TestTypesOfRawFiles(t *testing.T) {
	gl, _ := testkit.Factory(t)
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for name, text := range map[string]string{"plain": "<svg></svg>", "xml": "<?xml version=\"1.0\"?>\n<svg></svg>",
		"told": "so ?><svg></svg>", "picture": "\x89PNG\r\n\x1a\n"} {
		f, err := w.Create(name)
		require.NoError(t, err)
		_, _ = f.Write([]byte(text)) // into memory
	}
	require.NoError(t, w.Close())
	j := gl.AddJob(fg.Job{Project: "acme/shop", Ref: "main", Name: "draw", Status: fg.JobSuccess,
		Artifacts: []fg.Artifact{{Filename: "a.zip", Content: packed.Bytes()}}})
	for name, want := range map[string]string{"plain": "image/svg+xml", "xml": "image/svg+xml",
		"told": "text/plain; charset=utf-8", "picture": "image/png"} {
		got := as(t, gl, "mia", "GET", "/projects/acme%2Fshop/jobs/artifacts/main/raw/"+name+"?job="+j.Name)
		require.Equal(t, 200, got.Status, got.Body)
		assert.Equal(t, want, got.Header.Get("Content-Type"), name)
	}
}

// The journal says what a piece of a log was, and what an upload lacks.
func TestReasonsOfWhatRunnersSend(t *testing.T) {
	gl, r := testkit.Factory(t)
	j := gl.AddJob(fg.Job{Project: "acme/shop", RunnerID: r.ID, Status: fg.JobRunning})
	last := func() string { calls := gl.Calls(""); return calls[len(calls)-1].Reason }
	require.Equal(t, 202, testkit.PatchTrace(t, gl, j, 0, "log").Status)
	assert.Equal(t, "0-2; the log has 3 bytes", last())
	require.Equal(t, 202, testkit.PatchTrace(t, gl, j, 3, "").Status)
	assert.Equal(t, "nothing; the log has 3 bytes", last())
	body, kind := testkit.FileForm("other", "a.zip", []byte("PK"))
	path := fmt.Sprintf("/jobs/%d/artifacts", j.ID)
	require.Equal(t, 400, testkit.Send(t, gl, "POST", path, body, "Job-Token", j.Token, "Content-Type", kind).Status)
	assert.Equal(t, "the file is a part of a multipart body that is named file and has a file name", last())

	gone := as(t, gl, "root", "DELETE", fmt.Sprintf("/runners/%d", r.ID)) // from its job, too
	require.Equal(t, 204, gone.Status)
	require.Equal(t, 202, testkit.PatchTrace(t, gl, j, 3, "more").Status)
}

// action_dispatch/http/content_disposition.rb: a letter stays what it is, the first as well.
func TestNameThatBeginsWithA(t *testing.T) {
	gl, r := testkit.Factory(t)
	job := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, RunnerID: r.ID,
		Artifacts: []fg.Artifact{{Filename: "A.zip"}}})
	got := testkit.Send(t, gl, "GET", fmt.Sprintf("/jobs/%d/artifacts", job.ID), nil, "Job-Token", job.Token)
	assert.Equal(t, `attachment; filename="A.zip"; filename*=UTF-8''A.zip`, got.Header.Get("Content-Disposition"))
}

// lib/api/entities/project.rb, container_registry_image_prefix; https://gitlab.com/gitlab-org/gitlab/-/issues/585606: the
// caches of protected refs are for what Maintainers run, too.
func TestWhatAProjectAndItsJobsAreToldOf(t *testing.T) {
	gl, r := testkit.Factory(t, fg.WithVersion("18.6"))
	gl.UpdateSettings(func(s *fg.Settings) { s.RegistryHost = "registry.example.com" })
	p := as(t, gl, "mia", "GET", "/projects/acme%2Fshop")
	assert.Equal(t, "registry.example.com/acme/shop", p.Field(t, "container_registry_image_prefix"))
	for user, want := range map[string]string{"dev": "k-non_protected", "mia": "k-protected", "root": "k-protected"} {
		gl.AddJob(fg.Job{Project: "acme/shop", User: user, Spec: fg.JobSpec{Cache: []ci.Cache{{Key: ci.CacheKey{Key: "k"},
			Paths: []string{"p"}}}}})
		got := testkit.RequestJob(t, gl, r.Token)
		require.Equal(t, 201, got.Status, got.Body)
		assert.True(t, strings.Contains(got.Body, `"key":"`+want+`"`), got.Body)
	}
}

// A piece that is too large ends the job, and is none of those that were to be lost on the way.
func TestTooLargeAPieceIsNotLost(t *testing.T) {
	spy, _ := testkit.SpyOn(func(tb *testkit.Spy) {
		gl := fg.New(tb)
		gl.AddProject(fg.Project{Path: "acme/shop"})
		gl.UpdateSettings(func(s *fg.Settings) { s.MaxTraceSize = 2 })
		r := gl.AddRunner(fg.Runner{Projects: []string{"acme/shop"}})
		j := gl.AddJob(fg.Job{Project: "acme/shop", RunnerID: r.ID, Status: fg.JobRunning})
		gl.JobRun(j.ID).LoseLog(1)
		assert.Equal(t, 403, testkit.PatchTrace(t, gl, j, 0, "log").Status)
	})
	assert.Contains(t, strings.Join(spy.Errors, "\n"), "LoseLog(1) lost nothing: no log came for it; it is failed")
}

// lib/gitlab/pagination/gitaly_keyset_pager.rb: the next page of a tree begins behind the last object of this one.
func TestNextPageOfATree(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddProject(fg.Project{Path: "acme/code", Files: map[string]string{"a": "a", "b": "b", "c": "c"},
		Members: fg.Members{"mia": fg.Maintainer}})
	got := as(t, gl, "mia", "GET", "/projects/acme%2Fcode/repository/tree?pagination=keyset&per_page=2")
	require.Equal(t, 200, got.Status, got.Body)
	last := got.Each(t, "id")[1].(string)
	assert.Contains(t, got.Header.Get("Link"), "page_token="+last)
}
