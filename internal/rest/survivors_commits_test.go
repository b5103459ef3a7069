package rest_test

import (
	"archive/tar"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Commits by REST and what is read of them: rules whose loss no other test noticed (internal/mutate).

// codeWorld is a fake with a repository of which mia is Maintainer, and how she asks there.
func codeWorld(t *testing.T, opts ...fg.Option) (gl *fg.Fake, ask func(method, path, body string) testkit.Reply) {
	t.Helper()
	gl = testkit.NewMia(t, opts...)
	gl.AddProject(fg.Project{Path: "acme/code", Members: fg.Members{"mia": fg.Maintainer},
		Files: map[string]string{"a": "a", "b": "b", "dir/sub/c": "c"}})
	return gl, func(method, path, body string) testkit.Reply {
		t.Helper()
		return testkit.Ask(t, gl, gl.Token("mia"), method, "/projects/acme%2Fcode/repository/"+path, testkit.WithJSON(body))
	}
}

// privateOf is the address that hides mia's.
func privateOf(gl *fg.Fake) string {
	mia, _ := gl.User("mia")
	u, _ := url.Parse(gl.URL())
	return fmt.Sprintf("%d-mia@users.noreply.%s", mia.ID, u.Hostname())
}

func because(gl *fg.Fake) string {
	calls := gl.Calls("")
	return calls[len(calls)-1].Reason
}

// app/services/commits/create_service.rb and app/services/files/multi_service.rb: where a commit begins, and who it is by.
func TestCommitsThatBeginElsewhere(t *testing.T) {
	gl, ask := codeWorld(t)
	for _, name := range []string{"main", "rel-*"} {
		gl.AddProtectedRef(fg.ProtectedRef{Project: "acme/code", Name: name, Push: fg.MaintainersUp, Merge: fg.MaintainersUp})
	}
	gl.UpdateUser("mia", func(u *fg.User) { u.Attributes = map[string]string{"commit_email": "_private"} })
	commit := func(where, file string) testkit.Reply {
		return ask("POST", "commits", `{"commit_message":"m","actions":[{"action":"create","file_path":"`+file+`"}],`+where+`}`)
	}
	first := ask("GET", "commits/main", "").Field(t, "id")
	require.Equal(t, 201, commit(`"branch":"main"`, "second").Status)
	made := commit(fmt.Sprintf(`"branch":"rel-1","start_sha":%q,"author_name":"Ann","author_email":"ann@example.com"`, first), "x")
	require.Equal(t, 201, made.Status, made.Body)
	assert.Equal(t, []any{[]any{first}, "Ann", "ann@example.com", "mia", privateOf(gl)}, []any{made.Field(t, "parent_ids"),
		made.Field(t, "author_name"), made.Field(t, "author_email"), made.Field(t, "committer_name"),
		made.Field(t, "committer_email")})
	lost := strings.Repeat("1", 40)
	for where, want := range map[string]string{
		fmt.Sprintf(`"branch":"main","start_sha":%q`, first): `A branch called 'main' already exists`,
		fmt.Sprintf(`"branch":"new","start_sha":%q`, lost):   "Cannot find start_sha '" + lost + "'",
		`"branch":"main","start_branch":"rel-1"`:             `A branch called 'main' already exists`,
		`"branch":"main","start_branch":"rel-1","force":true`: "You are not allowed to force push code to a protected " +
			"branch on this project.",
		`"branch":"a..b","start_branch":"main"`: "Something went wrong when we tried to create 'a..b' for you: Branch name is invalid",
	} {
		assert.Contains(t, commit(where, "y").String(), "400 {\"message\":\""+want, where)
	}
	empty := as(t, gl, "mia", "POST", "/projects/acme%2Fshop/repository/commits", testkit.WithJSON(`{"branch":"main",`+
		`"commit_message":"m","actions":[{"action":"update","file_path":"a","content":"x","last_commit_id":"`+lost+`"}]}`))
	assert.Equal(t, `400 {"message":"The file has changed since you started editing it: a"}`, empty.String())
	assert.Equal(t, 500, ask("POST", "commits", `{"branch":"main","commit_message":"","actions":[]}`).Status)
	assert.Contains(t, because(gl), "gitaly makes no commit without a message")
}

// The actions of one commit each see what those before it did (gitaly, internal/gitaly/service/operations/commit_files.go).
func TestActionsSeeThoseBeforeThem(t *testing.T) {
	for actions, want := range map[string]string{
		`{"action":"create","file_path":"n","content":"1"},{"action":"move","file_path":"m","previous_path":"n"}`: "m=1 100644",
		`{"action":"delete","file_path":"a"},{"action":"create","file_path":"a","content":"new"}`:                 "a=new 100644",
		`{"action":"create","file_path":"n"},{"action":"delete","file_path":"n"},` +
			`{"action":"create","file_path":"m","content":"2"}`: "m=2 100644",
		`{"action":"delete","file_path":"dir/sub/c"},{"action":"create","file_path":"dir","content":"3"}`: "dir=3 100644",
		`{"action":"create","file_path":"n/x"},{"action":"delete","file_path":"n/x"},` +
			`{"action":"create","file_path":"n","content":"4"}`: "n=4 100644",
		`{"action":"chmod","file_path":"a","execute_filemode":true},` +
			`{"action":"update","file_path":"a","content":"5"}`: "a=5 100755",
		`{"action":"create","file_path":"n","encoding":"base64","content":"aG[Vs_bG{8|~="}`: "n=hello 100644",
		`{"action":"create","file_path":"n","content":"6","last_commit_id":"none"}`:         "n=6 100644",
		`{"action":"create","file_path":"dir"},{"action":"delete","file_path":"dir/sub/c"}`: `400 {"message":` +
			`"A directory with this name already exists"}`,
		`{"action":"update","file_path":"gone","content":"x","last_commit_id":"none"}`: `400 {"message":"The file has changed ` +
			`since you started editing it: gone"}`,
		`{"action":"move","file_path":"n","previous_path":"a","last_commit_id":"none"}`: `400 {"message":"The file has changed ` +
			`since you started editing it: a"}`,
		`{"action":"move","file_path":"n","previous_path":"a","last_commit_id":"{{last}}"}`: "n=a 100644",
	} {
		_, ask := codeWorld(t)
		last, _ := ask("GET", "commits/main", "").Field(t, "id").(string)
		actions = strings.ReplaceAll(actions, "{{last}}", last)
		made := ask("POST", "commits", `{"branch":"main","commit_message":"m","actions":[`+actions+`]}`)
		if strings.HasPrefix(want, "400") {
			assert.Equal(t, want, made.String(), actions)
			continue
		}
		require.Equal(t, 201, made.Status, made.Body)
		name, _, _ := strings.Cut(want, "=")
		got := name + "=" + ask("GET", "files/"+name+"/raw?ref=main", "").Body
		tree := ask("GET", "tree", "")
		at := slices.Index(tree.Each(t, "name"), any(name))
		require.NotEqual(t, -1, at, tree.Body)
		got += fmt.Sprint(" ", tree.Each(t, "mode")[at])
		assert.Equal(t, want, got, actions)
	}
}

// A file that is changed stays what it was as to who may run it, if nothing is said of that (lib/api/files.rb).
func TestChangedFilesKeepTheirMode(t *testing.T) {
	_, ask := codeWorld(t)
	for _, more := range []string{`,"execute_filemode":true`, ""} {
		require.Equal(t, 200, ask("PUT", "files/a", `{"branch":"main","commit_message":"m","content":"x"`+more+`}`).Status)
		assert.Equal(t, true, ask("GET", "files/a?ref=main", "").Field(t, "execute_filemode"))
	}
}

// The first branch of an empty repository begins with a README, by the address that its maker has for commits
// (app/services/branches/create_service.rb, create_master_branch).
func TestFirstBranchesAreByTheAddressForCommits(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.UpdateUser("mia", func(u *fg.User) { u.Attributes = map[string]string{"commit_email": "_private"} })
	made := as(t, gl, "mia", "POST", "/projects/acme%2Fshop/repository/branches?branch=x&ref=main")
	require.Equal(t, 201, made.Status, made.Body)
	assert.Equal(t, privateOf(gl), made.Field(t, "commit.author_email"))
	require.Equal(t, 201, as(t, gl, "mia", "POST", "/projects", testkit.WithJSON(`{"name":"odd","default_branch":"a..b"}`)).Status)
	odd := as(t, gl, "mia", "POST", "/projects/mia%2Fodd/repository/branches?branch=x&ref=a..b")
	assert.Equal(t, `400 {"message":"refs/heads/a..b: funny refname"}`, odd.String(), "no first branch is called so")
}

// lib/api/repositories.rb: what an archive leaves out, who contributed, and where a folder is that is not found.
func TestPartsOfRepositories(t *testing.T) {
	gl, ask := codeWorld(t)
	packed := ask("GET", "archive.tar?exclude_paths=dir", "")
	in := tar.NewReader(strings.NewReader(packed.Body))
	var names []string
	for h, err := in.Next(); err != io.EOF; h, err = in.Next() {
		require.NoError(t, err)
		names = append(names, h.Name[strings.Index(h.Name, "/")+1:])
	}
	assert.Equal(t, []string{"pax_global_header", "", "a", "b"}, names)
	for _, author := range []string{"x", "z", "y"} {
		require.Equal(t, 201, ask("POST", "commits", `{"branch":"main","commit_message":"m","author_email":"`+author+
			`@example.com","actions":[{"action":"create","file_path":"`+author+`"}]}`).Status)
	}
	emails := ask("GET", "contributors?order_by=email&sort=desc", "").Each(t, "email")
	assert.Equal(t, []any{"z@example.com", "y@example.com", "x@example.com"}, emails[:3])
	assert.Equal(t, 404, ask("GET", "tree?path=dir/sup", "").Status)
	assert.Contains(t, because(gl), `"dir/sub"`)
	assert.Equal(t, "200 []", ask("GET", "commits/main/merge_requests", "").String())
	tree := ask("GET", "tree?path=dir", "").Each(t, "id")[0]
	assert.Len(t, ask("GET", fmt.Sprintf("commits?ref_name=%s..main", tree), "").Each(t, "id"), 4, "a tree hides no commits")
	blamed := ask("GET", "files/a/blame?ref=main", "")
	assert.Equal(t, []any{[]any{"a"}}, blamed.Each(t, "lines"), blamed.Body)
}

// lib/api/commit_statuses.rb: of a repository that is empty a commit may be known by its pipeline, and no branch has it.
func TestStatusesOfCommitsThatAreNowhere(t *testing.T) {
	gl := testkit.NewMia(t)
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning})
	p, _ := gl.Pipeline(j.PipelineID)
	got := as(t, gl, "mia", "POST", fmt.Sprintf("/projects/acme%%2Fshop/statuses/%s?state=success&pipeline_id=1", p.SHA))
	assert.Equal(t, `404 {"message":"404 References for commit Not Found"}`, got.String())
}

// A project's file is checked as that of the first branch that has its commit, if the caller may change that
// (lib/gitlab/ci/lint.rb, find_ref).
func TestFilesAreCheckedAsOfTheirBranch(t *testing.T) {
	gl, ask := codeWorld(t)
	gl.AddUser(fg.User{Username: "rita"})
	gl.AddUser(fg.User{Username: "dave"})
	gl.UpdateProject("acme/code", func(p *fg.Project) { p.Members["rita"], p.Members["dave"] = fg.Reporter, fg.Developer })
	write := func(branch string) {
		rule := `include: [{local: more.yml, rules: [{if: '$CI_COMMIT_BRANCH == \"` + branch + `\"'}]}]`
		made := ask("POST", "commits", `{"branch":"`+branch+`","start_branch":"main","commit_message":"m","actions":[`+
			`{"action":"create","file_path":".gitlab-ci.yml","content":"`+rule+`"},`+
			`{"action":"create","file_path":"more.yml","content":"a: {script: x}\nb: {script: y, needs: [{job: a, `+
			`artifacts: false}]}\nc: {script: z, needs: []}\nd: {script: q, needs: [{job: a, artifacts: true}]}"}]}`)
		require.Equal(t, 201, made.Status, made.Body)
	}
	write("zeta")
	write("yard")
	write("main")
	gl.AddProtectedRef(fg.ProtectedRef{Project: "acme/code", Name: "yard"})
	for _, c := range []struct {
		who, sha string
		read     bool
	}{{"mia", "zeta", true}, {"mia", "main", true}, {"rita", "zeta", false}, {"dave", "zeta", true},
		{"dave", "yard", false}} {
		got := as(t, gl, c.who, "GET", "/projects/acme%2Fcode/ci/lint?include_jobs=true&sha="+c.sha)
		require.Equal(t, 200, got.Status, got.Body)
		assert.Equal(t, c.read, strings.Contains(got.Body, `"script":["z"]`), c)
		if c.read {
			needs := []any{}
			for _, j := range got.Field(t, "jobs").([]any) {
				needs = append(needs, j.(testkit.Hash)["needs"])
			}
			assert.Equal(t, []any{nil, []any{testkit.Hash{"name": "a", "artifacts": false, "optional": false}}, []any{},
				[]any{testkit.Hash{"name": "a", "artifacts": true, "optional": false}}}, needs)
		}
	}
	gone := ask("GET", "commits/zeta", "").Field(t, "id")
	require.Equal(t, 204, ask("DELETE", "branches/zeta", "").Status)
	got := as(t, gl, "mia", "GET", fmt.Sprintf("/projects/acme%%2Fcode/ci/lint?include_jobs=true&sha=%s", gone))
	assert.NotContains(t, got.Body, `"script":["z"]`)
}

// app/models/commit.rb, title: one of 100 characters and more is cut behind a word, or else at 78, and gets dots.
func TestLongTitlesOfReverts(t *testing.T) {
	gl, ask := codeWorld(t)
	a := func(n int) string { return strings.Repeat("ä", n) }
	revert := func(sha any) string {
		made := ask("POST", fmt.Sprintf("commits/%s/revert?branch=main", sha), "")
		require.Equal(t, 201, made.Status, made.Body)
		title, _, _ := strings.Cut(made.Field(t, "message").(string), "\n")
		return strings.TrimSuffix(strings.TrimPrefix(title, `Revert "`), `"`)
	}
	for title, want := range map[string]string{
		a(99): a(99), a(100): a(78) + "...", a(78) + " " + a(21): a(78) + "...", a(79) + " " + a(20): a(78) + "...",
		a(10) + " " + a(29) + " " + a(70): a(10) + " " + a(29) + "...", a(77) + " " + a(22): a(77) + "...",
		" " + a(110): "...",
	} {
		made := ask("POST", "commits", `{"branch":"main","commit_message":"`+title+`","actions":[{"action":"create","file_path":"n"}]}`)
		require.Equal(t, 201, made.Status, made.Body)
		assert.Equal(t, want, revert(made.Field(t, "id")), title)
	}
	const ann = "Ann <ann@example.com> 2024-07-01T12:00:00Z"
	gl.AddProject(fg.Project{Path: "mia/own", Repository: &fg.Repository{Refs: map[string]string{"refs/heads/main": "two"},
		Commits: []fg.RepositoryCommit{{SHA: "one", Author: ann, Message: "m"},
			{SHA: "two", Parents: []string{"one"}, Author: ann, Files: map[string]string{"a": "a"}}}}})
	got := as(t, gl, "mia", "POST", "/projects/mia%2Fown/repository/commits/main/revert?branch=main")
	require.Equal(t, 201, got.Status, got.Body)
	assert.Equal(t, `Revert "--no commit message"`, got.Field(t, "title"))
	log := as(t, gl, "mia", "GET", "/projects/mia%2Fown/repository/commits")
	assert.Equal(t, []any{"--no commit message", "--no commit message"}, []any{log.Each(t, "title")[1], log.Each(t, "message")[1]})
	first := log.Each(t, "id")[2]
	got = as(t, gl, "mia", "POST", fmt.Sprintf("/projects/mia%%2Fown/repository/commits/%s/cherry_pick?branch=main", first))
	assert.Equal(t, `400 {"message":"13:cherry-pick command: merge-tree: exit status 128."}`, got.String())
}

// What the last paragraph of a message says is shown in one more way since 17.1.
func TestTrailersBeforeThereWereMoreOfThem(t *testing.T) {
	for version, want := range map[string]bool{"17.0": false, "17.1": true} {
		_, ask := codeWorld(t, fg.WithVersion(version))
		require.Equal(t, 201, ask("POST", "commits", `{"branch":"main","commit_message":"m\n\nSigned-off-by: mia","actions":[]}`).Status)
		assert.Equal(t, want, strings.Contains(ask("GET", "commits?trailers=true", "").Body, "extended_trailers"), version)
	}
}

// workhorse/internal/headers/content_headers.go: what only begins as a drawing is text.
func TestDrawingsThatDoNotEnd(t *testing.T) {
	gl, _ := codeWorld(t)
	for content, want := range map[string]string{"<svg></svg>": "image/svg+xml", "<svg>": "text/plain; charset=utf-8",
		"<?xml version='1.0'?> <SVG a='b'/></SVG>": "image/svg+xml"} {
		gl.Commit("acme/code", "main", map[string]string{"a.svg": content}, "Draw")
		got := as(t, gl, "mia", "GET", "/projects/acme%2Fcode/repository/files/a.svg/raw?ref=main")
		assert.Equal(t, want, got.Header.Get("Content-Type"), content)
	}
}

// lib/api/entities/diff.rb: a file that was moved is told as that.
func TestFilesThatWereMoved(t *testing.T) {
	_, ask := codeWorld(t)
	require.Equal(t, 201, ask("POST", "commits", `{"branch":"main","commit_message":"m","actions":[{"action":"move",`+
		`"file_path":"moved","previous_path":"a"},{"action":"update","file_path":"b","content":"new"}]}`).Status)
	diff := ask("GET", "commits/main/diff", "")
	assert.ElementsMatch(t, []any{true, false}, diff.Each(t, "renamed_file"), diff.Body)
}
