package graphql

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The names among which the nearest one is looked for are in order, so that it is the same one each time.
func TestRootFieldsAreInOrder(t *testing.T) {
	assert.IsIncreasing(t, RootFields())
	assert.Subset(t, RootFields(), []string{"runners", "runnerUpdate"})
}
