package nearest_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

func TestOf(t *testing.T) {
	names := []string{"tag_list", "description", "paused", "locked", "run_untagged", "access_level", "maximum_timeout",
		"maintenance_note", "Token", "id"}
	for name, want := range map[string]string{
		"descriptoin":     "description",
		"desc":            "description",
		"de":              "",
		"PAUSED":          "paused",
		"pause":           "paused",
		"token":           "Token",
		"tags":            "tag_list",
		"max_timeout":     "maximum_timeout",
		"note":            "maintenance_note",
		"untagged":        "run_untagged",
		"ix":              "id",
		"xy":              "",
		"maintainer_note": "maintenance_note",
		"":                "",
		"frobnicate":      "",
	} {
		got, ok := nearest.Of(name, names)
		assert.Equal(t, want, got, "for %q", name)
		assert.Equal(t, want != "", ok, "for %q", name)
	}
}

func TestOfAPartOfSeveralNames(t *testing.T) {
	got, _ := nearest.Of("type", []string{"registration_type", "runner_type", "token"})
	assert.Equal(t, "runner_type", got)
}

// Who abbreviates begins a name. One slip is nearer than that, more are not.
func TestOfABeginning(t *testing.T) {
	scopes := []string{"api", "read_api", "read_package_registry", "read_registry", "read_repository", "read_repository_all",
		"write_observability", "write_package_registry", "write_repository"}
	for name, want := range map[string]string{"read_repo": "read_repository", "write_repo": "write_repository",
		"read_reg": "read_registry", "read_ap": "read_api"} {
		got, _ := nearest.Of(name, scopes)
		assert.Equal(t, want, got, "for %q", name)
	}
	got, _ := nearest.Of("tag", []string{"page", "tag_list"})
	assert.Equal(t, "tag_list", got)
}

func TestOfDoesNotDependOnTheOrder(t *testing.T) {
	for _, names := range [][]string{{"mib", "mic"}, {"mic", "mib"}} {
		got, _ := nearest.Of("mia", names)
		assert.Equal(t, "mib", got)
	}
	_, ok := nearest.Of("mia", nil)
	assert.False(t, ok)
}

var served = []string{
	"GET /runners", "GET /runners/all", "POST /runners", "DELETE /runners", "POST /runners/verify",
	"GET /runners/:id", "PUT /runners/:id", "DELETE /runners/:id", "GET /runners/:id/jobs",
	"POST /user/runners", "GET /user", "GET /projects/:id", "GET /projects/:id/runners",
	"DELETE /projects/:id/runners/:runner_id", "GET /groups/:id/runners",
}

func TestMethods(t *testing.T) {
	for path, want := range map[string][]string{
		"/runners":                    {"GET /runners", "POST /runners", "DELETE /runners"},
		"/runners/7":                  {"GET /runners/:id", "PUT /runners/:id", "DELETE /runners/:id"},
		"/runners/:id":                {"GET /runners/:id", "PUT /runners/:id", "DELETE /runners/:id"},
		"/runners/all":                {"GET /runners/all"},
		"/runners/foo":                nil,
		"/projects/acme%2Fshop":       {"GET /projects/:id"},
		"/groups/acme/runners":        {"GET /groups/:id/runners"},
		"/projects/7/runners/9":       {"DELETE /projects/:id/runners/:runner_id"},
		"/projects/7/runners/9/extra": nil,
		"/":                           nil,
	} {
		assert.Equal(t, want, nearest.Methods(path, served), path)
	}
}

func TestEndpoint(t *testing.T) {
	for _, c := range []struct{ method, path, want string }{
		{"POST", "/runner", "POST /runners"},
		{"GET", "/runner", "GET /runners"},
		{"PATCH", "/runner/7", "PUT /runners/:id"},
		{"POST", "/runners/verfy", "POST /runners/verify"},
		{"GET", "/runners/7/job", "GET /runners/:id/jobs"},
		{"GET", "/Runners/7", "GET /runners/:id"},
		{"GET", "/users/runners", "POST /user/runners"},
		{"GET", "/project/acme%2Fshop/runners", "GET /projects/:id/runners"},
		{"GET", "/project/7/runners", "GET /projects/:id/runners"},
		{"GET", "/projects/7/pipelines", ""},
		{"GET", "/runners/7/jobs/8", ""},
		{"GET", "", ""},
	} {
		got, ok := nearest.Endpoint(c.method, c.path, served)
		assert.Equal(t, c.want, got, "%s %s", c.method, c.path)
		assert.Equal(t, c.want != "", ok)

		backwards := slices.Clone(served)
		slices.Reverse(backwards)
		again, _ := nearest.Endpoint(c.method, c.path, backwards)
		assert.Equal(t, got, again, "the order must not matter")
	}
}

func TestEncoded(t *testing.T) {
	for _, c := range []struct{ method, path, want string }{
		{"GET", "/projects/acme/shop/runners", "/projects/acme%2Fshop/runners"},
		{"GET", "/projects/acme/team/shop", "/projects/acme%2Fteam%2Fshop"},
		{"DELETE", "/projects/acme/shop/runners/7", "/projects/acme%2Fshop/runners/7"},
		{"GET", "/groups/acme/backend/runners", "/groups/acme%2Fbackend/runners"},
		{"POST", "/projects/acme/shop", ""},
		{"GET", "/projects/7/pipelines", ""},
		{"GET", "/projects/acme%2Fshop/pipelines", ""},
		{"GET", "/runners/7/jobs", ""},
	} {
		got, ok := nearest.Encoded(c.method, c.path, served)
		assert.Equal(t, c.want, got, "%s %s", c.method, c.path)
		assert.Equal(t, c.want != "", ok)
	}
}

func TestPattern(t *testing.T) {
	for path, want := range map[string]string{
		"/projects/12/pipelines/5":          "/projects/:id/pipelines/:pipeline_id",
		"/projects/acme%2Fshop/environment": "/projects/:id/environment",
		"/runners":                          "/runners",
	} {
		assert.Equal(t, want, nearest.Pattern(path))
	}
}

func TestClosest(t *testing.T) {
	assert.Equal(t, "script", nearest.Closest("scirpt", []string{"services", "script", "scripts"}))
	assert.Equal(t, "path", nearest.Closest("a", []string{"coverage", "path", "rate"}),
		"the first of several, however far")
	assert.Empty(t, nearest.Closest("a", nil))
}
