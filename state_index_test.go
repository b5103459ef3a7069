package fakegitlab

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
		st := newState(v, func() time.Time { return now })
		dice := rand.New(rand.NewPCG(1, 2))
		tags := []string{"a", "b", "c"}
		some := func() *runner { return st.runners.rows[dice.IntN(len(st.runners.rows))] }
		seed := func() newRunner {
			n := newRunner{attributes: defaultAttributes(), createdAt: now.Add(-time.Duration(dice.IntN(200)) * time.Hour)}
			n.attributes.tags, n.attributes.paused = tags[dice.IntN(3):], dice.IntN(2) == 0
			return n
		}
		changes := []func(){
			func() { _, err := st.addRunner(seed()); require.NoError(t, err) },
			func() { now = now.Add(time.Duration(dice.IntN(100)) * time.Hour) },
			func() { st.heartbeat(some(), contact{systemID: "s"}, true) },
			func() {
				if r := some(); len(r.managers) > 0 {
					st.deleteManager(r.managers[0])
				}
			},
			func() {
				if len(st.runners.rows) > 1 {
					st.deleteRunner(some())
				}
			},
			func() {
				r := some()
				next := r.attributes
				next.tags, next.paused = seed().attributes.tags, dice.IntN(2) == 0
				require.NoError(t, st.updateRunner(r, next))
			},
			func() {
				err := st.atomically(func() error { _, _ = st.addRunner(seed()); return fmt.Errorf("no") })
				require.Error(t, err)
			},
		}
		changes[0]()
		for range 2000 {
			changes[dice.IntN(len(changes))]()
			f := runnerFilter{scopes: []string{runnerScopes[dice.IntN(len(runnerScopes))]}}
			if dice.IntN(2) == 0 {
				f.tags, f.tagged = tags[:dice.IntN(3)], true
			}
			pass, want, got := st.filter(f), []*runner(nil), []*runner(nil)
			for _, r := range st.runners.rows {
				if pass(r) {
					want = append(want, r)
				}
			}
			rows, all := st.narrowed(f)
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
