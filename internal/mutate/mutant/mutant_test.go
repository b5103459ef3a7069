//go:build unix

package mutant

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Each place is itself while another mutant lives, and broken while its own does.
func TestPlacesAreBrokenByTheirOwnMutantAlone(t *testing.T) {
	yes := func() bool { return true }
	places := func() []any {
		return []any{Runs(1), Cond(1, 2, true), Never(1, true), Not(1, true), And(1, false, yes), Less(1, 2, 2), AtMost(1, 2, 2),
			Zero(1, "a"), Next(1, 4), Plus(1, 3, 2), Minus(1, 3, 2), Word(1, "a"), Or(1, false, yes), Always(1, false)}
	}
	defer func(before int) { active = before }(active)
	active = 0
	assert.Equal(t, []any{true, true, true, true, false, false, true, "a", 4, 5, 1, "a", true, false}, places())
	active = 1
	assert.Equal(t, []any{false, false, false, false, true, true, false, "", 5, 1, 5, "a\x00", false, true}, places())
	active = 2
	assert.True(t, Cond(1, 2, false))
}
