package front

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

func TestRouterFinds(t *testing.T) {
	r := NewRouter[string]()
	for _, path := range []string{"/runners", "/runners/:id", "/projects/:id/jobs/:job_id"} {
		r.Add("GET", path, path)
	}
	r.Add("PUT", "/runners/:id", "put")
	for _, c := range []struct {
		method, path, value string // "" is not found
		vars                map[string]string
	}{
		{"GET", "/runners", "/runners", nil},
		{"GET", "/runners/5", "/runners/:id", map[string]string{"id": "5"}},
		{"PUT", "/runners/5", "put", map[string]string{"id": "5"}},
		{"GET", "/projects/acme%2Fshop/jobs/7", "/projects/:id/jobs/:job_id",
			map[string]string{"id": "acme/shop", "job_id": "7"}},
		{"GET", "/runners/a%20b", "/runners/:id", map[string]string{"id": "a b"}},
		{"GET", "/projects/acme/shop/jobs/7", "", nil},
		{"DELETE", "/runners/5", "", nil},
		{"GET", "/runners/", "", nil},
		{"GET", "/runners/%zz", "", nil},
	} {
		value, vars, found := r.Find(c.method, c.path)
		assert.Equal(t, c.value, value, "%s %s", c.method, c.path)
		assert.Equal(t, c.value != "", found, "%s %s", c.method, c.path)
		for name, want := range c.vars {
			assert.Equal(t, want, vars[name], "%s %s", c.method, c.path)
		}
	}
}

// A word that is an endpoint of its own is no id, wherever the table has it.
func TestTablePrefersWordsToParameters(t *testing.T) {
	table := NewTable([]*Route{{Endpoint: "GET /runners/:id"}, {Endpoint: "GET /runners/all"}})
	all, vars := table.Lookup("GET", "/runners/all", "")
	assert.Equal(t, "GET /runners/all", all.Endpoint)
	assert.Empty(t, vars)
	one, vars := table.Lookup("GET", "/runners/5", "")
	assert.Equal(t, "GET /runners/:id", one.Endpoint)
	assert.Equal(t, map[string]string{"id": "5"}, vars)
	for _, sent := range [][2]string{{"POST", "/runners/all"}, {"GET", "/runners"}, {"GET", "/runners/5/jobs"}} {
		none, _ := table.Lookup(sent[0], sent[1], "")
		assert.Nil(t, none, sent)
	}
	assert.Equal(t, "GET /runners/:id", table.Routes()[0].Endpoint, "the order of the documentation")
}

// Routers are made for the first request that may need one, of which several may come at once.
func TestTableIsSearchedByMany(t *testing.T) {
	table := NewTable([]*Route{{Endpoint: "GET /runners/:id"}, {Endpoint: "GET /projects/:id"},
		{Endpoint: "GET /projects/:id/files/*path"}})
	var all sync.WaitGroup
	for range 8 {
		for path, want := range map[string]string{"/runners/5": "GET /runners/:id", "/projects/7": "GET /projects/:id",
			"/projects/7/files/a/b": "GET /projects/:id/files/*path"} {
			all.Go(func() {
				r, _ := table.Lookup("GET", path, "")
				assert.Equal(t, want, r.Endpoint)
			})
		}
	}
	all.Wait()
	none, _ := table.Lookup("GET", "/%72unners/5", "")
	assert.Nil(t, none, "a literal segment is sent as it is")
}

func TestRoutesBeginWithAWord(t *testing.T) {
	assert.Panics(t, func() { NewTable([]*Route{{Endpoint: "GET /:id"}}) })
}

func TestRoutesOfVersions(t *testing.T) {
	brought := gitlabversion.RunnerProjectsEndpoint
	r := Route{Since: &brought}
	for _, v := range gitlabversion.All() {
		assert.True(t, (&Route{}).ServedBy(v))
		assert.Equal(t, v.Has(brought), r.ServedBy(v), v)
	}
}

// What streams is looked at twice, and authenticated once at most.
func TestRoutesThatStreamFindTheirCaller(t *testing.T) {
	streams := func(*Request) (BodyReader, *Response) { return nil, nil }
	before := func(*Request) *Response { return nil }
	for name, r := range map[string]*Route{
		"a user's":            {Endpoint: "GET /a", Streams: streams},
		"anybody's":           {Endpoint: "GET /a", Access: ByAnyone, Streams: streams},
		"with a before block": {Endpoint: "GET /a", Access: ByToken, Streams: streams, Before: before},
	} {
		assert.Panics(t, func() { NewTable([]*Route{r}) }, name)
	}
	NewTable([]*Route{{Endpoint: "POST /a", Access: ByJobToken, Streams: streams}})
}

func TestRouterOfUsers(t *testing.T) {
	r := NewRouter[string]()
	r.Add("GET", "/users/:id", "one")
	for path, want := range map[string]bool{"/users/7": true, "/users/:id": true, "/users/mia": false, "/users/7a": false} {
		_, _, found := r.Find("GET", path)
		assert.Equal(t, want, found, path)
	}
}
