package fakegitlab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/front"
)

// control is one call of the control API. It must not call what fails a test, because its caller is a program outside
// of the test.
type control struct {
	*Fake
	http *http.Request
	vars map[string]string // path parameters
}

// maxControlBody is the largest body that is read. Even a world with large logs is far smaller.
const maxControlBody = 100 << 20

// emptyObject is what a missing body means.
const emptyObject = "{}"

// body is the whole body, or an empty object if there is none.
func (c *control) body() ([]byte, error) {
	text, err := io.ReadAll(http.MaxBytesReader(nil, c.http.Body, maxControlBody))
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

// waiting is a context for waiting at most that long. It also ends with the request and when the fake is closed, so
// that Close need not wait.
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

// waitIn is the query parameter wait, or 0 without it.
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

// knownParameters returns an error if the query has a parameter that is not known.
func knownParameters(query url.Values, known ...string) error {
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !slices.Contains(known, name) {
			return fmt.Errorf("unknown parameter %q; %s", name, datajson.Suggest(name, known))
		}
	}
	return nil
}

// pathID is the id in the path, or 0, which nothing has, if it is no number.
func (c *control) pathID() int {
	id, err := strconv.Atoi(c.vars["id"])
	if err != nil {
		return 0
	}
	return id
}

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

// controlPrefix is where the control API is, below the base path. GitLab keeps "/-/" for routes of its own and has no
// "fake" there.
const controlPrefix = "/-/fake"

// controlRoute is one row of the control API.
type controlRoute struct {
	endpoint Endpoint
	handle   func(*control) controlAnswer
}

// controlRoutes are the control API, in the order of docs/other-languages.md.
func controlRoutes() []controlRoute {
	return []controlRoute{
		{"GET /-/fake/", (*control).overviewPage},
		{"GET /-/fake/page/problems", (*control).problemsPage},
		{"GET /-/fake/page/runners/:id", (*control).runnerPage},
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
		{"GET /-/fake/settings", (*control).showSettings},
		{"PATCH /-/fake/settings", (*control).changeSettings},
		{"GET /-/fake/users/:username", showing(userEdits, "username")},
		{"PATCH /-/fake/users/:username", patching(userEdits, "username")},
		{"GET /-/fake/groups/:path", showing(groupEdits, "path")},
		{"PATCH /-/fake/groups/:path", patching(groupEdits, "path")},
		{"GET /-/fake/projects/:path", showing(projectEdits, "path")},
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

// controlRouter finds the row of a method and path. It is made when it is first asked for and never changes. It is no
// sync.OnceValue, which would be made when the program starts: then Go's linker would keep the control API, and the
// page with html/template, in every program that uses the fake, instead of only in those that call WithControl.
var controlRouter struct {
	once   sync.Once
	router *front.Router[controlRoute]
}

func routeControl() *front.Router[controlRoute] {
	controlRouter.once.Do(func() {
		controlRouter.router = front.NewRouter[controlRoute]()
		for _, r := range controlRoutes() {
			method, path := r.endpoint.cut()
			controlRouter.router.Add(method, path, r)
		}
	})
	return controlRouter.router
}

// serveControl answers a call of the control API; false if it is none.
func (f *Fake) serveControl(w http.ResponseWriter, r *http.Request) bool {
	path, inside := f.site.BelowBase(r.URL.EscapedPath())
	if _, isControl := front.Below(controlPrefix, path); !inside || !isControl {
		return false
	}
	f.controlled(r, path).write(w, r)
	return true
}

// controlled finds the row of a call and lets it answer.
func (f *Fake) controlled(r *http.Request, path string) controlAnswer {
	// Any web page in a browser on this machine can send requests to a loopback address; it must not change a test's
	// world.
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return controlRefusal(http.StatusForbidden, err.Error())
	}
	if !f.isControlHost(r.Host) {
		return controlRefusal(http.StatusForbidden, fmt.Sprintf("the control API does not answer to the name %q, which "+
			"any web page could have; call it at %s, or name the host in WithControl", r.Host, f.URL()))
	}
	if path == controlPrefix {
		to := http.Header{"Location": {f.options.basePath + controlPrefix + "/"}}
		return controlAnswer{status: http.StatusMovedPermanently, header: to}
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	row, vars, found := routeControl().Find(method, path)
	if !found {
		return controlRefusal(http.StatusNotFound, "nothing serves "+r.Method+" "+path+meantControl(r.Method, path))
	}
	if !f.options.wholeControl && !ofPage(row.endpoint) {
		return controlRefusal(http.StatusNotFound, "WithPage does not serve "+r.Method+" "+path+"; WithControl does")
	}
	return row.handle(&control{f, r, vars})
}

// isControlHost reports whether a request with that Host may use the control API. A browser asks for a name of a page's
// choice, which may lead here (DNS rebinding); it cannot make up an address or a name that no public DNS has.
func (f *Fake) isControlHost(host string) bool {
	name := hostname(host)
	if _, err := netip.ParseAddr(name); err == nil || name == "" { // no browser leaves it out
		return true
	}
	if !strings.Contains(name, ".") || name == tlsHost { // which belongs to nobody
		return true
	}
	for _, reserved := range []string{".localhost", ".test", ".internal"} {
		if strings.HasSuffix(name, reserved) {
			return true
		}
	}
	is := func(known string) bool { return hostname(known) == name }
	return slices.ContainsFunc(f.options.controlHosts, is) || is(f.options.addr)
}

// hostname is the name or address of a host with or without a port, in the one form that can be compared.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
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
