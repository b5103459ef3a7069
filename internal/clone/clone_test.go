package clone_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/internal/clone"
)

func TestEach(t *testing.T) {
	items := []*int{new(int), nil}
	copied := clone.Each(items, func(p *int) *int { return clone.Pointer(p, clone.Shallow) })
	assert.Equal(t, items, copied)
	*copied[0] = 1
	assert.Zero(t, *items[0])
	assert.Nil(t, clone.Each([]int(nil), clone.Shallow))
	assert.Equal(t, []int{}, clone.Each([]int{}, clone.Shallow), "empty is not nil")
}
