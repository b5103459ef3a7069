package front

import (
	"slices"
	"sync"
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
