package fakegitlab

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRequestsInFlight(t *testing.T) {
	var i inFlight
	assert.Empty(t, i.list())
	i.enter(called{2, "GET", "/b"})
	first := i.enter(called{1, "GET", "/a"})
	assert.Equal(t, []called{{1, "GET", "/a"}, {2, "GET", "/b"}}, i.list())
	i.leave(first)
	assert.Equal(t, []called{{2, "GET", "/b"}}, i.list())
	assert.False(t, i.has(first))
}

// A Reset lets the numbers begin anew while an answered request is still on its way out.
func TestTwoRequestsInFlightWithOneNumber(t *testing.T) {
	var i inFlight
	first := i.enter(called{1, "GET", "/a"})
	i.enter(called{1, "GET", "/b"})
	i.leave(first)
	assert.Equal(t, []called{{1, "GET", "/b"}}, i.list())
}
