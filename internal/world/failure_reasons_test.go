package world

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFailureReasons(t *testing.T) {
	for _, newer := range []bool{false, true} {
		seen := map[string]bool{}
		for _, reason := range FailureReasons(newer) {
			assert.False(t, seen[reason], reason)
			seen[reason] = true
		}
		assert.Equal(t, newer, seen["runner_interrupted"])
	}
	assert.Len(t, FailureReasons(false), 37)
	assert.Len(t, FailureReasons(true), 52)
}
