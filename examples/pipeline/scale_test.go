package pipeline_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/examples/minirunner/runner"
)

var (
	pipelines = flag.Int("pipelines", 4, "how many pipelines TestManyPipelines runs")
	largest   = flag.Int("jobs", 0, "how many jobs the larger pipeline of TestLargePipelines has; 0 skips it")
)

// fifty are fifty jobs in five stages, of which the later ones need some of the stage before.
func fifty() string {
	var b strings.Builder
	b.WriteString("stages: [s0, s1, s2, s3, s4]\n")
	for stage := range 5 {
		for i := range 10 {
			fmt.Fprintf(&b, "j%d%d: {stage: s%d, script: 'true'", stage, i, stage)
			if stage > 0 && i > 0 { // the first one waits for the whole stage
				fmt.Fprintf(&b, ", needs: [j%d%d, j%d%d]", stage-1, i, stage-1, i-1)
			}
			b.WriteString("}\n")
		}
	}
	return b.String()
}

// TestManyPipelines: whole pipelines at once, with fifty runners that want the same jobs. Each job runs once, in the
// order that needs and stages ask for, and all pipelines succeed.
func TestManyPipelines(t *testing.T) {
	const jobs, runners = 50, 50
	gl, token := newGitLab(t, fakegitlab.WithClock(time.Now))
	var ids []int
	for i := range *pipelines { // on branches of their own, for a newer pipeline of a branch cancels those that wait
		ids = append(ids, gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", Ref: fmt.Sprintf("b%d", i), CI: fifty()}).ID)
	}
	started := time.Now()
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	var taken atomic.Int64
	for i := range runners {
		r := &runner.Runner{API: gl.APIURL(), Token: token, SystemID: fmt.Sprintf("s_%d", i), HTTP: gl.Client(),
			Interval: 100 * time.Millisecond, Backoff: time.Millisecond}
		running.Go(func() {
			for ctx.Err() == nil {
				switch took, err := r.Once(ctx); {
				case took:
					taken.Add(1)
				case ctx.Err() == nil && assert.NoError(t, err):
					pause(ctx, r.Interval)
				}
			}
		})
	}
	long, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	for _, id := range ids {
		_, err := gl.WaitForPipeline(long, id, fakegitlab.JobSuccess)
		require.NoError(t, err)
	}
	took := time.Since(started)
	stop()
	running.Wait()

	all := gl.Jobs()
	assert.Len(t, all, jobs**pipelines, "no job was tried twice")
	assert.EqualValues(t, len(all), taken.Load(), "each job was taken once")
	checkOrder(t, all)
	t.Logf("%d jobs of %d pipelines with %d runners in %.1f s: %.2f ms a job", len(all), *pipelines, runners,
		took.Seconds(), took.Seconds()*1000/float64(len(all)))
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// checkOrder wants each job to have succeeded, and to have begun after what it waited for had ended: the jobs that it
// needs or, for want of needs, those of the earlier stages.
func checkOrder(t testing.TB, all []fakegitlab.Job) {
	t.Helper()
	ended := map[string]time.Time{}  // by pipeline and name
	stages := map[string]time.Time{} // by pipeline and stage: when the last job of it ended
	for _, j := range all {
		ended[fmt.Sprint(j.PipelineID, " ", j.Name)] = j.FinishedAt
		if stage := fmt.Sprint(j.PipelineID, " ", j.StageIndex); stages[stage].Before(j.FinishedAt) {
			stages[stage] = j.FinishedAt
		}
	}
	for _, j := range all {
		assert.Equal(t, fakegitlab.JobSuccess, j.Status, j.Name)
		waits := stages[fmt.Sprint(j.PipelineID, " ", j.StageIndex-1)]
		for i, need := range j.Spec.Needs {
			if of := ended[fmt.Sprint(j.PipelineID, " ", need.Job)]; i == 0 || waits.Before(of) {
				waits = of
			}
		}
		assert.False(t, j.StartedAt.Before(waits), "%s began at %v, and what it waits for ended at %v", j.Name, j.StartedAt, waits)
	}
}

// TestLargePipelines runs a pipeline of a tenth of -jobs and one of all of them through the API, and says how the time
// that is computed grows: an exponent of 1 is linear.
func TestLargePipelines(t *testing.T) {
	if *largest == 0 {
		t.Skip("-jobs says no size")
	}
	small, large := runAlone(t, *largest/10), runAlone(t, *largest)
	exponent := math.Log10(large.Seconds() / small.Seconds())
	t.Logf("%d jobs in %v, %d jobs in %v: exponent %.2f", *largest/10, small.Round(time.Millisecond), *largest,
		large.Round(time.Millisecond), exponent)
	assert.Less(t, exponent, 1.35)
}

// runAlone is how long a pipeline of n jobs takes with one runner that does nothing but take jobs and finish them.
func runAlone(t *testing.T, n int) time.Duration {
	t.Helper()
	gl, token := newGitLab(t, fakegitlab.WithInMemoryNetwork(), fakegitlab.WithJournalLimit(100))
	var b strings.Builder
	b.WriteString("stages: [build, test, deploy]\n")
	for i := range n {
		fmt.Fprintf(&b, "j%d: {stage: %s, script: 'true'", i, []string{"build", "test", "deploy"}[i*3/n])
		// A job that waits for whole stages is told of all their jobs, unless it wants nothing of them: so much text is
		// no longer linear.
		more := ", dependencies: []"
		if i > 0 && i%2 == 0 {
			more = fmt.Sprintf(", needs: [j%d]", i-1)
		}
		b.WriteString(more + "}\n")
	}
	runtime.GC()
	started := cpuTime()
	p := gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", CI: b.String()})
	client := gl.Client()
	for range n {
		var job struct {
			ID    int
			Token string
		}
		call(t, client, "POST", gl.APIURL()+"/jobs/request", map[string]any{"token": token}, http.StatusCreated, &job)
		call(t, client, "PUT", fmt.Sprintf("%s/jobs/%d", gl.APIURL(), job.ID),
			map[string]any{"token": job.Token, "state": "success"}, http.StatusOK, nil)
	}
	took := cpuTime() - started
	gl.AssertPipelineStatus(t, p.ID, fakegitlab.JobSuccess)
	gl.Close()
	return took
}
