package jobpayload

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/world"
	"github.com/stretchr/testify/require"
)

// fullSpec is a job spec with every field set, as the tests of the package ci keep it.
func fullSpec(t testing.TB) (spec ci.JobSpec) {
	t.Helper()
	text, err := os.ReadFile("../../ci/testdata/full.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &spec))
	return spec
}

// Whatever can be read as a job spec can be sent to a runner.
func FuzzJobPayload(f *testing.F) {
	full, err := json.Marshal(fullSpec(f))
	require.NoError(f, err)
	f.Add(full)
	f.Add([]byte(`{"image":"","ports":[{}],"inputs":{"a":{"default":null}},"variables":{"a":null},"retry":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var spec ci.JobSpec
		if json.Unmarshal(data, &spec) != nil {
			return
		}
		project := &world.Project{}
		_, err := json.Marshal(Build(Input{
			Job: &world.Job{Plan: &world.Plan{Spec: spec}, Project: project}, Project: project, Runner: &world.Runner{}, User: &world.User{},
		}))
		require.NoError(t, err)
	})
}
