package rest_test

import (
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
	return map[gitlabversion.Difference]proof{
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
