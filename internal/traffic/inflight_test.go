package traffic

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRequestsInFlight(t *testing.T) {
	var i InFlight
	assert.Empty(t, i.List())
	i.Enter(Called{2, "GET", "/b"})
	first := i.Enter(Called{1, "GET", "/a"})
	assert.Equal(t, []Called{{1, "GET", "/a"}, {2, "GET", "/b"}}, i.List())
	i.Leave(first)
	assert.Equal(t, []Called{{2, "GET", "/b"}}, i.List())
	assert.False(t, i.Has(first))
}

// A Reset lets the numbers begin anew while an answered request is still on its way out.
func TestTwoRequestsInFlightWithOneNumber(t *testing.T) {
	var i InFlight
	first := i.Enter(Called{1, "GET", "/a"})
	i.Enter(Called{1, "GET", "/b"})
	i.Leave(first)
	assert.Equal(t, []Called{{1, "GET", "/b"}}, i.List())
}
