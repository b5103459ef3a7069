package fakegitlab_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// The fixtures are examples of what people write by hand: each is read, seeded and served.
func TestFixtures(t *testing.T) {
	files, err := filepath.Glob("examples/fixtures/*.json")
	require.NoError(t, err)
	read := 0
	for _, file := range files {
		read++
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.Open(file)
			require.NoError(t, err)
			defer text.Close()
			s, err := fakegitlab.ReadScenario(text)
			require.NoError(t, err)
			f := fakegitlab.New(t, fakegitlab.WithScenario(s))
			assert.NotEmpty(t, f.Projects())
			require.NoError(t, fakegitlab.New(t).Seed(f.Snapshot()))

			var head struct {
				Schema string `json:"$schema"`
			}
			raw, err := os.ReadFile(file)
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(raw, &head))
			assert.Equal(t, "../../docs/scenario.schema.json", head.Schema, "editors find the schema by it")
		})
	}
	assert.GreaterOrEqual(t, read, 3)
}

// What is wrong with a file is said with its name, so that a terminal or an editor leads there.
func TestScenarioFile(t *testing.T) {
	f := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.Fleet()),
		fakegitlab.WithScenarioFile("examples/fixtures/two_teams.json"))
	_, found := f.Project("acme/shop")
	assert.True(t, found, "the last option counts")
	f.DeleteRunner(f.Runners()[0].ID)
	left := len(f.Runners())
	f.Reset()
	assert.Len(t, f.Runners(), left+1, "it is the start that Reset goes back to")

	dir := t.TempDir()
	write := func(name, text string) string {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
		return filepath.Join(dir, name)
	}
	for path, says := range map[string]string{
		write("unread.json", "{\"usrs\": [],\n \"jobs\": 7}"): "scenario: 2 problems:\n\t" +
			dir + "/unread.json:1:2: usrs: unknown field; did you mean \"users\"?\n\t" +
			dir + "/unread.json:2:10: jobs: want",
		write("dangling.json", `{"jobs": [{"project": "acme/shop"}]}`): dir + `/dangling.json:1:23: jobs[0].project: no project`,
		write("refused.json", "{\"runners\": [\n{\"description\": \"a\", \"maximum_timeout\": 5}]}"): "scenario: " + dir +
			`/refused.json:2:41: runners[0].maximum_timeout: Maximum timeout`,
		write("cut.json", `{"users": `): dir + "/cut.json:1:",
		dir + "/refusd.json":            "refusd.json: no such file or directory; did you mean " + dir + "/refused.json?",
		dir + "/nowhere/world.json":     "world.json: no such file or directory",
		dir:                             "is a directory",
		"":                              "WithScenarioFile(\"\"): there is no path",
	} {
		_, err := fakegitlab.Start(fakegitlab.WithInMemoryNetwork(), fakegitlab.WithScenarioFile(path))
		assert.ErrorContains(t, err, says, path)
	}
}
