package fakegitlab

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
)

// Both structs are written out, so that the documentation of either shows its fields; Go itself holds their types
// together.
func TestJobSpecIsThatOfCI(t *testing.T) {
	here, there := reflect.TypeFor[JobSpec](), reflect.TypeFor[ci.JobSpec]()
	for i := range there.NumField() {
		assert.Equal(t, there.Field(i).Tag.Get("json"), here.Field(i).Tag.Get("json"), here.Field(i).Name)
	}
	assert.Equal(t, fieldComments(t, "ci/jobspec.go"), fieldComments(t, "jobspec.go"))
}

func TestJobWithoutSpec(t *testing.T) {
	data, err := json.Marshal(Job{Project: "acme/shop"})
	require.NoError(t, err)
	assert.NotContains(t, string(data), "spec", "a zero spec is left out of a job")
}

// encoding/json never passes nothing to these methods, but whoever calls one by hand may.
func TestPlainDataReadsNothingWithoutPanic(t *testing.T) {
	for _, v := range []json.Unmarshaler{new(JobSpec), new(Scenario), new(Role), new(Job)} {
		for _, text := range []string{"", " ", "{", "["} {
			assert.NotPanics(t, func() { _ = v.UnmarshalJSON([]byte(text)) }, "%T of %q", v, text)
		}
	}
}
