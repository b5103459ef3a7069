package fakegitlab_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
)

// deleteAndLook deletes a runner, trying again a minute later when it is not sure, and reads it.
func deleteAndLook(t *testing.T, gl *fg.Fake) {
	r := gl.AddRunner(fg.Runner{Description: "old"})
	gl.Invariant("the runner is gone", func(gl *fg.Fake) error {
		if _, there := gl.Runner(r.ID); there {
			return fmt.Errorf("runner %d is still there", r.ID)
		}
		return nil
	})
	c := gl.ClientAs("root")
	url := fmt.Sprintf("%s/runners/%d", gl.APIURL(), r.ID)
	for range 3 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, url, nil)
		require.NoError(t, err)
		resp, err := c.Do(req)
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusNoContent || resp.StatusCode == http.StatusNotFound {
				break
			}
		}
		time.Sleep(time.Minute) // of the bubble
	}
	if resp, err := c.Get(url); err == nil {
		_ = resp.Body.Close()
		assert.NotEqual(t, http.StatusOK, resp.StatusCode)
	}
}

func TestSweepDisturbsEveryCallInEveryWay(t *testing.T) {
	var runs []string
	fg.Sweep(t, func(t *testing.T, gl *fg.Fake) {
		runs = append(runs, t.Name())
		deleteAndLook(t, gl)
	}, fg.WithInMemoryNetwork())
	const name = "TestSweepDisturbsEveryCallInEveryWay/"
	assert.Equal(t, []string{
		name + "undisturbed",
		name + "#1_DELETE_/runners/:id,_503", name + "#1_DELETE_/runners/:id,_answer_lost", name + "#1_DELETE_/runners/:id,_connection_reset",
		name + "#2_GET_/runners/:id,_503", name + "#2_GET_/runners/:id,_answer_lost", name + "#2_GET_/runners/:id,_connection_reset",
	}, runs)
}

func TestForEachVersion(t *testing.T) {
	var seen []string
	fg.ForEachVersion(t, []string{"16.11", "17.2", "19.4"}, func(t *testing.T, gl *fg.Fake) { seen = append(seen, gl.Version()) })
	assert.Equal(t, []string{"16.11", "17.2", "19.4"}, seen)
}
