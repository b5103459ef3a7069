package hostile_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// taken is how many bytes everything allocates while something is done.
func taken(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// yamlBombs are texts of .gitlab-ci.yml that are small, and would be large or endless if somebody wrote them out.
func yamlBombs() map[string]string {
	laughs := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 12; i++ {
		laughs += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	merges := "m0: &m0 {a: b}\n"
	for i := 1; i < 12; i++ {
		merges += fmt.Sprintf("m%d: &m%d {<<: [%s]}\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*m%d, ", i-1), 10), ", "))
	}
	extends, references := "j0: {script: x}\n", ".r0: {script: [x, x, x, x, x, x, x, x]}\n"
	for i := 1; i < 300; i++ {
		extends += fmt.Sprintf("j%d: {extends: j%d}\n", i, i-1)
		references += fmt.Sprintf(".r%d: {script: [!reference [.r%d, script], !reference [.r%d, script]]}\n", i, i-1, i-1)
	}
	return map[string]string{
		"a billion laughs":    laughs + "job: {script: *a11}\n",
		"merges of merges":    merges + "job: {script: x, variables: *m11}\n",
		"an anchor in itself": "a: &a [*a]\njob: {script: *a}\n",
		"very deep":           "job: {script: " + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}\n",
		"deep in blocks":      "job:\n" + strings.Repeat("- ", 50_000) + "x\n",
		"a chain of extends":  extends,
		"references doubled":  references + "job: {script: [!reference [.r299, script]]}\n",
		"a matrix": "job:\n  script: x\n  parallel:\n    matrix:\n      - " + strings.Join(slices.Collect(func(yield func(string) bool) {
			for i := range 40 {
				_ = yield(fmt.Sprintf("V%d: [a, b, c, d, e, f, g, h, i, j]", i))
			}
		}), "\n        ") + "\n",
		"a regular expression": "job: {script: x, rules: [{if: '$A =~ /" + strings.Repeat("(a{1000}){1000}", 3) + "/'}]}\n",
		"many jobs":            strings.Repeat("x", 3) + ": {script: x}\n" + manyJobs(1000),
		"variables in variables": "variables: {" + strings.Join(slices.Collect(func(yield func(string) bool) {
			_ = yield("V0: xxxxxxxxxx")
			for i := 1; i < 40; i++ {
				_ = yield(fmt.Sprintf("V%d: $V%d$V%d", i, i-1, i-1))
			}
		}), ", ") + "}\njob: {script: x, rules: [{if: '$V39 == \"x\"'}], environment: {name: $V39}}\n",
	}
}

func manyJobs(n int) string {
	var b strings.Builder
	for i := range n {
		_, _ = fmt.Fprintf(&b, "job %d: {script: x, needs: [xxx]}\n", i)
	}
	return b.String()
}

// What a .gitlab-ci.yml says is refused or taken, but not written out into gigabytes: neither where it is only looked at
// nor where it is committed and makes a pipeline.
func TestYAMLBombs(t *testing.T) {
	racing.Skip(t)
	for name, text := range yamlBombs() {
		t.Run(name, func(t *testing.T) {
			gl := testkit.NewMia(t, fakegitlab.WithJournalLimit(10))
			ask := func(path string, body testkit.Hash) testkit.Reply {
				return testkit.SendJSON(t, gl, "POST", path, body, "PRIVATE-TOKEN", gl.AdminToken())
			}
			took := taken(func() {
				lint := ask("/projects/acme%2Fshop/ci/lint", testkit.Hash{"content": text, "include_jobs": true})
				assert.Equal(t, http.StatusOK, lint.Status, "%.300s", lint.Body)
				made := ask("/projects/acme%2Fshop/repository/commits", testkit.Hash{"branch": "main", "commit_message": "m",
					"actions": []testkit.Hash{{"action": "create", "file_path": ".gitlab-ci.yml", "content": text}}})
				assert.Equal(t, http.StatusCreated, made.Status, "%.300s", made.Body)
			})
			t.Logf("%d bytes take %d KiB", len(text), took>>10)
			assert.Less(t, took, uint64(1<<30))
			assert.Equal(t, http.StatusOK, testkit.Ask(t, gl, gl.AdminToken(), "GET", "/version").Status)
		})
	}
}

// zipOf is an archive with files of a size, all zeros.
func zipOf(t *testing.T, files int, size int64, name string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for i := range files {
		w, err := z.Create(fmt.Sprintf(name, i))
		require.NoError(t, err)
		_, err = io.CopyN(w, zeros{}, size)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// An archive whose files are large, whose paths are deep or which lies about itself is kept as it came; what is taken
// out of it has a limit.
func TestArtifactBombs(t *testing.T) {
	racing.Skip(t)
	large := zipOf(t, 1, 300<<20, "zeros%d")
	for name, c := range map[string]struct {
		content []byte
		file    string
		want    int
	}{
		"a file of 300 MiB":   {large, "zeros0", 500},
		"10,000 deep paths":   {zipOf(t, 10_000, 0, "%d/"+strings.Repeat("a/", 500)+"b"), "nothing", 404},
		"a name to elsewhere": {zipOf(t, 1, 1, "../../%d"), "../../0", 200},
		"cut off":             {large[:len(large)/2], "zeros0", 500},
		"no archive":          {bytes.Repeat([]byte("PK\x05\x06"), 10_000), "zeros0", 500},
	} {
		t.Run(name, func(t *testing.T) {
			gl := testkit.NewMia(t, fakegitlab.WithJournalLimit(10))
			j := gl.StartJob(gl.AddJob(fakegitlab.Job{Project: "acme/shop"}).ID, 5)
			took := taken(func() {
				assert.Equal(t, http.StatusCreated, testkit.Upload(t, gl, j, "artifact_type=archive&artifact_format=zip", "a.zip",
					c.content).Status)
				got := testkit.Ask(t, gl, gl.AdminToken(), "GET", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/artifacts/%s", j.ID,
					strings.ReplaceAll(c.file, "/", "%2F")))
				assert.Equal(t, c.want, got.Status)
			})
			t.Logf("%d bytes take %d KiB", len(c.content), took>>10)
			assert.Less(t, took, uint64(1<<30))
		})
	}
}

// Test reports that are packed small are read up to a limit, however many parts they have, and a report of very many
// tests takes time that grows with their number alone.
func TestReportBombs(t *testing.T) {
	racing.Skip(t)
	packed := func(text string) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, err := io.WriteString(z, text)
		require.NoError(t, err)
		require.NoError(t, z.Close())
		return b.Bytes()
	}
	var tests strings.Builder
	for i := range 50_000 {
		_, _ = fmt.Fprintf(&tests, `<testcase name="%d"/>`, i)
	}
	part := packed(`<testsuite><!--` + strings.Repeat("x", 32<<20) + `--></testsuite>`)
	for name, c := range map[string]struct {
		content []byte
		tests   float64
	}{
		"many tests":     {packed("<testsuite>" + tests.String() + "</testsuite>"), 50_000},
		"parts of 2 GiB": {bytes.Repeat(part, 64), 0},
		"elements":       {packed(strings.Repeat("<testsuite>", 1<<20)), 0},
	} {
		t.Run(name, func(t *testing.T) {
			gl := testkit.NewMia(t, fakegitlab.WithJournalLimit(10))
			j := gl.StartJob(gl.AddJob(fakegitlab.Job{Project: "acme/shop"}).ID, 5)
			require.Equal(t, http.StatusCreated, testkit.Upload(t, gl, j, "artifact_type=junit&artifact_format=gzip", "a.gz",
				c.content).Status)
			gl.FinishJob(j.ID, fakegitlab.JobSuccess)
			took := taken(func() {
				got := testkit.Ask(t, gl, gl.AdminToken(), "GET", fmt.Sprintf("/projects/acme%%2Fshop/pipelines/%d/test_report_summary",
					j.PipelineID))
				require.Equal(t, http.StatusOK, got.Status, got.Body)
				assert.Equal(t, c.tests, got.Field(t, "total.count"))
			})
			t.Logf("%d bytes take %d KiB", len(c.content), took>>10)
			assert.Less(t, took, uint64(1<<30))
		})
	}
}

// A cron line is short, or none.
func TestCronBombs(t *testing.T) {
	racing.Skip(t)
	gl := testkit.NewMia(t, fakegitlab.WithJournalLimit(10), fakegitlab.WithWorkers())
	gl.Commit("acme/shop", "main", map[string]string{"a": "b"}, "m")
	for _, line := range []string{strings.Repeat("0,", 1<<15) + "0 * * * *", "*/99999999999999999999 * * * *", "0-59/0 * * * *",
		"0 0 31 2 *", "0 0 29 2 1#5", strings.Repeat("* ", 1<<20), "-1 * * * *", "1-99999999999 * * * *", "\x00 * * * *", "0 0 1 1 *"} {
		got := testkit.SendJSON(t, gl, "POST", "/projects/acme%2Fshop/pipeline_schedules",
			testkit.Hash{"description": "d", "ref": "main", "cron": line}, "PRIVATE-TOKEN", gl.AdminToken())
		assert.Contains(t, []int{201, 400}, got.Status, "%.40q: %.200s", line, got.Body)
	}
	gl.Advance(7 * 24 * time.Hour)
	assert.Equal(t, http.StatusOK, testkit.Ask(t, gl, gl.AdminToken(), "GET", "/version").Status)
}

// Variables that each stand for the one before twice are put in as far as there is room for them.
func TestVariableBombs(t *testing.T) {
	gl, r := testkit.Factory(t, fakegitlab.WithJournalLimit(10))
	variables := testkit.Hash{"V0": strings.Repeat("x", 1000)}
	for i := range 40 {
		variables[fmt.Sprintf("V%d", i+1)] = fmt.Sprintf("$V%d${V%d}", i, i)
	}
	script, err := json.Marshal(testkit.Hash{"job": testkit.Hash{"script": "true", "variables": variables}})
	require.NoError(t, err)
	gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": string(script)}, "m")
	res := testkit.SendJSON(t, gl, "POST", "/jobs/request", testkit.Hash{"token": r.Token})
	require.Equal(t, http.StatusCreated, res.Status)
	assert.Less(t, len(res.Body), 64<<20)
	written := strings.Contains(res.Body, `"value":"$V`)
	assert.True(t, written, "what there is no room for is left to the runner")
	whole := strings.Contains(res.Body, `"key":"V1","value":"`+strings.Repeat("x", 2000)+`"`)
	assert.True(t, whole, "what there is room for is put in")
}
