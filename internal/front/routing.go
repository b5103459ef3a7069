package front

import "net/http"

// What serves a request is asked of its protocol, and what is said where nothing does.

// protocol is the one that the request is for, nil for none.
func (q *Request) protocol() Protocol {
	if q.site.Protocol == nil {
		return nil
	}
	return q.site.Protocol(q.Path)
}

// find finds what serves the request.
func (q *Request) find() {
	p := q.protocol()
	if p == nil {
		return
	}
	found := p.Find(q)
	q.route, q.served, q.later, q.Vars, q.alone = found.Route, found.Served, found.Later, found.Vars, found.alone
	switch {
	case q.route != nil:
		q.Record.Endpoint = q.route.Endpoint
	case q.served != nil:
		q.Vars, q.Record.Endpoint = q.served.Vars, q.served.Endpoint
	case q.later != nil:
		q.Record.Endpoint = q.later.Endpoint
	}
}

// unserved is the answer to a request that nothing serves, nil if something does. Outside of all protocols it is
// Rails' own.
func (q *Request) unserved() *Response {
	p := q.protocol()
	if p == nil {
		return q.NothingServes(Plain(http.StatusNotFound, MsgNotFound)).AsRefusal()
	}
	return p.Unserved(q, q.route)
}

// NothingServes is an answer to a request that nothing serves, with what a person should know of it.
func (q *Request) NothingServes(r Response) Response {
	if q.later != nil {
		return r.Because(q.Version.Lacks(q.later.Endpoint, *q.later.Since))
	}
	path := q.HTTP.URL.EscapedPath()
	if q.site.Probes(q.HTTP.Method, path) {
		return r.Because("GitLab has nothing at the API's own path")
	}
	return r.Because(q.site.Unserved(q.HTTP.Method, path))
}
