package fakegitlab

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ask is POST /jobs/request; id is 0 when there is no job.
func ask(ctx context.Context, gl *Fake, client *http.Client, token, systemID, lastUpdate string) (id int, jobToken,
	value string, err error) {
	body := fmt.Sprintf(`{"token":%q,"system_id":%q,"last_update":%q}`, token, systemID, lastUpdate)
	req, err := http.NewRequestWithContext(ctx, "POST", gl.APIURL()+"/jobs/request", strings.NewReader(body))
	if err != nil {
		return 0, "", "", err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNoContent {
		return 0, "", resp.Header.Get("X-GitLab-Last-Update"), nil
	}
	if resp.StatusCode != http.StatusCreated {
		return 0, "", "", fmt.Errorf("status %d", resp.StatusCode)
	}
	var job struct {
		ID    int
		Token string
	}
	err = json.NewDecoder(resp.Body).Decode(&job)
	return job.ID, job.Token, "", err
}

// waiting waits until a request waits for its runner's queue.
func waiting(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if someoneAwaits() {
			return
		}
	}
	t.Fatal("no request waits")
}

// someoneAwaits reports whether any request of the program waits for a queue to change.
func someoneAwaits() bool {
	stacks := make([]byte, 1<<20)
	return strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), "(*Request).await")
}

// poll is a request that waits.
type poll struct {
	id    int
	err   error
	value string
}

func startPoll(ctx context.Context, gl *Fake, r Runner, value string) <-chan poll {
	done := make(chan poll, 1)
	go func() {
		var p poll
		p.id, _, p.value, p.err = ask(ctx, gl, gl.Client(), r.Token, "s_1", value)
		done <- p
	}()
	return done
}

// What Workhorse answers by itself: SeenChange, Timeout and NoChange alike (workhorse/internal/builds/register.go).
func TestLongPolling(t *testing.T) {
	start := func(t *testing.T, d time.Duration) (*Fake, Runner, string) {
		gl := New(t, WithLongPolling(d))
		gl.AddProject(Project{Path: "acme/shop"})
		r := gl.AddRunner(Runner{Projects: []string{"acme/shop"}})
		_, _, value, err := ask(t.Context(), gl, gl.Client(), r.Token, "s_1", "")
		require.NoError(t, err)
		return gl, r, value
	}
	for _, c := range []struct {
		name string
		free func(*Fake, Runner)
	}{
		{"a job that fits", func(gl *Fake, _ Runner) { gl.AddJob(Job{Project: "acme/shop"}) }},
		{"the runner's change", func(gl *Fake, r Runner) {
			gl.UpdateRunner(r.ID, func(r *Runner) { r.Paused = true })
		}},
		{"the runner's end", func(gl *Fake, r Runner) { gl.DeleteRunner(r.ID) }},
		{"Reset", func(gl *Fake, _ Runner) { gl.Reset() }},
		{"Close", func(gl *Fake, _ Runner) { gl.Close() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			gl, r, value := start(t, time.Hour)
			done := startPoll(t.Context(), gl, r, value)
			waiting(t)
			freed := time.Now()
			c.free(gl, r)
			assert.Equal(t, poll{}, <-done, "204 without X-GitLab-Last-Update, whatever it was")
			assert.Less(t, time.Since(freed), 2*time.Second)
		})
	}
	t.Run("a job that does not fit", func(t *testing.T) {
		gl, r, value := start(t, time.Hour)
		done := startPoll(t.Context(), gl, r, value)
		waiting(t)
		gl.AddJob(Job{Project: "acme/shop", Tags: []string{"gpu"}})
		waiting(t)
		gl.AddJob(Job{Project: "acme/shop"})
		assert.Equal(t, poll{}, <-done)
		assert.NotZero(t, (<-startPoll(t.Context(), gl, r, value)).id, "the next request finds the change at once")
	})
	t.Run("the request's context", func(t *testing.T) {
		gl, r, value := start(t, time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		done := startPoll(ctx, gl, r, value)
		waiting(t)
		cancel()
		assert.ErrorIs(t, (<-done).err, context.Canceled)
		_, err := gl.WaitForCall(t.Context(), RequestJob, Where(func(c Call) bool { return c.Number == 2 }))
		require.NoError(t, err, "its handler has ended")
	})
	t.Run("the time", func(t *testing.T) {
		gl, r, value := start(t, time.Millisecond)
		assert.Equal(t, poll{}, <-startPoll(t.Context(), gl, r, value))
	})
	t.Run("nothing is left", func(t *testing.T) {
		gl, r, value := start(t, time.Hour)
		var all []<-chan poll
		for range 20 {
			all = append(all, startPoll(t.Context(), gl, r, value))
		}
		waiting(t)
		gl.Close()
		for _, done := range all {
			<-done
		}
		assert.False(t, someoneAwaits())
	})
}

func TestEveryJobRunsOnce(t *testing.T) {
	const managers, jobs = 50, 500
	gl := New(t, WithLongPolling(time.Minute))
	for p := range 5 {
		gl.AddProject(Project{Path: fmt.Sprintf("acme/p%d", p)})
	}
	r := gl.AddRunner(Runner{})
	transport := gl.Client().Transport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = managers
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}

	var mu sync.Mutex
	ran := map[int]int{}
	total := 0
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	work := func(m int) {
		value := ""
		for ctx.Err() == nil {
			id, token, next, err := ask(ctx, gl, client, r.Token, fmt.Sprintf("s_%d", m), value)
			if err != nil {
				if ctx.Err() == nil {
					t.Error(err)
				}
				return
			}
			if value = next; id == 0 {
				continue
			}
			body := strings.NewReader(fmt.Sprintf(`{"token":%q,"state":"success"}`, token))
			req, _ := http.NewRequest("PUT", fmt.Sprintf("%s/jobs/%d", gl.APIURL(), id), body)
			req.Header.Set("Content-Type", "application/json")
			resp, err := client.Do(req)
			if err != nil || resp.StatusCode != 200 {
				t.Error("PUT: ", err)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			mu.Lock()
			ran[id]++
			if total++; total == jobs {
				cancel()
			}
			mu.Unlock()
		}
	}
	var wg sync.WaitGroup
	for m := range managers {
		wg.Go(func() { work(m) })
	}
	for i := range jobs {
		gl.AddJob(Job{Project: fmt.Sprintf("acme/p%d", i%5)})
	}
	wg.Wait()
	assert.Len(t, ran, jobs)
	for _, j := range gl.Jobs() {
		assert.Equal(t, 1, ran[j.ID])
		assert.Equal(t, []JobStatus{JobPending, JobRunning, JobSuccess}, gl.JobRun(j.ID).States())
	}
	stored, _ := gl.Runner(r.ID)
	assert.LessOrEqual(t, len(stored.Managers), managers)
}

func TestTwoRunnersAskAtOnce(t *testing.T) {
	gl := New(t)
	gl.AddProject(Project{Path: "acme/shop"})
	runners := []Runner{gl.AddRunner(Runner{Projects: []string{"acme/shop"}}), gl.AddRunner(Runner{})}
	for range 50 {
		job := gl.AddJob(Job{Project: "acme/shop"})
		start, got := make(chan struct{}), make(chan int, len(runners))
		for _, r := range runners {
			go func() {
				<-start
				id, _, _, err := ask(t.Context(), gl, gl.Client(), r.Token, "s_1", "")
				if err != nil {
					t.Error(err)
				}
				got <- id
			}()
		}
		close(start)
		assert.Equal(t, job.ID, <-got+<-got, "one gets it and the other nothing")
	}
}

// BenchmarkTakeJob takes one job while others wait that do not fit: all for the same runners, or each for its own.
func BenchmarkTakeJob(b *testing.B) {
	for _, unfit := range []int{10, 10_000} {
		for name, tag := range map[string]func(int) string{"alike": func(int) string { return "gpu" },
			"all different": func(i int) string { return fmt.Sprintf("gpu-%d", i) }} {
			b.Run(fmt.Sprintf("%d do not fit, %s", unfit, name), func(b *testing.B) {
				gl := New(b)
				gl.AddProject(Project{Path: "acme/shop"})
				r := gl.AddRunner(Runner{})
				for i := range unfit {
					gl.AddJob(Job{Project: "acme/shop", Tags: []string{tag(i)}})
				}
				body := fmt.Sprintf(`{"token":%q}`, r.Token)
				for b.Loop() {
					job := gl.AddJob(Job{Project: "acme/shop"})
					req := httptest.NewRequest("POST", "/api/v4/jobs/request", strings.NewReader(body))
					req.Header.Set("Content-Type", "application/json")
					w := httptest.NewRecorder()
					gl.ServeHTTP(w, req)
					if w.Code != http.StatusCreated {
						b.Fatal(w.Code)
					}
					gl.FinishJob(job.ID, JobSuccess)
					gl.ClearCalls()
				}
			})
		}
	}
}
