package fakegitlab

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
)

// encoding/json never passes nothing to these methods, but whoever calls one by hand may.
func TestSpecsReadNothingWithoutPanic(t *testing.T) {
	for _, v := range []json.Unmarshaler{
		new(JobSpec), new(Image), new(Service), new(ExecutorOpts), new(DockerOptions), new(KubernetesOptions), new(Port), new(JobArtifacts), new(Report),
		new(Cache), new(CacheKey), new(Need), new(Hooks), new(Release), new(ReleaseAssets), new(ReleaseLink), new(AllowFailure), new(Retry),
		new(Environment), new(Scenario), new(Role), new(Job), new(JobVariables),
	} {
		for _, text := range []string{"", " ", "{", "["} {
			assert.NotPanics(t, func() { _ = v.UnmarshalJSON([]byte(text)) }, "%T of %q", v, text)
		}
	}
}
