package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/examples/fleet"
	"github.com/fakegitlab/fakegitlab/examples/fleet/naive"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	shop     = "acme/shop"
	size     = 5
	leftover = 25 // runners of an earlier fleet: more than a page, which is 20 unless one asks for more
	week     = 7 * 24 * time.Hour
	ours     = "fleet blue: "
)

// manager is what both versions are. A maker starts one of them.
type (
	manager interface{ Reconcile(context.Context) error }
	maker   func(*http.Client, string, string, *fleet.Store, fleet.Config) (manager, error)
)

func asFirstWritten(c *http.Client, url, token string, s *fleet.Store, config fleet.Config) (manager, error) {
	return naive.New(c, url, token, s, config)
}

func mended(c *http.Client, url, token string, s *fleet.Store, config fleet.Config) (manager, error) {
	return fleet.New(c, url, token, s, config)
}

// world is a project with a fleet that has something of everything to do: two runners whose tokens are due, one whose machine
// is silent, one that somebody deleted by hand, leftovers, and runners of other people.
func world(gl *fakegitlab.Fake) (fleet.Config, *fleet.Store) {
	gl.AddUser(fakegitlab.User{Username: "mia"})
	project := gl.AddProject(fakegitlab.Project{Path: shop, Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}, RunnerTokenExpiration: 30 * 24 * time.Hour})
	add := func(description string, lastHeard time.Duration) fakegitlab.Runner {
		return gl.AddRunner(fakegitlab.Runner{
			Description: description, Projects: []string{shop}, CreatedAt: gl.Now().Add(-29 * 24 * time.Hour), ContactedAt: gl.Now().Add(-lastHeard),
		})
	}
	add("somebody's laptop", time.Minute)
	add("somebody's old laptop", 2*week)
	for range leftover {
		add(ours+"machine", 2*week)
	}
	store := &fleet.Store{}
	remember := func(r fakegitlab.Runner, due time.Duration) {
		store.Put(fleet.Runner{ID: int64(r.ID), Token: r.Token, RotateAt: gl.Now().Add(due)})
	}
	remember(add(ours+"machine", time.Minute), 0)
	remember(add(ours+"machine", time.Minute), -time.Hour)
	remember(add(ours+"machine", 8*24*time.Hour), 5*24*time.Hour)
	deleted := add(ours+"machine", time.Hour)
	remember(deleted, 5*24*time.Hour)
	gl.DeleteRunner(deleted.ID)
	return fleet.Config{Name: "blue", ProjectID: int64(project.ID), Size: size, RotateEvery: 2 * week}, store
}

// The invariants.
const (
	noOrphan     = "no runner of the fleet is unknown to the store"
	tokensWork   = "every token in the store works"
	complete     = "the fleet is as large as it should be"
	noneStale    = "no runner of the fleet is stale"
	othersRemain = "the runners of others are as they were"
)

// mustHold tells the fake what must hold at the end of the test, whatever went wrong in it.
func mustHold(gl *fakegitlab.Fake, store *fleet.Store, config fleet.Config) {
	others := foreign(gl)
	gl.Invariant(noOrphan, func(gl *fakegitlab.Fake) error {
		known := map[int]bool{}
		for _, r := range store.Runners() {
			known[int(r.ID)] = true
		}
		return every(fleetOf(gl), func(r fakegitlab.Runner) bool { return known[r.ID] || isStale(gl, r) }, "nobody knows %d")
	})
	gl.Invariant(noneStale, func(gl *fakegitlab.Fake) error {
		return every(fleetOf(gl), func(r fakegitlab.Runner) bool { return !isStale(gl, r) }, "%d is stale")
	})
	gl.Invariant(tokensWork, func(gl *fakegitlab.Fake) error {
		var broken []error
		for _, r := range store.Runners() {
			if there, ok := gl.Runner(int(r.ID)); !ok || there.Token != r.Token || !there.TokenExpiresAt.After(gl.Now()) {
				broken = append(broken, fmt.Errorf("that of %d does not", r.ID))
			}
		}
		return errors.Join(broken...)
	})
	gl.Invariant(complete, func(*fakegitlab.Fake) error {
		if n := len(store.Runners()); n != config.Size {
			return fmt.Errorf("it is %d runners, not %d", n, config.Size)
		}
		return nil
	})
	gl.Invariant(othersRemain, func(gl *fakegitlab.Fake) error {
		if now := foreign(gl); !slices.EqualFunc(others, now, func(a, b fakegitlab.Runner) bool { return a.ID == b.ID }) {
			return fmt.Errorf("there were %d, there are %d", len(others), len(now))
		}
		return nil
	})
}

func isStale(gl *fakegitlab.Fake, r fakegitlab.Runner) bool {
	return gl.RunnerStatus(r.ID) == fakegitlab.Stale
}

func isOurs(r fakegitlab.Runner) bool { return strings.HasPrefix(r.Description, ours) }

func fleetOf(gl *fakegitlab.Fake) []fakegitlab.Runner {
	return slices.DeleteFunc(gl.Runners(), func(r fakegitlab.Runner) bool { return !isOurs(r) })
}

func foreign(gl *fakegitlab.Fake) []fakegitlab.Runner { return slices.DeleteFunc(gl.Runners(), isOurs) }

func every(runners []fakegitlab.Runner, good func(fakegitlab.Runner) bool, complaint string) error {
	var bad []error
	for _, r := range runners {
		if !good(r) {
			bad = append(bad, fmt.Errorf(complaint, r.ID))
		}
	}
	return errors.Join(bad...)
}

// twoTurns is the test: a manager that is called twice, a minute apart, has put everything in order. Nothing is said of what
// Reconcile returns, as one failed call is no more than a failed turn; what must hold is said by the invariants.
func twoTurns(tb fakegitlab.TB, gl *fakegitlab.Fake, create maker) {
	config, store := world(gl)
	mustHold(gl, store, config)
	m, err := create(gl.Client(), gl.URL(), gl.Token("mia"), store, config)
	require.NoError(tb, err)
	for range 2 {
		if err := m.Reconcile(context.Background()); err != nil {
			tb.Logf("Reconcile: %v", err)
		}
		time.Sleep(time.Minute)
	}
}

// The minutes between the turns, and the client's back-off, are minutes of the bubble that Sweep runs each test in.
var inBubbles = []fakegitlab.Option{fakegitlab.WithInMemoryNetwork(), fakegitlab.WithClock(time.Now)}

// TestSweepFindsTheBugs sweeps the manager as it was first written. Undisturbed it does all it should.
func TestSweepFindsTheBugs(t *testing.T) {
	start := time.Now()
	runs := fakegitlab.SweepRuns(t, func(tb fakegitlab.TB, gl *fakegitlab.Fake) { twoTurns(tb, gl, asFirstWritten) }, inBubbles...)
	took := time.Since(start)

	require.Empty(t, runs[0].Errors, "with nothing in its way it works")
	found, failed := findings(runs)
	t.Logf("as first written: %d calls, %d runs in %s, %d of them failed", len(runs[0].Calls), len(runs), took.Round(time.Millisecond), failed)
	for _, bug := range slices.Sorted(maps.Keys(found)) {
		t.Logf("  %s (%s)", bug, found[bug])
	}
	assert.Equal(t, []string{
		// The runners are deleted while they are paged through. Once a turn is lost the one that is left does not reach them all.
		"DELETE /runners/:id, answer lost: " + noneStale,
		"DELETE /runners/:id, connection reset: " + noneStale,
		"GET /projects/:id/runners, answer lost: " + noneStale,
		"GET /projects/:id/runners, connection reset: " + noneStale,
		// The old token is dead and the new one never came; and the date at which to do something about it has been moved.
		"POST /runners/:id/reset_authentication_token, answer lost: " + tokensWork,
		// What was created is remembered at the end of the turn, which is never reached when the next creation fails.
		"POST /user/runners, answer lost: " + noOrphan, // and here the runner whose token is lost, too
		"POST /user/runners, connection reset: " + noOrphan,
	}, slices.Sorted(maps.Keys(found)))
}

// findings are the failing calls and the invariants that they broke, each with the first run that has it.
func findings(runs []fakegitlab.SweptRun) (found map[string]string, failed int) {
	found = map[string]string{}
	for _, run := range runs {
		if !run.Passed() {
			failed++
		}
		_, call, _ := strings.Cut(run.Name, " ")
		for _, problem := range run.Errors {
			broken := strings.TrimPrefix(problem, "fakegitlab: it does not hold that ")
			invariant, _, _ := strings.Cut(broken, ": ")
			if bug := call + ": " + invariant; found[bug] == "" {
				found[bug] = run.Name
			}
		}
	}
	return found, failed
}

// TestSweepMended is how a suite has it: each run is a subtest.
func TestSweepMended(t *testing.T) {
	start, runs := time.Now(), 0
	fakegitlab.Sweep(t, func(t *testing.T, gl *fakegitlab.Fake) {
		runs++
		twoTurns(t, gl, mended)
	}, inBubbles...)
	t.Logf("mended: %d runs in %s", runs, time.Since(start).Round(time.Millisecond))
}

// TestGatewayTimeout is a bug that a sweep cannot see, as its 503 comes from a GitLab that did nothing: a proxy lost patience,
// GitLab did as it was told, and the client's own retry tells it again.
func TestGatewayTimeout(t *testing.T) {
	for _, c := range []struct {
		name    string
		create  maker
		orphans int
	}{{"as first written", asFirstWritten, 1}, {"mended", mended, 0}} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gl := fakegitlab.New(t, inBubbles...)
				gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.CreateUserRunner, Status: http.StatusGatewayTimeout, Applied: true, Times: 1})
				config, store := world(gl)
				m, err := c.create(gl.Client(), gl.URL(), gl.Token("mia"), store, config)
				require.NoError(t, err)
				for range 2 {
					_ = m.Reconcile(t.Context())
					time.Sleep(time.Minute)
				}
				assert.Len(t, store.Runners(), size)
				assert.Len(t, fleetOf(gl), size+c.orphans)
			})
		})
	}
}

// TestPagesMove has somebody else delete a runner of the first page while the manager is between that page and the next. The
// runner that thereby moves from one page to the other is never listed; that must not be taken for its end.
func TestPagesMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gl := fakegitlab.New(t, inBubbles...)
		config, store := fleet.Config{Name: "blue", Size: 1, RotateEvery: week}, &fleet.Store{}
		gl.AddUser(fakegitlab.User{Username: "mia"})
		config.ProjectID = int64(gl.AddProject(fakegitlab.Project{Path: shop, Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}}).ID)
		laptop := gl.AddRunner(fakegitlab.Runner{Description: "somebody's laptop", Projects: []string{shop}})
		for range 19 {
			gl.AddRunner(fakegitlab.Runner{Projects: []string{shop}})
		}
		r := gl.AddRunner(fakegitlab.Runner{Description: ours + "machine", Projects: []string{shop}})
		gl.AddRunner(fakegitlab.Runner{Projects: []string{shop}})
		store.Put(fleet.Runner{ID: int64(r.ID), Token: r.Token, RotateAt: gl.Now().Add(week)})

		var once sync.Once
		gl.After(fakegitlab.ListProjectRunners, func(fakegitlab.Call) { once.Do(func() { gl.DeleteRunner(laptop.ID) }) })
		m, err := mended(gl.Client(), gl.URL(), gl.Token("mia"), store, config)
		require.NoError(t, err)
		require.NoError(t, m.Reconcile(t.Context()))

		gl.AssertCalled(t, fakegitlab.ListProjectRunners, fakegitlab.Times(2))
		gl.AssertNotCalled(t, fakegitlab.DeleteRunner)
		gl.AssertNotCalled(t, fakegitlab.CreateUserRunner)
		assert.Len(t, store.Runners(), 1)
	})
}
