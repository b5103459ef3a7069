package nearest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

func TestSlip(t *testing.T) {
	fields := []string{"runner", "runnerCreate", "runners", "echo"}
	for name, want := range map[string]string{
		"runner": "runner", "runnerCrate": "runnerCreate", "runnerCreat": "runnerCreate", "runers": "runners",
		"getRunner": "", "fleetRunners": "", "ehco": "echo", "": "", "x": "",
	} {
		meant, near := nearest.Slip(name, fields)
		assert.Equal(t, want != "", near, name)
		if near {
			assert.Equal(t, want, meant, name)
		}
	}
	_, near := nearest.Slip("runner", nil)
	assert.False(t, near)
}
