package front

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"sync"

	"github.com/fakegitlab/fakegitlab/internal/outside"
)

// Added is an endpoint that a test serves itself.
type Added struct {
	Endpoint, Method, Path string
	Answer                 func(*Request) Response
}

// AddedRoutes are the endpoints that a test serves itself.
type AddedRoutes struct {
	mu     sync.Mutex
	routes []Added
	router *Router[Added]
}

// Add has an endpoint served from now on, in place of the same one before.
func (a *AddedRoutes) Add(r Added) {
	a.mu.Lock()
	defer a.mu.Unlock()
	same := func(old Added) bool { return old.Endpoint == r.Endpoint }
	a.routes = append(slices.DeleteFunc(slices.Clone(a.routes), same), r)
	a.router = NewRouter[Added]() // a router does not take routes while it is used
	for _, r := range a.routes {
		a.router.Add(r.Method, r.Path, r)
	}
}

// Lookup finds what the test serves at a method and a path below /api/v4, nil for nothing.
func (a *AddedRoutes) Lookup(method, path string) *Served {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.router == nil {
		return nil
	}
	r, vars, found := a.router.Find(method, path)
	if !found {
		return nil
	}
	return &Served{Endpoint: r.Endpoint, Vars: vars, Answer: r.Answer}
}

// Endpoints are all of them, in the order in which they were added.
func (a *AddedRoutes) Endpoints() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []string
	for _, r := range a.routes {
		all = append(all, r.Endpoint)
	}
	return all
}

// None reports whether there are none.
func (a *AddedRoutes) None() bool { return len(a.Endpoints()) == 0 }

// Clear forgets all of them.
func (a *AddedRoutes) Clear() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.routes, a.router = nil, nil
}

// ByTest answers with a handler of the test, which has a name for messages.
func ByTest(name string, h http.Handler) func(*Request) Response {
	return func(q *Request) Response {
		sent := q.HTTP.Clone(q.HTTP.Context())
		sent.Body = io.NopCloser(bytes.NewReader(q.Record.Body))
		for name, value := range q.Vars {
			sent.SetPathValue(name, value)
		}
		a := answered{header: http.Header{}}
		q.Flying.Running(name)
		outside.Asked(name, func() { h.ServeHTTP(&a, sent) })
		q.Flying.Running("")
		a.Flush()
		return Response{Status: a.status, Text: a.body.String(), Header: a.header,
			ContentType: a.header.Get("Content-Type")}
	}
}

// answered keeps what a handler answers.
type answered struct {
	header http.Header
	status int // 0 until there is one
	body   bytes.Buffer
}

func (a *answered) Header() http.Header { return a.header }

func (a *answered) WriteHeader(status int) {
	if a.status == 0 && status >= http.StatusOK { // those below come ahead of the answer
		a.status = status
	}
}

func (a *answered) Write(p []byte) (int, error) {
	a.Flush()
	if a.header.Get("Content-Type") == "" && a.body.Len() == 0 { // as net/http does
		a.header.Set("Content-Type", http.DetectContentType(p))
	}
	return a.body.Write(p)
}

// Flush is what sends the head of an answer: http.Flusher.
func (a *answered) Flush() { a.WriteHeader(http.StatusOK) }
