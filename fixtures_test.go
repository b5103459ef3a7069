package fakegitlab_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
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
		if strings.HasSuffix(file, ".schema.json") {
			continue
		}
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
			assert.Equal(t, "./scenario.schema.json", head.Schema, "editors find the schema by it")
		})
	}
	assert.GreaterOrEqual(t, read, 3)
}
