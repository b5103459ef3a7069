package graphql_test

import (
	"strings"
	"testing"
	"time"

	fg "github.com/fakegitlab/fakegitlab"
)

// A commit that the repository does not have is what its pipeline says of it.
func TestCommitsOfPipelinesAlone(t *testing.T) {
	gl := company(t)
	made := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	sha, before := strings.Repeat("a1", 20), strings.Repeat("b2", 20)
	gl.AddPipeline(fg.Pipeline{Project: "acme/shop", SHA: sha, BeforeSHA: before, Commit: fg.Commit{Title: "Only",
		Message: "Only\n\nhere\n", AuthorName: "Ann", AuthorEmail: "ann@example.com", CreatedAt: made}})
	const of = `{ project(fullPath: "acme/shop") { pipelines(first: 1) { nodes { commit { `
	run(t, gl, "mia", of+`authorName authorEmail authoredDate committerName committerEmail committedDate } } } } }`).
		is(`{"project":{"pipelines":{"nodes":[{"commit":{"authorName":"Ann","authorEmail":"ann@example.com",
			"authoredDate":"2024-05-06T07:08:09Z","committerName":"Ann","committerEmail":"ann@example.com",
			"committedDate":"2024-05-06T07:08:09Z"}}]}}}`)
	run(t, gl, "mia", of+`sha parentSha message title description } } } } }`).
		is(`{"project":{"pipelines":{"nodes":[{"commit":{"sha":"` + sha + `","parentSha":"` + before + `",
			"message":"Only\n\nhere\n","title":"Only","description":"\nhere"}}]}}}`)
	gl.AddProject(fg.Project{Path: "acme/begun"})
	gl.AddPipeline(fg.Pipeline{Project: "acme/begun", Status: fg.JobSuccess, SHA: gl.Commit("acme/begun", "main", map[string]string{"a": "b"}, "Begin")})
	run(t, gl, "ada", strings.Replace(of, "shop", "begun", 1)+`parentSha } } } } }`).
		is(`{"project":{"pipelines":{"nodes":[{"commit":{"parentSha":null}}]}}}`)
	gl.AddPipeline(fg.Pipeline{Project: "acme/shop", SHA: strings.Repeat("c3", 20)})
	run(t, gl, "mia", of+`parentSha } } } } }`).is(`{"project":{"pipelines":{"nodes":[{"commit":{"parentSha":null}}]}}}`)
}
