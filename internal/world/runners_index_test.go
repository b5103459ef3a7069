package world

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// However runners change, and however time passes, the index finds what a look at every runner finds.
func TestIndexFindsWhatALookAtAllFinds(t *testing.T) {
	for _, version := range []string{"16.11", "17.2"} {
		v, err := gitlabversion.Parse(version)
		require.NoError(t, err)
		now := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
		st := New(v, func() time.Time { return now }, Around{})
		dice := rand.New(rand.NewPCG(1, 2))
		tags := []string{"a", "b", "c"}
		some := func() *Runner { return st.Runners.Rows[dice.IntN(len(st.Runners.Rows))] }
		seed := func() RunnerDraft {
			n := RunnerDraft{Attributes: DefaultAttributes(), CreatedAt: now.Add(-time.Duration(dice.IntN(200)) * time.Hour)}
			n.Attributes.Tags, n.Attributes.Paused = tags[dice.IntN(3):], dice.IntN(2) == 0
			return n
		}
		changes := []func(){
			func() { _, err := st.AddRunner(seed()); require.NoError(t, err) },
			func() { now = now.Add(time.Duration(dice.IntN(100)) * time.Hour) },
			func() { st.Heartbeat(some(), Contact{SystemID: "s"}, true) },
			func() {
				if r := some(); len(r.Managers) > 0 {
					st.DeleteManager(r.Managers[0])
				}
			},
			func() {
				if len(st.Runners.Rows) > 1 {
					st.DeleteRunner(some())
				}
			},
			func() {
				r := some()
				next := r.Attributes
				next.Tags, next.Paused = seed().Attributes.Tags, dice.IntN(2) == 0
				require.NoError(t, st.UpdateRunner(r, next))
			},
			func() {
				err := Atomically(st, func() error { _, _ = st.AddRunner(seed()); return fmt.Errorf("no") })
				require.Error(t, err)
			},
		}
		changes[0]()
		for range 2000 {
			changes[dice.IntN(len(changes))]()
			f := RunnerFilter{Scopes: []string{RunnerScopes[dice.IntN(len(RunnerScopes))]}}
			if dice.IntN(2) == 0 {
				f.Tags, f.Tagged = tags[:dice.IntN(3)], true
			}
			pass, want, got := st.Filter(f), []*Runner(nil), []*Runner(nil)
			for _, r := range st.Runners.Rows {
				if pass(r) {
					want = append(want, r)
				}
			}
			rows, all := st.Narrowed(f)
			for _, r := range rows {
				if all || pass(r) {
					got = append(got, r)
				}
			}
			require.Equal(t, len(want), len(got), "%+v", f)
			for i := range want {
				require.Same(t, want[i], got[i], "%+v", f)
			}
		}
	}
}

// A runner that nobody has heard of becomes stale by time alone.
func TestTimeAloneChangesWhoIsStale(t *testing.T) {
	now := noon
	st := stateAt(t, &now)
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	stale := func() []*Runner { rows, _ := st.Narrowed(RunnerFilter{Scopes: []string{"stale"}}); return rows }
	require.Empty(t, stale())
	now = noon.Add(staleTimeout)
	require.Equal(t, []*Runner{r}, stale())
}
