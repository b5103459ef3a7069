package ci_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/ci"
)

// encoding/json never passes nothing to these methods, but whoever calls one by hand may.
func TestSpecsReadNothingWithoutPanic(t *testing.T) {
	for _, v := range []json.Unmarshaler{
		new(ci.JobSpec), new(ci.Image), new(ci.Service), new(ci.ExecutorOpts),
		new(ci.DockerOptions), new(ci.KubernetesOptions),
		new(ci.Port), new(ci.JobArtifacts), new(ci.Report),
		new(ci.Cache), new(ci.CacheKey), new(ci.Need), new(ci.Hooks),
		new(ci.Release), new(ci.ReleaseAssets), new(ci.ReleaseLink), new(ci.AllowFailure), new(ci.Retry),
		new(ci.Environment), new(ci.JobVariables), new(ci.JobInputs),
	} {
		for _, text := range []string{"", " ", "{", "["} {
			assert.NotPanics(t, func() { _ = v.UnmarshalJSON([]byte(text)) }, "%T of %q", v, text)
		}
	}
}
