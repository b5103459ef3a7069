package graphql_test

import (
	"testing"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Stories in GraphQL, as those of internal/rest.
func TestStories(t *testing.T) { testkit.PlayStories(t) }

// app/graphql/types/ci/runner_type.rb, JOB_COUNT_LIMIT: it counts no further than one more than a thousand.
func TestJobCountHasAnEnd(t *testing.T) {
	gl := company(t)
	for range 1000 {
		gl.AddJob(fg.Job{Project: "acme/shop", RunnerID: 100021, Status: fg.JobSuccess})
	}
	count := `{ runner(id: "gid://gitlab/Ci::Runner/100021") { jobCount } }`
	run(t, gl, "ada", count).is(`{"runner":{"jobCount":1001}}`) // with the one that there was
	gl.AddJob(fg.Job{Project: "acme/shop", RunnerID: 100021, Status: fg.JobSuccess})
	run(t, gl, "ada", count).is(`{"runner":{"jobCount":1001}}`)
}
