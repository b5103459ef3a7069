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

// A request knows the goroutine of the function that it waits for, and of no other's.
func TestWithinAFunction(t *testing.T) {
	var i InFlight
	f := i.Enter(Called{1, "GET", "/a"})
	assert.Empty(t, i.Within())
	f.Running("Before(GET /a)")
	assert.Equal(t, "Before(GET /a)", i.Within())
	assert.Equal(t, "Before(GET /a) did not return", f.What())
	elsewhere := make(chan string)
	go func() { elsewhere <- i.Within() }()
	assert.Empty(t, <-elsewhere)
	f.Running("")
	assert.Empty(t, i.Within())
	assert.Empty(t, f.What())
	f.Doing(Unread)
	assert.Empty(t, i.Within())
}
