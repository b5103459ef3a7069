package fakegitlab

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Close names what it waits for only after seconds of real time; hence from the inside.
func TestNamesOfRequestsInFlight(t *testing.T) {
	var i inFlight
	assert.Equal(t, "idle connections", i.names())
	i.enter(called{2, "GET", "/b"})
	first := i.enter(called{1, "GET", "/a"})
	assert.Equal(t, "#1 GET /a, #2 GET /b", i.names())
	i.leave(first)
	assert.Equal(t, "#2 GET /b", i.names())
}

// A Reset lets the numbers begin anew while an answered request is still on its way out.
func TestTwoRequestsInFlightWithOneNumber(t *testing.T) {
	var i inFlight
	first := i.enter(called{1, "GET", "/a"})
	i.enter(called{1, "GET", "/b"})
	i.leave(first)
	assert.Equal(t, "#1 GET /b", i.names())
}
