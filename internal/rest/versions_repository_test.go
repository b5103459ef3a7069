package rest_test

import (
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// repositoryProofs prove what differs in repositories.
func repositoryProofs() map[gitlabversion.Difference]proof {
	// shown is whether an answer of a project with a tag and a commit has a field.
	shown := func(path, field string) func(inVersion) any {
		return func(v inVersion) any {
			v.gl.Commit("acme/shop", "main", map[string]string{"a": "b\n"}, "Add a")
			v.as("root", "POST", "/projects/acme%2Fshop/repository/tags", testkit.WithJSON(`{"tag_name":"v1","ref":"main"}`))
			return has(map[string]string{"/projects/acme%2Fshop/repository/" + path: field})(v)
		}
	}
	// picked is the author of a commit that root picks, and what is below its title.
	picked := func(v inVersion) (author, text string) {
		const commits = "/projects/acme%2Fshop/repository/commits/"
		v.gl.Commit("acme/shop", "main", map[string]string{"a": "b\n"}, "Add a")
		require.Equal(v.T, 201, v.as("root", "POST", "/projects/acme%2Fshop/repository/branches",
			testkit.WithJSON(`{"branch":"side","ref":"main"}`)).Status)
		made := v.as("root", "POST", "/projects/acme%2Fshop/repository/commits", testkit.WithJSON(`{"branch":"side",`+
			`"commit_message":"Add c","author_name":"Ann","author_email":"ann@example.com",`+
			`"actions":[{"action":"create","file_path":"c","content":"c"}]}`)).JSON(v.T)
		done := v.as("root", "POST", commits+made["id"].(string)+"/cherry_pick", testkit.WithJSON(`{"branch":"main"}`))
		require.Equal(v.T, 201, done.Status, done.Body)
		text = strings.ReplaceAll(done.JSON(v.T)["message"].(string), made["id"].(string), "SHA")
		return done.JSON(v.T)["author_name"].(string), strings.TrimPrefix(text, "Add c\n\n")
	}
	return map[gitlabversion.Difference]proof{
		gitlabversion.PickerIsAuthor: {func(v inVersion) any {
			author, text := picked(v)
			return author + ": " + strings.ReplaceAll(text, "cherry-picked", "cherry picked")
		}, "Ann: (cherry picked from commit SHA)",
			"Administrator: (cherry picked from commit SHA)\n\nCo-authored-by: Ann <ann@example.com>", nil},
		gitlabversion.PickedWithHyphen: {func(v inVersion) any {
			_, text := picked(v)
			return strings.Contains(text, "(cherry-picked from commit SHA)")
		}, false, true, nil},
		// the commit has created_at, too; target stands ahead of the tag's own
		gitlabversion.TagsShowCreation: {func(v inVersion) any {
			shown("tags", "target")(v)
			_, there := v.as("root", "GET", "/projects/acme%2Fshop/repository/tags/v1").JSON(v.T)["created_at"]
			return there
		}, false, true, nil},
		gitlabversion.JobTokensReadRepositories: {func(v inVersion) any {
			v.gl.Commit("acme/shop", "main", map[string]string{"a": "b\n"}, "Add a")
			j, _ := v.startedJob()
			var statuses []int
			for _, path := range []string{"branches", "tags", "commits/main", "files/a/raw"} {
				a := testkit.Send(v.T, v.gl, "GET", "/projects/acme%2Fshop/repository/"+path, nil, "Job-Token", j.Token)
				statuses = append(statuses, a.Status)
			}
			return statuses
		}, []int{404, 404, 404, 404}, []int{200, 200, 200, 200}, nil},
		gitlabversion.GeneratedFiles: {shown("commits/main/diff", "generated_file"), false, true, nil},
		gitlabversion.OmittedDiffs:   {shown("commits/main/diff", "collapsed too_large"), false, true, nil},
	}
}
