package fakegitlab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/mux"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// controlPrefix is where the control API is, below the base path. GitLab keeps "/-/" for routes of its own and has no "fake".
const controlPrefix = "/-/fake"

// control is one call of the control API. It must not do what fails a test: who called is no test.
type control struct {
	*Fake
	http *http.Request
	vars map[string]string // path parameters
}

// controlRoute is one row of the control API.
type controlRoute struct {
	endpoint Endpoint
	handle   func(*control) response
}

// controlRoutes are the control API, in the order of docs/other-languages.md.
func controlRoutes() []controlRoute {
	return []controlRoute{
		{"GET /-/fake/", (*control).page},
		{"POST /-/fake/seed", (*control).seed},
		{"GET /-/fake/snapshot", (*control).snapshot},
		{"POST /-/fake/reset", (*control).resetAll},
		{"POST /-/fake/token", (*control).token},
		{"POST /-/fake/advance", (*control).advance},
		{"POST /-/fake/failures", (*control).inject},
		{"GET /-/fake/failures", (*control).listFailures},
		{"DELETE /-/fake/failures", (*control).removeFailures},
		{"DELETE /-/fake/failures/:id", (*control).removeFailure},
		{"POST /-/fake/holds", (*control).hold},
		{"GET /-/fake/holds", (*control).listHolds},
		{"GET /-/fake/holds/:id", (*control).showHold},
		{"DELETE /-/fake/holds/:id", (*control).release},
		{"POST /-/fake/handlers", (*control).handle},
		{"GET /-/fake/calls", (*control).calls},
		{"DELETE /-/fake/calls", (*control).clearCalls},
		{"GET /-/fake/journal", (*control).journal},
		{"GET /-/fake/problems", (*control).problems},
		{"PATCH /-/fake/settings", (*control).changeSettings},
		{"PATCH /-/fake/users/:username", patching(userEdits, "username")},
		{"PATCH /-/fake/groups/:path", patching(groupEdits, "path")},
		{"PATCH /-/fake/projects/:path", patching(projectEdits, "path")},
		{"PATCH /-/fake/runners/:id", patching(runnerEdits, "id")},
		{"GET /-/fake/runners/:id", (*control).showRunner},
		{"DELETE /-/fake/runners/:id", (*control).deletePathRunner},
		{"POST /-/fake/runners/:id/contact", (*control).contactRunner},
		{"GET /-/fake/jobs/:id", (*control).showJob},
		{"POST /-/fake/jobs/:id/plan", (*control).planJob},
		{"POST /-/fake/jobs/:id/enqueue", (*control).enqueueJob},
		{"POST /-/fake/jobs/:id/start", (*control).startJob},
		{"POST /-/fake/jobs/:id/finish", (*control).finishJob},
		{"POST /-/fake/jobs/:id/cancel", (*control).cancelJob},
		{"GET /-/fake/endpoints", (*control).endpoints},
	}
}

// controlRouter finds the row of a method and path. It never changes.
var controlRouter = sync.OnceValue(func() *mux.Router {
	m := newRouter()
	for i, r := range controlRoutes() {
		method, path := r.endpoint.cut()
		m.Methods(method).Path(muxPath(path)).Name(strconv.Itoa(i)).Handler(http.NotFoundHandler())
	}
	return m
})

// serveControl answers a call of the control API; false if it is none.
func (f *Fake) serveControl(w http.ResponseWriter, r *http.Request) bool {
	path, below := strings.CutPrefix(r.URL.EscapedPath(), f.options.basePath)
	rest, isControl := strings.CutPrefix(path, controlPrefix)
	if !below || !isControl || rest != "" && rest[0] != '/' {
		return false
	}
	if rest == "" {
		http.Redirect(w, r, f.options.basePath+controlPrefix+"/", http.StatusMovedPermanently)
		return true
	}
	writeControl(w, r, f.controlled(r, path))
	return true
}

// controlled finds the row of a call and lets it answer.
func (f *Fake) controlled(r *http.Request, path string) response {
	// A page in somebody's browser may reach a loopback address; it is not to change the world of a test.
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return refuseError(http.StatusForbidden, err.Error())
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	match, vars := matchIn(controlRouter(), method, path)
	if match == nil {
		return refuseError(http.StatusNotFound, "nothing serves "+r.Method+" "+path+meantControl(r.Method, path))
	}
	i, _ := strconv.Atoi(match.Route.GetName())
	return controlRoutes()[i].handle(&control{f, r, vars})
}

// meantControl is meantText for the control API: below its prefix, where full paths are looked for as in GitLab's API.
func meantControl(method, path string) string {
	var served []Endpoint
	for _, route := range controlRoutes() {
		served = append(served, Endpoint(strings.Replace(string(route.endpoint), controlPrefix, "", 1)))
	}
	text := meantText(method, strings.TrimPrefix(path, controlPrefix), served)
	return strings.ReplaceAll(text, " /", " "+controlPrefix+"/")
}

// writeControl writes an answer, JSON indented for whoever calls with curl.
func writeControl(w http.ResponseWriter, r *http.Request, res response) {
	body := []byte(res.text)
	if res.body != nil {
		var text bytes.Buffer
		e := json.NewEncoder(&text)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(res.body); err != nil { // a world of the year 10000, which JSON's times do not reach
			res.status = http.StatusInternalServerError
			text.Reset()
			_ = e.Encode(errorBody{err.Error()})
		}
		body, res.contentType = text.Bytes(), "application/json"
	}
	for name, values := range res.header {
		w.Header()[name] = values
	}
	w.Header().Set("Cache-Control", "no-store")
	if len(body) > 0 {
		w.Header().Set("Content-Type", res.contentType)
	}
	w.WriteHeader(res.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// controlProblems is the refusal of a body with mistakes in it.
type controlProblems struct {
	Error    string   `json:"error"`
	Problems []string `json:"problems,omitempty"` // each of several
}

func badControl(err error) response {
	var lines []string
	var scenario *ScenarioError
	var data *datajson.Error
	switch {
	case errors.As(err, &scenario):
		for _, p := range scenario.Problems {
			lines = append(lines, p.String())
		}
	case errors.As(err, &data):
		for _, p := range data.Problems {
			lines = append(lines, datajson.At(p.Path, p.Message))
		}
	default:
		return refuseError(http.StatusBadRequest, err.Error())
	}
	if len(lines) == 1 {
		return refuseError(http.StatusBadRequest, lines[0])
	}
	return response{status: http.StatusBadRequest, body: controlProblems{fmt.Sprintf("%d problems: %s", len(lines), strings.Join(lines, "; ")), lines}}
}

func missingControl(err error) response { return refuseError(http.StatusNotFound, err.Error()) }

// emptyObject is what no body stands for.
const emptyObject = "{}"

// body is the whole body; none is an empty object.
func (c *control) body() ([]byte, error) {
	text, err := io.ReadAll(http.MaxBytesReader(nil, c.http.Body, maxBodySize))
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte(emptyObject)
	}
	return text, err
}

// read reads the body into plain data.
func (c *control) read(into any) error {
	text, err := c.body()
	if err != nil {
		return err
	}
	return placedIn(text, problemsOf(unmarshalData(text, into)), nil)
}

// answered is the answer of a change that may have been refused.
func answered[T any](done T, err error) response {
	if err != nil {
		return badControl(err)
	}
	return ok(done)
}

func (c *control) seed() response {
	text, err := c.body()
	if err != nil {
		return badControl(err)
	}
	s, err := c.scenario(text)
	if err == nil {
		err = c.Seed(s)
	}
	if err != nil {
		return badControl(inText(err, text))
	}
	return created(c.Snapshot())
}

// scenario reads a scenario for the world as it is: what is missing in the scenario may be there already.
func (c *control) scenario(text []byte) (Scenario, error) {
	var s Scenario
	found := problemsOf(s.UnmarshalJSON(text))
	var deeper []ScenarioProblem
	if len(found) > 0 && read(c.Fake, (*state).untouched) {
		deeper = s.problems()
	}
	return s, placedIn(text, found, deeper)
}

// inText is an error of Seed with the places in the text of what it refuses.
func inText(err error, text []byte) error {
	var invalid *ScenarioError
	if errors.As(err, &invalid) && invalid.Problems[0].Line == 0 {
		return invalid.In(text)
	}
	return err
}

func (c *control) snapshot() response { return ok(c.Snapshot()) }

// resetAll goes back to the start or, with a scenario in the body, starts anew with that. An empty object is what many a client
// sends for nothing, and no scenario.
func (c *control) resetAll() response {
	text, err := c.body()
	if err != nil {
		return badControl(err)
	}
	var world *Scenario
	if string(bytes.TrimSpace(text)) != emptyObject {
		s, err := ReadScenario(bytes.NewReader(text))
		if err != nil {
			return badControl(err)
		}
		world = &s
	}
	if err := c.reset(world); err != nil {
		return badControl(inText(err, text))
	}
	return noContent()
}

func (c *control) token() response {
	var in struct {
		Username string   `json:"username"`
		Scopes   []string `json:"scopes,omitzero"`
	}
	if err := c.read(&in); err != nil {
		return badControl(err)
	}
	token, err := attempt(c.Fake, func(st *state) (string, error) { return st.tokenOf(in.Username, in.Scopes) })
	return answered(struct {
		Token string `json:"token"`
	}{token}, err)
}

func (c *control) advance() response {
	var in struct {
		ByNumber *time.Duration `json:"seconds,omitzero"`
		ByText   *time.Duration `json:"duration,omitzero"`
	}
	if err := c.read(&in); err != nil {
		return badControl(err)
	}
	by := in.ByNumber
	if by == nil {
		by = in.ByText
	}
	if by == nil || in.ByNumber != nil && in.ByText != nil {
		return badControl(errors.New(`give either "seconds", a number, or "duration", such as "2h"`))
	}
	err := c.clock.advance(*by)
	return answered(struct {
		Now time.Time `json:"now"`
	}{c.Now().UTC()}, err)
}

func (c *control) endpoints() response { return ok(c.Endpoints()) }

// problems is what New reports at the end of a test.
func (c *control) problems() response { return ok(append([]string{}, c.Problems()...)) }

func (c *control) journal() response {
	return response{status: http.StatusOK, text: c.Journal(), contentType: "text/plain; charset=utf-8"}
}

func (c *control) clearCalls() response {
	c.ClearCalls()
	return noContent()
}

// callQuery is what calls may be narrowed by.
type callQuery struct {
	endpoint Endpoint
	where    []CallMatcher
	wait     time.Duration
}

func (c *control) calls() response {
	q, err := c.callQuery(c.http.URL.Query())
	if err != nil {
		return badControl(err)
	}
	matching := func(call Call) bool { return matches(call, q.endpoint, q.where) }
	if q.wait > 0 {
		ctx, cancel := c.waiting(q.wait)
		defer cancel()
		_, _ = c.log.Wait(ctx, matching) // none in time is an empty list
	}
	return ok(callsAsData(slices.DeleteFunc(c.log.Closed(), func(call Call) bool { return !matching(call) })))
}

// waiting is a context for who waits that long: until its end, that of the request or that of the fake, as Close does not
// wait for who waits.
func (c *control) waiting(d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(c.http.Context(), d)
	go func() {
		select {
		case <-c.closing:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// waitIn is the query parameter wait; without it, nobody waits.
func waitIn(query url.Values) (time.Duration, error) {
	if !query.Has("wait") {
		return 0, nil
	}
	wait, err := datajson.ParseDuration(query.Get("wait"))
	switch {
	case err != nil:
		return 0, fmt.Errorf("wait: %w", err)
	case wait < 0:
		return 0, errors.New("wait: must not be negative")
	}
	return wait, nil
}

// knownParameters is an error if the query has any other.
func knownParameters(query url.Values, known ...string) error {
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !slices.Contains(known, name) {
			return fmt.Errorf("unknown parameter %q; %s", name, datajson.Suggest(name, known))
		}
	}
	return nil
}

func (c *control) callQuery(query url.Values) (q callQuery, err error) {
	if err := knownParameters(query, "endpoint", "by", "status", "since", "wait"); err != nil {
		return q, err
	}
	number := func(name string) (n int) {
		if query.Has(name) && err == nil {
			if n, err = strconv.Atoi(query.Get(name)); err != nil {
				err = fmt.Errorf("%s: want a number, have %q", name, query.Get(name))
			}
		}
		return n
	}
	q.endpoint = Endpoint(query.Get("endpoint"))
	if query.Has("by") {
		q.where = append(q.where, By(query.Get("by")))
	}
	if status := number("status"); query.Has("status") {
		q.where = append(q.where, Status(status))
	}
	if since := number("since"); query.Has("since") {
		q.where = append(q.where, Where(func(call Call) bool { return call.Number > since }))
	}
	if err == nil {
		q.wait, err = waitIn(query)
	}
	if problem := c.selectionProblem(q.endpoint, q.where); problem != "" && err == nil {
		err = errors.New(problem)
	}
	return q, err
}

// pathID is the id in the path; what is no number is the id of nothing.
func (c *control) pathID() int {
	id, err := strconv.Atoi(c.vars["id"])
	if err != nil {
		return 0
	}
	return id
}
