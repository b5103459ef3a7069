package githttp_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

const declined = "(pre-receive hook declined)"

// Who may push what is said in GitLab's words, within the push (lib/gitlab/checks/branch_check.rb, tag_check.rb).
func TestRefusedRefs(t *testing.T) {
	gl, mine := seeded(t)
	mine.commit("a", "a", "More")
	mine.git("push", "-q", "origin", "main:feature", "HEAD:refs/tags/v1", "HEAD:refs/heads/free")
	gl.AddProtectedRef(fakegitlab.ProtectedRef{Project: "acme/shop", Name: "stable-*", Merge: fakegitlab.DevelopersUp})
	gl.AddProtectedRef(fakegitlab.ProtectedRef{Project: "acme/shop", Name: "v*", Tag: true})
	gl.AddProtectedRef(fakegitlab.ProtectedRef{Project: "acme/shop", Name: "locked", Push: fakegitlab.NoOne})
	mine.git("commit", "-q", "--amend", "-m", "Otherwise")
	mine.git("checkout", "-q", "-b", "ahead", "HEAD~")
	mine.commit("b", "b", "Ahead of main")
	for _, c := range []struct{ who, what, says string }{
		{"dev", "ahead:main", "You are not allowed to push code to protected branches on this project."},
		{"mia", "+main:main", ""}, // it has not been pushed there before
		{"mia", "+ahead:main", "You are not allowed to force push code to a protected branch on this project."},
		{"dev", "ahead:stable-1", "You can only use an existing protected branch ref as the basis of a new protected branch."},
		{"dev", "HEAD~:refs/heads/stable-1", "You can only create protected branches using the web interface and API."},
		{"dev", "ahead:locked", "You are not allowed to create protected branches on this project."},
		{"mia", "ahead:locked", "You can only use an existing protected branch ref as the basis of a new protected branch."},
		{"mia", ":main", "The default branch of a project cannot be deleted."},
		{"mia", "ahead:refs/heads/" + strings.Repeat("ab", 20), "You cannot create a branch with a 40-character " +
			"hexadecimal branch name."},
		{"dev", "ahead:refs/tags/" + strings.Repeat("ab", 20), "You cannot create a tag with a SHA-1 or SHA-256 tag name."},
		{"mia", "ahead:refs/tags/main", "You cannot use default branch name to create a tag"},
		{"dev", "ahead:refs/tags/v2", "You are not allowed to create this tag as it is protected."},
		{"mia", "+ahead:refs/tags/v1", "Protected tags cannot be updated."},
		{"dev", ":refs/tags/v1", "You are not allowed to delete protected tags from this project. Only a project " +
			"maintainer or owner can delete a protected tag."},
		{"mia", ":refs/tags/v1", "You can only delete protected tags using the web interface."},
		{"dev", ":free", ""},
		{"dev", "+main:feature", ""},
	} {
		if c.says == "" {
			mine.git("push", "-q", as(t, gl, c.who), c.what)
			continue
		}
		out := mine.refused("push", as(t, gl, c.who), c.what)
		assert.Contains(t, out, "remote: GitLab: "+c.says, c.what)
		assert.Contains(t, out, declined, c.what)
	}
	gl.AddProtectedRef(fakegitlab.ProtectedRef{Project: "acme/shop", Name: "feature"})
	assert.Contains(t, mine.refused("push", as(t, gl, "mia"), ":feature"),
		"GitLab: You can only delete protected branches using the web interface.")
	assert.Contains(t, mine.refused("push", as(t, gl, "dev"), ":feature"), "GitLab: You are not allowed to delete protected "+
		"branches from this project. Only a project maintainer or owner can delete a protected branch.")
	assert.Contains(t, mine.refused("push", as(t, gl, "mia"), "ahead:one", "ahead:locked"), "ahead -> one "+declined,
		"if one ref is refused by GitLab, none moves")
}

// Whoever makes the first push makes the default branch, which is protected from then on, and before.
func TestFirstPush(t *testing.T) {
	d, gl := newDesk(t), acme(t)
	mine := d.begin("mine")
	out := mine.refused("push", as(t, gl, "dev"), "main")
	assert.Contains(t, out, "remote: A default branch (e.g. main) does not yet exist for acme/shop")
	assert.Contains(t, out, "remote:   "+gl.URL()+"/acme/shop/-/project_members")
	mine.git("push", "-q", as(t, gl, "mia"), "main:trunk")
	assert.Equal(t, "trunk", testkit.Ask(t, gl, gl.Token("mia"), "GET", "/projects/acme%2Fshop").Field(t, "default_branch"))
	mine.commit("a", "a", "More")
	assert.Contains(t, mine.refused("push", as(t, gl, "dev"), "main:trunk"), "to protected branches on this project.")
	out = mine.git("push", as(t, gl, "dev"), "main:feature")
	assert.Contains(t, out, "remote: To create a merge request for feature, visit:")
}

// What is refused before a push, or a clone, is a status with a text that git shows.
func TestRefusedAtTheDoor(t *testing.T) {
	gl, mine := seeded(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/old", Archived: true,
		Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}})
	gl.AddProject(fakegitlab.Project{Path: "acme/off", Attributes: map[string]string{"repository_access_level": "disabled"},
		Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}})
	gl.AddProject(fakegitlab.Project{Path: "acme/open", Visibility: fakegitlab.Public})
	for _, c := range []struct{ does, url, says string }{
		{"push", as(t, gl, "guest"), "You are not allowed to push code to this project."},
		{"push", as(t, gl, "rita"), "You are not allowed to push code to this project."},
		{"push", as(t, gl, "mia", "read_repository"), "You are not allowed to upload code."},
		{"push", as(t, gl, "mia", "read_api"), "You are not allowed to upload code."},
		{"push", as(t, gl, "mia", "write_repository"), ""},
		{"push", with(t, gl, "acme/old", "x", gl.Token("mia")), "You are not allowed to push code to this project."},
		{"push", with(t, gl, "acme/off", "x", gl.Token("mia")), "You are not allowed to push code to this project."},
		{"push", with(t, gl, "acme/open", "x", gl.Token("eve")), "You are not allowed to push code to this project."},
		{"fetch", as(t, gl, "guest"), "You are not allowed to download code from this project."},
		{"fetch", as(t, gl, "rita", "read_repository"), ""},
		{"fetch", as(t, gl, "rita", "read_user"), "You are not allowed to download code."},
		{"fetch", as(t, gl, "eve"), "The project you were looking for could not be found or you don't have permission " +
			"to view it."},
		{"fetch", with(t, gl, "acme/none", "x", gl.Token("mia")), "The project you were looking for could not be found or " +
			"you don't have permission to view it."},
		{"fetch", with(t, gl, "none/none", "x", gl.Token("mia")), "The namespace you were looking for could not be found."},
		{"fetch", with(t, gl, "acme/off", "x", gl.Token("mia")), "You are not allowed to download code from this project."},
		{"fetch", with(t, gl, "acme/old", "x", gl.Token("mia")), ""},
		{"fetch", with(t, gl, "acme/shop", "x", "nonsense"), "HTTP Basic: Access denied. The provided password or token"},
		{"fetch", gl.URL() + "/acme/open.git", ""},
		{"fetch", gl.URL() + "/acme/shop.git", "could not read Username"},
		{"fetch", gl.URL() + "/acme/none.git", "could not read Username"},
		{"push", gl.URL() + "/acme/open.git", "could not read Username"},
	} {
		args := map[string][]string{"push": {"push", "-q", c.url, "main:extra"}, "fetch": {"ls-remote", c.url}}[c.does]
		if c.says == "" {
			mine.git(args...)
			continue
		}
		assert.Contains(t, mine.refused(args...), c.says, "%s %s", c.does, c.url)
	}
}

// Two who push the same branch at once: one is first, and the other learns of it. Pushes of several branches and commits
// over REST come through, all of them.
func TestPushesAtOnce(t *testing.T) {
	gl, mine := seeded(t)
	const many = 6
	var desks []desk
	for i := range many {
		name := fmt.Sprintf("desk%d", i)
		mine.in("..").git("clone", "-q", as(t, gl, "mia"), name)
		d := mine.in("..").in(name)
		d.commit(name, name, "From "+name)
		desks = append(desks, d)
	}
	var all sync.WaitGroup
	won := make([]bool, many)
	for i, d := range desks {
		all.Go(func() {
			_, won[i] = d.try("push", "-q", "origin", "main")
			_, own := d.try("push", "-q", "origin", fmt.Sprintf("HEAD:own%d", i))
			assert.True(t, own, "a branch of its own")
		})
		all.Go(func() {
			res := testkit.Ask(t, gl, gl.Token("mia"), "POST", fmt.Sprintf("/projects/acme%%2Fshop/repository/files/rest%d", i),
				func(r *http.Request) {
					r.URL.RawQuery = "branch=rest&start_branch=main&content=x&commit_message=y"
				})
			assert.Contains(t, []int{201, 400}, res.Status, res.Body)
		})
	}
	all.Wait()
	assert.Contains(t, won, true)
	first := ""
	for i, d := range desks {
		mine.git("fetch", "-q", "origin")
		assert.Equal(t, d.git("rev-parse", "HEAD"), mine.git("rev-parse", fmt.Sprintf("origin/own%d", i)))
		if won[i] {
			assert.Empty(t, first, "two cannot both have been first")
			first = d.git("rev-parse", "HEAD")
		}
	}
	assert.Equal(t, first, mine.git("rev-parse", "origin/main"))
}

// Of a push that is atomic, all refs move or none.
func TestAtomicPush(t *testing.T) {
	gl, mine := seeded(t)
	mine.git("push", "-q", "origin", "main:a")
	desk := mine.in("..")
	desk.git("clone", "-q", as(t, gl, "mia"), "other")
	other := desk.in("other")
	mine.commit("x", "x", "One")
	mine.git("push", "-q", "origin", "main:a")
	other.commit("y", "y", "Two")
	raced := other.refused("push", "--atomic", "--force-with-lease=a:"+mine.git("rev-parse", "HEAD~"), "origin", "HEAD:a", "HEAD:b")
	assert.Contains(t, raced, "rejected")
	assert.NotContains(t, mine.git("ls-remote", "origin"), "refs/heads/b")
}

// A push makes a pipeline of the file that it brings, unless it says not to.
func TestPushMakesPipeline(t *testing.T) {
	gl, mine := seeded(t)
	sha := mine.commit(".gitlab-ci.yml", "build: {script: make}\n", "Build")
	mine.git("push", "-q", "-o", "ci.variable=TARGET=all", "origin", "main")
	mine.git("push", "-q", "-o", "ci.skip", "origin", "main:skipped")
	pipelines := gl.Pipelines()
	require.Len(t, pipelines, 2)
	assert.Equal(t, sha, pipelines[0].SHA)
	assert.Equal(t, "mia", pipelines[0].User)
	assert.EqualValues(t, "pending", pipelines[0].Status)
	assert.EqualValues(t, "skipped", pipelines[1].Status)
	ref := fmt.Sprintf("refs/pipelines/%d", pipelines[0].ID)
	assert.Contains(t, mine.git("ls-remote", as(t, gl, "rita")), sha+"\t"+ref)
	mine.git("push", "-q", "-o", "merge_request.create", "origin", "main:other")
	assert.Len(t, gl.Pipelines(), 3, "other push options are passed over")
}

// ci.input is for spec:inputs of the file (lib/ci/pipeline_creation/push_options.rb): what has no value is passed over.
func TestPushHandsInInputs(t *testing.T) {
	gl, mine := seeded(t, fakegitlab.WithVersion("18.6"))
	mine.commit(".gitlab-ci.yml", "spec: {inputs: {word: {}, list: {type: array, default: []}}}\n---\n"+
		"$[[ inputs.word ]]: {script: x, tags: '$[[ inputs.list ]]'}\n", "Build")
	mine.git("push", "-q", "-o", "ci.input=word=all=of", "-o", `ci.input=list=["a"]`, "-o", "ci.input=none",
		"origin", "main")
	require.Len(t, gl.Jobs(), 1)
	assert.Equal(t, "all=of", gl.Jobs()[0].Name)
	assert.Equal(t, []string{"a"}, gl.Jobs()[0].Tags)

	mine.git("push", "-q", "-o", "ci.input=other=x", "origin", "main:other")
	failed := gl.Pipelines()[1]
	assert.EqualValues(t, "failed", failed.Status)
	assert.Equal(t, "`.gitlab-ci.yml`: unknown input arguments: other, `word` input: required value has not been provided",
		failed.YAMLErrors)
}

// A commit of which something was not sent is refused, and is not there afterwards either, though another ref of the
// same push moves: whoever pushes it again would else be believed.
func TestHalfACommit(t *testing.T) {
	gl, mine := seeded(t)
	main := mine.git("rev-parse", "HEAD")
	whole := mine.commit("a", "a", "Whole")
	tree := mine.git("rev-parse", "HEAD^{tree}")
	blob := mine.git("rev-parse", "HEAD:a")
	half := mine.commit("b", "b", "Half")
	push := func(ids string, commands ...[2]string) string {
		packing := mine.command("pack-objects", "--stdout", "-q")
		packing.Stdin = strings.NewReader(ids)
		pack, err := packing.Output()
		require.NoError(t, err)
		body := ""
		for i, c := range commands {
			line := strings.Repeat("0", 40) + " " + c[1] + " " + c[0]
			if i == 0 {
				line += "\x00report-status"
			}
			body += fmt.Sprintf("%04x%s", len(line)+4, line)
		}
		r, err := http.NewRequest("POST", as(t, gl, "mia")+"/git-receive-pack", strings.NewReader(body+"0000"+string(pack)))
		require.NoError(t, err)
		res, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		said, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return string(said)
	}
	said := push(strings.Join([]string{whole, tree, blob, half}, "\n"), [2]string{"refs/heads/whole", whole},
		[2]string{"refs/heads/half", half})
	assert.Contains(t, said, "ok refs/heads/whole")
	assert.Contains(t, said, "ng refs/heads/half missing necessary objects")
	said = push(main, [2]string{"refs/heads/half", half})
	assert.Contains(t, said, "ng refs/heads/half missing necessary objects")
}

// The inputs of a push are for the file's own, and its variables for those who may give some.
func TestPushOptionsOfPipelines(t *testing.T) {
	gl, mine := seeded(t, fakegitlab.WithVersion("17.11"))
	mine.commit(".gitlab-ci.yml", "spec: {inputs: {who: {}, n: {type: number}}}\n---\n\"for $[[ inputs.who ]] $[[ inputs.n ]]\": "+
		"{script: x}\n", "Greet")
	mine.git("push", "-q", "-o", "ci.input=who=me", "-o", "ci.input=n=3", "-o", "ci.variable=A=1", "origin", "main")
	require.Len(t, gl.Pipelines(), 1)
	require.Len(t, gl.Jobs(), 1)
	assert.Equal(t, "for me 3", gl.Jobs()[0].Name)
	res := testkit.Ask(t, gl, gl.AdminToken(), "PUT",
		"/projects/acme%2Fshop?ci_pipeline_variables_minimum_override_role=no_one_allowed")
	require.Equal(t, 200, res.Status, res.Body)
	mine.commit("a", "a", "More")
	mine.git("push", "-q", "-o", "ci.input=who=me", "-o", "ci.input=n=3", "-o", "ci.variable=A=1", "origin", "main")
	assert.Len(t, gl.Pipelines(), 1, "GitLab makes none: Insufficient permissions to set pipeline variables")
}

// What a push asked for is in its call; options that do nothing are among what nothing reads.
func TestPushIsInItsCall(t *testing.T) {
	gl, mine := seeded(t)
	sha := mine.commit("a.txt", "a", "More")
	mine.git("push", "-q", "-o", "ci.skip", "-o", "ci.variable=A", "-o", "merge_request.create", "-o", "ci.skpi",
		"origin", "main:new")
	gl.AssertCalled(t, fakegitlab.GitReceivePack, fakegitlab.Param("ref", "refs/heads/new"),
		fakegitlab.Param("after", sha), fakegitlab.Param("before", strings.Repeat("0", 40)))
	gl.AssertAllSucceeded(t) // a 401 had git sign in, which is none of its failures
	push := gl.Calls(fakegitlab.GitReceivePack)[1]
	assert.Equal(t, []any{"ci.skip", "ci.variable=A", "merge_request.create", "ci.skpi"}, push.Params["options"])
	assert.Equal(t, []string{"ci.variable=A", "ci.skpi"}, push.IgnoredParams)
}

// A 401 behind which nobody signs in stays one.
func TestRefusedGitHasNotSucceeded(t *testing.T) {
	gl, _ := seeded(t)
	resp, err := gl.Client().Get(gl.URL() + "/acme/shop.git/info/refs?service=git-receive-pack")
	require.NoError(t, err)
	resp.Body.Close()
	said := &said{T: t}
	assert.False(t, gl.AssertAllSucceeded(said))
	assert.Contains(t, said.text, "got 1 of ")
}

// said keeps what a failing assertion says.
type said struct {
	*testing.T
	text string
}

func (s *said) Errorf(format string, args ...any) { s.text += fmt.Sprintf(format, args...) }

// A variable that no pipeline may have keeps it from being made, as in GitLab without a word.
func TestPushWithAVariableOfNoName(t *testing.T) {
	gl, mine := seeded(t)
	mine.commit(".gitlab-ci.yml", "a: {script: x}", "Build")
	mine.git("push", "-q", "-o", "ci.variable=A-B=1", "origin", "main")
	assert.Empty(t, gl.Pipelines())
	mine.git("push", "-q", "-o", "ci.variable=A_B=1", "origin", "main:other")
	assert.Len(t, gl.Pipelines(), 1)
}
