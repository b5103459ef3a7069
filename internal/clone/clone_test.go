package clone_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/internal/clone"
)

func TestAs(t *testing.T) {
	type word string
	assert.Equal(t, []word{"a", "b"}, clone.As[word]([]string{"a", "b"}))
	assert.Equal(t, []word{}, clone.As[word]([]string{}))
	assert.Nil(t, clone.As[word]([]string(nil)))
}

func TestEach(t *testing.T) {
	items := []*int{new(int), nil}
	copied := clone.Each(items, func(p *int) *int { return clone.Pointer(p, clone.Shallow) })
	assert.Equal(t, items, copied)
	*copied[0] = 1
	assert.Zero(t, *items[0])
	assert.Nil(t, clone.Each([]int(nil), clone.Shallow))
	assert.Equal(t, []int{}, clone.Each([]int{}, clone.Shallow), "empty is not nil")
}
