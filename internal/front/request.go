package front

// A request on its way through the pipeline, and what is recorded of it.

import (
	"net/http"
	"net/url"

	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/traffic"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Way is how a request came to GitLab.
type Way struct {
	Origin  string // "http://127.0.0.1:41234"
	BaseURL string // of GitLab there, as the client is to call it
	Host    string // without a port
}

// Record is what GitLab made of a request.
type Record struct {
	Endpoint string // "" when nothing serves it, in this version or a later one
	// Body is as sent; of what streams in it is the first 64 KiB.
	Body []byte
	// Params are the parameters as GitLab understood them: those of path, query, form, multipart and JSON together.
	Params        map[string]any
	IgnoredParams []string // sent, but read by nothing
	// Operation is what a request in a language of operations asks for: "mutation Fleet { runnerCreate }"; "" in any
	// other.
	Operation string
	// Lacking says of what was asked for and GitLab has, but not this one, what a person should know of it.
	Lacking []string
	// Problem is what kept this GitLab from answering as it should, which is an error of whoever runs it.
	Problem string
	// User, RunnerID and JobID are who authenticated: a username, the runner of an authentication token, the job of a
	// job token.
	User     string
	RunnerID int
	JobID    int
	// JobRunnerID is the runner of the job whose token a runner sent, be it that the job is over and the token no good.
	JobRunnerID int
}

// Request is one request on its way through the pipeline. From the throttle on it is used with the state's mutex held.
type Request struct {
	*world.State
	site   *Site
	HTTP   *http.Request
	Way    Way
	Query  url.Values
	Path   string // below the base path, escaped
	Record Record
	route  *Route            // nil: none serves it
	served *Served           // what serves it instead of a route
	later  *Route            // what would serve it in a later version
	Vars   map[string]string // path parameters, decoded
	alone  *pathAlone        // what is known of requests with no other parameters; nil: nothing
	tree   params.Tree       // the parameters as sent
	Params params.Values     // the parameters as the endpoint declares them
	Asked  any               // what the route's Reads made of them
	// received is whether Receive let the request through, and identified whether the Record has whose it might be.
	received, identified bool
	// validated is whether Params has been read from tree.
	validated bool
	limits    http.Header // what the throttle lets the answer tell; nil: nothing

	Upload *Upload            // the body of an endpoint that streams, once it has been read
	unread bool               // a streamed body has not been read to its end
	User   *world.User        // who is acting: whom sudo names, else whose token it is
	Token  *world.AccessToken // the access token that was accepted
	// takeBack has the state forget the token again that was made anew for this request; nil: none was accepted.
	takeBack func()
	ByJob    *world.Job      // the job whose token was accepted in its place
	Actor    policy.Actor    // what User counts as
	Flying   *traffic.Flying // where it is noted what the request waits for
	Project  *world.Project  // of the path, once the endpoint's before block has found it
	Group    *world.Group    // likewise

	reports map[*world.File]*testReport // of JUnit, that have been read
}

// NewRequest is a request to a GitLab that came on a way. query is that of its URL.
func NewRequest(site *Site, r *http.Request, way Way, query url.Values, flying *traffic.Flying) Request {
	q := Request{State: site.State, site: site, HTTP: r, Way: way, Query: query, Flying: flying}
	q.Path, _ = site.BelowBase(r.URL.EscapedPath())
	return q
}

// header is the first value of a header of the request, "" if there is none. The name must be spelt as net/http spells
// it, which does so anew for each Header.Get.
func (q *Request) header(name string) string {
	if values := q.HTTP.Header[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// Settled is the record of a request that is over. Of one that was not validated it has the parameters as they came.
func (q *Request) Settled() *Record {
	if !q.validated {
		raw, _ := params.Spec{}.Validate(q.tree)
		q.Record.Params = raw.All()
	}
	return &q.Record
}

// Site is what the request has in common with all others.
func (q *Request) Site() *Site { return q.site }

// WebURL is the address of a page in GitLab's web interface.
func (q *Request) WebURL(path string) string { return q.Way.BaseURL + "/" + path }
