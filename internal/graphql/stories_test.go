package graphql_test

import (
	"cmp"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Stories in GraphQL, as those of internal/rest.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			_, version, _ := strings.Cut(name, "_") // if it is about another than the usual one
			testkit.PlayStory(t, fg.New(t, fg.WithScenario(testkit.StoryWorld()), fg.WithInMemoryNetwork(),
				fg.WithVersion(cmp.Or(version, "17.2"))), file)
		})
	}
}

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
