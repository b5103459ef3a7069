package fakegitlab

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/controlapi"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/plain"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// WithControl lets programs in any language do what a Go test does with the fake's methods: it serves a control API,
// and a page that shows the world and the journal as they change, below "/-/fake/" of URL. docs/other-languages.md
// documents both. Calls of them are not recorded and meet no failures. It is off by default, so that code under test
// that strays there gets the 404 of a real GitLab.
//
// It answers to IP addresses, to names that no public DNS has (localhost, names without a dot or below .localhost,
// .test, .internal), to the host of WithAddr and to the hosts given here, all on any port. To others it answers 403:
// a web page whose name its owner had pointed at this machine could otherwise use it.
func WithControl(hosts ...string) Option {
	// Only this and WithPage mention the control API, so that Go's linker leaves it and its page out of programs that call
	// neither.
	return func(o *options) {
		WithPage()(o)
		o.controlHosts, o.wholeControl = hosts, true
	}
}

// control is one call of the control API. It must not call what fails a test, because its caller is a program outside
// of the test.
type control struct {
	*Fake
	http *http.Request
	vars map[string]string // path parameters
}

// controlRoute is one row of the control API.
type controlRoute struct {
	endpoint Endpoint
	handle   func(*control) controlapi.Answer
}

// controlRoutes are the pages and the control API, in the order of docs/other-languages.md.
func controlRoutes() []controlRoute {
	return append([]controlRoute{
		{"GET /-/fake/", (*control).overviewPage},
		{"GET /-/fake/page/problems", (*control).problemsPage},
		{"GET /-/fake/page/runners/:id", (*control).runnerPage},
		{"GET /-/fake/page/pipelines/:id", (*control).pipelinePage},
		{"GET /-/fake/page/jobs/:id", (*control).jobPage},
		{"GET /-/fake/page/calls/:id", (*control).callPage},
		{"POST /-/fake/seed", (*control).seed},
		{"GET /-/fake/snapshot", (*control).snapshot},
		{"POST /-/fake/reset", (*control).resetAll},
		{"POST /-/fake/token", (*control).token},
		{"POST /-/fake/advance", (*control).advance},
		{"POST /-/fake/workers", (*control).runWorkers},
		{"POST /-/fake/failures", (*control).inject},
		{"GET /-/fake/failures", (*control).listFailures},
		{"DELETE /-/fake/failures", (*control).removeFailures},
		{"DELETE /-/fake/failures/:id", (*control).removeFailure},
		{"POST /-/fake/holds", (*control).hold},
		{"GET /-/fake/holds", (*control).listHolds},
		{"GET /-/fake/holds/:id", (*control).showHold},
		{"DELETE /-/fake/holds/:id", (*control).release},
		{"GET /-/fake/hooks", (*control).listHooks},
		{"DELETE /-/fake/hooks/:id", (*control).removeHook},
		{"POST /-/fake/handlers", (*control).handle},
		{"GET /-/fake/calls", (*control).calls},
		{"DELETE /-/fake/calls", (*control).clearCalls},
		{"GET /-/fake/journal", (*control).journal},
		{"GET /-/fake/problems", (*control).problems},
	}, controlOfRecords()...)
}

// controlOfRecords are what is shown of one record, changed in it and done to it.
func controlOfRecords() []controlRoute {
	return []controlRoute{
		{"GET /-/fake/settings", (*control).showSettings},
		{"PATCH /-/fake/settings", (*control).changeSettings},
		{"GET /-/fake/users/:username", showing(userEdits, "username")},
		{"PATCH /-/fake/users/:username", patching(userEdits, "username")},
		{"GET /-/fake/groups/:path", showing(groupEdits, "path")},
		{"PATCH /-/fake/groups/:path", patching(groupEdits, "path")},
		{"GET /-/fake/projects/:path", showing(projectEdits, "path")},
		{"PATCH /-/fake/projects/:path", patching(projectEdits, "path")},
		{"POST /-/fake/projects/:path/commits", (*control).commit},
		{"PATCH /-/fake/runners/:id", patching(runnerEdits, "id")},
		{"GET /-/fake/runners/:id", (*control).showRunner},
		{"DELETE /-/fake/runners/:id", deleting((*world.State).RunnerByNumber, (*world.State).DeleteRunner)},
		{"POST /-/fake/runners/:id/contact", (*control).contactRunner},
		{"GET /-/fake/webhooks/:id", showing(webhookEdits, "id")},
		{"PATCH /-/fake/webhooks/:id", patching(webhookEdits, "id")},
		{"GET /-/fake/environments/:id", showing(environmentEdits, "id")},
		{"PATCH /-/fake/environments/:id", patching(environmentEdits, "id")},
		{"GET /-/fake/deliveries", (*control).deliveries},
		{"GET /-/fake/jobs/:id", (*control).showJob},
		{"GET /-/fake/jobs/:id/why", (*control).whyJob},
		{"POST /-/fake/jobs/:id/plan", (*control).planJob},
		{"POST /-/fake/jobs/:id/enqueue", changingJob(enqueueNow)},
		{"POST /-/fake/jobs/:id/start", (*control).startJob},
		{"POST /-/fake/jobs/:id/finish", (*control).finishJob},
		{"POST /-/fake/jobs/:id/cancel", changingJob(cancelByPerson)},
		{"POST /-/fake/jobs/:id/play", byPerson(playByPerson)},
		{"POST /-/fake/jobs/:id/retry", byPerson(retryByPerson)},
		{"GET /-/fake/pipelines/:id", (*control).showPipeline},
		{"DELETE /-/fake/pipelines/:id", deleting((*world.State).PipelineByNumber, (*world.State).DeletePipeline)},
		{"POST /-/fake/pipelines/:id/cancel", changingPipeline(cancelPipeline)},
		{"POST /-/fake/pipelines/:id/retry", changingPipeline(retryPipeline)},
		{"GET /-/fake/endpoints", (*control).endpoints},
	}
}

// controlRows are controlRoutes for the table.
func controlRows(yield func(string, controlRoute) bool) {
	for _, r := range controlRoutes() {
		if !yield(string(r.endpoint), r) {
			return
		}
	}
}

// controlTable finds the row of a call. It has none until it is first asked.
var controlTable controlapi.Table[controlRoute]

// serveControl answers a call of the control API; false if it is none.
func (f *Fake) serveControl(w http.ResponseWriter, r *http.Request) bool {
	path, inside := f.site.BelowBase(r.URL.EscapedPath())
	if _, isControl := front.Below(controlapi.Prefix, path); !inside || !isControl {
		return false
	}
	f.controlled(r, path).Write(w, r)
	return true
}

// controlled finds the row of a call and lets it answer.
func (f *Fake) controlled(r *http.Request, path string) controlapi.Answer {
	own := []string{f.options.addr, tlsHost} // the latter belongs to nobody
	if problem := controlapi.Guard(r, f.URL(), slices.Concat(own, f.options.controlHosts)); problem != "" {
		return controlapi.Refusal(http.StatusForbidden, problem)
	}
	if path == controlapi.Prefix {
		to := http.Header{"Location": {f.options.basePath + controlapi.Prefix + "/"}}
		return controlapi.Answer{Status: http.StatusMovedPermanently, Header: to}
	}
	row, vars, found := controlTable.Find(r.Method, path, controlRows)
	if !found {
		return controlapi.Refusal(http.StatusNotFound, controlapi.Unserved(r.Method, path, controlRows))
	}
	if !f.options.wholeControl && !ofPage(row.endpoint) {
		return controlapi.Refusal(http.StatusNotFound, "WithPage does not serve "+r.Method+" "+path+"; WithControl does")
	}
	if err := controlapi.CheckQuery(string(row.endpoint), r.URL.Query()); err != nil {
		return controlError(err)
	}
	return row.handle(&control{f, r, vars})
}

// body is the whole body, or an empty object if there is none.
func (c *control) body() ([]byte, error) { return controlapi.Body(c.http) }

// read reads the body into plain data.
func (c *control) read(into any) error {
	text, err := c.body()
	if err != nil {
		return err
	}
	return placedIn(text, problemsOf(unmarshalData(text, into)), nil)
}

// readNothing refuses a body that says something.
func (c *control) readNothing() error { return c.read(&struct{}{}) }

// waiting is a context for waiting at most that long.
func (c *control) waiting(d time.Duration) (context.Context, context.CancelFunc) {
	return controlapi.Waiting(c.http.Context(), d, c.closing)
}

// controlError is the refusal for an error: 404 when the path names what is not there, else 400.
func controlError(err error) controlapi.Answer {
	var lines []string
	var scenario *ScenarioError
	if errors.As(err, &scenario) {
		for _, p := range scenario.Problems {
			lines = append(lines, p.String())
		}
	}
	status, body := controlapi.Refuse(err, lines...)
	body.Say(func(text string) string {
		return controlapi.InCalls(plain.CamelsInJSON(text, reflect.TypeFor[Runner](), reflect.TypeFor[RunnerManager](),
			reflect.TypeFor[Job]()))
	})
	return controlapi.Answer{Status: status, JSON: body}
}

// answered is the answer to a call that may have failed.
func answered[T any](done T, err error) controlapi.Answer {
	if err != nil {
		return controlError(err)
	}
	return controlapi.OK(done)
}

// answeredEmpty is answered for a call whose success has no body.
func answeredEmpty(err error) controlapi.Answer {
	if err != nil {
		return controlError(err)
	}
	return controlapi.Done()
}

// atPath does something with the record whose id is in the path. It finds and changes the record under one lock, so
// that nobody can remove it in between and the error tells whether it was absent or could not be changed.
func atPath[R, T any](
	c *control, find func(*world.State, string) (R, error), do func(*world.State, R) (T, error),
) (T, error) {
	return at(c, "id", find, do)
}

// at is atPath for another part of the path than the id.
func at[R, T any](c *control, parameter string, find func(*world.State, string) (R, error),
	do func(*world.State, R) (T, error)) (T, error) {
	return attempt(c.Fake, func(st *world.State) (done T, err error) {
		r, err := find(st, c.vars[parameter])
		if err != nil {
			return done, controlapi.Absent{Why: err}
		}
		return do(st, r)
	})
}
