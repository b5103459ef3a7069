package rest_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What the conformance cases cannot say: what is in an archive, who sees what is only for members, and that a refused
// commit leaves nothing.
func TestRepositoryOverREST(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddProject(fg.Project{Path: "acme/code", Visibility: fg.Public, Files: map[string]string{"a/b.txt": "b", "c": "c"},
		Members: fg.Members{"mia": fg.Maintainer}, Attributes: map[string]string{"repository_access_level": "private"}})
	ask := func(who, method, path, body string) testkit.Reply {
		token := ""
		if who != "" {
			token = gl.Token(who)
		}
		return testkit.Ask(t, gl, token, method, "/projects/acme%2Fcode/repository/"+path, testkit.WithJSON(body))
	}

	packed := ask("mia", "GET", "archive.tar.gz?sha=main&path=a", "")
	unpacked, err := gzip.NewReader(strings.NewReader(packed.Body))
	require.NoError(t, err)
	in := tar.NewReader(unpacked)
	var names []string
	for h, err := in.Next(); err != io.EOF; h, err = in.Next() {
		require.NoError(t, err)
		names = append(names, h.Name)
	}
	folder := strings.TrimSuffix(names[1], "/")
	assert.Regexp(t, "^code-main-[0-9a-f]{40}-a$", folder, "lib/gitlab/git/repository.rb, archive_prefix")
	assert.Equal(t, []string{"pax_global_header", folder + "/", folder + "/a/b.txt"}, names)
	assert.Equal(t, `404 {"message":"404 File Not Found"}`, ask("mia", "GET", "archive.tar.bz2", "").String())
	ask("mia", "GET", "archive.zip?path=d", "")
	calls := gl.Calls("GET /projects/:id/repository/archive")
	assert.Equal(t, "the fake packs zip, tar and tar.gz (tgz, gz), and no tar.bz2", calls[1].Reason)
	assert.Equal(t, `there is no folder "d" at main`, calls[2].Reason)

	assert.Equal(t, `404 {"message":"404 Repository Not Found"}`, ask("", "GET", "branches", "").String())
	assert.Equal(t, `403 {"message":"403 Forbidden"}`, ask("", "GET", "tree", "").String())

	before := gl.Snapshot()
	refused := ask("mia", "POST", "commits", `{"branch":"main","commit_message":"m","actions":[`+
		`{"action":"create","file_path":"new","content":"x"},{"action":"delete","file_path":"nothing"}]}`)
	assert.Equal(t, `400 {"message":"A file with this name doesn't exist"}`, refused.String())
	before.AccessTokens = gl.Snapshot().AccessTokens // which were used
	assert.Equal(t, before, gl.Snapshot())

	made := ask("mia", "POST", "commits", `{"branch":"main","commit_message":"m","actions":[`+
		`{"action":"delete","file_path":"a/b.txt"},{"action":"create","file_path":"a","content":"a file now"}]}`)
	require.Equal(t, 201, made.Status, made.Body)
	assert.Equal(t, "a file now", ask("mia", "GET", "files/a/raw", "").Body)
	assert.True(t, bytes.Contains([]byte(ask("mia", "GET", "commits/main/diff", "").Body), []byte(`"deleted_file":true`)))
}

// A tag that is refused, before or after its object was made, leaves nothing in the repository: neither the size of all
// objects nor the world changes.
func TestRefusedTagsLeaveNothing(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddUser(fg.User{Username: "dev"})
	gl.AddProject(fg.Project{Path: "acme/code", Files: map[string]string{"a": "b"},
		Members: fg.Members{"mia": fg.Maintainer, "dev": fg.Developer}})
	gl.AddProtectedRef(fg.ProtectedRef{Project: "acme/code", Name: "v*", Tag: true, Push: fg.MaintainersUp})
	ask := func(who, method, path, body string) testkit.Reply {
		return testkit.Ask(t, gl, gl.Token(who), method, "/projects/acme%2Fcode"+path, testkit.WithJSON(body))
	}
	require.Equal(t, 201, ask("mia", "POST", "/repository/tags", `{"tag_name":"taken","ref":"main","message":"m"}`).Status)
	size := func() any { return ask("mia", "GET", "?statistics=true", "").Field(t, "statistics.repository_size") }
	before, at := size(), gl.Snapshot()
	require.NotZero(t, before)
	for _, refused := range []struct{ who, name, ref, want string }{
		{"dev", "v1", "main", `400 {"message":"You are not allowed to create this tag as it is protected."}`},
		{"mia", "taken", "main", `400 {"message":"Tag taken already exists"}`},
		{"mia", "a..b", "main", `400 {"message":"Tag name invalid"}`},
		{"mia", "new", "nothing", `400 {"message":"Target nothing is invalid"}`},
	} {
		answer := ask(refused.who, "POST", "/repository/tags",
			`{"tag_name":"`+refused.name+`","ref":"`+refused.ref+`","message":"annotated"}`)
		assert.Contains(t, answer.String(), refused.want)
		assert.Equal(t, before, size(), refused.name)
	}
	at.AccessTokens = gl.Snapshot().AccessTokens // which were used
	assert.Equal(t, at, gl.Snapshot())
}

// Who may not make the first push may not make the first commit by REST either (lib/gitlab/user_access.rb).
func TestFirstCommitOverREST(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddUser(fg.User{Username: "dev"})
	gl.AddProject(fg.Project{Path: "acme/bare", Members: fg.Members{"mia": fg.Maintainer, "dev": fg.Developer}})
	ask := func(who, path, body string) string {
		return testkit.Ask(t, gl, gl.Token(who), "POST", "/projects/acme%2Fbare/repository/"+path,
			testkit.WithJSON(body)).String()
	}
	const commit = `{"branch":"main","commit_message":"m","actions":[{"action":"create","file_path":"a","content":"a"}]}`
	const mayNot = "You are not allowed to push into this branch"
	assert.Equal(t, `403 {"message":"403 Forbidden - `+mayNot+`"}`, ask("dev", "commits", commit))
	assert.Equal(t, `400 {"message":"`+mayNot+`"}`, ask("dev", "files/a", `{"branch":"main","commit_message":"m","content":"a"}`))
	assert.Contains(t, ask("dev", "branches", `{"branch":"x","ref":"main"}`), "400 ")
	assert.Contains(t, ask("mia", "commits", commit), "201 ")
}

// Slashes ahead of a path count for nothing (lib/gitlab/git/path_helper.rb).
func TestPathFromTheRoot(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddProject(fg.Project{Path: "acme/code", Files: map[string]string{"a": "a"}, Members: fg.Members{"mia": fg.Maintainer}})
	made := testkit.Ask(t, gl, gl.Token("mia"), "POST", "/projects/acme%2Fcode/repository/commits", testkit.WithJSON(
		`{"branch":"main","commit_message":"m","actions":[{"action":"create","file_path":"/b","content":"b"},`+
			`{"action":"move","file_path":"/c","previous_path":"/a"}]}`))
	require.Equal(t, 201, made.Status, made.Body)
	p, _ := gl.Project("acme/code")
	last := p.Repository.Commits[len(p.Repository.Commits)-1]
	assert.Equal(t, map[string]string{"b": "b", "c": "a"}, last.Files)
}

// What git keeps of another repository is no file: it moves, nobody can run it, and with a content it becomes one
// (gitaly, internal/gitaly/service/operations/commit_files.go). What has begun twice has no commit in common.
func TestSubmodulesAndTwoBeginnings(t *testing.T) {
	const elsewhere = "4240dea7644c7527baa4e2d82452aa6476abe8c3"
	gl := testkit.NewMia(t)
	by := "mia <mia@example.com> 2024-07-01T12:00:00Z"
	gl.AddProject(fg.Project{Path: "acme/two", Members: fg.Members{"mia": fg.Maintainer}, Repository: &fg.Repository{
		Refs: map[string]string{"refs/heads/main": "one", "refs/heads/other": "two"},
		Commits: []fg.RepositoryCommit{{SHA: "one", Author: by, Message: "One", Files: map[string]string{"sub": elsewhere},
			Modes: map[string]string{"sub": "160000"}}, {SHA: "two", Author: by, Message: "Two"}}}})
	ask := func(method, path, body string) testkit.Reply {
		return testkit.Ask(t, gl, gl.Token("mia"), method, "/projects/acme%2Ftwo/repository/"+path, testkit.WithJSON(body))
	}
	for _, step := range []struct{ action, name, mode, id string }{
		{`"action":"move","previous_path":"sub","file_path":"moved"`, "moved", "160000", elsewhere},
		{`"action":"chmod","execute_filemode":true,"file_path":"moved"`, "moved", "160000", elsewhere},
		{`"action":"update","content":"x","file_path":"moved"`, "moved", "100644",
			"c1b0730e0133447badcfd47fd144e254807b06e1"},
	} {
		made := ask("POST", "commits", `{"branch":"main","commit_message":"m","actions":[{`+step.action+`}]}`)
		require.Equal(t, 201, made.Status, made.Body)
		tree := ask("GET", "tree", "")
		assert.Equal(t, [][]any{{step.name}, {step.mode}, {step.id}},
			[][]any{tree.Each(t, "name"), tree.Each(t, "mode"), tree.Each(t, "id")}, step.action)
	}
	assert.Equal(t, `404 {"message":"404 Merge Base Not Found"}`,
		ask("GET", "merge_base?refs[]=main&refs[]=other", "").String())
}
