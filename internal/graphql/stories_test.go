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
