package front

import (
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
	all, vars := table.Lookup("GET", "/runners/all")
	assert.Equal(t, "GET /runners/all", all.Endpoint)
	assert.Empty(t, vars)
	one, vars := table.Lookup("GET", "/runners/5")
	assert.Equal(t, "GET /runners/:id", one.Endpoint)
	assert.Equal(t, map[string]string{"id": "5"}, vars)
	for _, sent := range [][2]string{{"POST", "/runners/all"}, {"GET", "/runners"}, {"GET", "/runners/5/jobs"}} {
		none, _ := table.Lookup(sent[0], sent[1])
		assert.Nil(t, none, sent)
	}
	assert.Equal(t, "GET /runners/:id", table.Routes()[0].Endpoint, "the order of the documentation")
}

// Names of branches and paths of files have slashes; what is a file's name is no format, and what is shorter comes first.
func TestTableFindsWhatSpansSegments(t *testing.T) {
	const download, raw = "GET /projects/:id/jobs/artifacts/:ref_name/download",
		"GET /projects/:id/jobs/artifacts/:ref_name/raw/*artifact_path"
	const file, archive = "GET /projects/:id/jobs/:job_id/artifacts/*artifact_path", "GET /projects/:id/jobs/:job_id/artifacts"
	table := NewTable([]*Route{{Endpoint: file}, {Endpoint: raw}, {Endpoint: download}, {Endpoint: archive}})
	var found foundRoutes
	for path, want := range map[string]struct {
		endpoint string
		vars     map[string]string
	}{
		"/projects/1/jobs/2/artifacts":               {archive, map[string]string{"job_id": "2"}},
		"/projects/1/jobs/2/artifacts/":              {archive, nil},
		"/projects/1/jobs/2/artifacts.json":          {archive, nil},
		"/projects/1/jobs/2/artifacts/a.tar.gz":      {file, map[string]string{"artifact_path": "a.tar.gz"}},
		"/projects/1/jobs/2/artifacts/a/b%2Fc%20d.x": {file, map[string]string{"artifact_path": "a/b/c d.x"}},
		"/projects/a%2Fb/jobs/artifacts/x/y/download": {download,
			map[string]string{"id": "a/b", "ref_name": "x/y"}},
		"/projects/1/jobs/artifacts/artifacts/download": {download, map[string]string{"ref_name": "artifacts"}},
		"/projects/1/jobs/artifacts/x%2Fy/raw/a/b.txt": {raw,
			map[string]string{"ref_name": "x/y", "artifact_path": "a/b.txt"}},
		"/projects/1/jobs/artifacts/main/raw": {},
		"/projects/1/jobs/artifacts/download": {},
		"/projects/1/jobs/2/files/a.txt":      {},
	} {
		r, vars := found.lookup(table, "GET", path)
		if want.endpoint == "" {
			assert.Nil(t, r, path)
			continue
		}
		if assert.NotNil(t, r, path) {
			assert.Equal(t, want.endpoint, r.Endpoint, path)
		}
		for name, value := range want.vars {
			assert.Equal(t, value, vars[name], "%s of %s", name, path)
		}
	}
	none, _ := table.Lookup("POST", "/projects/1/jobs/2/artifacts/a.txt")
	assert.Nil(t, none)
}

func TestPathsAsGrapeSeesThem(t *testing.T) {
	for path, want := range map[string][2]string{
		"/runners":                {"/runners", ""},
		"//runners//5/":           {"/runners/5", ""},
		"/runners/5.json":         {"/runners/5", "json"},
		"/projects/shop.example":  {"/projects/shop.example", ""}, // the name of a project may have dots
		"/groups/a.b/runners.xml": {"/groups/a.b/runners", "xml"},
		"":                        {"/", ""},
	} {
		clean, format := apiPath(path)
		assert.Equal(t, want, [2]string{clean, format}, path)
	}
}

func TestFoundRoutesAreRemembered(t *testing.T) {
	table := NewTable([]*Route{{Endpoint: "GET /runners/:id"}})
	var found foundRoutes
	for range 2 {
		r, vars := found.lookup(table, "GET", "/runners/5/")
		assert.Equal(t, "GET /runners/:id", r.Endpoint)
		assert.Equal(t, "5", vars["id"])
		r, _ = found.lookup(table, "GET", "/nothing")
		assert.Nil(t, r)
	}
	assert.Len(t, found.found, 1, "what is not found is not remembered: anybody can ask for it")
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
