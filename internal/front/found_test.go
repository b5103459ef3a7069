package front

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Names of branches and paths of files have slashes; what is a file's name is no format, and what is shorter comes
// first.
func TestTableFindsWhatSpansSegments(t *testing.T) {
	const download, raw = "GET /projects/:id/jobs/artifacts/:ref_name/download",
		"GET /projects/:id/jobs/artifacts/:ref_name/raw/*artifact_path"
	const file, archive = "GET /projects/:id/jobs/:job_id/artifacts/*artifact_path",
		"GET /projects/:id/jobs/:job_id/artifacts"
	table := NewTable([]*Route{{Endpoint: file}, {Endpoint: raw}, {Endpoint: download}, {Endpoint: archive}})
	var found FoundRoutes
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
		f := found.Lookup(table, "GET", path)
		r, vars := f.Route, f.Vars
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
	none, _ := table.Lookup("POST", "/projects/1/jobs/2/artifacts/a.txt", "")
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
		clean, format := APIPath(path)
		assert.Equal(t, want, [2]string{clean, format}, path)
	}
}

func TestFoundRoutesAreRemembered(t *testing.T) {
	table := NewTable([]*Route{{Endpoint: "GET /runners/:id"}})
	var found FoundRoutes
	for range 2 {
		f := found.Lookup(table, "GET", "/runners/5/")
		r, vars := f.Route, f.Vars
		assert.Equal(t, "GET /runners/:id", r.Endpoint)
		assert.Equal(t, "5", vars["id"])
		r = found.Lookup(table, "GET", "/nothing").Route
		assert.Nil(t, r)
	}
	assert.Len(t, found.found, 1, "what is not found is not remembered: anybody can ask for it")
}
