package fakegitlab

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/controlapi"
	"github.com/fakegitlab/fakegitlab/internal/controlpage"
	"github.com/fakegitlab/fakegitlab/internal/outside"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// WithPage serves a page at "/-/fake/" below URL that shows the world and the journal as they change: calls, what
// hangs, runners, jobs with their logs. Its buttons move the clock, reset, let held calls go and take failures and
// hooks back. It serves no more of the control API than that page needs, to the same hosts as WithControl without any;
// WithControl has the page, too, and all that is said here. docs/page.md shows it.
//
// New logs the page's address, so that it is in the log of a failed test. With the environment variable
// FAKEGITLAB_KEEP set to 1, a test that has failed, or that Problems is about to fail, waits at its end with the fake
// and its page still there, until somebody presses Enter or Ctrl-C at the terminal, or until five seconds before the
// test binary's deadline. Where there is no terminal and standard input is at its end, as in a CI, it does not wait.
//
// With WithInMemoryNetwork no browser reaches the page: only for the time that a test waits it is at an address of its
// own, on loopback. In a testing/synctest bubble a test does not wait.
//
// When go test is given -artifacts (Go 1.26), a failed test leaves two files in T.ArtifactDir: journal.html, the page
// with what is in its calls, and world.json, what Snapshot has to say.
func WithPage() Option {
	return func(o *options) { o.control, o.look = (*Fake).serveControl, (*Fake).lookAtFailure }
}

// ofPage reports whether WithPage serves a call of the control API, too: pages, what they link to, and what their
// buttons do.
func ofPage(e Endpoint) bool {
	return strings.HasPrefix(string(e), "GET /-/fake/page/") || slices.Contains([]Endpoint{"GET /-/fake/",
		"POST /-/fake/jobs/:id/play", "GET /-/fake/jobs/:id/why",
		"POST /-/fake/reset", "POST /-/fake/advance", "DELETE /-/fake/failures/:id", "DELETE /-/fake/holds/:id",
		"DELETE /-/fake/hooks/:id", "GET /-/fake/journal", "GET /-/fake/runners/:id", "GET /-/fake/jobs/:id"}, e)
}

// lookAtFailure lets a person look at what a failed test leaves: files, and the page as long as they like.
func (f *Fake) lookAtFailure() {
	f.tb.Helper()
	problems := f.Problems()
	if !f.tb.Failed() && len(problems) == 0 {
		return
	}
	if dir := outside.ArtifactDir(f.tb); dir != "" {
		if files, err := f.leaveFiles(dir, problems); err != nil {
			f.tb.Logf("fakegitlab: the journal and the world could not be left in %s: %v", dir, err)
		} else {
			f.tb.Logf("fakegitlab: to look at: %s", strings.Join(files, ", "))
		}
	}
	switch {
	case !outside.WantsToKeep():
		f.tb.Logf("fakegitlab: %s=1 go test -run '^%s$' keeps the page until Enter", outside.KeepVariable,
			strings.ReplaceAll(regexp.QuoteMeta(f.tb.Name()), "/", "$/^"))
	case outside.InBubble():
		f.tb.Logf("fakegitlab: %s is set, but in a testing/synctest bubble nothing waits for a person", outside.KeepVariable)
	default:
		f.keepPage()
	}
}

func (f *Fake) leaveFiles(dir string, problems []string) ([]string, error) {
	view := f.overview(nil)
	view.Frozen, view.Problems = true, problems
	html, err := controlpage.HTML(view)
	if err != nil {
		return nil, err
	}
	var snapshot bytes.Buffer
	if err := f.Snapshot().Write(&snapshot); err != nil {
		return nil, err
	}
	return outside.Leave(dir, map[string][]byte{"journal.html": []byte(html), "world.json": snapshot.Bytes()})
}

func (f *Fake) keepPage() {
	f.tb.Helper()
	at := f.URL()
	if f.options.inMemory {
		door := httptest.NewServer(f)
		defer door.Close()
		at = door.URL + f.options.basePath
	}
	var deadline time.Time
	if t, has := f.tb.(interface{ Deadline() (time.Time, bool) }); has {
		deadline, _ = t.Deadline()
	}
	text := fmt.Sprintf("fakegitlab: %s has failed. Its fake is still there: %s%s/", f.tb.Name(), at, controlapi.Prefix)
	if !outside.Keep(text, deadline) {
		f.tb.Logf("fakegitlab: %s is set, but there is no terminal at which Enter could be pressed", outside.KeepVariable)
	}
}

// page answers with a page or, if there is an error, with one that says so.
func (c *control) page(v controlpage.View, err error) controlapi.Answer {
	status := http.StatusOK
	if err != nil {
		status = controlError(err).Status
		v = controlpage.ErrorPage{Shell: c.shell("Error"), Error: err.Error()}
	}
	html, err := controlpage.HTML(v)
	if err != nil {
		return controlapi.Refusal(http.StatusInternalServerError, err.Error())
	}
	page := controlapi.Text(html, "text/html; charset=utf-8")
	page.Status, page.Header = status, http.Header{"Content-Security-Policy": {controlpage.Policy()}}
	return page
}

// shell is what is around the page that is asked for.
func (c *control) shell(title string) controlpage.Shell {
	_, below, _ := strings.Cut(c.http.URL.Path, controlapi.Prefix+"/")
	return controlpage.Shell{Title: title, Version: c.Version(), URL: c.URL(), Now: c.Now(),
		Up: "./" + strings.Repeat("../", strings.Count(below, "/"))}
}

func (c *control) overviewPage() controlapi.Answer {
	query := c.http.URL.Query()
	if err := controlapi.OnlyKnown(query, "find"); err != nil {
		return controlError(err)
	}
	v := c.overview(controlpage.Words(query.Get("find")))
	v.Shell = c.shell("")
	v.Find = query.Get("find")
	return c.page(v, nil)
}

func (f *Fake) overview(find controlpage.Find) controlpage.Overview {
	v := controlpage.Overview{Shell: controlpage.Shell{Version: f.Version(), URL: f.URL(), Now: f.Now()}}
	v.World = read(f, func(st *world.State) controlpage.World { return pageWorld(st, find) })
	v.Calls = f.pageCalls(func(c controlpage.Call) bool { return c.Found(find) })
	now := f.Now()
	for _, i := range f.faults.List() {
		v.Failures = append(v.Failures, controlpage.Failure{ID: i.ID, Calls: i.Text, Effect: i.Failure.effect(), At: i.At,
			Matched: i.Matched, Fired: i.Fired, Spent: i.IsSpent(now)})
	}
	held := map[int]bool{}
	for _, h := range f.faults.Holding() {
		first, _ := h.First()
		held[first.Number] = true
		v.Holds = append(v.Holds, controlpage.Hold{ID: h.ID, Calls: h.Text, At: h.At, First: first.Number})
	}
	for _, h := range f.faults.Hooks() {
		v.Hooks = append(v.Hooks, controlpage.Hook{ID: h.ID, Text: h.String(), Ran: h.Ran})
	}
	open := f.log.StillOpen()
	for _, call := range f.flight.All() {
		if slices.Contains(open, call.Number) {
			waiting := controlpage.Waiting{Text: call.Called.String(), What: call.What()}
			if held[call.Number] {
				waiting.What = "it is held"
			}
			v.Waiting = append(v.Waiting, waiting)
		}
	}
	return v
}

// pageWorld is the part of the page that shows the world.
func pageWorld(st *world.State, find controlpage.Find) controlpage.World {
	return controlpage.World{
		Settings: controlpage.Of[controlpage.Settings](publicSettings(st.Settings)),
		Users: controlpage.FirstRows(st.Users.Rows, find, func(u *world.User) controlpage.User {
			return controlpage.Of[controlpage.User](publicUser(u))
		}),
		Groups: controlpage.FirstRows(st.Groups.Rows, find, func(g *world.Group) controlpage.Space {
			return controlpage.Of[controlpage.Space](publicGroup(g))
		}),
		Projects: controlpage.FirstRows(st.Projects.Rows, find, func(p *world.Project) controlpage.Space {
			return controlpage.Of[controlpage.Space](publicProject(p))
		}),
		Runners: controlpage.FirstRows(st.Runners.Rows, find, func(r *world.Runner) controlpage.Runner {
			return pageRunner(st, r)
		}),
		Pipelines: controlapi.PipelineRows(st, find),
		Jobs:      controlpage.FirstRows(st.Jobs.Rows, find, pageJob),
	}
}

func pageRunner(st *world.State, r *world.Runner) controlpage.Runner {
	managers := world.NamesOf(r.Managers, func(m *world.Manager) string { return string(st.ManagerStatus(m)) })
	return controlpage.RunnerOf(publicRunner(r), string(st.RunnerStatus(r)), managers)
}

// pageJob is a job without its log: copying every log each second would be slow.
func pageJob(j *world.Job) controlpage.Job { return controlpage.Of[controlpage.Job](outlineOf(j)) }

func (c *control) runnerPage() controlapi.Answer {
	v, err := atPath(c, (*world.State).RunnerByNumber,
		func(st *world.State, r *world.Runner) (v controlpage.RunnerPage, err error) {
			v.Runner, v.Fields = pageRunner(st, r), controlpage.Fields(publicRunner(r), "managers")
			for _, j := range slices.Backward(st.Jobs.Rows) {
				if j.Runner == r {
					v.Jobs.Take(func() controlpage.Job { return pageJob(j) })
				}
			}
			return v, nil
		})
	if err == nil {
		v.Shell = c.shell(fmt.Sprintf("runner %d", v.Runner.ID))
		v.Calls = c.pageCalls(func(call controlpage.Call) bool { return call.Concerns("runner", v.Runner.ID) })
	}
	return c.page(v, err)
}

func (c *control) jobPage() controlapi.Answer {
	v, err := atPath(c, (*world.State).JobByNumber,
		func(st *world.State, j *world.Job) (v controlpage.JobPage, err error) {
			v.Job, v.Fields, v.History = pageJob(j), controlpage.Fields(outlineOf(j)), world.WordsOf(j.History...)
			tail := make([]byte, min(j.Log.Size, controlpage.LogTail))
			n, _ := j.Log.ReadAt(tail, j.Log.Size-int64(len(tail)))
			v.Log = controlpage.LogOf(tail[:n], j.Log.Size)
			return v, nil
		})
	if err == nil {
		v.Shell = c.shell(fmt.Sprintf("job %d", v.Job.ID))
		if verdicts, err := c.verdicts(c.vars["id"]); err == nil {
			v.Why, v.Runners = world.WaitHead(verdicts), controlapi.VerdictRows(verdicts)
		}
		v.Calls = c.pageCalls(func(call controlpage.Call) bool { return call.Concerns("job", v.Job.ID) })
	}
	return c.page(v, err)
}

func (c *control) pipelinePage() controlapi.Answer {
	v, err := atPath(c, (*world.State).PipelineByNumber,
		func(st *world.State, p *world.Pipeline) (controlpage.PipelinePage, error) {
			return controlapi.PipelinePage(st, p, pageJob), nil
		})
	if err == nil {
		v.Shell = c.shell(fmt.Sprintf("pipeline %d", v.Pipeline.ID))
		v.Calls = c.pageCalls(func(call controlpage.Call) bool { return call.Concerns("pipeline", v.Pipeline.ID) })
	}
	return c.page(v, err)
}

func (c *control) problemsPage() controlapi.Answer {
	v := controlpage.ProblemsPage{Shell: c.shell("problems"), Problems: c.Problems()}
	v.Asked = true
	return c.page(v, nil)
}

func (c *control) callPage() controlapi.Answer {
	calls := c.log.Closed()
	i := slices.IndexFunc(calls, func(call Call) bool { return call.Number == controlapi.ID(c.vars) })
	if i < 0 {
		return c.page(nil, controlapi.Absent{
			Why: fmt.Errorf("the journal has no call #%s: it has not ended, or is forgotten", c.vars["id"])})
	}
	call := calls[i].text()
	text, err := json.MarshalIndent(call.Data(), "", "  ")
	v := controlpage.CallPage{Shell: c.shell(fmt.Sprintf("#%d", call.Number)), Call: controlapi.CallRow(call),
		JSON: string(text)}
	v.Asked = true
	if i > 0 {
		v.Earlier = calls[i-1].Number
	}
	if i+1 < len(calls) {
		v.Later = calls[i+1].Number
	}
	return c.page(v, err)
}

// pageCalls are those of the calls that are to be shown.
func (f *Fake) pageCalls(shown func(controlpage.Call) bool) controlpage.List[controlpage.Call] {
	return controlapi.CallRows(textsOf(f.log.Closed()), shown)
}
