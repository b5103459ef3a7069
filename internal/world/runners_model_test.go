package world

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a model refuses is said in the model's order and words, and leaves the runner as it is.
func TestRunnerValidations(t *testing.T) {
	now := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	st := stateAt(t, &now)
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	short, long, edge := minMaximumTimeout-1, strings.Repeat("ä", maxNoteLength+1), strings.Repeat("ä", maxNoteLength)
	var many []string
	for i := range maxTags + 1 {
		many = append(many, fmt.Sprint(i))
	}
	tests := map[string]struct {
		change func(*Attributes)
		want   string
	}{
		"no tags":       {func(a *Attributes) { a.RunUntagged = false }, "Tags list " + msgTagsNeeded},
		"blank tags":    {func(a *Attributes) { a.RunUntagged, a.Tags = false, []string{" "} }, "Tags list " + msgTagsNeeded},
		"many tags":     {func(a *Attributes) { a.Tags = many }, "Tags list " + msgTooManyTags},
		"one tag twice": {func(a *Attributes) { a.Tags = append(slices.Clone(many[1:]), many[1]) }, ""},
		"access level":  {func(a *Attributes) { a.AccessLevel = "" }, "Access level " + msgBlank},
		"short timeout": {func(a *Attributes) { a.MaximumTimeout = &short }, "Maximum timeout " + msgMaximumTimeoutTooShort},
		"long note":     {func(a *Attributes) { a.MaintenanceNote = &long }, "Maintenance note " + msgTooLong(maxNoteLength)},
		"characters":    {func(a *Attributes) { a.MaintenanceNote = &edge }, ""},
		"all at once": {func(a *Attributes) { *a = Attributes{MaximumTimeout: &short} },
			"Tags list " + msgTagsNeeded + ", Access level " + msgBlank + ", and Maximum timeout " + msgMaximumTimeoutTooShort},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			before, next := r.Attributes, r.Attributes
			tt.change(&next)
			err := st.UpdateRunner(r, next)
			if tt.want == "" {
				require.NoError(t, err)
				require.NoError(t, st.UpdateRunner(r, before))
				return
			}
			require.EqualError(t, err, tt.want)
			assert.Equal(t, before, r.Attributes)
			_, err = st.AddRunner(RunnerDraft{Attributes: next})
			if next.AccessLevel != "" { // a draft without one gets the default
				require.EqualError(t, err, tt.want)
			}
		})
	}
}
