package graphql

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Numbers that are out of range are infinite, which JSON cannot tell: an input has null in their place.
func TestInfiniteInputs(t *testing.T) {
	value, err := parseInputsValue([]any{math.Inf(-1), 1.5, map[string]any{"a": math.Inf(1)}})
	assert.NoError(t, err)
	assert.Equal(t, []any{nil, 1.5, map[string]any{"a": nil}}, value)
	value, err = parseInputsValue(math.Inf(1))
	assert.NoError(t, err)
	assert.Nil(t, value)
}
