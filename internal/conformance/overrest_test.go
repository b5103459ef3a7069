package conformance_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/conformance"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// TestConformanceOverREST plays cases as against a real GitLab: each against a fake of its own, at its address. It shows
// that the worlds made over REST are those of the cases.
func TestConformanceOverREST(t *testing.T) {
	played, all := 0, 0
	for name, atLeast := range map[string]int{"graphql": 70, "groups": 200, "management": 260, "namespaces": 70,
		"recorded": 70, "rest": 160, "runner": 30, "truth_front": 40, "truth_jobs": 3, "truth_neighbours": 15,
		"truth_runners": 60, "users": 150} {
		file := conformance.ReadFile(t, testkit.Path("testdata/conformance/"+name+".json"))
		ofFile := len(file.Cases)
		all += ofFile
		for why, cases := range conformance.PlayFile(t, name+".json", file, conformance.OpenFakeOverREST) {
			ofFile -= len(cases)
			assert.NotContains(t, why, "refuses", "%v", cases)
		}
		assert.GreaterOrEqual(t, ofFile, atLeast, name)
		played += ofFile
	}
	says, err := os.ReadFile(testkit.Path("docs/confidence.md"))
	require.NoError(t, err)
	assert.Contains(t, string(says), fmt.Sprintf("where %d of the %d cases can be played", played, all))
}
