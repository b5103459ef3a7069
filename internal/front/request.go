package front

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// maxBodySize is the largest body of a request that Workhorse lets through.
const maxBodySize = 100 << 20

// Site is what all requests to one GitLab have in common.
type Site struct {
	State    *world.State
	BasePath string // of a GitLab under a relative URL: "/gitlab"
	Table    *Table
	// Added finds what else is served below the API's path, by whoever embeds this GitLab; nil: nothing is.
	Added func(method, path string) *Served
	// Meant says for a person what was probably meant by a request that nothing serves.
	Meant func(method, path string) string
	// LongPolling is how long a request for a job waits for one, in real time; 0: not at all.
	LongPolling time.Duration
	Closing     <-chan struct{} // closed when this GitLab ends: whoever waits, let go

	found foundRoutes
}

// Served is an endpoint that is no route of this GitLab's.
type Served struct {
	Endpoint string
	Vars     map[string]string // path parameters, decoded
	Answer   func(*Request) Response
}

// Way is how a request came.
type Way struct {
	Origin  string // "http://127.0.0.1:41234"
	BaseURL string // of GitLab there, as the client is to call it
	Host    string // without a port
}

// Record is what GitLab made of a request.
type Record struct {
	Endpoint string // "" when nothing serves it
	// Body is as sent; of what streams in it is the first 64 KiB.
	Body []byte
	// Params are the parameters as GitLab understood them: those of path, query, form, multipart and JSON together.
	Params        map[string]any
	IgnoredParams []string // sent, but read by nothing
	// User, RunnerID and JobID are who authenticated: a username, the runner of an authentication token, the job of a job token.
	User     string
	RunnerID int
	JobID    int
}

// Request is one request on its way through the pipeline. From authentication on it is used with the state's mutex held.
type Request struct {
	*world.State
	site   *Site
	HTTP   *http.Request
	Way    Way
	query  url.Values
	path   string // below the base path, escaped
	Record Record
	route  *Route
	served *Served           // what serves it instead of a route
	Vars   map[string]string // path parameters
	tree   params.Tree
	Params params.Values
	// validated is whether params has been read from tree.
	validated bool

	Upload  *upload // the body of a streamed route, once it has been read
	unread  bool    // a streamed body has not been read to its end
	User    *world.User
	Token   *world.AccessToken
	Actor   policy.Actor
	Project *world.Project // of the path, once the endpoint's before block has found it
	Group   *world.Group   // likewise
}

// NewRequest is a request to a GitLab that came on a way. query is that of its URL.
func NewRequest(site *Site, r *http.Request, way Way, query url.Values) *Request {
	q := &Request{State: site.State, site: site, HTTP: r, Way: way, query: query}
	q.path, _ = site.belowBase(r.URL.EscapedPath())
	return q
}

// Settled is the record of a request that is over. Of one that was not validated it has the parameters as they came.
func (q *Request) Settled() *Record {
	if !q.validated {
		raw, _ := params.Spec{}.Validate(q.tree)
		q.Record.Params = raw.All()
	}
	return &q.Record
}

// Receive reads the request as the layers in front of the endpoint do; what it returns is their answer, or nil.
func (q *Request) Receive() *Response {
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
func (q *Request) readBody() *Response {
	if q.route != nil && q.route.Streams != nil {
		q.unread = q.HTTP.ContentLength != 0
		return nil
	}
	if q.HTTP.Body == http.NoBody {
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, q.HTTP.Body, maxBodySize))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return Refuse(http.StatusRequestEntityTooLarge, MsgTooLargeError).Because(fmt.Sprintf("the body is larger than %d bytes", int64(maxBodySize))).AsRefusal()
	case err != nil:
		return Plain(http.StatusBadRequest, msgBadRequestPlain).Because("the body was cut off: " + err.Error()).AsRefusal()
	}
	if len(body) > 0 {
		q.Record.Body = body
	}
	return nil
}

// readParams decodes the parameters of path, query and body, as Rack and Grape do before they look at anything else.
func (q *Request) readParams() *Response {
	if path := q.HTTP.URL.Path; !utf8.ValidString(path) || strings.IndexByte(path, 0) >= 0 || q.malformedBasic() {
		return q.unreadable(&params.Error{Kind: params.BadEncoding}).AsRefusal()
	}
	tree, err := params.Parse(params.Input{RawQuery: q.HTTP.URL.RawQuery, ContentType: q.HTTP.Header.Get("Content-Type"), Body: q.Record.Body, Path: q.Vars,
		AllowText: q.route != nil && (q.route.Access == ByToken || q.route.Access == ByJobToken)})
	if err == nil {
		q.tree, q.Record.Params = tree, tree
		if _, twice := q.tree[paramAccessToken].(string); twice && q.bearer() != "" && !q.sentJSON() {
			return Response{Status: http.StatusBadRequest, Body: oauthErrorBody{Error: errInvalidRequest, Description: msgTokenTwice}, Bare: true}.
				Because("a token came in the Authorization header and as access_token").AsRefusal()
		}
		return nil
	}
	return q.unreadable(err).AsRefusal()
}

func (q *Request) sentJSON() bool {
	return strings.HasPrefix(strings.ToLower(q.HTTP.Header.Get("Content-Type")), "application/json")
}

func (q *Request) unreadable(err *params.Error) Response {
	switch err.Kind {
	case params.UnsupportedMediaType:
		return RefuseError(http.StatusUnsupportedMediaType, fmt.Sprintf(MsgfMediaType, err.ContentType)).Because("GitLab reads JSON, forms and multipart")
	case params.BadJSON:
		if strings.Contains(q.HTTP.Header.Get("Accept"), "application/json") {
			return Response{Status: http.StatusBadRequest, Body: railsError{http.StatusBadRequest, msgBadRequestPlain},
				ContentType: "application/json; charset=utf-8", Bare: true}.Because("the body is not JSON")
		}
		return Response{Status: http.StatusBadRequest, ContentType: "text/html; charset=utf-8", Bare: true}.Because("the body is not JSON")
	}
	return Plain(http.StatusBadRequest, msgBadRequestPlain).Because("a parameter has a NUL byte, is not UTF-8, cannot be decoded or is two things at once (a=1&a[]=2)")
}

// Answer lets whoever serves the request answer it.
func (q *Request) Answer() Response {
	if q.served != nil {
		return q.answerOutside(func() Response { return q.served.Answer(q) })
	}
	if refusal := q.unrouted(); refusal != nil {
		return q.answerOutside(func() Response { return *refusal })
	}
	return q.answerRouted()
}

// answerOutside is an answer that asks nothing of the state; the throttle counts it by itself.
func (q *Request) answerOutside(answer func() Response) Response {
	refusal := q.visit(func() Response {
		if refusal := q.throttled(); refusal != nil {
			return *refusal
		}
		return Response{}
	})
	if refusal.Status != 0 {
		return refusal
	}
	return answer()
}

// answerRouted lets an endpoint of the table answer: in one visit to the state or, where it streams or waits, in one
// before and one after that. The handler runs once, in the last.
func (q *Request) answerRouted() Response {
	var pause func() *Response
	res := q.visit(func() Response {
		refusal := q.admit()
		if refusal == nil {
			pause, refusal = q.pause()
		}
		switch {
		case refusal != nil:
			return *refusal
		case pause != nil:
			return Response{}
		}
		return q.route.Handle(q)
	})
	if pause == nil {
		return res
	}
	if refusal := pause(); refusal != nil {
		return *refusal
	}
	return q.visit(func() Response {
		if refusal := q.validate(); refusal != nil { // the body may have brought more parameters
			return *refusal
		}
		return q.route.Handle(q)
	})
}

// visit does a part of the work with the state's mutex held.
func (q *Request) visit(part func() Response) (res Response) {
	q.Mu.Lock()
	defer q.Mu.Unlock()
	defer func() {
		if p := recover(); p != nil { // a bug of the fake, never of its user
			res = Refuse(http.StatusInternalServerError, MsgInternalError).Because(fmt.Sprintf("bug in fakegitlab: panic: %v", p))
		}
	}()
	return part()
}

// admit is all that comes before the endpoint itself: the throttle, authentication, the before block and validation.
// What it returns is the answer of what does not come to the endpoint.
func (q *Request) admit() *Response {
	if refusal := q.throttled(); refusal != nil {
		return refusal
	}
	if q.route.Access == byUser || q.route.Access == ByAnyone {
		if refusal := q.authenticate(); refusal != nil {
			return refusal
		}
	}
	if q.route.Before != nil {
		if refusal := q.route.Before(q); refusal != nil {
			return refusal
		}
	}
	if q.HTTP.Method == http.MethodOptions {
		return q.options().AsRefusal()
	}
	return q.validate()
}

// validate reads the parameters as the endpoint declares them.
func (q *Request) validate() *Response {
	values, problems := q.route.declared(q.Version).Validate(q.tree)
	q.Params, q.validated = values, true
	q.Record.Params, q.Record.IgnoredParams = values.All(), values.Ignored()
	if len(problems) > 0 {
		return RefuseError(http.StatusBadRequest, strings.Join(problems, ", ")).Because(strings.Join(problems, ", ")).AsRefusal()
	}
	return nil
}

// pause is what the endpoint has to do without the state's mutex before its handler runs, nil for nothing.
func (q *Request) pause() (pause func() *Response, refusal *Response) {
	switch {
	case q.route.Streams != nil:
		read, refusal := q.route.Streams(q)
		if refusal != nil {
			return nil, refusal
		}
		return func() *Response { return q.receiveUpload(read) }, nil
	case q.route.Waits != nil && q.site.LongPolling > 0:
		if change := q.route.Waits(q); change != nil {
			return func() *Response { return q.await(change) }, nil
		}
	}
	return nil, nil
}

// await waits as Workhorse does: for the change, and no longer than LongPolling allows, the client waits and
// this GitLab is open.
func (q *Request) await(change <-chan struct{}) (none *Response) {
	timer := time.NewTimer(q.site.LongPolling)
	defer timer.Stop()
	select {
	case <-change:
	case <-timer.C:
	case <-q.site.Closing:
	case <-q.HTTP.Context().Done():
	}
	return nil
}

// WebURL is the address of a page in GitLab's web interface.
func (q *Request) WebURL(path string) string { return q.Way.BaseURL + "/" + path }
