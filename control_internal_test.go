package fakegitlab

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/fakegitlab/fakegitlab/internal/controlapi"
	"github.com/fakegitlab/fakegitlab/internal/world"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the path names is found and changed in one visit to the state's lock: the lock is held from the one to the
// other, and what was done while finding is undone when the change is refused. So the error's kind alone decides
// between 404 and 400.
func TestControlFindsAndActsInOneVisit(t *testing.T) {
	refused := errors.New("is pending")
	for name, c := range map[string]struct {
		found, done error
		status      int
		undone      bool
	}{
		"not there":                      {world.Missing("job", "7", nil), nil, http.StatusNotFound, true},
		"refused":                        {nil, refused, http.StatusBadRequest, true},
		"something else that is missing": {nil, world.Missing("runner", "7", nil), http.StatusBadRequest, true},
		"done":                           {nil, nil, http.StatusOK, false},
	} {
		t.Run(name, func(t *testing.T) {
			gl := New(t, WithInMemoryNetwork())
			acted, other := false, make(chan struct{})
			find := func(st *world.State, id string) (string, error) {
				go world.Visit(st, func() { close(other) })
				_, err := st.AddUser(world.User{Username: "found"})
				require.NoError(t, err)
				return "job " + id, c.found
			}
			call := &control{Fake: gl, vars: map[string]string{"id": "7"}}
			got := answered(atPath(call, find, func(st *world.State, found string) (string, error) {
				acted = true
				assert.Equal(t, "job 7", found)
				select {
				case <-other:
					t.Error("somebody else came in between")
				default:
				}
				return found, c.done
			}))
			assert.Equal(t, c.status, got.Status)
			undone := read(gl, func(st *world.State) bool { return st.UserNames["found"] == nil })
			assert.Equal(t, c.undone, undone)
			assert.Equal(t, c.found == nil, acted)
		})
	}
}

// The edits of records tell the two apart in the same way.
func TestControlPatchFindsAndActsInOneVisit(t *testing.T) {
	gl := New(t, WithInMemoryNetwork(), WithScenario(SmallCompany()))
	edit := func(name string, refusal error) controlapi.Answer {
		call := &control{Fake: gl, vars: map[string]string{"username": name}}
		return answered(at(call, "username", userEdits.find, func(st *world.State, u *world.User) (User, error) {
			return userEdits.edit(st, u, func(*User) error { return refusal })
		}))
	}
	assert.Equal(t, http.StatusNotFound, edit("mai", nil).Status)
	assert.Equal(t, http.StatusBadRequest, edit("mia", world.Missing("user", "mai", nil)).Status)
	assert.Equal(t, http.StatusOK, edit("mia", nil).Status)
	wrapped := fmt.Errorf("while looking: %w", controlapi.Absent{Why: world.Missing("user", "mai", nil)})
	assert.Equal(t, http.StatusNotFound, controlError(wrapped).Status)
}
