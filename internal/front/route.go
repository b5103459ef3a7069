package front

// One row of the route table, and what it says of an endpoint.

import (
	"slices"
	"strings"
	"sync"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/nearest"
	"github.com/fakegitlab/fakegitlab/internal/params"
)

// Route is one row of the table: an endpoint, who may call it, its parameters and what it does.
type Route struct {
	Endpoint string // as GitLab's documentation writes it: "GET /runners/:id"
	Access   Access
	// Scopes are those that an endpoint's class takes besides api and read_api.
	Scopes []string
	// Granular is what the endpoint wants of a fine-grained access token; nil: it takes none.
	Granular *Granular
	// JobTokens is whether the token of a running job will do as well as an access token (job_token_allowed); from
	// JobTokensSince on, if that is set.
	JobTokens      bool
	JobTokensSince *gitlabversion.Difference
	// Since is the difference between GitLab versions that brought the endpoint; nil: it was always there.
	Since *gitlabversion.Difference
	// Streams, of an endpoint that takes in a body of any size: it checks what GitLab checks before it reads the
	// body, when the parameters are those of path and query alone, and says how to read it. The handler finds the
	// body in Request.Upload, and checks again what may have changed meanwhile. Such an endpoint is one that
	// finds its caller by itself, as one ByJobToken does: only then nothing has to be authenticated again.
	Streams func(*Request) (BodyReader, *Response)
	// Waits, of an endpoint that Workhorse lets wait: it returns a channel that is closed at the first change after
	// lastUpdate of what the token waits for, or nil if that change has been already. Whatever has to be refused is left
	// to the handler.
	Waits func(q *Request, token, lastUpdate string) <-chan struct{}
	// Rails is whether Rails alone reads the parameters, and no Grape (params.Input.Rails).
	Rails bool
	// Reads, of an endpoint that declares no parameters but reads them in a way of its own: it is called when they have
	// been decoded, without the mutex, and says in the Record what they are. What the handler needs of it, it keeps in
	// Request.Asked.
	Reads func(q *Request, sent params.Tree)
	// Shape, of an endpoint that tells of its refusals in another form than REST: the answer with a status and a text,
	// or, where that is "", with what GitLab says there of such a status.
	Shape func(q *Request, status int, text string) Response
	// Before runs after authentication and before the parameters are validated, as a Grape before block.
	Before func(*Request) *Response
	Spec   params.Spec
	// Later, if set, is the spec of versions that know more parameters.
	Later  *LaterSpec
	Handle func(*Request) Response

	known []string // parameters that authentication reads
}

// mustBeWhole panics at a route that the pipeline could not serve truly. What streams comes back to its handler in a
// second visit to the state, before which neither is the caller authenticated nor does Before run again: the world may
// be another one by then. So its handler finds out by itself who calls.
func (r *Route) mustBeWhole() {
	selfAuthenticated := r.Access == ByToken || r.Access == ByJobToken ||
		r.Access == ByRunnerHeader || r.Access == ByGit
	if first := r.Path()[1:]; strings.HasPrefix(first, ":") || strings.HasPrefix(first, "*") {
		panic("front: " + r.Endpoint + " begins with a parameter, and routes are looked for by their first segment")
	}
	if r.Streams != nil && (!selfAuthenticated || r.Before != nil) {
		panic("front: " + r.Endpoint + " streams, so it must find its caller by itself and have no before block")
	}
}

// LaterSpec is what an endpoint declares from a difference between versions on, and what still later ones declare.
type LaterSpec struct {
	Since gitlabversion.Difference
	Spec  params.Spec
	// Make, if set, makes the Spec for the first who needs it: most processes have no such version, and start sooner.
	Make  func() params.Spec
	Later *LaterSpec
	once  sync.Once
}

// spec is what is declared.
func (l *LaterSpec) spec() params.Spec {
	l.once.Do(func() {
		if l.Make != nil {
			l.Spec = l.Make()
		}
	})
	return l.Spec
}

// Declare makes a Spec of parameters and groups of parameters.
func Declare(groups ...[]params.Param) params.Spec {
	return params.Spec{Params: slices.Concat(groups...)}
}

// Access is how a caller proves who it is.
type Access int

const (
	byUser         Access = iota // an access token of a user
	ByToken                      // a token among the parameters; user tokens are not looked at
	ByAnyone                     // an access token, or none at all
	ByJobToken                   // the token of a job, among the parameters or in JOB-TOKEN
	ByRunnerHeader               // a runner's token in RUNNER-TOKEN
	BySignIn                     // an access token that signs in as at a page of GitLab's, or none at all
	ByGit                        // name and password of HTTP Basic, at which the handler looks with SignInGit
)

// ForUsers reports whether the endpoint takes a user's access token and nothing else.
func (r *Route) ForUsers() bool { return r.Access == byUser && !r.JobTokens }

// AnyScope, among the scopes of a route, says that every scope will do.
const AnyScope = "*"

// ServedBy reports whether a version has the endpoint.
func (r *Route) ServedBy(v gitlabversion.Version) bool { return r.Since == nil || v.Has(*r.Since) }

// declared is what the endpoint declares in a version.
func (r *Route) declared(v gitlabversion.Version) params.Spec {
	spec, later := r.Spec, r.Later
	if later != nil && v.Has(later.Since) {
		for later.Later != nil && v.Has(later.Later.Since) {
			later = later.Later
		}
		spec = later.spec()
	}
	spec.Known = r.known
	return spec
}

// Takes are the names of all parameters that the endpoint reads in any version, each once.
func (r *Route) Takes() []string {
	names := slices.Clone(r.known)
	for part := range strings.SplitSeq(r.Path(), "/") {
		if name := strings.TrimLeft(part, ":*"); name != part {
			name, _, _ = strings.Cut(name, ".") // in :project.git
			names = append(names, name)
		}
	}
	specs := []params.Spec{r.Spec}
	for l := r.Later; l != nil; l = l.Later {
		specs = append(specs, l.spec())
	}
	for _, s := range specs {
		for _, p := range s.Params {
			names = append(names, p.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Path is the endpoint's path: /runners/:id.
func (r *Route) Path() string {
	_, path := nearest.CutEndpoint(r.Endpoint)
	return path
}

// PathParams is how many parameters the path has.
func (r *Route) PathParams() int { return strings.Count(r.Path(), ":") + strings.Count(r.Path(), "*") }

// Granular is what an endpoint wants of a fine-grained access token.
type Granular struct {
	// Permissions are those that it needs, as GitLab's pages write them: "Runner: Read".
	Permissions []string
	At          BoundaryKind
	// Public: without them it opens what is public.
	Public bool
}

// BoundaryKind is where a fine-grained token must have the permissions of an endpoint.
type BoundaryKind int

// The boundaries: the user or the instance as such; the project or group that the path has as :id; that of the runner
// which the path has as :id, which is its group, its owner project or the instance.
const (
	AtUser BoundaryKind = iota
	AtInstance
	AtProject
	AtGroup
	AtRunner
)
