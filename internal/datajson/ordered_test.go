package datajson_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

func TestObjectKeepsOrder(t *testing.T) {
	keys, values, err := datajson.Object([]byte(`{"b": "<x>", "a": {"c": 1}, "b": [2, 3]}`))
	require.NoError(t, err)
	assert.Equal(t, []string{"b", "a"}, keys)
	assert.Equal(t, map[string]json.RawMessage{"b": json.RawMessage("[2, 3]"), "a": json.RawMessage(`{"c": 1}`)}, values)

	text, err := datajson.MarshalObject(keys, func(key string) (string, any) { return key, values[key] })
	require.NoError(t, err)
	assert.Equal(t, `{"b":[2,3],"a":{"c":1}}`, string(text))

	text, err = datajson.MarshalObject([]string{"<&>"}, func(key string) (string, any) { return key, key })
	require.NoError(t, err)
	assert.Equal(t, `{"<&>":"<&>"}`, string(text), "HTML is not escaped")
}

func TestObjectOfSomethingElse(t *testing.T) {
	for text, want := range map[string]string{
		`[]`: "want an object, have an array", `"x"`: "want an object, have a string", ``: "malformed JSON: there is none",
		`{} {}`: "more text after the end of the JSON",
	} {
		_, _, err := datajson.Object([]byte(text))
		assert.EqualError(t, err, want, text)
	}
	keys, values, err := datajson.Object([]byte("null"))
	assert.NoError(t, err)
	assert.Empty(t, keys)
	assert.Empty(t, values)
	_, err = datajson.MarshalObject([]string{"a"}, func(key string) (string, any) { return key, json.RawMessage("{") })
	assert.Error(t, err)
}
