package conformance_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/conformance"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// TestConformanceOverREST plays cases as against a real GitLab: each against a fake of its own, at its address. It shows
// that the worlds made over REST are those of the cases.
func TestConformanceOverREST(t *testing.T) {
	racing.Skip(t)
	files, err := filepath.Glob(testkit.Path("testdata/conformance/*.json"))
	require.NoError(t, err)
	played, all := 0, 0
	leasts := map[string]int{"deploy_keys": 72, "environments": 40, "graphql": 70, "graphql_pipelines": 40, "groups": 200,
		"management": 260,
		"namespaces": 70, "pipelines": 15, "pipelines_more": 60, "recorded": 70, "repository": 100, "rest": 160,
		"runner": 30, "runner_more": 4, "truth_front": 40, "truth_jobs": 3, "truth_neighbours": 15, "truth_runners": 60,
		"users": 260}
	assert.Len(t, files, len(leasts)+2, "files of cases; two need no world")
	for name, atLeast := range leasts {
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
	said := fmt.Sprintf("where %d of the %d cases can be played", played, all)
	assert.True(t, strings.Contains(string(says), said), "docs/confidence.md does not say: %s", said)
}

// TestConformanceAgainstOneGitLab plays cases one after the other in one GitLab, as in a real one, under names with a
// prefix; what each has made is gone before the next.
func TestConformanceAgainstOneGitLab(t *testing.T) {
	racing.Skip(t)
	gl := fakegitlab.New(t, fakegitlab.WithVersion("17.2"), fakegitlab.WithUnknownEndpoints(true),
		fakegitlab.WithJournalLimit(100), fakegitlab.WithClock(time.Now))
	g := conformance.DialGitLab(t, gl.URL(), gl.Token("root", "api", "admin_mode"), "")
	for name, atLeast := range map[string]int{"groups": 150, "namespaces": 60, "truth_front": 30} { // in any order
		file := conformance.ReadFile(t, testkit.Path("testdata/conformance/"+name+".json"))
		played := len(file.Cases)
		for why, cases := range conformance.PlayFile(t, name+".json", file, g.Open) {
			played -= len(cases)
			assert.NotContains(t, why, "refuses", "%v", cases)
		}
		assert.GreaterOrEqual(t, played, atLeast, name)
	}
	assert.Empty(t, gl.Runners(), "what a case made is deleted")
	assert.Equal(t, g.Settings, g.Current(t), "settings are put back")
}
