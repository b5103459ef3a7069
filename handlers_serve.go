package fakegitlab

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// maxBodySize is the largest body of a request that Workhorse lets through.
const maxBodySize = 100 << 20

// request is one request on its way through the pipeline. From authentication on it is used with the state's mutex held.
type request struct {
	*world.State
	fake    *Fake
	http    *http.Request
	way     via
	path    string // below the base path, escaped
	call    *Call
	route   *route
	handler http.Handler      // of an endpoint that the test serves
	vars    map[string]string // path parameters
	tree    params.Tree
	params  params.Values
	// validated is whether params has been read from tree.
	validated bool

	upload  *upload // the body of a streamed route, once it has been read
	unread  bool    // a streamed body has not been read to its end
	user    *world.User
	token   *world.AccessToken
	actor   policy.Actor
	project *world.Project
	group   *world.Group
}

// serve answers one request: it opens a Call, lets failures and hooks have their way, and closes the Call.
func (f *Fake) serve(w http.ResponseWriter, r *http.Request, way via) {
	if f.options.control != nil && f.options.control(f, w, r) {
		return
	}
	started := time.Now()
	number := f.log.Open()
	defer f.flight.leave(f.flight.enter(called{number, r.Method, r.URL.EscapedPath()}))
	call := Call{Number: number, Time: f.clock.now().UTC(), Origin: way.origin, Method: r.Method,
		Path: r.URL.EscapedPath(), Query: r.URL.Query(), Header: r.Header}
	q := &request{State: f.state, fake: f, http: r, way: way, call: &call}
	x := exchange{fake: f, request: q, w: w, started: started, abort: way.reset, hangUp: func() {}}
	defer func() { // also when the connection is torn down
		if !q.validated {
			raw, _ := params.Spec{}.Validate(q.tree)
			call.Params = raw.All()
		}
		f.log.Close(number, call)
		if f.options.journalTo != nil {
			_, _ = io.WriteString(f.options.journalTo, journalLine(call)+"\n")
		}
		x.hangUp()
	}()
	q.path, _ = f.belowBase(call.Path)

	x.serve(q.receive())
}

// receive reads the request as the layers in front of the endpoint do; what it returns is their answer, or nil.
func (q *request) receive() *response {
	q.findRoute()
	if answer := q.preflight(); answer != nil {
		return answer
	}
	if refusal := q.readBody(); refusal != nil {
		return refusal
	}
	if refusal := q.readParams(); refusal != nil {
		return refusal
	}
	q.identify()
	return nil
}

// readBody reads the body, up to what Workhorse lets through.
func (q *request) readBody() *response {
	if q.route != nil && q.route.streams != nil {
		q.unread = q.http.ContentLength != 0
		return nil
	}
	if q.http.Body == http.NoBody {
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, q.http.Body, maxBodySize))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return refuse(http.StatusRequestEntityTooLarge, msgTooLargeError).because(fmt.Sprintf("the body is larger than %d bytes", int64(maxBodySize))).asRefusal()
	case err != nil:
		return plain(http.StatusBadRequest, msgBadRequestPlain).because("the body was cut off: " + err.Error()).asRefusal()
	}
	if len(body) > 0 {
		q.call.Body = body
	}
	return nil
}

func plain(status int, text string) response {
	return response{status: status, text: text, contentType: "text/plain; charset=utf-8", bare: true}
}

// readParams decodes the parameters of path, query and body, as Rack and Grape do before they look at anything else.
func (q *request) readParams() *response {
	if path := q.http.URL.Path; !utf8.ValidString(path) || strings.IndexByte(path, 0) >= 0 || q.malformedBasic() {
		return q.unreadable(&params.Error{Kind: params.BadEncoding}).asRefusal()
	}
	tree, err := params.Parse(params.Input{RawQuery: q.http.URL.RawQuery, ContentType: q.http.Header.Get("Content-Type"), Body: q.call.Body, Path: q.vars,
		AllowText: q.route != nil && (q.route.access == byToken || q.route.access == byJobToken)})
	if err == nil {
		q.tree, q.call.Params = tree, tree
		if _, twice := q.tree[paramAccessToken].(string); twice && q.bearer() != "" && !q.sentJSON() {
			return response{status: http.StatusBadRequest, body: oauthErrorBody{Error: errInvalidRequest, Description: msgTokenTwice}, bare: true}.
				because("a token came in the Authorization header and as access_token").asRefusal()
		}
		return nil
	}
	return q.unreadable(err).asRefusal()
}

func (q *request) sentJSON() bool {
	return strings.HasPrefix(strings.ToLower(q.http.Header.Get("Content-Type")), "application/json")
}

func (q *request) unreadable(err *params.Error) response {
	switch err.Kind {
	case params.UnsupportedMediaType:
		return refuseError(http.StatusUnsupportedMediaType, fmt.Sprintf(msgfMediaType, err.ContentType)).because("GitLab reads JSON, forms and multipart")
	case params.BadJSON:
		if strings.Contains(q.http.Header.Get("Accept"), "application/json") {
			return response{status: http.StatusBadRequest, body: railsError{http.StatusBadRequest, msgBadRequestPlain},
				contentType: "application/json; charset=utf-8", bare: true}.because("the body is not JSON")
		}
		return response{status: http.StatusBadRequest, contentType: "text/html; charset=utf-8", bare: true}.because("the body is not JSON")
	}
	return plain(http.StatusBadRequest, msgBadRequestPlain).because("a parameter has a NUL byte, is not UTF-8, cannot be decoded or is two things at once (a=1&a[]=2)")
}

// railsError is how Rails itself refuses what never reaches the API.
type railsError struct {
	Status int    `json:"status"`
	Error  string `json:"error"`
}

// answer lets whoever serves the request answer it.
func (q *request) answer() response {
	if q.handler != nil {
		return q.answerOutside(q.handledByTest)
	}
	if refusal := q.unrouted(); refusal != nil {
		return q.answerOutside(func() response { return *refusal })
	}
	return q.answerRouted()
}

// answerOutside is an answer that asks nothing of the state; the throttle counts it by itself.
func (q *request) answerOutside(answer func() response) response {
	refusal := q.visit(func() response {
		if refusal := q.throttled(); refusal != nil {
			return *refusal
		}
		return response{}
	})
	if refusal.status != 0 {
		return refusal
	}
	return answer()
}

// answerRouted lets an endpoint of the table answer: in one visit to the state or, where it streams or waits, in one
// before and one after that. The handler runs once, in the last.
func (q *request) answerRouted() response {
	var pause func() *response
	res := q.visit(func() response {
		refusal := q.admit()
		if refusal == nil {
			pause, refusal = q.pause()
		}
		switch {
		case refusal != nil:
			return *refusal
		case pause != nil:
			return response{}
		}
		return q.route.handle(q)
	})
	if pause == nil {
		return res
	}
	if refusal := pause(); refusal != nil {
		return *refusal
	}
	return q.visit(func() response {
		if refusal := q.validate(); refusal != nil { // the body may have brought more parameters
			return *refusal
		}
		return q.route.handle(q)
	})
}

// visit does a part of the work with the state's mutex held.
func (q *request) visit(part func() response) (res response) {
	q.Mu.Lock()
	defer q.Mu.Unlock()
	defer func() {
		if p := recover(); p != nil { // a bug of the fake, never of its user
			res = refuse(http.StatusInternalServerError, msgInternalError).because(fmt.Sprintf("bug in fakegitlab: panic: %v", p))
		}
	}()
	return part()
}

// admit is all that comes before the endpoint itself: the throttle, authentication, the before block and validation.
// What it returns is the answer of what does not come to the endpoint.
func (q *request) admit() *response {
	if refusal := q.throttled(); refusal != nil {
		return refusal
	}
	if q.route.access == byUser || q.route.access == byAnyone {
		if refusal := q.authenticate(); refusal != nil {
			return refusal
		}
	}
	if q.route.before != nil {
		if refusal := q.route.before(q); refusal != nil {
			return refusal
		}
	}
	if q.call.Method == http.MethodOptions {
		return q.options().asRefusal()
	}
	return q.validate()
}

// validate reads the parameters as the endpoint declares them.
func (q *request) validate() *response {
	values, problems := q.route.declared(q.Version).Validate(q.tree)
	q.params, q.validated = values, true
	q.call.Params, q.call.IgnoredParams = values.All(), values.Ignored()
	if len(problems) > 0 {
		return refuseError(http.StatusBadRequest, strings.Join(problems, ", ")).because(strings.Join(problems, ", ")).asRefusal()
	}
	return nil
}

// pause is what the endpoint has to do without the state's mutex before its handler runs, nil for nothing.
func (q *request) pause() (pause func() *response, refusal *response) {
	switch {
	case q.route.streams != nil:
		read, refusal := q.route.streams(q)
		if refusal != nil {
			return nil, refusal
		}
		return func() *response { return q.receiveUpload(read) }, nil
	case q.route.waits != nil && q.fake.options.longPolling > 0:
		if change := q.route.waits(q); change != nil {
			return func() *response { return q.await(change) }, nil
		}
	}
	return nil, nil
}

// await waits as Workhorse does: for the change, and no longer than WithLongPolling allows, the client waits and the
// fake is open.
func (q *request) await(change <-chan struct{}) (none *response) {
	timer := time.NewTimer(q.fake.options.longPolling)
	defer timer.Stop()
	select {
	case <-change:
	case <-timer.C:
	case <-q.fake.closing:
	case <-q.http.Context().Done():
	}
	return nil
}

// handledByTest lets a handler of the test answer.
func (q *request) handledByTest() response {
	r := q.http.Clone(q.http.Context())
	r.Body = io.NopCloser(bytes.NewReader(q.call.Body))
	for name, value := range q.vars {
		r.SetPathValue(name, value)
	}
	rec := httptest.NewRecorder()
	q.handler.ServeHTTP(rec, r)
	res := response{status: rec.Code, text: rec.Body.String(), contentType: rec.Header().Get("Content-Type"), header: rec.Header()}
	if res.contentType == "" && res.text != "" {
		res.contentType = http.DetectContentType(rec.Body.Bytes())
	}
	return res
}

// send writes the answer and records it.
func (x *exchange) send(res response) {
	body := x.render(&res)
	x.finish(res, body)
}

// render turns an answer into headers and body.
func (x *exchange) render(res *response) []byte {
	var body []byte
	switch {
	case res.body != nil:
		body, _ = json.Marshal(res.body) // only plain structs and maps come here
		res.contentType = cmp.Or(res.contentType, "application/json")
	case res.file != nil:
	case res.contentType != "":
		body = []byte(res.text)
	}
	h := x.w.Header()
	x.values = make([]string, 0, usualHeaders)
	if res.contentType != "" {
		x.set("Content-Type", res.contentType)
	} else {
		h["Content-Type"] = nil // none, and none guessed by net/http
	}
	id, meta := requestID(x.request.call.Number)
	x.set("Vary", "Origin")
	x.set("X-Request-Id", id)
	x.set("X-Runtime", strconv.FormatFloat(time.Since(x.started).Seconds(), 'f', 6, 64))
	x.set("X-Gitlab-Meta", meta)
	if !res.bare {
		x.set("X-Frame-Options", "SAMEORIGIN")
		x.set("X-Content-Type-Options", "nosniff")
	}
	if x.request.crossOrigin() {
		setCORS(h)
	}
	for name, values := range res.header {
		h[name] = values
	}
	return x.cache(res, body)
}

// usualHeaders is how many headers an answer has when nothing is odd about it.
const usualHeaders = 10

// requestID is GitLab's correlation id, which looks like a ULID, of the nth request, by itself and as X-Gitlab-Meta has it.
func requestID(n int) (id, meta string) {
	const begin, first, end = `{"correlation_id":"`, "01J1FAKE000000000000000000", `","version":"1"}`
	digits := strconv.Itoa(n)
	meta = begin + first[:len(first)-len(digits)] + digits + end
	return meta[len(begin) : len(begin)+len(first)], meta
}

// cache sets the headers for caches and answers a conditional GET (Rack::ETag, Rack::ConditionalGet).
func (x *exchange) cache(res *response, body []byte) []byte {
	if (res.status != http.StatusOK && res.status != http.StatusCreated) || len(body) == 0 {
		x.set("Cache-Control", "no-cache")
		return body
	}
	sum := sha256.Sum256(body)
	etag := string(append(hex.AppendEncode(append(make([]byte, 0, 36), `W/"`...), sum[:16]), '"'))
	x.set("Etag", etag)
	x.set("Cache-Control", "max-age=0, private, must-revalidate")
	method := x.request.call.Method
	if (method == http.MethodGet || method == http.MethodHead) && x.request.http.Header.Get("If-None-Match") == etag {
		res.status = http.StatusNotModified
		x.w.Header()["Content-Type"] = nil
		return nil
	}
	return body
}

// finish writes status and body and notes them in the Call.
func (x *exchange) finish(res response, body []byte) {
	c := x.request.call
	c.Status, c.Reason, c.ResponseHeader, c.ResponseBody = res.status, res.reason, x.w.Header(), body
	if h := x.w.Header(); h.Get("Content-Length") == "" && res.status != http.StatusNoContent && res.status != http.StatusNotModified {
		x.set("Content-Length", strconv.Itoa(len(body)))
	}
	if res.file != nil {
		c.ResponseBody = res.file.Head(keptOfUpload)
		x.set("Content-Length", strconv.FormatInt(res.file.Size, 10))
	}
	if x.request.unread {
		x.set("Connection", "close") // else net/http waits for the body before it answers
	}
	x.w.WriteHeader(res.status)
	switch {
	case c.Method == http.MethodHead:
	case res.file != nil:
		_, _ = res.file.WriteTo(x.w)
	case len(body) > 0:
		_, _ = x.w.Write(body)
	}
}

// webURL is the address of a page in GitLab's web interface.
func (q *request) webURL(path string) string { return q.way.baseURL + "/" + path }
