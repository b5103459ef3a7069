package rest_test

import (
	"cmp"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Stories hold whole answers, so that no field, filter, order and reason is lost unseen: internal/mutate says what they
// have to ask for. That it is what GitLab answers is for the conformance cases to say. Each has a fake of its own.
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
