package conformance_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/conformance"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// TestConformanceOverREST plays cases as against a real GitLab: against one fake for all of them, at its address. It
// shows that the worlds made over REST are those of the cases.
func TestConformanceOverREST(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithVersion("17.2"), fakegitlab.WithUnknownEndpoints(true),
		fakegitlab.WithJournalLimit(100), fakegitlab.WithClock(time.Now))
	admin := gl.Token("root", "api", "admin_mode")
	g := conformance.DialGitLab(t, gl.URL(), admin, "")
	played, all := 0, 0
	for name, atLeast := range map[string]int{"management": 200, "rest": 100, "runner": 30, "namespaces": 60,
		"truth_runners": 20, "groups": 150, "users": 120} {
		file := conformance.ReadFile(t, testkit.Path("testdata/conformance/"+name+".json"))
		ofFile := len(file.Cases)
		all += ofFile
		for why, cases := range conformance.PlayFile(t, name+".json", file, g.Open) {
			ofFile -= len(cases)
			assert.NotContains(t, why, "refuses", "%v", cases)
		}
		assert.GreaterOrEqual(t, ofFile, atLeast, name)
		played += ofFile
	}
	says, err := os.ReadFile(testkit.Path("docs/confidence.md"))
	require.NoError(t, err)
	assert.Contains(t, string(says), fmt.Sprintf("where %d of the %d cases can be played", played, all))
	assert.Empty(t, gl.Runners(), "what a case made is deleted")
	assert.Equal(t, g.Settings, g.Current(t), "settings are put back")
}
