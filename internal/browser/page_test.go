package browser_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/racing"
)

func send(t *testing.T, gl *fakegitlab.Fake, user, method, path, body string, header ...string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, gl.APIURL()+path, strings.NewReader(body))
	require.NoError(t, err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	client := gl.Client()
	if user != "" {
		client = gl.ClientAs(user)
	}
	if res, err := client.Do(r); err == nil { // a failure may have broken the connection
		require.NoError(t, res.Body.Close())
	}
}

// job is a job on a runner, with a log that can grow.
type job struct {
	t    *testing.T
	gl   *fakegitlab.Fake
	id   int
	size int
}

func start(t *testing.T, gl *fakegitlab.Fake, runner int) *job {
	r, _ := gl.Runner(runner)
	made := gl.AddJob(fakegitlab.Job{Project: r.Projects[0], Name: "unit-tests", Tags: r.Tags})
	gl.StartJob(made.ID, runner)
	return &job{t, gl, made.ID, 0}
}

func (j *job) log(text string) {
	j.t.Helper()
	running, _ := j.gl.Job(j.id)
	send(j.t, j.gl, "", http.MethodPatch, fmt.Sprintf("/jobs/%d/trace", j.id), text, "Content-Type", "text/plain",
		"JOB-TOKEN", running.Token, "Content-Range", fmt.Sprintf("%d-%d", j.size, j.size+len(text)-1))
	j.size += len(text)
}

// busy is a company in the middle of things.
func busy(t *testing.T, gl *fakegitlab.Fake) (running, waiting *job) {
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.ListRunners, Status: http.StatusBadGateway, Times: 5})
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.DeleteRunner, Where: []fakegitlab.CallMatcher{fakegitlab.By("mia")},
		Network: fakegitlab.ConnectionReset, Applied: true, Times: 1})
	gl.Before(fakegitlab.GetRunner, func(fakegitlab.Call) {})
	for range 6 {
		send(t, gl, "mia", http.MethodGet, "/runners?status=online", "")
	}
	gl.Advance(90 * time.Second)
	send(t, gl, "mia", http.MethodPost, "/user/runners",
		`{"runner_type": "group_type", "group_id": 1001, "description": "builder of the group", "tag_list": ["linux", "docker"]}`)
	send(t, gl, "mia", http.MethodGet, "/runners/100021?staus=1", "")
	send(t, gl, "dan", http.MethodPut, "/runners/100021", `{"paused": true, "description": "Tried by Dan"}`)
	send(t, gl, "mia", http.MethodPut, "/runners/100021", `{"paused": true}`)
	send(t, gl, "", http.MethodGet, "/runner", "")
	send(t, gl, "mia", http.MethodDelete, "/runners/100022", "")
	send(t, gl, "root", http.MethodGet, "/runners/all?per_page=2&type=project_type", "")
	running = start(t, gl, 100023)
	running.log("\x1b[0KRunning with gitlab-runner 17.2.0 (abcdef12)\x1b[0;m\nsection_start:1719835290:prepare_executor\r\x1b[0K" +
		"\x1b[36;1mPreparing the \"docker\" executor\x1b[0;m\nUsing Docker executor with image golang:1.25 ...\n" +
		"section_end:1719835290:prepare_executor\r\x1b[0K\nsection_start:1719835291:step_script\r\x1b[0KExecuting \"step_script\"\n" +
		"\x1b[32;1m$ go test ./...\x1b[0;m\n")
	made := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "deploy", Stage: "deploy", Tags: []string{"mainframe"}})
	return running, &job{t, gl, made.ID, 0}
}

func looked(t *testing.T) *fakegitlab.Fake {
	return fakegitlab.New(t, fakegitlab.WithPage(), fakegitlab.WithScenario(fakegitlab.SmallCompany()),
		fakegitlab.WithUnknownEndpoints(true), fakegitlab.WithUnusedFailures(true))
}

func page(gl *fakegitlab.Fake) string { return gl.URL() + "/-/fake/" }

// What a person copies is on the clipboard, and what they have selected stays so while the page keeps up.
func TestCopyAndSelect(t *testing.T) {
	b, gl := open(t), looked(t)
	b.devtools("Browser.grantPermissions", map[string]any{"origin": gl.URL(),
		"permissions": []string{"clipboardReadWrite", "clipboardSanitizedWrite"}}, nil)
	b.look(1400, 900, "light")
	send(t, gl, "mia", http.MethodPut, "/runners/100021", `{"description": "it's"}`)
	b.visit(page(gl))
	b.click("#call-1 button.copy")
	b.until(`document.querySelector("#call-1 button.copy").textContent === "Copied"`)
	copied := func() (text string) {
		b.do("/execute/async", map[string]any{"script": "navigator.clipboard.readText().then(arguments[0])", "args": []any{}},
			&text)
		return text
	}
	curl := gl.Calls("")[0].Curl()
	assert.Equal(t, curl, copied())

	b.do("/execute/sync", map[string]any{"args": []any{}, "script": `
		window.chosen = document.querySelector("#call-1 .line code");
		getSelection().selectAllChildren(window.chosen);`}, nil)
	send(t, gl, "dan", http.MethodGet, "/runners/100021", "")
	gl.Advance(time.Hour)
	b.until(`document.getElementById("call-2") && document.getElementById("clock").textContent.includes("13:00:00")`)
	assert.Equal(t, "/runners/:id id=100021", eval[string](b, "String(getSelection())"))
	assert.True(t, eval[bool](b, "window.chosen.isConnected && getSelection().anchorNode === window.chosen"))

	b.visit(page(gl) + "page/calls/2")
	b.click(`button[data-copy-of="json"]`)
	b.until(`document.querySelector('button[data-copy-of="json"]').textContent === "Copied"`)
	assert.Contains(t, copied(), `"path": "/api/v4/runners/100021"`)
	assert.Len(t, gl.Calls(""), 2, "the page leaves nothing in the journal, such as a request for an icon")
}

func TestButtons(t *testing.T) {
	b, gl := open(t), looked(t)
	b.look(1400, 900, "light")
	begin := gl.Now()
	clock := func(want time.Time) {
		t.Helper()
		b.until(fmt.Sprintf(`document.getElementById("clock").textContent.includes(%q)`, want.Format("15:04:05")))
		assert.Equal(t, want, gl.Now())
	}
	b.visit(page(gl))
	b.click(`button[aria-label="Advance by 1 minute"]`)
	clock(begin.Add(time.Minute))
	b.click(`button[aria-label="Advance by 1 hour"]`)
	clock(begin.Add(time.Hour + time.Minute))
	b.enter("#by", "2h 30m\n")
	clock(begin.Add(3*time.Hour + 31*time.Minute))
	assert.Empty(t, eval[string](b, `document.getElementById("by").value`))
	b.enter("#by", "soon\n")
	b.until(`document.getElementById("said").textContent.startsWith("This was refused: duration: want")`)
	assert.Equal(t, "alert", eval[string](b, `document.getElementById("said").getAttribute("role")`))

	gl.Hold(fakegitlab.GetCurrentUser)
	var asking sync.WaitGroup
	asking.Go(func() { send(t, gl, "mia", http.MethodGet, "/user", "") })
	b.until(`document.querySelector("#hold-1 b")?.textContent === "#1" && document.querySelector(".waiting")`)
	b.click("#hold-1 button")
	asking.Wait()
	b.until(`!document.getElementById("hold-1") && document.getElementById("call-1")`)

	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.ListRunners, Status: 503})
	gl.After(fakegitlab.ListRunners, func(fakegitlab.Call) {})
	b.until(`document.getElementById("failure-1") && document.getElementById("hook-1")`)
	b.click("#failure-1 button")
	b.until(`!document.getElementById("failure-1")`)
	b.click("#hook-1 button")
	b.until(`!document.getElementById("hook-1")`)
	send(t, gl, "mia", http.MethodGet, "/runners", "")
	assert.True(t, gl.AssertCalls(t, "GET /user 200", "GET /runners 200"))

	b.click("button.risky")
	b.do("/alert/accept", map[string]any{}, nil)
	clock(begin)
	assert.Empty(t, gl.Calls(""))
	gl.Close()
	b.until(`document.getElementById("said").textContent.startsWith("The fake does not answer any more")`)
}

func TestSearchAsOneTypes(t *testing.T) {
	racing.Skip(t)
	b, gl := open(t), looked(t)
	b.look(1400, 900, "light")
	send(t, gl, "mia", http.MethodGet, "/runners/100021", "")
	send(t, gl, "oli", http.MethodGet, "/runners/100021", "")
	b.visit(page(gl))
	b.enter("#find", "tag_list OLI get")
	b.until(`document.getElementById("call-2") && !document.getElementById("call-1") && location.search.includes("OLI")`)
}

// A log grows under what is selected in it.
func TestLogGrows(t *testing.T) {
	b, gl := open(t), looked(t)
	b.look(1200, 900, "light")
	running, waiting := busy(t, gl)
	b.visit(fmt.Sprintf("%spage/jobs/%d", page(gl), running.id))
	running.log("ok  \tgithub.com/acme/shop/pkg00\t0.3")
	b.until(`document.getElementById("lines").textContent.includes("pkg00")`)
	b.do("/execute/sync", map[string]any{"args": []any{}, "script": `
		getSelection().selectAllChildren(document.querySelector("#lines div:last-child span"));`}, nil)
	running.log("17s\n")
	for i := 1; i < 40; i++ {
		running.log(fmt.Sprintf("ok  \tgithub.com/acme/shop/pkg%02d\t0.%03ds\n", i, i*37))
	}
	b.until(`document.getElementById("lines").textContent.includes("pkg39")`)
	assert.Contains(t, eval[string](b, "String(getSelection())"), "pkg00\t0.3")
	assert.True(t, eval[bool](b, `(({scrollTop, clientHeight, scrollHeight}) => scrollTop > 0 && scrollTop + clientHeight >= scrollHeight - 1)(document.getElementById("lines"))`),
		"its end is on screen")
	b.picture("job")
	b.look(400, 800, "light")
	b.picture("job-400")
	b.look(1200, 700, "dark")
	b.visit(fmt.Sprintf("%spage/jobs/%d", page(gl), waiting.id))
	assert.Contains(t, eval[string](b, `document.getElementById("runners").textContent`), "mainframe")
	b.picture("pending-dark")
}

// On a narrow screen nothing has to be scrolled sideways, and why a call was refused is on it.
func TestNarrow(t *testing.T) {
	b, gl := open(t), looked(t)
	gl.Hold(fakegitlab.GetCurrentUser)
	_, _ = busy(t, gl)
	var asking sync.WaitGroup
	defer asking.Wait()
	asking.Go(func() { send(t, gl, "mia", http.MethodGet, "/user", "") })
	defer gl.Close()
	fits := func(width int) {
		t.Helper()
		assert.LessOrEqual(t, eval[int](b, "document.documentElement.scrollWidth"), width)
	}
	b.look(400, 860, "light")
	b.visit(page(gl))
	b.until(`document.querySelector(".waiting")`)
	fits(400)
	why := eval[struct{ Left, Right, Width float64 }](b, `document.querySelector("#call-9 .why p").getBoundingClientRect()`)
	assert.True(t, why.Left >= 0 && why.Right <= 400 && why.Width > 100, why)
	b.picture("overview-400")
	b.do("/execute/sync", map[string]any{"script": `document.getElementById("arranged").scrollIntoView()`, "args": []any{}}, nil)
	b.picture("arranged-400")
	for _, below := range []string{"page/runners/100023", "page/calls/9", "page/problems"} {
		b.visit(page(gl) + below)
		fits(400)
		b.picture(strings.ReplaceAll(strings.TrimPrefix(below, "page/"), "/", "-") + "-400")
	}
	for _, scheme := range []string{"light", "dark"} {
		b.look(1400, 1300, scheme)
		for name, below := range map[string]string{"overview": "", "runner": "page/runners/100023", "call": "page/calls/9",
			"problems": "page/problems"} {
			b.visit(page(gl) + below)
			fits(1400)
			b.picture(name + "-" + scheme)
		}
	}
}

// leaving is a test that fails and leaves files.
type leaving struct {
	*testing.T
	dir      string
	cleanups []func()
}

func (l *leaving) ArtifactDir() string       { return l.dir }
func (l *leaving) Failed() bool              { return true }
func (l *leaving) Cleanup(f func())          { l.cleanups = append(l.cleanups, f) }
func (l *leaving) Logf(string, ...any)       {}
func (l *leaving) Errorf(f string, a ...any) { l.T.Errorf(f, a...) }

// The file that a failed test leaves can be searched without a fake.
func TestJournalFile(t *testing.T) {
	b := open(t)
	if flag.Lookup("test.artifacts") == nil {
		t.Skip("needs go test -artifacts, of Go 1.26")
	}
	was := flag.Lookup("test.artifacts").Value.String()
	require.NoError(t, flag.Set("test.artifacts", "true"))
	defer func() { require.NoError(t, flag.Set("test.artifacts", was)) }()
	failed := &leaving{T: t, dir: t.TempDir()}
	gl := fakegitlab.New(failed, fakegitlab.WithPage(), fakegitlab.WithInMemoryNetwork(),
		fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	send(t, gl, "mia", http.MethodGet, "/runners/100021", "")
	send(t, gl, "dan", http.MethodPut, "/runners/100021", `{"paused": true}`)
	_, _ = gl.WaitForCall(context.Background(), fakegitlab.UpdateRunner)
	for _, cleanup := range failed.cleanups {
		cleanup()
	}

	b.look(1200, 900, "light")
	b.visit("file://" + filepath.Join(failed.dir, "journal.html"))
	b.enter("#find", "dan paused")
	b.until(`document.getElementById("call-1").hidden && !document.getElementById("call-2").hidden`)
	b.click("#call-2 summary")
	assert.Contains(t, eval[string](b, `document.querySelector("#call-2 .exchange").innerText`), "403 Forbidden - No access granted")
	assert.Zero(t, eval[int](b, `document.querySelectorAll("[data-do]").length`), "nobody would answer a button")
	b.click("#call-2 button.copy")
	b.until(`document.querySelector("#call-2 button.copy").textContent === "Copied"`)
	b.picture("journal-file")
	b.look(400, 900, "light")
	assert.LessOrEqual(t, eval[int](b, "document.documentElement.scrollWidth"), 400)
	b.picture("journal-file-400")
}

// shipping is a pipeline in the middle of its way: stages, needs, a matrix of names, a manual and a delayed job.
func shipping(t *testing.T, gl *fakegitlab.Fake) (pipeline int, jobs map[string]int) {
	jobs = map[string]int{}
	add := func(stage, name string, status fakegitlab.JobStatus, change ...func(*fakegitlab.Job)) {
		j := fakegitlab.Job{Project: "acme/shop", PipelineID: pipeline, Stage: stage, Name: name, Status: status,
			Tags: []string{"shop"}}
		for _, c := range change {
			c(&j)
		}
		made := gl.AddJob(j)
		pipeline, jobs[name] = made.PipelineID, made.ID
	}
	needs := func(names ...string) func(*fakegitlab.Job) {
		return func(j *fakegitlab.Job) {
			j.Spec.Needs = []fakegitlab.Need{}
			for _, name := range names {
				j.Spec.Needs = append(j.Spec.Needs, fakegitlab.Need{Job: name})
			}
		}
	}
	add("build", "compile", fakegitlab.JobSuccess, func(j *fakegitlab.Job) {
		j.StartedAt, j.FinishedAt = gl.Now().Add(-5*time.Minute), gl.Now().Add(-3*time.Minute-20*time.Second)
	})
	add("build", "assets: [linux, amd64, a very long name of a job]", fakegitlab.JobSuccess)
	add("build", "docs", fakegitlab.JobFailed, func(j *fakegitlab.Job) { j.AllowFailure = true })
	add("test", "unit-tests", fakegitlab.JobPending, needs("compile"))
	add("test", "lint", fakegitlab.JobFailed, needs())
	add("test", "lint", fakegitlab.JobPending, needs())
	add("test", "integration", fakegitlab.JobCreated, needs("unit-tests", "assets: [linux, amd64, a very long name of a job]"))
	add("review", "security", fakegitlab.JobSkipped)
	add("deploy", "staging", fakegitlab.JobManual, needs("compile"))
	add("deploy", "production", fakegitlab.JobCreated, needs("integration", "staging"))
	add("deploy", "canary", fakegitlab.JobScheduled)
	return pipeline, jobs
}

// A pipeline that moves by itself keeps moving on the page; a delayed job has its time there.
func TestPipelineMoves(t *testing.T) {
	b, gl := open(t), looked(t)
	p := gl.AddPipeline(fakegitlab.Pipeline{Project: "acme/shop", CI: `
workflow: {name: Nightly of the shop}
stages: [build, test, deploy]
compile: {stage: build, script: make}
"unit": {stage: test, script: make test, needs: [compile], parallel: 3}
later: {stage: test, script: make later, when: delayed, start_in: 30 minutes}
page: {stage: deploy, script: make page, needs: ["unit"]}
ship: {stage: deploy, script: make ship, when: manual, allow_failure: false, needs: [compile]}
`})
	jobs := map[string]int{}
	for _, j := range gl.Jobs() {
		if j.PipelineID == p.ID {
			jobs[j.Name] = j.ID
		}
	}
	b.look(1100, 800, "light")
	b.visit(fmt.Sprintf("%spage/pipelines/%d", page(gl), p.ID))
	assert.Contains(t, eval[string](b, `document.getElementById("h-pipeline").textContent`), "Nightly of the shop")
	assert.Equal(t, 7, eval[int](b, `document.querySelectorAll(".flow path").length`))
	gl.StartJob(jobs["compile"], 100001)
	gl.Advance(100 * time.Second)
	gl.FinishJob(jobs["compile"], fakegitlab.JobSuccess)
	box := func(name string) string {
		return fmt.Sprintf(`document.getElementById("box-%d").textContent`, jobs[name])
	}
	b.until(box("later") + `.includes("12:31:40")`)
	assert.Contains(t, eval[string](b, box("compile")), "1 min 40 s")
	assert.NotContains(t, eval[string](b, `document.getElementById("main").textContent`), "added alone")
	assert.True(t, eval[bool](b, `[...document.querySelectorAll(".box button")].every((button) =>
		button.getBoundingClientRect().right <= button.closest(".box").getBoundingClientRect().right)`), "no button is cut off")
	b.picture("pipeline-moves")
	b.click(fmt.Sprintf("#box-%d button", jobs["later"]))
	b.until(box("later") + `.includes("pending")`)
}

// A pipeline is shown with its stages and needs; a manual job is played there, and the page keeps up.
func TestPipeline(t *testing.T) {
	b, gl := open(t), looked(t)
	id, jobs := shipping(t, gl)
	b.look(1400, 900, "light")
	b.visit(page(gl))
	b.click(fmt.Sprintf("#pipeline-%d a", id))
	b.until(`document.querySelectorAll(".box").length === 10`)
	assert.Equal(t, 6, eval[int](b, `document.querySelectorAll(".flow path").length`), "each need has a line")
	b.picture("pipeline")

	// A line ends where the box of the job begins that needs it.
	ends := eval[struct{ Line, Box, Middle, Y float64 }](b, fmt.Sprintf(`(() => {
		const box = document.getElementById("box-%d").getBoundingClientRect();
		const svg = document.querySelector(".flow svg"), path = document.querySelectorAll(".flow path")[0];
		const end = path.getPointAtLength(path.getTotalLength() / 3), scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
		const x = parseFloat(path.getAttribute("d").split(" L")[1]) * scale + svg.getBoundingClientRect().left;
		const y = parseFloat(path.getAttribute("d").split(" L")[1].split(" ")[1]) * scale + svg.getBoundingClientRect().top;
		return {line: x, box: box.left, middle: box.top + box.height / 2, y};
	})()`, jobs["unit-tests"]))
	assert.InDelta(t, ends.Box, ends.Line, 1)
	assert.InDelta(t, ends.Middle, ends.Y, 1)

	b.click(fmt.Sprintf(`#box-%d button`, jobs["staging"]))
	b.until(fmt.Sprintf(`document.querySelector("#box-%d .status").textContent === "pending"`, jobs["staging"]))
	assert.Equal(t, fmt.Sprintf("Job %d is pending.", jobs["staging"]), eval[string](b, `document.getElementById("said").textContent`))
	staging, _ := gl.Job(jobs["staging"])
	assert.Equal(t, fakegitlab.JobPending, staging.Status)
	gl.StartJob(jobs["unit-tests"], 100021)
	b.until(fmt.Sprintf(`document.querySelector("#box-%d .status").textContent === "running"`, jobs["unit-tests"]))

	b.click(fmt.Sprintf("#box-%d a", jobs["lint"]))
	b.until(`document.getElementById("runner-100021")`)
	assert.Contains(t, eval[string](b, `document.getElementById("why").textContent`), "it waits for runner 100021 to ask")
	b.picture("pending")
	b.visit(fmt.Sprintf("%spage/jobs/%d", page(gl), jobs["production"]))
	assert.Contains(t, eval[string](b, `document.getElementById("why").textContent`), "(integration), which is created and waits for")

	b.look(1400, 900, "dark")
	b.visit(fmt.Sprintf("%spage/pipelines/%d", page(gl), id))
	b.picture("pipeline-dark")
	b.visit(page(gl) + "#pipelines")
	b.picture("pipelines-dark")
	b.look(400, 900, "light")
	for name, below := range map[string]string{"pipelines-400": "#pipelines", "pipeline-400": fmt.Sprintf("page/pipelines/%d", id),
		"pending-400": fmt.Sprintf("page/jobs/%d", jobs["lint"])} {
		b.visit(page(gl) + below)
		assert.LessOrEqual(t, eval[int](b, "document.documentElement.scrollWidth"), 400, name)
		b.picture(name)
	}
}
