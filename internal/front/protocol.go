package front

// The seam between what stands before every protocol and the protocols themselves.

// Protocol is one of the languages in which a GitLab is spoken to, such as REST. It finds the Route that serves a
// request; what a Route says is then done by this package, for all protocols alike: body and parameters, throttle,
// authentication, the before block, and the handler with the state's mutex held. Which protocol a request is for
// follows from its path (Site.Protocol). Parameters are read as Rack and Grape do; a protocol whose bodies are of
// another kind, as git's are, needs a word for that in Route.
type Protocol interface {
	// Find finds what serves a request, before its body is read and without the mutex; the zero Found for nothing.
	Find(q *Request) Found
	// Unserved is the answer to a request for which Find found nothing, r being nil, or a route that cannot answer in
	// the form that is asked for; nil lets the route answer. It is called without the mutex.
	Unserved(q *Request, r *Route) *Response
	// Options answers OPTIONS where Find found a route for it. It is called in the handler's place.
	Options(q *Request, r *Route) Response
}

// Found is what serves a request: a route of the protocol, or else what whoever embeds this GitLab serves there.
type Found struct {
	Route  *Route
	Served *Served
	// Later, where neither serves it, is the route of a later version. It is answered as what nothing serves; but a client
	// that falls back on the 404 has asked for nothing wrong, so that the request is recorded as one of that endpoint.
	Later *Route
	Vars  map[string]string // the route's path parameters, decoded; other requests share them, so nobody changes them
	alone *pathAlone        // likewise; nil where nothing is remembered
}
